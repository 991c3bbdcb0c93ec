"""Shapes, bodies and frames out of attributes. A body stands on the centre of its lower face, a hand's z points out of it."""

from __future__ import annotations

import math

from cell.geometry import Body, Box, Cylinder, Pose, Shape, Sphere, height
from cell.model import Hand
from intentlang.declared import Declared, Given, numbers, plain
from intentlang.forms import Value

DEFAULT_PLATE = 0.02
"""m. The height of a tray that declares no shape."""


def pose(declared: Declared, at: str = "at") -> Pose:
    """The frame of a thing; the origin of the world where `at` is missing, which has been reported by then."""
    return Pose.from_xyz_rpy(declared.vector(at) or (0.0, 0.0, 0.0), declared.vector("rotation") or (0.0, 0.0, 0.0))


def shape_of(given: Given | None, name: str = "shape") -> Shape | None:
    return None if given is None else _shape(given.values, given.match.form)


def _shape(values: tuple[Value, ...], form: int) -> Shape:
    match form:
        case 0:
            x, y, z = numbers(values[0])
            return Box((x, y, z))
        case 1:
            radius, length = numbers(values)
            return Cylinder(radius, length)
        case _:
            return Sphere(numbers(values)[0])


def standing(name: str, shape: Shape, frame: Pose) -> Body:
    """`shape` with the centre of its lower face at `frame`."""
    return Body(name, shape, frame @ Pose.from_xyz_rpy((0.0, 0.0, height(shape) / 2)))


def extra_bodies(declared: Declared) -> tuple[Body, ...]:
    """`body NAME box (…) at (…) [rotation (…)]`, in the thing's frame. Two forms a shape, in the order of the shapes."""
    bodies = []
    for given in declared.all("body"):
        name, *rest = given.values
        form, turned = divmod(given.match.form, 2)
        count = 2 if form == 1 else 1
        shape = _shape(tuple(rest[:count]), form)
        rotation = numbers(rest[count + 1]) if turned else (0.0, 0.0, 0.0)
        frame = Pose.from_xyz_rpy(numbers(rest[count]), rotation)
        bodies.append(standing(f"{declared.name.text}.{plain(name)}", shape, frame))
    return tuple(bodies)


def hands(tool: Declared) -> tuple[Hand, ...]:
    """The gripping points. Explicit `hand`s win; else `hands n` spreads n copies of the tcp, see `hand_mounts`."""
    explicit = tool.all("hand")
    if explicit:
        return tuple(
            Hand(
                plain(g.values[0]),
                Pose.from_xyz_rpy(numbers(g.values[1]), numbers(g.values[2]) if g.match.form == 1 else (0.0, 0.0, 0.0)),
            )
            for g in explicit
        )
    tcp = pose(tool, "tcp")
    return tuple(Hand(_letter(i), mount @ tcp) for i, mount in enumerate(hand_mounts(tool)))


def hand_mounts(tool: Declared) -> tuple[Pose, ...]:
    """Where each copy of the tcp sits in the flange frame.

    Vacuum: side by side along the longer side of the shape. Fingers: two hands form a V, tilted about x by +45 and -45 deg; more
    are tilted by 45 deg and spread evenly about z."""
    count = int(tool.number("hands") or 1)
    if count == 1:
        return (Pose.identity(),)
    if tool.get("vacuum") is not None:
        shape = shape_of(tool.get("shape"))
        x, y = (shape.size[0], shape.size[1]) if isinstance(shape, Box) else (0.1 * count, 0.0)
        steps = [(i + 0.5) / count - 0.5 for i in range(count)]
        return tuple(Pose.from_xyz_rpy((x * t, 0.0, 0.0) if x >= y else (0.0, y * t, 0.0)) for t in steps)
    tilt = math.pi / 4
    if count == 2:
        return tuple(Pose.from_xyz_rpy((0, 0, 0), (angle, 0, 0)) for angle in (tilt, -tilt))
    tilted = Pose.from_xyz_rpy((0, 0, 0), (tilt, 0, 0))
    return tuple(Pose.about_z(math.tau * i / count) @ tilted for i in range(count))


def tool_bodies(tool: Declared) -> tuple[Body, ...]:
    """The tool's shape on the flange: once, or once a hand where the default V or fan tilts it."""
    shape = shape_of(tool.get("shape"))
    name = tool.name.text
    bodies: tuple[Body, ...] = ()
    if shape is not None:
        is_spread = not tool.all("hand") and tool.get("vacuum") is None and (tool.number("hands") or 1) > 1
        mounts = hand_mounts(tool) if is_spread else (Pose.identity(),)
        names = [f"{name}.{_letter(i)}" for i in range(len(mounts))] if is_spread else [name]
        bodies = tuple(standing(n, shape, mount) for n, mount in zip(names, mounts, strict=True))
    return bodies + extra_bodies(tool)


def _letter(index: int) -> str:
    return chr(ord("a") + index) if index < 26 else f"h{index + 1}"
