"""`within` and `every t` against a schedule at the declared durations: what each takes, and the smallest that would do."""

from __future__ import annotations

import math
from collections.abc import Sequence

from planner.tasks.bounds import LowerBound
from planner.tasks.draft import Draft
from planner.tasks.findings import Findings
from planner.tasks.route import Routes

SLACK = 1e-9


def check_deadlines(routes: Routes, drafts: Sequence[Draft], bound: LowerBound, found: Findings) -> None:
    """Say for each `within` that no draft keeps by which time the best of them does. Drafts are of the same work."""
    spans = [deadline_spans(draft) for draft in drafts]
    worst: dict[tuple[object, float], tuple[float, int]] = {}
    for index, deadline in enumerate(routes.deadlines):
        taken = min(s.get(index, 0.0) for s in spans)
        key = (deadline.span, deadline.limit)
        if taken > deadline.limit + SLACK and taken > worst.get(key, (0.0, 0))[0]:
            worst[key] = (taken, index)
    for taken, index in worst.values():
        deadline = routes.deadlines[index]
        least = _rounded_up(taken)
        whole = not deadline.label
        proved = whole and bound.seconds > deadline.limit
        why = f"the best order found takes {least} s"
        if proved:
            why = f"no schedule takes less than {bound.seconds:.1f} s ({bound.bottleneck})"
        about = f" for {deadline.label}" if deadline.label else ""
        message = f"`within {deadline.limit:g} s` cannot be met{about}: {why}"
        found.error("E501", message, deadline.span, help=f"feasible from `within {least} s`")


def deadline_spans(draft: Draft) -> dict[int, float]:
    """Deadline -> seconds from the start of its first step to the end of its last one."""
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    for step in draft.steps:
        for index in draft.operations[step.operation].deadlines:
            first[index] = min(step.start, first.get(index, math.inf))
            last[index] = max(step.start + step.duration, last.get(index, 0.0))
    return {index: last[index] - first[index] for index in first}


def lateness(routes: Routes, draft: Draft) -> float:
    """Seconds by which the draft misses all its deadlines together."""
    taken = deadline_spans(draft)
    return sum(max(0.0, taken.get(i, 0.0) - d.limit) for i, d in enumerate(routes.deadlines))


def misses(routes: Routes, draft: Draft) -> bool:
    taken = deadline_spans(draft)
    return any(taken.get(i, 0.0) > d.limit + SLACK for i, d in enumerate(routes.deadlines))


def iteration_ends(draft: Draft, loop: str) -> list[float]:
    """When each iteration of a loop ends, in order."""
    ends: dict[str, float] = {}
    for step in draft.steps:
        for name, member in draft.operations[step.operation].serves:
            if name == loop:
                ends[member] = max(step.start + step.duration, ends.get(member, 0.0))
    return sorted(ends.values())


def check_paces(routes: Routes, draft: Draft, bound: LowerBound, found: Findings) -> None:
    """Iteration k ends no later than (k - 1) t after the first one."""
    for pace in routes.paces:
        ends = iteration_ends(draft, pace.loop)
        least = max(((end - ends[0]) / k for k, end in enumerate(ends) if k), default=0.0)
        if least > pace.interval + SLACK:
            seconds = _rounded_up(least)
            message = f"`every {pace.interval:g} s` cannot be kept: an iteration takes {seconds} s, limited by {bound.bottleneck}"
            found.error("E502", message, pace.span, help=f"feasible from `every {seconds} s`")


def takt(draft: Draft) -> float | None:
    """Mean time between the ends of iterations of the loop with most iterations; None below two."""
    loops = dict.fromkeys(name for operation in draft.operations for name, _ in operation.serves)
    ends = max((iteration_ends(draft, loop) for loop in loops), key=len, default=[])
    return (ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else None


def _rounded_up(seconds: float) -> str:
    """To a tenth of a second, upwards, so that what is promised holds."""
    return f"{math.ceil(round(seconds * 10, 6)) / 10:g}"
