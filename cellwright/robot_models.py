"""Robot models by name or from a user's file: the one place where robot files are read. What comes out is plain data.

`name` is one of ours (`known_robots`), or a path ending in .urdf or .toml (`cellwright/robots/description.py` says what the
TOML holds; one beside a URDF with the same stem is read with it). A resolved model is kept in the cache under the hash of
everything it was made from; with it, loading imports no scipy, and no robot library is needed in any case
(docs/decisions/0010-robot-models.md).

| code | finding |
|---|---|
| E310 | unknown robot model |
| E311 | URDF cannot be read |
| E312 | mesh missing or unreadable |
| E313 | chain unsupported: not one open chain of revolute and prismatic joints, or no single flange |
| E314 | limit missing or impossible |
| E315 | xacro, which is not read |
| E316 | the robot's TOML file cannot be used |
| E317 | warning: a moving link has no shape, so nothing is checked against it |
| E318 | warning: a link has no collision shape, its visual one is used |
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Outcome, Position, Span, error, warning
from cell.geometry import Array, ConvexHull, Sphere, corners, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain
from cell.robot import RobotModel
from cellwright.file_bytes import LARGEST_MODEL, read_whole
from cellwright.robots.description import Source, find_robot, known_robots
from cellwright.robots.hull import enclosing_ball, enclosing_hull, split
from cellwright.robots.mesh import triangles
from cellwright.robots.self_collision import self_collision_pairs
from cellwright.robots.urdf import LinkShape, Mesh, SerialChain, Urdf, UrdfError, UrdfJoint, read_urdf, serial_chain

__all__ = ["known_robots", "load_robot_model"]

FORMAT = b"cellwright robot model 1"  # part of every cache key: raise it when hulls, defaults or arrays change
FULL_SPEED_AFTER = 0.5  # s: gives an acceleration limit where nobody states one
FULL_ACCELERATION_AFTER = 0.1  # s: the same for jerk


def load_robot_model(name: str, cell_dir: Path, cache_dir: Path | None) -> Outcome[RobotModel]:
    """The model called `name`, or described by the file `name` relative to `cell_dir`. `cache_dir` None: no cache.

    Never raises for a bad file: the outcome then has no value and says what is wrong, with file and line.
    """
    file = str(cell_dir / name)
    try:
        source = find_robot(name, cell_dir)
        file = str(source.urdf)
        content = _read(source.urdf)
        urdf = read_urdf(content)
        chain = serial_chain(urdf, source.description.tip)
        meshes = _meshes(source, chain)
        key = _key(source, content, meshes)
        model = _cached(cache_dir, source.name, key)
        if model is None:
            model = _resolved(source, chain, meshes)
            _store(cache_dir, key, model)
    except UrdfError as finding:
        at = Position(finding.line, finding.column)
        spans = () if finding.code == "E310" else (Span(finding.file or file, at, at),)
        return Outcome(None, (error(finding.code, finding.message, *spans, help=finding.help),))
    return Outcome(model, tuple(_warnings(urdf, chain, file)))


def _read(path: Path) -> bytes:
    try:
        return read_whole(path, LARGEST_MODEL)
    except OSError as reason:
        raise UrdfError("E311", f"{path} cannot be read: {reason.strerror}") from None


def _meshes(source: Source, chain: SerialChain) -> dict[str, bytes]:
    """The content of every mesh file that the chain's bodies name."""
    found: dict[str, bytes] = {}
    for body in (body for link in chain.bodies for body in link):
        if isinstance(body.shape, Mesh) and body.shape.filename not in found:
            try:
                path = source.locate(body.shape.filename, source.urdf.parent)
                found[body.shape.filename] = read_whole(path, LARGEST_MODEL)
            except OSError as reason:
                message = f"mesh {body.shape.filename} cannot be read: {reason.strerror}"
                raise UrdfError("E312", message, body.line, body.column) from None
            except UrdfError as finding:
                raise UrdfError("E312", finding.message, body.line, body.column, finding.help) from None
    return found


