"""URDF text to values: links with collision shapes, joints with limits, each with its line. And the one serial chain in them.

Our own reader over expat rather than a library's: every refusal must carry its line, and start-up counts
(docs/decisions/0010-robot-models.md). Format: http://wiki.ros.org/urdf/XML
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from xml.parsers import expat

import numpy as np

from cell.dataclass import dataclass
from cell.geometry import Array, Box, Cylinder, Pose, Sphere, frozen


class UrdfError(Exception):
    """A finding about the file: caught in `robot_models` and turned into a diagnostic, never seen outside."""

    def __init__(self, code: str, message: str, line: int = 1, column: int = 1, help: str = "", file: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.column, self.help, self.file = code, message, line, column, help, file


@dataclass(frozen=True, slots=True)
class Mesh:
    """`filename` as written: relative, absolute, file:// or package://."""

    filename: str
    scale: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class LinkShape:
    shape: Box | Cylinder | Sphere | Mesh
    pose: Pose
    line: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class UrdfJoint:
    """NaN stands for a limit that is not written. `effort` 0 means not known, as most URDFs use it."""

    name: str
    kind: str
    parent: str
    child: str
    origin: Pose
    axis: Array
    lower: float
    upper: float
    velocity: float
    effort: float
    mimics: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Urdf:
    """`shapes` are a link's collision shapes, or its visual ones where it has no others (`from_visual` names those links)."""

    name: str
    shapes: Mapping[str, tuple[LinkShape, ...]]
    joints: tuple[UrdfJoint, ...]
    from_visual: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    attributes: Mapping[str, str]
    line: int
    column: int
    children: list[_Element] = field(default_factory=list)

    def all(self, tag: str) -> list[_Element]:
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> _Element | None:
        return next(iter(self.all(tag)), None)

    def error(self, message: str, code: str = "E311", help: str = "") -> UrdfError:
        return UrdfError(code, message, self.line, self.column, help)

    def text(self, name: str) -> str:
        if name not in self.attributes:
            raise self.error(f"<{self.tag}> has no `{name}`")
        return self.attributes[name]

    def numbers(self, name: str, count: int, default: str | None = None) -> tuple[float, ...]:
        text = self.text(name) if default is None else self.attributes.get(name, default)
        try:
            values = tuple(float(word) for word in text.split())
        except ValueError:
            values = ()
        if len(values) != count or not np.all(np.isfinite(values)):
            wanted = "a finite number" if count == 1 else f"{count} finite numbers"
            raise self.error(f'{name}="{text}" of <{self.tag}> is not {wanted}')
        return values


def read_urdf(content: bytes) -> Urdf:
    """Raises UrdfError E311 for what is not a URDF, E312 for a shape that is none of ours, E315 for xacro."""
    root = _parse(content)
    if root.tag != "robot":
        raise root.error(f"the file holds a <{root.tag}>, not a <robot>")
    if any(child.tag.startswith("xacro:") for child in root.children):
        raise root.error("this is a xacro file", "E315", "expand it once with `xacro file.xacro > file.urdf` and name that")
    shapes, from_visual = {}, []
    for link in root.all("link"):
        name = link.text("name")
        if name in shapes:
            raise link.error(f"there are two links `{name}`")
        found = link.all("collision")
        if not found and (found := link.all("visual")):
            from_visual.append(name)
        shapes[name] = tuple(_shape(element) for element in found)
    joints = tuple(_joint(element) for element in root.all("joint"))
    seen: set[str] = set()
    for joint in joints:
        if joint.name in seen:
            raise UrdfError("E311", f"there are two joints `{joint.name}`", joint.line, joint.column)
        seen.add(joint.name)
        for end in (joint.parent, joint.child):
            if end not in shapes:
                raise UrdfError("E311", f"joint `{joint.name}` names link `{end}`, which is not there", joint.line, joint.column)
    return Urdf(root.attributes.get("name", ""), shapes, joints, tuple(from_visual))


