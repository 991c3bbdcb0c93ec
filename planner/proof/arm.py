"""A robot as the proof moves it: links, tool and what the hands carry, each body fixed to one link of the chain.

Plain values only, so that one crosses to another process with the motions that are to be checked there.
"""

from __future__ import annotations

from dataclasses import replace

from cell.dataclass import dataclass
from cell.equipment import PartKind
from cell.geometry import Array, Body, Pose, Shape, corners, height
from cell.grasps import T_part_tcp
from cell.home import home_of
from cell.model import CellModel, Tool
from cell.robot import RobotModel
from cell.seats import turns
from cell.steps import Carried


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """`hands` maps tool.hand to T_flange_tcp; empty without a tool. `shapes`, `masses` and `forces` (N, as gripped; None where
    neither kind nor tool says) of every part kind. `payload` in kg, `max_speed` in m/s at the TCP, `force_limit` in N, `home` in
    rad or m, by the rule of cell/home.py; None where nobody asks for it. The kinds `one_way` rest in a place unturned only,
    whatever the symmetry of their shape."""

    robot: str
    model: RobotModel
    T_world_base: Pose
    tool: str | None
    tool_bodies: tuple[Body, ...]
    tool_mass: float
    hands: tuple[tuple[str, Pose], ...]
    shapes: tuple[tuple[str, Shape], ...]
    masses: tuple[tuple[str, float], ...]
    forces: tuple[tuple[str, float | None], ...]
    payload: float | None
    max_speed: float | None
    force_limit: float | None
    home: tuple[float, ...] | None
    one_way: frozenset[str] = frozenset()

    def T_flange_tcp(self, hand: str) -> Pose:
        """Raises KeyError for a hand that this robot does not have."""
        return dict(self.hands)[hand]


@dataclass(frozen=True, slots=True, eq=False)
class LinkBody:
    """A convex body fixed to link `link` (0 the base, n the last), in that link's frame. `part_of` is "link", "tool" or the
    hand that carries it."""

    name: str
    part_of: str
    link: int
    body: Body

    @property
    def corners(self) -> Array:
        """Points (M, 3) in the link's frame whose hull encloses the body."""
        return self.body.pose.apply(corners(self.body.shape))


def arm_of(cell: CellModel, robot: str, model: RobotModel, at_flange: str | None) -> Arm:
    """`at_flange` names the tool there, None for none. Raises ValueError where the robot has no home (cell/home.py)."""
    unit, tool = cell.robots[robot], None if at_flange is None else cell.tools[at_flange]
    hands = () if tool is None else tuple((f"{tool.name}.{hand.name}", hand.T_flange_tcp) for hand in tool.hands)
    return Arm(
        robot=robot,
        model=model,
        T_world_base=unit.base,
        tool=None if tool is None else tool.name,
        tool_bodies=() if tool is None else tool.bodies,
        tool_mass=0.0 if tool is None else tool.mass,
        hands=hands,
        one_way=frozenset(name for name in cell.parts if turns(cell, name) == (0.0,)),
        shapes=tuple((kind.name, kind.shape) for kind in cell.parts.values()),
        masses=tuple((kind.name, kind.mass) for kind in cell.parts.values()),
        forces=tuple((kind.name, _grip_force(kind, tool)) for kind in cell.parts.values()),
        payload=unit.payload if unit.payload is not None else model.payload,
        max_speed=unit.max_speed,
        force_limit=unit.force_limit,
        home=home_of(unit, model),
    )


def content_of(arm: Arm) -> tuple[object, ...]:
    """All of the arm, for a digest: the model's own hash stands for the model."""
    return arm.model.content_hash, replace(arm, model=None)  # type: ignore[arg-type]


def link_bodies(arm: Arm, carried: tuple[Carried, ...]) -> tuple[LinkBody, ...]:
    """Every body that moves with the arm, and the base. Raises KeyError for an unknown hand or part kind."""
    last, T_last_flange = arm.model.degrees_of_freedom, arm.model.T_last_flange
    links = (
        LinkBody(f"link {k}.{i}", "link", k, Body(f"link {k}.{i}", hull))
        for k, hulls in enumerate(arm.model.hulls)
        for i, hull in enumerate(hulls)
    )
    tool = (LinkBody(f"{arm.tool}/{b.name}", "tool", last, b.moved(T_last_flange)) for b in arm.tool_bodies)
    parts = (LinkBody(f"{c.kind} in {c.hand}", c.hand, last, carried_body(arm, c)) for c in carried)
    return (*links, *tool, *parts)


def carried_body(arm: Arm, carried: Carried) -> Body:
    """The part in the hand, in the frame of the last link."""
    shape = dict(arm.shapes)[carried.kind]
    T_last_part = arm.model.T_last_flange @ arm.T_flange_tcp(carried.hand) @ T_part_tcp(shape, carried.grasp).inverse()
    return Body(carried.kind, shape, T_last_part @ Pose.from_xyz_rpy((0.0, 0.0, height(shape) / 2)))


def _grip_force(kind: PartKind, tool: Tool | None) -> float | None:
    if kind.grip_force is not None:
        return kind.grip_force
    return tool.force[0] if tool is not None and tool.force is not None else None
