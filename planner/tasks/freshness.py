"""`every 2 h { calibrate gauge }`: at which boundaries between acts it is done, so that never more than 2 h pass without.

Where nothing says when it was last done it is due now, before anything that its station does. From then on it is done as late as
it can be: at the last boundary before the time has passed at which the station is empty. Each time shifts what comes behind it,
so the order is written again until nothing is overdue, or no boundary is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from planner.tasks.chore_steps import ChoreSteps, Rounds
from planner.tasks.draft import Draft
from planner.tasks.findings import Findings
from planner.tasks.floor import Act, Kind
from planner.tasks.route import Chore, Routes, stages_of
from planner.tasks.shop import Shop

SLACK = 1e-9


def more_rounds(shop: Shop, acts: Sequence[Act], draft: Draft, written: ChoreSteps, rounds: Rounds) -> Rounds | None:
    """`rounds` and one more that keeps something fresh for longer; None where nothing is overdue, or nothing helps."""
    for number, chore in enumerate(shop.routes.chores):
        if chore.fresh is None:
            continue
        chosen = rounds.get(number, ())
        boundary = _next(shop, acts, draft, written, number, chore, chosen)
        if boundary is not None:
            return {**rounds, number: tuple(sorted((*chosen, boundary)))}
    return None


def check_chores(routes: Routes, draft: Draft, found: Findings) -> None:
    """Say of each chore that the draft leaves out, or does too late, by how much."""
    for chore in routes.chores:
        ends = [_end(draft, o.steps[-1]) for o in draft.operations if o.goal == chore.goal.id and o.part == chore.thing]
        if chore.fresh is None and not ends:
            help_ = f"Move what lies in {chore.thing} out of it before."
            found.error("E608", f"{chore.thing} is not empty when it is to {chore.goal.verb}", chore.goal.span, help=help_)
        elif chore.fresh is not None:
            _check_fresh(chore, ends, draft, found)


def _check_fresh(chore: Chore, ends: Sequence[float], draft: Draft, found: Findings) -> None:
    assert chore.fresh is not None
    interval, span = chore.interval, chore.fresh.span
    if _is_due_at_once(chore) and not ends:
        message = f"{chore.thing} is to {chore.goal.verb} before it does anything else, and a part lies in it"
        found.error("E506", message, span, help=f"Take out what lies in {chore.thing}.")
        return
    first = 0.0 if chore.since is None else -chore.since
    longest = max((b - a for a, b in _gaps(chore, first, ends, draft.makespan)), default=0.0)
    if longest > interval + SLACK:
        message = f"no schedule was found in which no more than {interval:g} s pass between two times of {chore.goal.verb}"
        help_ = f"The best one would keep `every {longest:.0f} s`; {chore.thing} has to be empty for it."
        found.error("E506", message, span, help=help_)


def _next(
    shop: Shop, acts: Sequence[Act], draft: Draft, written: ChoreSteps, number: int, chore: Chore, chosen: tuple[int, ...]
) -> int | None:
    open_at = [k for (n, k) in written.could_start if n == number and k not in chosen]
    if _is_due_at_once(chore) and not chosen:
        begun = next((k for k, act in enumerate(acts) if _works_at(shop, act, chore.thing)), len(acts))
        return next((k for k in sorted(open_at) if k <= begun), None)
    ends = [_end(draft, step) for step in written.done.get(number, ())]
    last = -(chore.since or 0.0)
    for k, (since, until) in enumerate(_gaps(chore, last, ends, draft.makespan)):
        if until - since <= chore.interval + SLACK:
            continue
        k += _is_due_at_once(chore)
        low, high = chosen[k - 1] if k else -1, chosen[k] if k < len(chosen) else len(acts)
        latest = since + chore.interval - chore.duration
        return max((b for b in open_at if low < b <= high and written.could_start[number, b] <= latest), default=None)
    return None


def _gaps(chore: Chore, last: float, ends: Sequence[float], makespan: float) -> Iterator[tuple[float, float]]:
    """From each time to the next one; the plan's end ends the last gap. Before the first time of what is due at once is none."""
    times = [*([] if _is_due_at_once(chore) else [last]), *ends, makespan]
    yield from pairwise(times)


def _is_due_at_once(chore: Chore) -> bool:
    return chore.since is None or chore.since > chore.interval


def _works_at(shop: Shop, act: Act, thing: str) -> bool:
    """Whether the act has the station do something to a part."""
    if act.kind not in (Kind.PLACE, Kind.RUN, Kind.CHOOSE):
        return False
    leg = shop.jobs[act.job].legs[act.leg]
    return any(stage.equipment == thing and stage.work is not None for stage in stages_of(leg))


def _end(draft: Draft, step: int) -> float:
    return draft.steps[step].start + draft.steps[step].duration
