"""Times: every start is the earliest that the order allows, every duration the declared one, the figures follow from them.

Both branches of a choice count, so the times are those of the worst branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.arrivals import arrival_times
from cell.diagnostic import Diagnostic, error
from cell.durations import action_duration
from cell.model import CellModel
from cell.motion_plan import MotionPlan
from cell.state import CellState
from cell.steps import Move, Present, Step

SAME_TIME = 1e-9  # s, and relative


def check_schedule(plan: MotionPlan, cell: CellModel, state: CellState) -> tuple[Diagnostic, ...]:
    return tuple(_times(plan, cell, arrival_times(cell, state)))


def end_of(step: Step) -> float:
    return step.start + step.duration


def _times(plan: MotionPlan, cell: CellModel, arrivals: Mapping[str, float]) -> Iterator[Diagnostic]:
    ends: dict[str, float] = {}
    for step in plan.tasks.steps:
        earliest = max((ends[p] for p in step.predecessors), default=0.0)
        duration = _duration(step, plan, cell)
        if isinstance(step.action, Present):
            duration = max(0.0, arrivals.get(step.action.part, 0.0) - earliest)
        if duration is None or not same(step.duration, duration):
            declared = "nothing declared" if duration is None else f"{duration:.9g} s"
            yield error("E683", f"{step.id} lasts {step.duration:.9g} s in the plan; it is {declared}", step.because.span)
        if not same(step.start, earliest):
            yield error(
                "E683", f"{step.id} starts at {step.start:.9g} s; its predecessors end at {earliest:.9g} s", step.because.span
            )
        ends[step.id] = earliest + (step.duration if duration is None else duration)
    bounds = plan.tasks.bounds
    if not same(bounds.makespan, max(ends.values(), default=0.0)):
        yield error(
            "E683", f"the plan says it lasts {bounds.makespan:.9g} s; its steps end at {max(ends.values(), default=0.0):.9g} s"
        )


def _duration(step: Step, plan: MotionPlan, cell: CellModel) -> float | None:
    """What the step takes: its motion's own duration, else the longest that the cell declares; None where it declares none."""
    if isinstance(step.action, Move):
        motion = plan.motions.get(step.motion or "")
        return None if motion is None else motion.duration
    try:
        return action_duration(cell, step.action).longest
    except (KeyError, ValueError):
        return None


def same(a: float, b: float) -> bool:
    return abs(a - b) <= SAME_TIME * max(1.0, abs(a), abs(b))
