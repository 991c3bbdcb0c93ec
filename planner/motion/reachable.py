"""Where a robot cannot stand at all, for a whole piece of equipment at once: what kinematics alone rules out.

Where one place of a tray is out of reach, others are likely to be, in other grasps too. A schedule that learnt them one by one
would need a round for each.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cell.grasps import grasps
from cell.model import CellModel
from cell.robot import RobotModel
from cell.steps import AtPlace
from planner.motion.arm import stacked
from planner.motion.cartesian_path import SINGULAR
from planner.motion.ik_branch import has_turn_within, least_singular
from planner.motion.workbench import Workbench


def out_of_reach(
    cell: CellModel, robot: str, models: Mapping[str, RobotModel], tool: str | None, equipment: str
) -> frozenset[AtPlace]:
    """Every stance at places of `equipment`, with parts that they accept and `tool` grips, to which inverse kinematics has no
    answer within the limits and clear of singularities, however the part may be turned."""
    bench = Workbench(cell, robot, models, tool)
    missed: set[AtPlace] = set()
    for hand in bench.arm.hands:
        stances = _stances(bench, equipment, hand)
        poses = [stacked(bench.contact_poses(stance)) for stance in stances]
        if not poses:
            continue
        T_base_flange = bench.arm.base_flange(np.concatenate(poses), bench.arm.T_flange_tcp(hand))
        q, pose = bench.kinematics.branches_at(T_base_flange)
        model = bench.arm.model
        is_good = has_turn_within(model, q) & (least_singular(model, q) > SINGULAR)
        stance_of = np.repeat(np.arange(len(stances)), [len(turns) for turns in poses])
        reached = set(stance_of[pose[is_good]].tolist())
        missed.update(stance for k, stance in enumerate(stances) if k not in reached)
    return frozenset(missed)


def _stances(bench: Workbench, equipment: str, hand: str) -> list[AtPlace]:
    cell, grips = bench.cell, bench.arm.tool.takes if bench.arm.tool else ()
    return [
        AtPlace(place.name, hand, kind, grasp)
        for place in cell.equipment[equipment].places
        for kind in place.accepts
        if kind in grips
        for grasp in grasps(cell.parts[kind].shape)
    ]
