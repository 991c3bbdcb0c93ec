"""A motion's program while it is made: it takes as long as the motion is long, and a stop does not wait for it. Pure.

Law: what is made here is not prepared. The robot is looked at before and again after, and whatever would have dropped a prepared
motion meanwhile (a stop, a lost link) has dropped this one too.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.device import Trajectory
from cell.driver_errors import Refusal
from cell.geometry import Array
from cell.robot import RobotModel
from cell.trajectory import Law, Path
from cell.trajectory_check import in_order, trajectory_finding
from cell_drivers.ur.registers import Mark
from cell_drivers.ur.script import program, rows_of


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """`period` s of the controller that it is for. `drops`: how often prepared motions had been dropped when it was begun."""

    command: str
    trajectory: Trajectory
    period: float
    drops: int


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Where it starts (6,) rad, s that it takes, and the whole program."""

    start: Array
    duration: float
    text: str


def made(draft: Draft, model: RobotModel) -> Made | tuple[Refusal, str]:
    """Needs nothing of the robot that may change: so it is called by whoever holds no lock."""
    finding = trajectory_finding(draft.trajectory, model)
    if finding is not None:
        return finding
    path, law = Path.of(in_order(draft.trajectory, model.chain.joint_names)), Law.of(draft.trajectory.phases)
    text = program(Mark.of(draft.command), rows_of(path, law, draft.period, model.acceleration))
    return Made(path.control[0, 0], law.duration, text)