def _key(source: Source, urdf: bytes, meshes: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for content in (FORMAT, source.name.encode(), source.content, urdf, *(meshes[name] for name in sorted(meshes))):
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _cached(cache_dir: Path | None, name: str, key: str) -> RobotModel | None:
    """None also for an entry that is damaged or changed: its arrays no longer have the hash that was stored with them."""
    if cache_dir is None:
        return None
    try:
        with np.load(cache_dir / f"robot-{key}.npz", allow_pickle=False) as entry:
            model = RobotModel.from_arrays(entry)
            return model if model.content_hash == str(entry["content_hash"]) and model.name == name else None
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _store(cache_dir: Path | None, key: str, model: RobotModel) -> None:
    """Whole or not at all; a cache that cannot be written costs time, nothing else."""
    if cache_dir is None:
        return
    draft = cache_dir / f"robot-{key}.{os.getpid()}.draft.npz"
    with contextlib.suppress(OSError):
        cache_dir.mkdir(parents=True, exist_ok=True)
        np.savez(draft, allow_pickle=False, content_hash=np.array(model.content_hash), **model.to_arrays())
        draft.replace(cache_dir / f"robot-{key}.npz")


def _resolved(source: Source, serial: SerialChain, meshes: Mapping[str, bytes]) -> RobotModel:
    chain = KinematicChain(
        tuple(
            Joint(joint.name, JointKind(joint.kind), origin, joint.axis)
            for joint, origin in zip(serial.moving, serial.T_parent_joint, strict=True)
        ),
        serial.T_last_flange,
    )
    limits = _limits(source, serial)
    hulls = tuple(_hulls(source, name, bodies, meshes) for name, bodies in zip(serial.link_names, serial.bodies, strict=True))
    apart = _declared_apart(source, serial)
    pairs, touching = self_collision_pairs(chain, hulls, frozenset(apart))
    unchecked = (
        f"{source.name}: {serial.link_names[a]} and {serial.link_names[b]} are not checked against each other: "
        "the hulls that enclose them touch in every configuration"
        for a, b in touching
    )
    flange = chain.displacement_radii(len(serial.moving), chain.T_last_flange.translation[None], limits.position)
    return RobotModel(
        name=source.name,
        chain=chain,
        hulls=hulls,
        position=limits.position,
        velocity=limits.velocity,
        acceleration=limits.acceleration,
        jerk=limits.jerk,
        effort=limits.effort,
        payload=source.description.payload,
        reach=float(flange[0]),
        self_collision_pairs=pairs,
        assumptions=(*source.description.assumptions, *limits.assumptions, *apart.values(), *unchecked),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Limits:
    position: Array
    velocity: Array
    acceleration: Array
    jerk: Array
    effort: Array
    assumptions: tuple[str, ...]


def _limits(source: Source, serial: SerialChain) -> _Limits:
    """The TOML file's, else the URDF's, else a default that is written down as an assumption."""
    given, assumed = source.description, []
    for name in ("position", "velocity", "acceleration", "jerk", "effort"):
        values = getattr(given, name)
        if values is not None and len(values) != len(serial.moving):
            message = f"`{name}` has {len(values)} numbers, the arm {len(serial.moving)} joints"
            raise UrdfError("E316", message, file=str(source.file))
    for joint in serial.moving:
        if given.position is None and not joint.lower < joint.upper:
            raise _bad_limit(joint, "needs position limits with lower < upper")
        if given.velocity is None and not joint.velocity > 0.0:
            raise _bad_limit(joint, "needs a positive velocity limit")
    velocity = given.velocity if given.velocity is not None else np.array([joint.velocity for joint in serial.moving])
    acceleration, jerk = given.acceleration, given.jerk
    if acceleration is None:
        acceleration = velocity / FULL_SPEED_AFTER
        assumed.append(f"{source.name}: no acceleration limits known; taken so that full speed needs {FULL_SPEED_AFTER} s")
    if jerk is None:
        jerk = acceleration / FULL_ACCELERATION_AFTER
        assumed.append(f"{source.name}: no jerk limits known; taken so that full acceleration needs {FULL_ACCELERATION_AFTER} s")
    effort = given.effort
    if effort is None:
        effort = np.array([joint.effort if joint.effort > 0.0 else np.nan for joint in serial.moving])
        effort.flags.writeable = False
    position = given.position
    if position is None:
        position = frozen([(joint.lower, joint.upper) for joint in serial.moving])
    return _Limits(position, frozen(velocity), frozen(acceleration), frozen(jerk), effort, tuple(assumed))


def _bad_limit(joint: UrdfJoint, message: str) -> UrdfError:
    return UrdfError("E314", f"joint `{joint.name}` {message}", joint.line, joint.column)


def _declared_apart(source: Source, serial: SerialChain) -> dict[tuple[int, int], str]:
    """Pairs of link numbers, each with the sentence that a proof lists."""
    found: dict[tuple[int, int], str] = {}
    for first, second, reason in source.description.apart:
        for link in (first, second):
            if link not in serial.link_names:
                known = f"moving links are {', '.join(serial.link_names)}"
                raise UrdfError("E316", f"`apart` names link `{link}`, which is not there", help=known, file=str(source.file))
        a, b = sorted((serial.link_names.index(first), serial.link_names.index(second)))
        found[a, b] = f"{source.name}: {first} and {second} are not checked against each other: {reason}"
    return found


def _hulls(source: Source, link: str, bodies: tuple[LinkShape, ...], meshes: Mapping[str, bytes]) -> tuple[ConvexHull, ...]:
    """Hulls in the link's frame that together enclose all of its shapes."""
    pieces = source.description.pieces.get(link, 1)
    points = [np.asarray(body.pose.apply(part)) for body in bodies for part in _parts(body, meshes, pieces)]
    if link in source.description.one_hull and points:
        points = [enclosing_hull(np.concatenate(points))]
    return tuple(ConvexHull(frozen(p)) for p in points)


def _parts(body: LinkShape, meshes: Mapping[str, bytes], pieces: int) -> list[Array]:
    """Corners of convex polytopes in the shape's own frame."""
    match body.shape:
        case Mesh(filename, scale):
            try:
                mesh = triangles(meshes[filename], Path(filename).suffix) * np.array(scale)
            except ValueError as reason:
                raise UrdfError("E312", f"mesh {filename} cannot be used: {reason}", body.line, body.column) from None
            return [enclosing_hull(part) for part in (split(mesh, pieces) if pieces > 1 else [mesh.reshape(-1, 3)])]
        case Sphere(radius):
            return [enclosing_ball(radius)]
        case shape:
            return [corners(shape)]


def _warnings(urdf: Urdf, chain: SerialChain, file: str) -> Iterator[Diagnostic]:
    start = Position(1, 1)
    for name, bodies in zip(chain.link_names, chain.bodies, strict=True):
        if not bodies:
            yield warning("E317", f"link `{name}` has no shape: nothing is checked against it", Span(file, start, start))
        elif name in urdf.from_visual:
            at = Position(bodies[0].line, bodies[0].column)
            yield warning("E318", f"link `{name}` has no collision shape; its visual one is used", Span(file, at, at))
