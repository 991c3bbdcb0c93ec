"""What a plan says of how good it is: its lower bound and what gives it, the gap, the takt.

The comparison with one part at a time is a figure of the search: it is bracketed here, not proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.diagnostic import Diagnostic, error
from cell.motion_plan import Motion
from cell.state import PlanningRequest
from cell.task_plan import TaskPlan
from planner.proof.duty import Duties
from planner.proof.line_times import Waiting
from planner.proof.lower_bound import bounds_of
from planner.proof.schedule import end_of, same


def check_bounds(
    tasks: TaskPlan, request: PlanningRequest, duties: Duties, motions: Mapping[str, Motion]
) -> tuple[Diagnostic, ...]:
    """`motions` by their keys; without them nothing is known of ways that the plan has not."""
    return tuple(_wrong(tasks, bounds_of(tasks, request, Waiting.of(duties), motions)))


def _wrong(tasks: TaskPlan, by_name: Mapping[str, float]) -> Iterator[Diagnostic]:
    bounds = tasks.bounds
    gap = bounds.makespan / bounds.lower_bound - 1.0 if bounds.lower_bound > 0.0 else 0.0
    if not same(bounds.gap, gap):
        yield error("E683", f"the gap is {gap:.9g}, the plan says {bounds.gap:.9g}")
    least = max(by_name.values()) if tasks.operations else 0.0
    if not same(bounds.lower_bound, least):
        yield error("E683", f"the lower bound is {least:.9g} s, the plan says {bounds.lower_bound:.9g} s")
    if not same(by_name.get(bounds.bottleneck, -1.0), least) and (tasks.operations or bounds.bottleneck != "nothing"):
        yield error("E683", f"{bounds.bottleneck} is not the bottleneck")
    takt = _takt(tasks)
    if (bounds.takt is None) != (takt is None) or (takt is not None and bounds.takt is not None and not same(bounds.takt, takt)):
        yield error("E683", f"the takt is {takt}, the plan says {bounds.takt}")
    if bounds.one_by_one is not None and not bounds.one_by_one >= bounds.lower_bound * (1.0 - 1e-9):
        yield error("E683", f"one part at a time takes {bounds.one_by_one:.9g} s, less than the lower bound")


def _takt(tasks: TaskPlan) -> float | None:
    """Mean time between the ends of the iterations of the loop that has most."""
    ends: dict[str, dict[str, float]] = {}
    parts = {part.id for part in tasks.parts}
    serves = {o.id: o.serves if o.part in parts else () for o in tasks.operations}
    for loop in dict.fromkeys(name for own in serves.values() for name, _ in own):
        ends[loop] = {}
    for step in tasks.steps:
        for loop, member in serves[step.operation]:
            ends[loop][member] = max(end_of(step), ends[loop].get(member, 0.0))
    most = sorted(max(ends.values(), key=len, default={}).values())
    return (most[-1] - most[0]) / (len(most) - 1) if len(most) > 1 else None
