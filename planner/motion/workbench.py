"""One robot with one tool in its cell, ready for checking: its movers for every load, the standers, each pair's margin.

The standers are always the fullest cell there can be (cell/scene.py), every other robot at its home (cell/home.py) and every
zone; a table of margins says which pairs count for a motion with a certain touch. So shapes are built once a robot, whatever is
asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import numpy as np

from cell.docking import docked_bodies
from cell.geometry import Array, Body, Pose
from cell.grasps import T_part_tcp, grasps
from cell.home import other_robots
from cell.model import CellModel
from cell.robot import RobotModel
from cell.scene import absent, is_taken, lying_under, part_body, scene_for, standing_roots
from cell.seats import turns
from cell.steps import Along, AtPlace, Carried, Docking, Touch, meets_part
from planner.motion.arm import Arm
from planner.motion.bodies import Mover, Stander, movers, stander, zone_stander
from planner.motion.collision import UNCHECKED, Collider, shape_distance
from planner.motion.inverse_kinematics import InverseKinematics
from planner.motion.margins import ACCESS_CLEARANCE, FREE_CLEARANCE, ZONE_CLEARANCE

TOUCHING = 1e-4  # m: nearer than this to a part at rest counts as what carries it


class Workbench:
    """`collider(carried)` and `margins(…)` belong together: the table has a row a mover and a column a stander."""

    def __init__(self, cell: CellModel, robot: str, models: Mapping[str, RobotModel], tool: str | None) -> None:
        self.cell, self.robot = cell, robot
        self.arm = Arm.of(cell, robot, models[robot], tool)
        self.kinematics = InverseKinematics(models[robot])
        self.standers: tuple[Stander, ...] = (
            *(stander(body) for body in scene_for(cell, None)),
            *(stander(body) for body in other_robots(cell, robot, models)),
            *(zone_stander(zone) for zone in cell.zones.values()),
        )
        self._carried_by: dict[tuple[str, str], frozenset[str]] = {}
        self._colliders: dict[tuple[Carried, ...], Collider] = {}

    def collider(self, carried: Sequence[Carried]) -> Collider:
        key = tuple(sorted(set(carried)))
        if key not in self._colliders:
            self._colliders[key] = Collider(self.arm, movers(self.arm, self.cell, key), self.standers)
        return self._colliders[key]

    def margins(
        self,
        collider: Collider,
        touch: Touch | Docking | Along | None,
        avoid: Sequence[str],
        clearance: float,
        in_contact: bool = False,
    ) -> Array:
        """The distance (M, S) in m that each pair has to keep. `in_contact`: the pair of `touch` may touch."""
        table = np.full((len(collider.movers), len(collider.standers)), clearance)
        gone = absent(self.cell.places, touch.place) if isinstance(touch, Touch | Along) else frozenset[str]()
        roots = standing_roots(self.cell.places, touch.place) if isinstance(touch, Touch | Along) else {}
        for column, body in enumerate(collider.standers):
            if body.what == "zone":
                table[:, column] = ZONE_CLEARANCE if body.owner in avoid else UNCHECKED
            elif body.what == "robot":
                table[:, column] = max(clearance, FREE_CLEARANCE)  # nothing is built to be narrow there
            elif _is_away(body, touch, gone, roots):
                table[:, column] = UNCHECKED
            elif touch is not None and in_contact:
                touching = [self._is_meant(mover, body, touch) for mover in collider.movers]
                table[touching, column] = UNCHECKED
        table[[mover.link == 0 for mover in collider.movers]] = UNCHECKED  # what stands cannot run into what stands
        return table

    def _is_meant(self, mover: Mover, body: Stander, touch: Touch | Docking | Along) -> bool:
        if isinstance(touch, Docking):
            if touch.pair == "tool and pocket":
                return mover.kind == "tool" and body.name in self._tool_carriers(touch.pocket)
            is_flange = mover.kind == "link" and mover.link == self.arm.model.degrees_of_freedom
            return is_flange and body.what == "tool" and body.owner == touch.pocket
        if meets_part(touch):
            return mover.kind == "tool" and body.what == "part" and body.owner == touch.place
        assert isinstance(touch, Touch)
        return mover.kind == "held" and mover.hand == touch.hand and body.name in self._carriers(touch.place, touch.kind)

    def _carriers(self, place: str, kind: str) -> frozenset[str]:
        """The bodies of the place's equipment and the parts beneath that a part at rest there touches, or is as near to as its
        thin support leaves it: the ones that it may come near in contact."""
        if (place, kind) not in self._carried_by:
            spot = self.cell.places[place]
            part = part_body(self.cell, kind, spot.frame)
            own = [s for s in self.standers if (s.what, s.owner) == ("equipment", spot.equipment)]
            under = lying_under(self.cell.places, place)
            roots = standing_roots(self.cell.places, place)
            own += [s for s in self.standers if s.what == "part" and s.owner in under and _stands(s, roots)]
            near = 2 * ACCESS_CLEARANCE if under else TOUCHING
            touching = (s.name for s in own if shape_distance(part, Body(s.name, s.shape, s.T_world_body)) <= near)
            self._carried_by[place, kind] = frozenset(touching)
        return self._carried_by[place, kind]

    def _tool_carriers(self, pocket: str) -> frozenset[str]:
        """The bodies of the changer that the tool touches in its pocket."""
        spot = self.cell.pockets[pocket]
        own = [s for s in self.standers if (s.what, s.owner) == ("equipment", spot.changer)]
        stands = docked_bodies(self.cell, spot)
        near = (s for s in own for body in stands if shape_distance(body, Body(s.name, s.shape, s.T_world_body)) <= TOUCHING)
        return frozenset(s.name for s in near)

    def loads(self, hands: Sequence[str]) -> tuple[Carried, ...]:
        """Every part that each of `hands` may hold, in every grasp: what has to be clear whatever is carried."""
        kinds = self.arm.tool.takes if self.arm.tool else ()
        return tuple(
            Carried(hand, kind, grasp)
            for hand in hands
            for kind in kinds
            if kind in self.cell.parts
            for grasp in grasps(self.cell.parts[kind].shape)
        )

    def contact_poses(self, stance: AtPlace) -> tuple[Pose, ...]:
        """T_world_tcp for every turn of the part that cannot be told from none."""
        frame, shape = self.cell.places[stance.place].frame, self.cell.parts[stance.kind].shape
        return tuple(frame @ Pose.about_z(turn) @ T_part_tcp(shape, stance.grasp) for turn in turns(self.cell, stance.kind))


def _is_away(body: Stander, touch: Touch | Docking | Along | None, gone: frozenset[str], roots: Mapping[str, str]) -> bool:
    """Whether a motion with that touch does not meet the part or the tool."""
    match touch:
        case Touch() | Along():
            return body.what == "part" and not _is_there(body, touch, gone, roots)
        case Docking():
            return is_taken(body.what, body.owner, touch)
        case None:
            return False
    assert_never(touch)


def _is_there(part: Stander, touch: Touch | Along, gone: frozenset[str], roots: Mapping[str, str]) -> bool:
    """Whether a motion with that touch meets the part: one that comes for a part meets just that kind (cell/scene.py)."""
    if part.owner != touch.place:
        return part.owner not in gone and _stands(part, roots)
    return meets_part(touch) and part.name == f"{touch.kind} at {touch.place}"


def _stands(part: Stander, roots: Mapping[str, str]) -> bool:
    """Whether the part is of the one kind that stands at its place, where that is fixed."""
    return part.owner not in roots or part.name == f"{roots[part.owner]} at {part.owner}"