def _parse(content: bytes) -> _Element:
    parser = expat.ParserCreate()
    stack: list[_Element] = [_Element("", {}, 1, 1)]

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = _Element(tag, attributes, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_tag: str) -> None:
        stack.pop()

    def refuse_entity(name: str, *_: object) -> None:
        raise UrdfError("E311", f"the file declares an entity `{name}`; a URDF has none", parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = start, end, refuse_entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as reason:
        what = expat.ErrorString(reason.code)
        raise UrdfError("E311", f"it is not well-formed XML: {what}", reason.lineno, reason.offset + 1) from None
    return stack[0].children[0]


def _pose(parent: _Element) -> Pose:
    origin = parent.first("origin")
    if origin is None:
        return Pose.identity()
    return Pose.from_xyz_rpy(origin.numbers("xyz", 3, "0 0 0"), origin.numbers("rpy", 3, "0 0 0"))


def _shape(element: _Element) -> LinkShape:
    geometry = element.first("geometry")
    if geometry is None or not geometry.children:
        raise element.error(f"<{element.tag}> has no geometry")
    what = geometry.children[0]
    shape: Box | Cylinder | Sphere | Mesh
    match what.tag:
        case "box":
            x, y, z = what.numbers("size", 3)
            shape, sizes = Box((x, y, z)), (x, y, z)
        case "cylinder":
            (radius,), (length,) = what.numbers("radius", 1), what.numbers("length", 1)
            shape, sizes = Cylinder(radius, length), (radius, length, 1.0)
        case "sphere":
            (radius,) = what.numbers("radius", 1)
            shape, sizes = Sphere(radius), (radius, 1.0, 1.0)
        case "mesh":
            x, y, z = what.numbers("scale", 3, "1 1 1")
            shape, sizes = Mesh(what.text("filename"), (x, y, z)), (abs(x), abs(y), abs(z))
        case other:
            raise what.error(f"<{other}> is not a shape that is read", "E312", "use box, cylinder, sphere or mesh")
    if min(sizes) <= 0.0:
        raise what.error(f"a size of <{what.tag}> is not positive")
    return LinkShape(shape, _pose(element), what.line, what.column)


def _joint(element: _Element) -> UrdfJoint:
    name, kind = element.text("name"), element.text("type")
    ends = []
    for tag in ("parent", "child"):
        end = element.first(tag)
        if end is None:
            raise element.error(f"joint `{name}` has no <{tag}>")
        ends.append(end.text("link"))
    axis, limit = element.first("axis"), element.first("limit")
    direction = axis.numbers("xyz", 3, "1 0 0") if axis is not None else (1.0, 0.0, 0.0)
    if kind != "fixed" and not any(direction):
        raise (axis or element).error(f"joint `{name}` has a zero axis")

    def bound(what: str) -> float:
        return limit.numbers(what, 1)[0] if limit is not None and what in limit.attributes else float("nan")

    return UrdfJoint(
        name=name,
        kind=kind,
        parent=ends[0],
        child=ends[1],
        origin=_pose(element),
        axis=frozen(direction),
        # Both default to 0 by the format; leaving both out gives a joint that cannot move, which nobody means.
        lower=bound("lower"),
        upper=bound("upper"),
        velocity=bound("velocity"),
        effort=bound("effort"),
        mimics=element.first("mimic") is not None,
        line=element.line,
        column=element.column,
    )


@dataclass(frozen=True, slots=True, eq=False)
class SerialChain:
    """`moving` joints from base to flange; `T_parent_joint` of each from the previous link's frame. `bodies[k]` are the
    shapes that move with link k, posed in its frame."""

    moving: tuple[UrdfJoint, ...]
    T_parent_joint: tuple[Pose, ...]
    T_last_flange: Pose
    bodies: tuple[tuple[LinkShape, ...], ...]
    link_names: tuple[str, ...]


_USUAL_TIPS = ("tool0", "flange", "ee_link")


def serial_chain(urdf: Urdf, tip: str | None) -> SerialChain:
    """The chain from the root link to `tip` (or to the only end there is). Fixed joints are folded away.

    Raises UrdfError E313 when the joints are no single open chain of revolute and prismatic joints.
    """
    children: dict[str, list[UrdfJoint]] = {link: [] for link in urdf.shapes}
    held: dict[str, UrdfJoint] = {}
    for joint in urdf.joints:
        if joint.child in held:
            raise _unsupported(joint, f"link `{joint.child}` hangs on two joints: a closed loop is not a serial arm")
        held[joint.child] = joint
        children[joint.parent].append(joint)
    roots = [link for link in urdf.shapes if link not in held]
    if len(roots) != 1:
        raise UrdfError("E313", f"expected one root link, found {len(roots)}: {', '.join(roots) or 'every link is held'}")
    moving: list[UrdfJoint] = []
    origins: list[Pose] = []
    bodies: list[tuple[LinkShape, ...]] = []
    names: list[str] = []
    start = roots[0]
    while True:
        rigid = _rigid_group(start, children)
        names.append(start)
        bodies.append(
            tuple(
                LinkShape(s.shape, T_link_member @ s.pose, s.line, s.column)
                for link, T_link_member in rigid.items()
                for s in urdf.shapes[link]
            )
        )
        onward = [joint for link in rigid for joint in children[link] if joint.kind != "fixed"]
        if not onward:
            break
        if len(onward) > 1:
            named = ", ".join(f"`{joint.name}`" for joint in onward)
            raise _unsupported(onward[1], f"the arm branches at link `{start}` into {named}: only a serial arm is read")
        _check_kind(onward[0])
        moving.append(onward[0])
        origins.append(rigid[onward[0].parent] @ onward[0].origin)
        start = onward[0].child
    if not moving:
        raise UrdfError("E313", "no joint of it moves")
    return SerialChain(tuple(moving), tuple(origins), rigid[_tip_link(rigid, children, tip)], tuple(bodies), tuple(names))


def _rigid_group(start: str, children: Mapping[str, list[UrdfJoint]]) -> dict[str, Pose]:
    """T_start_link of `start` and of every link fixed to it."""
    group, pending = {start: Pose.identity()}, [start]
    while pending:
        link = pending.pop()
        for joint in children[link]:
            if joint.kind == "fixed":
                group[joint.child] = group[link] @ joint.origin
                pending.append(joint.child)
    return group


def _tip_link(group: Mapping[str, Pose], children: Mapping[str, list[UrdfJoint]], tip: str | None) -> str:
    if tip is not None:
        if tip not in group:
            known = ", ".join(f"`{link}`" for link in group)
            raise UrdfError("E313", f"tip `{tip}` is not fixed to the last link", help=f"these are: {known}")
        return tip
    ends = [link for link in group if not children[link]]
    usual = [link for link in _USUAL_TIPS if link in group]
    if len(ends) == 1 or not usual:
        if len(ends) != 1:
            raise UrdfError(
                "E313",
                f"the arm has {len(ends)} ends: {', '.join(f'`{e}`' for e in ends)}",
                help='say which is the flange with `tip = "…"` in a TOML file of the same name beside the URDF',
            )
        return ends[0]
    return usual[0]


def _check_kind(joint: UrdfJoint) -> None:
    if joint.mimics:
        raise _unsupported(joint, f"joint `{joint.name}` mimics another; coupled joints are not read")
    if joint.kind == "continuous":
        help = 'give it type="revolute" and limits, for example lower="-6.2832" upper="6.2832": cables end somewhere'
        raise _unsupported(joint, f"joint `{joint.name}` is continuous and so has no position limits", help)
    if joint.kind not in ("revolute", "prismatic"):
        raise _unsupported(joint, f"joint `{joint.name}` is of type `{joint.kind}`; revolute, prismatic and fixed are read")


def _unsupported(joint: UrdfJoint, message: str, help: str = "") -> UrdfError:
    return UrdfError("E313", message, joint.line, joint.column, help)
