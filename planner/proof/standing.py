"""Where a robot stands that the plan does not move, as far as the request says."""

from __future__ import annotations

import numpy as np

from cell.geometry import Array, Body, Box, Pose
from cell.scene import SceneBody
from cell.state import InHand, PlanningRequest, tool_at
from cell.steps import AtHome, AtMeasured, Carried
from cell.zones import Zone
from planner.proof.arm import Arm, arm_of, link_bodies
from planner.proof.gap import Gauge, placed


def positions_at_start(request: PlanningRequest, robot: str) -> Array | None:
    """Joint positions (n,); None in a stance that does not give them (a hub, a place)."""
    arm = arm_at_start(request, robot)
    match request.state.stances.get(robot):
        case AtMeasured(q):
            return np.array(q)
        case AtHome() if arm.home is not None:
            return np.array(arm.home)
        case _:
            return None


def as_observed(request: PlanningRequest, robot: str) -> Array | None:
    """Joint positions (n,) of a robot that stands, as it was seen, also in a stance that does not give them; None where nobody
    says."""
    told = request.state.standing.get(robot)
    return positions_at_start(request, robot) if told is None else np.array(told)


def _bodies_of(request: PlanningRequest, robot: str, q: Array) -> tuple[SceneBody, ...]:
    """The robot standing at `q` (n,), with what is at its flange and in its hands, as bodies of the scene of another one."""
    arm = arm_at_start(request, robot)
    poses = arm.model.chain.link_poses(q)
    return tuple(
        SceneBody(f"{robot}/{b.name}", robot, "robot", b.body.moved(arm.T_world_base @ Pose.from_matrix(poses[b.link])))
        for b in link_bodies(arm, held_at_start(request, robot))
    )


def arm_at_start(request: PlanningRequest, robot: str) -> Arm:
    """The robot with the tool that it has where the plan starts."""
    tool = tool_at(request.cell, request.state, robot)
    return arm_of(request.cell, robot, request.robots[robot], None if tool is None else tool.name)


def held_at_start(request: PlanningRequest, robot: str) -> tuple[Carried, ...]:
    tool = tool_at(request.cell, request.state, robot)
    hands = set() if tool is None else {f"{tool.name}.{hand.name}" for hand in tool.hands}
    locations = ((p.kind, p.location) for p in request.state.parts)
    return tuple(Carried(at.hand, kind, at.grasp) for kind, at in locations if isinstance(at, InHand) and at.hand in hands)


def stands_in(request: PlanningRequest, robot: str, zone: Zone) -> bool:
    """Whether link, tool or load of a robot that stands where the plan starts is in the zone; its foot does not count."""
    q = positions_at_start(request, robot)
    if q is None:
        return False
    arm = arm_at_start(request, robot)
    poses = arm.model.chain.link_poses(q)
    bodies = [b for b in link_bodies(arm, held_at_start(request, robot)) if b.link > 0]
    box = zone_body(zone)
    gauge = Gauge([box.shape, *(b.body.shape for b in bodies)])
    at = (placed(arm.T_world_base @ Pose.from_matrix(poses[b.link]) @ b.body.pose) for b in bodies)
    return any(gauge.measure(0, placed(box.pose), k, where)[0] <= 0.0 for k, where in enumerate(at, start=1))


def standing_robots(request: PlanningRequest, robot: str) -> tuple[SceneBody, ...]:
    """Every robot but `robot` as it is seen to stand, with its tool and what it holds; nothing of one that nobody says where it
    stands."""
    others = ((name, as_observed(request, name)) for name in request.cell.robots if name != robot)
    return tuple(body for name, q in others if q is not None for body in _bodies_of(request, name, q))


def zone_body(zone: Zone) -> Body:
    low, high = np.array(zone.low), np.array(zone.high)
    size = high - low
    return Body("zone", Box((float(size[0]), float(size[1]), float(size[2]))), Pose.from_xyz_rpy((low + high) / 2))
