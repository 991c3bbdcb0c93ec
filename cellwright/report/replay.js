"use strict";
// The replay: draws the scene that stands in this page at the moment of the slider. Knows no network and no clock but the frame's.
(() => {
  const view = document.getElementById("replay-view");
  if (!view) return;
  const scene = JSON.parse(document.getElementById("replay-scene").textContent);
  const canvas = view.querySelector("canvas");
  const slider = view.querySelector("input[type=range]");
  const said = view.querySelector("ul");
  const clock = view.querySelector("output");
  const playing = view.querySelector("[data-do=play]");
  const speed = view.querySelector("select");
  const names = view.querySelector(".names");
  const gl = canvas.getContext("webgl2", { antialias: true, preserveDrawingBuffer: true });
  if (!gl) {
    view.classList.add("without");
    return;
  }

  // --- numbers: matrices are 16 values by columns, as WebGL takes them ---
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const floats = (text) => new Float32Array(bytes(text));
  const shorts = (text) => new Uint16Array(bytes(text));
  const IDENTITY = new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  const times = (a, b) => {
    const out = new Float32Array(16);
    for (let c = 0; c < 4; c++) {
      for (let r = 0; r < 4; r++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += a[k * 4 + r] * b[c * 4 + k];
        out[c * 4 + r] = sum;
      }
    }
    return out;
  };
  const fromRows = (m) => new Float32Array([m[0], m[4], m[8], 0, m[1], m[5], m[9], 0, m[2], m[6], m[10], 0, m[3], m[7], m[11], 1]);
  const poses = scene.poses.map(fromRows);
  const jointAt = (joint, q) => {
    const [x, y, z] = joint.axis;
    if (!joint.turns) return times(poses[joint.pose], new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, x * q, y * q, z * q, 1]));
    const s = Math.sin(q), c = Math.cos(q), u = 1 - c;
    return times(poses[joint.pose], new Float32Array([
      c + x * x * u, y * x * u + z * s, z * x * u - y * s, 0, x * y * u - z * s, c + y * y * u, z * y * u + x * s, 0,
      x * z * u + y * s, y * z * u - x * s, c + z * z * u, 0, 0, 0, 0, 1]));
  };
  // The number of the last entry that begins at or before `t`.
  const last = (count, begins, t) => {
    let low = 0, high = count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (begins(middle) <= t) low = middle; else high = middle - 1;
    }
    return low;
  };

  // --- what is drawn ---
  const shader = (kind, text) => {
    const made = gl.createShader(kind);
    gl.shaderSource(made, text);
    gl.compileShader(made);
    return made;
  };
  const program = gl.createProgram();
  gl.attachShader(program, shader(gl.VERTEX_SHADER, `#version 300 es
    in vec3 point; uniform mat4 model, camera; out vec3 world;
    void main() { vec4 w = model * vec4(point, 1.0); world = w.xyz; gl_Position = camera * w; }`));
  gl.attachShader(program, shader(gl.FRAGMENT_SHADER, `#version 300 es
    precision highp float; in vec3 world; uniform vec4 colour; uniform float lit; uniform vec3 eye; out vec4 pixel;
    void main() { if (lit < 0.5) { pixel = colour; return; }  // a line has no face, and so no normal
      vec3 n = normalize(cross(dFdx(world), dFdy(world)));
      if (dot(n, eye - world) < 0.0) n = -n;
      float light = 0.62 + 0.30 * dot(n, normalize(vec3(0.35, -0.5, 0.8))) + 0.10 * n.z;
      pixel = vec4(colour.rgb * light, colour.a); }`));
  gl.linkProgram(program);
  gl.useProgram(program);
  const at = (name) => gl.getUniformLocation(program, name);
  const uniforms = { model: at("model"), camera: at("camera"), colour: at("colour"), lit: at("lit"), eye: at("eye") };
  const point = gl.getAttribLocation(program, "point");
  const uploaded = (vertices, triangles, edges) => {
    const filled = (kind, data) => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(kind, buffer);
      gl.bufferData(kind, data, gl.STATIC_DRAW);
      return buffer;
    };
    const whole = gl.createVertexArray();
    gl.bindVertexArray(whole);
    filled(gl.ARRAY_BUFFER, vertices);
    gl.enableVertexAttribArray(point);
    gl.vertexAttribPointer(point, 3, gl.FLOAT, false, 0, 0);
    const faces = filled(gl.ELEMENT_ARRAY_BUFFER, triangles), lines = filled(gl.ELEMENT_ARRAY_BUFFER, edges);
    let middle = [0, 0, 0];
    for (let i = 0; i < vertices.length; i++) middle[i % 3] += vertices[i] * 3 / vertices.length;
    return { whole, faces, lines, triangles: triangles.length, edges: edges.length, middle, vertices };
  };
  const meshes = scene.meshes.map((mesh) => uploaded(floats(mesh.v), shorts(mesh.i), shorts(mesh.e)));
  const box = (low, high) => uploaded(
    new Float32Array([0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [i & 1 ? high[0] : low[0], i & 2 ? high[1] : low[1], i & 4 ? high[2] : low[2]])),
    new Uint16Array([0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4, 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5]),
    new Uint16Array([0, 1, 1, 3, 3, 2, 2, 0, 4, 5, 5, 7, 7, 6, 6, 4, 0, 4, 1, 5, 2, 6, 3, 7]));
  const zones = scene.zones.map((zone) => ({ mesh: box(zone.low, zone.high), zone }));
  const robots = scene.robots.map((robot) => ({ ...robot, t: floats(robot.t), q: floats(robot.q) }));

  // Around what stands in the cell and around the robots' bases; a zone may be as large as a hall.
  const low = [Infinity, Infinity, 0], high = [-Infinity, -Infinity, 0.6];
  const widen = (x, y, z, by) => [x, y, z].forEach((v, k) => { low[k] = Math.min(low[k], v - by); high[k] = Math.max(high[k], v + by); });
  scene.things.forEach((thing) => {
    const v = meshes[thing.mesh].vertices;
    for (let i = 0; i < v.length; i += 3) widen(v[i], v[i + 1], v[i + 2], 0);
  });
  robots.forEach((robot) => widen(poses[robot.base][12], poses[robot.base][13], poses[robot.base][14], 0.3));
  const grid = (() => {
    const points = [], x0 = Math.floor(low[0] * 2) / 2 - 0.5, x1 = Math.ceil(high[0] * 2) / 2 + 0.5;
    const y0 = Math.floor(low[1] * 2) / 2 - 0.5, y1 = Math.ceil(high[1] * 2) / 2 + 0.5;
    for (let x = x0; x <= x1 + 1e-6; x += 0.5) points.push(x, y0, 0, x, y1, 0);
    for (let y = y0; y <= y1 + 1e-6; y += 0.5) points.push(x0, y, 0, x1, y, 0);
    return uploaded(new Float32Array(points), new Uint16Array(0), Uint16Array.from({ length: points.length / 3 }, (_, i) => i));
  })();

  // --- the camera: around a point, by two angles and a distance ---
  const size = Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  const middle = low.map((v, k) => (v + high[k]) / 2);
  // From where the robots stand, past them to what they serve: machines are tall.
  const feet = robots.reduce((sum, robot) => [sum[0] + poses[robot.base][12], sum[1] + poses[robot.base][13]], [0, 0]).map((v) => v / robots.length);
  const corner = Math.atan2(feet[1] - middle[1], feet[0] - middle[0]) + 0.75;
  const camera = { turn: corner, rise: 0.6, far: size * 1.25, to: [...middle] };
  const seen = () => {
    const { turn, rise, far, to } = camera;
    const back = [Math.cos(rise) * Math.cos(turn), Math.cos(rise) * Math.sin(turn), Math.sin(rise)];
    const right = [-Math.sin(turn), Math.cos(turn), 0];
    const up = [-Math.sin(rise) * Math.cos(turn), -Math.sin(rise) * Math.sin(turn), Math.cos(rise)];
    const eye = to.map((v, k) => v + far * back[k]);
    const along = (d) => -(d[0] * eye[0] + d[1] * eye[1] + d[2] * eye[2]);
    const look = new Float32Array([right[0], up[0], back[0], 0, right[1], up[1], back[1], 0, right[2], up[2], back[2], 0,
      along(right), along(up), along(back), 1]);
    const f = 1 / Math.tan(0.35), near = far / 60, end = far * 12, ratio = canvas.width / canvas.height;
    const lens = new Float32Array([f / ratio, 0, 0, 0, 0, f, 0, 0, 0, 0, (near + end) / (near - end), -1, 0, 0, 2 * near * end / (near - end), 0]);
    return { matrix: times(lens, look), eye };
  };

  // --- one frame ---
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const found = {};
    for (const word of ["ground", "text", "line", "a", "b", "body", "zone", "person", "accent", "quiet"]) {
      const hex = style.getPropertyValue(`--${word}`).trim().slice(1);
      const long = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
      found[word] = [0, 2, 4].map((i) => parseInt(long.slice(i, i + 2), 16) / 255);
    }
    return found;
  };
  const draw = (mesh, model, colour, edge, alpha = 1) => {
    gl.uniformMatrix4fv(uniforms.model, false, model);
    gl.bindVertexArray(mesh.whole);
    if (mesh.triangles && alpha > 0) {
      gl.uniform4f(uniforms.colour, ...colour, alpha);
      gl.uniform1f(uniforms.lit, alpha < 1 ? 0 : 1);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, mesh.faces);
      gl.drawElements(gl.TRIANGLES, mesh.triangles, gl.UNSIGNED_SHORT, 0);
    }
    if (edge && mesh.edges) {
      gl.uniform4f(uniforms.colour, ...edge, 1);
      gl.uniform1f(uniforms.lit, 0);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, mesh.lines);
      gl.drawElements(gl.LINES, mesh.edges, gl.UNSIGNED_SHORT, 0);
    }
  };
  const jointsOf = (robot, t) => {
    const n = robot.joints.length, k = last(robot.t.length, (i) => robot.t[i], t);
    const next = Math.min(k + 1, robot.t.length - 1), wide = robot.t[next] - robot.t[k];
    const share = wide > 0 ? Math.min(1, Math.max(0, (t - robot.t[k]) / wide)) : 0;
    return Array.from({ length: n }, (_, j) => robot.q[k * n + j] * (1 - share) + robot.q[next * n + j] * share);
  };
  const draftRobot = (robot, t, hue) => {
    let pose = poses[robot.base];
    const q = jointsOf(robot, t);
    robot.links[0].forEach((mesh) => draw(meshes[mesh], pose, hue.a, hue.quiet));
    robot.joints.forEach((joint, j) => {
      pose = times(pose, jointAt(joint, q[j]));
      robot.links[j + 1].forEach((mesh) => draw(meshes[mesh], pose, j % 2 ? hue.a : hue.b, hue.quiet));
    });
    return times(pose, poses[robot.flange]);
  };
  const partPose = (number, t, flanges, depth) => {
    const spots = scene.parts[number].at;
    const [since, mesh, how, on, pose] = spots[last(spots.length, (i) => spots[i][0], t)];
    if (!how || since > t + 1e-9 || depth > 8) return null;
    if (how === 1) return { mesh, model: poses[pose] };
    if (how === 2) return { mesh, model: times(flanges[on], poses[pose]) };
    const base = partPose(on, t, flanges, depth + 1);
    return base && { mesh, model: times(base.model, poses[pose]) };
  };
  const frame = (t) => {
    const wide = Math.round(canvas.clientWidth * devicePixelRatio), tall = Math.round(canvas.clientHeight * devicePixelRatio);
    if (canvas.width !== wide || canvas.height !== tall) { canvas.width = wide; canvas.height = tall; }
    const hue = colours(), look = seen();
    gl.viewport(0, 0, wide, tall);
    gl.clearColor(...hue.ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.POLYGON_OFFSET_FILL);
    gl.polygonOffset(1, 1);
    gl.uniformMatrix4fv(uniforms.camera, false, look.matrix);
    gl.uniform3f(uniforms.eye, ...look.eye);
    draw(grid, IDENTITY, hue.line, hue.line);
    scene.things.forEach((thing) => draw(meshes[thing.mesh], IDENTITY, hue.body, hue.quiet));
    const flanges = robots.map((robot) => draftRobot(robot, t, hue));
    scene.tools.forEach((tool) => {
      const [, robot, pose] = tool.at[last(tool.at.length, (i) => tool.at[i][0], t)];
      const model = robot >= 0 ? flanges[robot] : pose >= 0 ? poses[pose] : null;
      if (model) tool.meshes.forEach((mesh) => draw(meshes[mesh], model, hue.quiet, hue.text));
    });
    scene.parts.forEach((_, number) => {
      const there = partPose(number, t, flanges, 0);
      if (there) draw(meshes[there.mesh], there.model, hue.accent, hue.text);
    });
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthMask(false);
    zones.forEach(({ mesh, zone }) => {
      const taken = zone.people.some(([from, to]) => from <= t && t < to);
      draw(mesh, IDENTITY, taken ? hue.person : hue.zone, taken ? hue.person : hue.zone, taken ? 0.25 : 0);
    });
    gl.depthMask(true);
    gl.disable(gl.BLEND);
    place(look.matrix);
    tell(t);
  };

  // --- words beside the picture ---
  const labels = [
    ...[...new Set(scene.things.map((thing) => thing.name))].map((name) => {
      const own = scene.things.filter((thing) => thing.name === name).map((thing) => meshes[thing.mesh]);
      const top = Math.max(...own.map((mesh) => mesh.vertices.reduce((most, v, i) => (i % 3 === 2 ? Math.max(most, v) : most), -Infinity)));
      return { name, at: [own[0].middle[0], own[0].middle[1], top] };
    }),
    ...robots.map((robot) => ({ name: robot.name, at: [...poses[robot.base].slice(12, 15)] })),
  ].map(({ name, at: where }) => {
    const made = document.createElement("bdi");
    made.textContent = name;
    names.append(made);
    return { made, where };
  });
  const place = (matrix) => labels.forEach(({ made, where }) => {
    const [x, y, z] = where;
    const on = [0, 1, 3].map((r) => matrix[r] * x + matrix[4 + r] * y + matrix[8 + r] * z + matrix[12 + r]);
    made.hidden = on[2] <= 0;
    made.style.left = `${50 + 50 * on[0] / on[2]}%`;
    made.style.top = `${50 - 50 * on[1] / on[2]}%`;
  });
  const written = (t) => `${Math.floor(t / 60)}:${(t % 60).toFixed(1).padStart(4, "0")}`;
  let told = "";
  const tell = (t) => {
    clock.textContent = `${written(t)} of ${written(scene.end)}`;
    slider.setAttribute("aria-valuetext", written(t));
    const now = scene.steps.filter(([from, to]) => from <= t && t < to).map(([, , text]) => scene.texts[text]);
    scene.zones.forEach((zone) => { if (zone.people.some(([from, to]) => from <= t && t < to)) now.push(`somebody is in ${zone.name}`); });
    if (scene.left !== null && t >= scene.left) now.push("what is begun from here on is not listed");
    if (now.join("\n") === told && said.childElementCount) return;
    told = now.join("\n");
    said.replaceChildren(...(now.length ? now : ["nothing is done"]).map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
  };

  // --- what the reader does ---
  let moment = 0, before = null;
  const go = (t) => { moment = Math.min(scene.end, Math.max(0, t)); slider.value = moment; frame(moment); };
  const run = (now) => {
    if (before === null) return;
    go(moment + (now - before) / 1000 * Number(speed.value));
    before = moment < scene.end ? now : null;
    if (before === null) stop(); else requestAnimationFrame(run);
  };
  const stop = () => { before = null; playing.textContent = "▶ play"; };
  const start = () => {
    if (moment >= scene.end) moment = 0;
    playing.textContent = "❚❚ stop";
    before = performance.now();
    requestAnimationFrame(run);
  };
  const look = { iso: [corner, 0.6], top: [-Math.PI / 2, Math.PI / 2 - 0.001], front: [-Math.PI / 2, 0.02], side: [0, 0.02] };
  const act = {
    play: () => (before === null ? start() : stop()),
    near: () => { camera.far *= 0.85; frame(moment); },
    far: () => { camera.far /= 0.85; frame(moment); },
  };
  view.querySelectorAll("[data-do]").forEach((one) => one.addEventListener("click", () => {
    const word = one.dataset.do;
    if (look[word]) { [camera.turn, camera.rise] = look[word]; frame(moment); } else act[word]();
  }));
  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  const orbit = (turn, rise) => {
    camera.turn += turn;
    camera.rise = Math.min(Math.PI / 2 - 0.001, Math.max(-0.2, camera.rise + rise));
    frame(moment);
  };
  canvas.addEventListener("keydown", (event) => {
    const keys = { ArrowLeft: () => orbit(-0.1, 0), ArrowRight: () => orbit(0.1, 0), ArrowUp: () => orbit(0, 0.1),
      ArrowDown: () => orbit(0, -0.1), "+": act.near, "-": act.far, " ": act.play };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) orbit(-event.movementX * 0.008, event.movementY * 0.008); });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== canvas) return;
    event.preventDefault();
    camera.far *= Math.exp(event.deltaY * 0.001);
    frame(moment);
  }, { passive: false });
  document.querySelectorAll("[data-go]").forEach((one) => one.addEventListener("click", () => {
    stop();
    go(Number(one.dataset.go));
    view.scrollIntoView({ block: "center" });
  }));
  addEventListener("resize", () => frame(moment));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => frame(moment));
  slider.max = scene.end;
  const asked = /^#t=([0-9.]+)$/.exec(location.hash), played = /^#play=([0-9.]+)$/.exec(location.hash);
  go(asked ? Number(asked[1]) : played ? 0 : Number(view.dataset.start));
  // A driver that promises WebGL and draws nothing is told like one without.
  const drawn = new Uint8Array(4 * canvas.width * canvas.height);
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, drawn);
  let others = 0;
  for (let i = 4; i < drawn.length; i += 4) others += drawn[i] !== drawn[0] || drawn[i + 1] !== drawn[1] || drawn[i + 2] !== drawn[2];
  view.dataset.drawn = others;
  if (!others) view.classList.add("without");
  if (played) {
    // As simulate --view opens it: from the beginning, at the speed that was asked for.
    if (![...speed.options].some((one) => one.value === played[1])) speed.add(new Option(`${played[1]} times`, played[1]));
    speed.value = played[1];
    view.scrollIntoView({ block: "center" });
    start();
  }
})();
