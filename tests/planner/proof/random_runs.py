"""Runs of a plan of two gantries with durations and branches drawn by chance, and how near the two come: plain arithmetic.

A step starts when all it waits for has ended, or later; it lasts 0.2 to 5 times as long as declared. Each gantry is three boxes
that lie inside its bodies (block, tool, part), so a distance of zero here is a contact for certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

import numpy as np

from cell.geometry import Array
from cell.motion_plan import MotionPlan
from cell.steps import Decide, Move
from cell.trajectory import Law, Path, combined
from tests.planner.proof.two_gantries import HOMES

_TICK = 0.1  # s
_BLOCK = np.array([[-0.15, -0.05, 0.005], [0.15, 0.05, 0.06]])
_TOOL = np.array([[-0.02, -0.02, -0.115], [0.02, 0.02, 0.0]])
_PART = np.array([[-0.014, -0.014, -0.27], [0.014, 0.014, -0.15]])


def nearest(plan: MotionPlan, seed: int) -> float:
    """The least distance, in m along the axis that parts them most, of the two gantries in one run; not positive in contact."""
    draw = Random(seed)
    times = _times(plan, draw)
    end = max(last for _, last in times.values()) + 1.0
    at = np.arange(0.0, end, _TICK)
    bodies = {robot: list(_bodies(plan, robot, times, at)) for robot in HOMES}
    least = np.inf
    for a, b in product(bodies["left"], bodies["right"]):
        apart = np.maximum(a[:, 0] - b[:, 1], b[:, 0] - a[:, 1]).max(axis=1)
        least = min(least, float(np.min(apart)))
    return least


def _times(plan: MotionPlan, draw: Random) -> dict[str, tuple[float, float]]:
    """Start and end of every step that happens."""
    taken = {choice.id: draw.randrange(len(choice.alternatives)) for choice in plan.tasks.choices}
    decided: dict[str, float] = {}
    branch_of = {step.id: step.branch for step in plan.tasks.steps}
    times: dict[str, tuple[float, float]] = {}
    for step in plan.tasks.steps:
        if step.branch is not None and taken[step.branch.choice] != step.branch.index:
            continue
        before = 0.0
        for name in step.predecessors:
            skipped = branch_of[name]
            before = max(before, times[name][1] if name in times else decided[skipped.choice] if skipped is not None else 0.0)
        start = before + draw.choice((0.0, 0.0, 0.0, draw.uniform(0.0, 30.0)))
        times[step.id] = start, start + step.duration * draw.choice((0.2, 1.0, 5.0, draw.uniform(0.2, 5.0)))
        if isinstance(step.action, Decide):
            decided[step.action.choice] = times[step.id][1]
    return times


def _bodies(plan: MotionPlan, robot: str, times: dict[str, tuple[float, float]], at: Array) -> Iterator[Array]:
    """(T, 2, 3) lowest and highest corner of each box at times `at`; a part that is not held is nowhere."""
    q, held = np.tile(np.array(HOMES[robot][:3]), (len(at), 1)), np.zeros(len(at), dtype=bool)
    for step in sorted((s for s in plan.tasks.steps if s.id in times), key=lambda s: times[s.id][0]):
        if not isinstance(step.action, Move) or step.robot != robot:
            continue
        start, end = times[step.id]
        motion = plan.motions[step.motion or ""]
        since = at >= start
        share = np.clip((at[since] - start) / (end - start), 0.0, 1.0) * motion.duration
        q[since] = combined(Path.of(motion.segments), Law.of(motion.phases), share).q[:, :3]
        held[since] = bool(motion.need.carried)
    for box, is_there in ((_BLOCK, np.ones(len(at), dtype=bool)), (_TOOL, np.ones(len(at), dtype=bool)), (_PART, held)):
        placed: Array = q[:, None, :] + box[None]
        placed[~is_there] = 1e3 if robot == "left" else -1e3
        yield placed
