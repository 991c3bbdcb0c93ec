// A PLC with an OPC UA server of node-opcua: the wire, sessions, subscriptions and status codes are node-opcua's, only the doors and
// jobs behind the tags are ours. `node opcua_server.js NODE_MODULES FILE`: FILE names the tags. Prints the port, then obeys lines on stdin:
//   {"tag": "gauge.occupied", "value": true, "code": "Bad", "back": 5}    sets a tag, with a status code, its time `back` s too early
//   {"part": "lathe", "there": true}      puts a part there    {"alarm": "lathe", "text": "coolant"}    raises an alarm
//   {"clock": -3600}                      sets its clock back  {"writes": true}                         prints what was written
// and answers each with a line.
const [, , folder, file] = process.argv;
const from = (name) => require(`${folder}/${name}`);
const { OPCUAServer } = from("node-opcua-server");
const { Variant, DataType } = from("node-opcua-variant");
const { StatusCodes } = from("node-opcua-status-code");
const { SecurityPolicy, MessageSecurityMode } = from("node-opcua-secure-channel");
const plan = JSON.parse(require("fs").readFileSync(file, "utf8"));
const readline = require("readline");
const net = require("net");

const TYPES = { Boolean: DataType.Boolean, String: DataType.String, Double: DataType.Double, Int32: DataType.Int32 };
const nodes = {}, kinds = {}, written = [], parts = {}, jobs = {};
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

function put(name, value, code = "Good", back = 0) {
  const variant = new Variant({ dataType: TYPES[kinds[name]], value });
  nodes[name].setValueFromSource(variant, StatusCodes[code], new Date(Date.now() - 1000 * back));
}

function told(name, value) {
  if (nodes[name]) put(name, value);
}

// A door or clamp: some way between, then there.
function moves(name, value) {
  const word = typeof value === "boolean" ? { true: plan.words[name][0], false: plan.words[name][1] }[value] : value;
  if (kinds[name] === "String") told(name, "moving");
  setTimeout(() => told(name, kinds[name] === "Boolean" ? word === plan.words[name][0] : word), 1000 * plan.moving);
}

function answers(device, text) {
  jobs[device].answer = text;
  put(`${device}.job.answer`, text);
}

// One id is carried out once; the answer stays until the next.
function asked(device, request) {
  const [id, work, what] = request.split(" ");
  const job = (jobs[device] = jobs[device] || { ids: new Set(), runs: 0 });
  if (work === "stop") {
    if (job.timer && job.id === id) {
      clearTimeout(job.timer.half);
      clearTimeout(job.timer);
      job.timer = null;
      answers(device, `${id} aborted stop`);
    }
    return;
  }
  if (job.ids.has(id)) return;
  job.ids.add(id);
  if (plan.needs_part.includes(device) && !parts[device]) return answers(device, `${id} aborted no_part`);
  job.id = id;
  job.runs += 1;
  answers(device, `${id} running 0.0`);
  const half = setTimeout(() => answers(device, `${id} running 0.5`), 500 * plan.job);
  job.timer = setTimeout(() => {
    job.timer = null;
    const outcome = work === "inspect" ? plan.outcomes[what] : "";
    if (outcome && nodes[`${device}.${what}`]) told(`${device}.${what}`, outcome);
    answers(device, `${id} done${outcome ? " " + outcome : ""}`);
  }, 1000 * plan.job);
  job.timer.half = half;
}

function wrote(name, value) {
  written.push([name, value]);
  if (name.endsWith(".job.request")) return asked(name.slice(0, -".job.request".length), value);
  const reports = name.slice(0, -".set".length);
  if (reports.endsWith(".alarm")) return told(reports, kinds[reports] === "Boolean" ? false : "");
  moves(reports, value);
}

function obey(line) {
  if (line.tag) put(line.tag, line.value, line.code, line.back);
  if (line.part) {
    parts[line.part] = line.there;
    if (nodes[`${line.part}.occupied`]) put(`${line.part}.occupied`, line.there);
  }
  if (line.alarm) put(`${line.alarm}.alarm`, kinds[`${line.alarm}.alarm`] === "Boolean" ? !!line.text : line.text);
  if (line.clock) {
    const now = Date.now.bind(Date), Real = Date, back = 1000 * line.clock;
    global.Date = class extends Real {
      constructor(...given) {
        given.length ? super(...given) : super(now() + back);
      }
      static now() {
        return now() + back;
      }
    };
  }
  if (line.delete) nodes[line.delete].namespace.deleteNode(nodes[line.delete]);
  return line.writes ? written : line.runs ? (jobs[line.runs] || { runs: 0 }).runs : "ok";
}

async function freePort() {
  return new Promise((found) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

(async () => {
  const port = plan.port || (await freePort());
  const server = new OPCUAServer({
    port, hostname: "127.0.0.1", host: "127.0.0.1", resourcePath: "/cell", allowAnonymous: true,
    securityPolicies: [SecurityPolicy.None], securityModes: [MessageSecurityMode.None],
    serverInfo: { applicationUri: "urn:cellwright:test-plc" }, disableDiscovery: true,
  });
  await server.initialize();
  const space = server.engine.addressSpace, own = space.registerNamespace(plan.namespace);
  const folderNode = own.addFolder("ObjectsFolder", { browseName: "Cell" });
  for (const [name, [kind, value]] of Object.entries(plan.tags)) {
    kinds[name] = kind;
    nodes[name] = own.addVariable({
      componentOf: folderNode, browseName: name, nodeId: `s=${name}`, dataType: kind, minimumSamplingInterval: 10,
      value: { dataType: TYPES[kind], value },
    });
    put(name, value);
    if (name.endsWith(".set") || name.endsWith(".request"))
      nodes[name].on("value_changed", (data) => data.value.value !== "" && wrote(name, data.value.value));
  }
  for (const name of plan.read_only || []) {
    nodes[name].accessLevel = 1;
    nodes[name].userAccessLevel = 1;
  }
  await server.start();
  say({ port });
  readline.createInterface({ input: process.stdin }).on("line", (text) => say(obey(JSON.parse(text)))).on("close", () => process.exit(0));
})().catch((cause) => {
  console.error(cause);
  process.exit(1);
});
