"""What moves and what stands, at one time of the recording, built by the judge itself from the cell model.

Parts lie where the world says they were put, held parts sit in the flange as they were at the moment of gripping. Parts in a
heap are in nobody's way: they fall below its rim.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, Box, ConvexHull, Cylinder, Pose, Sphere
from cell.model import CellModel
from tests.judge.arm import Arm
from tests.judge.solids import Solid, Standing, solid_of, standing, standing_body

FLOOR_DEPTH = 0.5  # m; the floor is everything below z = 0, and no motion of a sane robot goes through it in one step


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """A solid fixed at `placement` (4, 4) to the frame of joint `joint` of `robot`. `what` is link, tool or part; `hand`
    (tool.hand) is the one that a part is held in, or that a body of a tool belongs to, "" for all hands of the tool."""

    name: str
    what: str
    robot: str
    joint: int
    solid: Solid
    placement: Array
    hand: str = ""


def links_of(arm: Arm) -> tuple[Moving, ...]:
    moving = (link for link in arm.links if link.joint > 0)
    return tuple(Moving(link.name, "link", arm.name, link.joint, link.solid, link.placement) for link in moving)


def base_of(arm: Arm) -> tuple[Standing, ...]:
    """The robot's own foot, which other robots, parts and tools must not meet; it stands on the floor."""
    foot = (link for link in arm.links if link.joint == 0)
    return tuple(standing(link.name, arm.name, "base", link.solid, arm.T_world_base @ link.placement) for link in foot)


def declared(arm: Arm, cell: CellModel) -> tuple[str, ...]:
    """The tools that are declared to be at the flange."""
    return tuple(name for name, tool in cell.tools.items() if tool.mount == arm.name)


def tool_of(arm: Arm, cell: CellModel, tools: Collection[str] | None = None) -> tuple[Moving, ...]:
    """The bodies of `tools` at the flange; of those that are declared to be there where nothing is said."""
    found = []
    for tool in (cell.tools[name] for name in (declared(arm, cell) if tools is None else tools)):
        hands = {f"{tool.name}.{hand.name}" for hand in tool.hands}
        for body in tool.bodies:
            placement = arm.T_joint_flange @ body.pose.matrix
            hand = body.name if body.name in hands and len(hands) > 1 else ""
            found.append(Moving(f"{arm.name} {body.name}", "tool", arm.name, arm.joints, solid_of(body.shape), placement, hand))
    return tuple(found)


def tcp_frames(arm: Arm, cell: CellModel, tools: Collection[str] | None = None) -> Mapping[str, Array]:
    """T_flange_tcp (4, 4) of every hand of `tools` (those that are declared to be there, where nothing is said); the flange
    itself where there is none."""
    hands = {
        f"{tool.name}.{hand.name}": np.array(hand.T_flange_tcp.matrix)
        for tool in (cell.tools[name] for name in (declared(arm, cell) if tools is None else tools))
        for hand in tool.hands
    }
    return hands or {f"{arm.name} flange": np.eye(4)}


def held_part(arm: Arm, part: str, kind: str, hand: str, T_flange_part: Array, cell: CellModel) -> Moving:
    centre = _centre(kind, cell)
    placement = arm.T_joint_flange @ T_flange_part @ centre
    return Moving(f"{part} in {hand}", "part", arm.name, arm.joints, solid_of(cell.parts[kind].shape), placement, hand)


def lying_part(part: str, kind: str, place: str, T_world_part: Array, cell: CellModel) -> Standing:
    return standing(f"{part} at {place}", place, "part", solid_of(cell.parts[kind].shape), T_world_part @ _centre(kind, cell))


def part_height(kind: str, cell: CellModel) -> float:
    match cell.parts[kind].shape:
        case Box(size):
            return size[2]
        case Cylinder(_, length):
            return length
        case Sphere(radius):
            return 2 * radius
        case ConvexHull(vertices):
            return float(vertices[:, 2].max() - vertices[:, 2].min())


def _centre(kind: str, cell: CellModel) -> Array:
    """From the middle of a part's lower face to the origin of its shape."""
    return np.array(Pose.from_xyz_rpy((0.0, 0.0, part_height(kind, cell) / 2)).matrix)


def equipment(cell: CellModel) -> Iterator[Standing]:
    for thing in cell.equipment.values():
        for body in thing.bodies:
            yield standing_body(body, thing.name, "equipment")


def floor(cell: CellModel) -> Iterator[Standing]:
    """Below z = 0, unless a robot stands lower than that."""
    if all(robot.base.translation[2] >= 0.0 for robot in cell.robots.values()):
        size = (40.0, 40.0, FLOOR_DEPTH)
        pose = Pose.from_xyz_rpy((0.0, 0.0, -FLOOR_DEPTH / 2)).matrix
        yield standing("floor", "floor", "floor", solid_of(Box(size)), np.array(pose))


def zone_box(cell: CellModel, name: str) -> Standing:
    zone = cell.zones[name]
    low, high = np.array(zone.low), np.array(zone.high)
    pose = Pose.from_xyz_rpy(tuple((low + high) / 2)).matrix
    return standing(name, name, "zone", solid_of(Box(tuple(high - low))), np.array(pose))
