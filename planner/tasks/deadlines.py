"""`within` and `every t` at the declared durations: which of them no schedule keeps, and which the schedules found do not.

The first is a proof, from bounds that hold for every schedule. The second is none: another schedule may do better.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from cell.diagnostic import Edit, Fix, Span
from cell.model import CellModel
from cell.state import PlanningRequest
from cell.steps import Service
from planner.tasks.bounds import LowerBound
from planner.tasks.certain import certain_bound, is_beyond, legs_of_deadlines, work_of
from planner.tasks.crew import Known
from planner.tasks.draft import Draft
from planner.tasks.findings import Findings
from planner.tasks.paces import slowest_device
from planner.tasks.plan_bound import CHAIN
from planner.tasks.route import Deadline, Routes
from planner.tasks.shop import Shop

SLACK = 1e-9


def refute_deadlines(request: PlanningRequest, routes: Routes, known: Known, found: Findings) -> None:
    """Say for each `within` that no schedule at all keeps it how long one takes at least."""
    worst: dict[Span, tuple[LowerBound, Deadline]] = {}
    seen: set[tuple[object, ...]] = set()
    for index, legs in legs_of_deadlines(routes).items():
        deadline = routes.deadlines[index]
        likeness = (deadline.span, work_of(routes, legs))
        if likeness in seen:  # another iteration of the same
            continue
        seen.add(likeness)
        bound = certain_bound(request, routes, known, legs)
        if is_beyond(bound, deadline.limit) and (deadline.span not in worst or bound.seconds > worst[deadline.span][0].seconds):
            worst[deadline.span] = (bound, deadline)
    for bound, deadline in worst.values():
        why = f"no schedule takes less than {bound.seconds:.1f} s ({bound.bottleneck})"
        message = f"`within {deadline.limit:g} s` cannot be met{_about(deadline)}: {why}"
        least = _rounded_up(bound.seconds)
        help_ = f"Allow at least {least} s, or {_relief(bound.bottleneck)}."
        spans = (deadline.span, *_declared(request.cell, bound.bottleneck))
        found.error("E501", message, *spans, help=help_, fix=_instead(deadline.amount, f"within {least} s", f"{least} s"))


def _relief(bottleneck: str) -> str:
    return "let less wait for one another" if bottleneck == CHAIN else f"relieve {bottleneck}"


def check_deadlines(routes: Routes, drafts: Sequence[Draft], found: Findings) -> None:
    """Say for each `within` that no draft keeps by which time the best of them does. Drafts are of the same work."""
    spans = [deadline_spans(draft) for draft in drafts]
    worst: dict[Span, tuple[float, Deadline]] = {}
    for index, deadline in enumerate(routes.deadlines):
        taken = min(s.get(index, 0.0) for s in spans)
        if taken > deadline.limit + SLACK and taken > worst.get(deadline.span, (0.0, deadline))[0]:
            worst[deadline.span] = (taken, deadline)
    for taken, deadline in worst.values():
        least = _rounded_up(taken)
        message = (
            f"no schedule was found that keeps `within {deadline.limit:g} s`{_about(deadline)}: the best one takes {least} s"
        )
        help_ = f"The best one would keep `within {least} s`."
        found.error("E504", message, deadline.span, help=help_, fix=_instead(deadline.amount, f"within {least} s", f"{least} s"))


def _declared(cell: CellModel, bottleneck: str) -> tuple[Span, ...]:
    """What the cell says of the times of that device."""
    device = cell.equipment.get(bottleneck)
    if device is None:
        return ()
    return (*(p.span for p in device.programs), *(o.span for o in device.offers)) or (device.span,)


def _about(deadline: Deadline) -> str:
    return f" for {deadline.label}" if deadline.label else ""


def _instead(amount: Span, clause: str, text: str) -> Fix:
    return Fix(f"write `{clause}`", (Edit(amount, text),), is_certain=False)


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


def iteration_ends(draft: Draft, loop: str) -> dict[str, float]:
    """When the iteration for each member of a loop ends."""
    ends: dict[str, float] = {}
    for step in (s for s in draft.steps if not isinstance(s.action, Service)):
        for name, member in draft.operations[step.operation].serves:
            if name == loop:
                ends[member] = max(step.start + step.duration, ends.get(member, 0.0))
    return ends


def refute_paces(shop: Shop, found: Findings) -> None:
    """Say for each `every` that no schedule at all keeps which device is too slow for it."""
    for pace in shop.routes.paces:
        slowest = slowest_device(shop, pace.loop)
        if slowest is not None and slowest.interval > pace.interval * (1.0 + 1e-9):
            message = f"`every {pace.interval:g} s` cannot be kept: {slowest.device} takes {slowest.seconds:g} s for each"
            help_, spans = f"Allow {slowest.seconds:g} s, or make {slowest.device} quicker.", _declared(shop.cell, slowest.device)
            least = _rounded_up(slowest.interval)
            fix = _instead(pace.amount, f"every {least} s", f"{least} s")
            found.error("E502", message, pace.span, *spans, help=help_, fix=fix)


def check_paces(routes: Routes, draft: Draft, begun: Collection[str], bound: LowerBound, found: Findings) -> None:
    """Iteration k ends no later than (k - 1) t after the first one that the plan itself begins: one of the members that were
    `begun` before it may end at once, and what follows it has the whole way before it."""
    for pace in routes.paces:
        of = iteration_ends(draft, pace.loop)
        first = min((end for member, end in of.items() if member not in begun), default=math.inf)
        ends = sorted(end for end in of.values() if end >= first)
        least = max(((end - ends[0]) / k for k, end in enumerate(ends) if k), default=0.0)
        if least > pace.interval + SLACK:
            seconds = _rounded_up(least)
            why = f"an iteration of the best one takes {seconds} s, limited by {bound.bottleneck}"
            message = f"no schedule was found that keeps `every {pace.interval:g} s`: {why}"
            fix = _instead(pace.amount, f"every {seconds} s", f"{seconds} s")
            found.error("E505", message, pace.span, help=f"The best one would keep `every {seconds} s`.", fix=fix)


def takt(draft: Draft) -> float | None:
    """Mean time between the ends of iterations of the loop with most iterations; None below two."""
    loops = dict.fromkeys(name for operation in draft.operations for name, _ in operation.serves)
    ends = max((sorted(iteration_ends(draft, loop).values()) for loop in loops), key=len, default=[])
    return (ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else None


def _rounded_up(seconds: float) -> str:
    """To a tenth of a second, upwards, so that what is promised holds."""
    return f"{math.ceil(round(seconds * 10, 6)) / 10:g}"
