"""A loop over parts: which iterations are open or to be started, and the legs of each.

Those that were begun come first, then as many fresh ones as `until` asks for, in the order of the set.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cell.arrivals import ahead
from cell.equipment import Equipment
from cell.members import binds_parts, in_order, is_bound_by, lies_untouched, set_of
from cell.program import Loop
from cell.program_walk import goals_in
from cell.state import InPlace, PartState
from planner.tasks.already_there import without_met
from planner.tasks.any_one import is_there
from planner.tasks.counting import counted_things, counts_satisfy, missing, usual_end
from planner.tasks.findings import Findings
from planner.tasks.later import with_one_place
from planner.tasks.loop_findings import tell_empty, tell_too_small
from planner.tasks.open_work import Legs, OpenWork, behind
from planner.tasks.paths import located
from planner.tasks.people import cleared_to, received
from planner.tasks.route import Clauses, Stage
from planner.tasks.sampling import Sampling
from planner.tasks.unfold import open_legs


def over_parts(loop: Loop, clauses: Clauses, work: OpenWork) -> Legs:
    source = set_of(loop, work.cell)
    if source is None or not work.cell.kind_of(source).is_looped or not binds_parts(loop, work.cell):
        work.found.unsupported("a loop over anything but parts of a tray or a station, layers and spots", loop.span)
        return frozenset()
    is_endless = work.cell.kind_of(source).brings_parts and loop.until is None
    if is_endless and (not work.orders.is_continuous or ahead(source) is None):
        _endless(loop, source, work.found)
        return frozenset()
    if loop.until is not None and counted_things(loop.until) is None:
        work.found.unsupported("an `until` on anything but counts of parts", loop.until.span)
        return frozenset()
    work.pace(loop)
    return _started(loop, source, clauses, work)


def _started(loop: Loop, source: Equipment, clauses: Clauses, work: OpenWork) -> Legs:
    iterations = _Iterations(work, loop, clauses)
    bound = (p for p in work.state.parts if is_bound_by(loop, p.kind) and _is_meant(loop, p))
    members = in_order(source, bound)
    if not members and loop.until is None and loop.only is None:
        tell_empty(loop, work.found)
    goals = {g.id for g in goals_in(loop.block)}
    fresh = []
    for part in members:
        if lies_untouched(part) and not part.reached & goals:
            if loop.until is None or part.id not in work.chosen:
                fresh.append(part)
        elif not part.given_up:
            iterations.start(part)
        else:
            iterations.sampling.next(part)
    _start_fresh(loop, [p for p in fresh if not p.given_up], iterations, work)
    return frozenset(iterations.added)


def _endless(loop: Loop, source: Equipment, found: Findings) -> None:
    """A run that goes on plans for the next few, and then for the next; any other one has to end by itself."""
    wanted = f"`ahead 8 parts` of {source.name} in the cell file, and `--continuous`"
    help_ = f"Write `until …`: how many are wanted of what comes. Or let it go on until it is told to end: {wanted}."
    found.unsupported(f"a loop without end over what {source.name} brings", loop.span, help=help_)


def _start_fresh(loop: Loop, fresh: list[PartState], iterations: _Iterations, work: OpenWork) -> None:
    if loop.until is None:
        for part in fresh:
            iterations.start(part)
        return
    counts = _counts(counted_things(loop.until) or (), work)
    work.counted |= counts
    for start, end in iterations.ends:
        _shift(counts, start, end)
    waiting = iter(fresh)
    while not counts_satisfy(loop.until, counts):
        following = next(waiting, None)
        if following is None:
            supply = work.cell.equipment.get(loop.members.path[0])
            tell_too_small(loop, missing(loop.until, counts), len(fresh), iterations.ends, supply, work.found)
            return
        iterations.start(following)
        _shift(counts, *iterations.ends[-1])


def _counts(names: tuple[str, ...], work: OpenWork) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)
    for part in work.state.parts:
        if isinstance(part.location, InPlace):
            _shift(counts, None, work.where.get(part.location.place))
    return counts


@dataclass(slots=True)
class _Iterations:
    """The iterations of one loop, in the order in which they are started."""

    work: OpenWork
    loop: Loop
    clauses: Clauses
    added: set[tuple[str, int]] = field(default_factory=set)
    ends: list[tuple[str | None, str | None]] = field(default_factory=list)
    last: Legs = frozenset()
    sampling: Sampling = field(init=False)

    def __post_init__(self) -> None:
        self.sampling = Sampling.of(self.loop, self.work.unfolding.due)

    def start(self, part: PartState) -> None:
        work = self.work
        self.sampling.next(part)
        clauses = replace(self.clauses, serves=(*self.clauses.serves, (self.loop.id, part.id)))
        if self.loop.in_order and self.last:
            clauses = behind(clauses, work.barrier(self.last, self.loop.span, in_order=True))
        clauses = work.unfolding.clauses_in(self.loop.block, clauses, part.id)
        before = work.legs.get(part.id, ())  # what earlier loops still have to tell
        all_legs = with_one_place(
            work.cell, work.unfolding.legs(self.loop.block, self.loop.variable, part, clauses, before), part
        )
        legs = received(open_legs(without_met(all_legs, part.reached), part), work.found)
        earlier = work.legs.get(part.id)
        legs = list(located(work.cell, part, earlier or (), legs, work.found))
        if legs and not earlier and isinstance(legs[0], Stage) and is_there(part, legs[0]):
            legs = legs[1:]
        added = work.add(part, legs)
        work.claimed.add(part.id)
        self.added |= added
        self.last = added or self.last
        place = part.location.place if isinstance(part.location, InPlace) else None
        start = work.where.get(place) if place is not None else None
        end = usual_end(work.cell.vocabulary, legs, start)
        self.ends.append((start, cleared_to(work.cell, end)))


def _is_meant(loop: Loop, part: PartState) -> bool:
    return loop.only is None or part.id in loop.only


def _shift(counts: dict[str, int], start: str | None, end: str | None) -> None:
    if start in counts:
        counts[start] -= 1
    if end in counts:
        counts[end] += 1
