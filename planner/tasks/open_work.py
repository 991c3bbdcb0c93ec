"""What the walk through the text has found to do so far: the legs of each part's route in reading order, and what waits for what.

Goals and loops add to it; nothing is taken out again. What becomes of it are the routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cell.arrivals import arrival_law, arrival_times
from cell.diagnostic import Span
from cell.model import CellModel
from cell.program import Goal, Loop, When
from cell.state import CellState, Expected, InHand, InPlace, Lost, PartState
from planner.tasks.assembling import Assembly
from planner.tasks.findings import Findings
from planner.tasks.fork_findings import check_forks
from planner.tasks.orders import Orders
from planner.tasks.paths import located
from planner.tasks.people import clearing, left_behind
from planner.tasks.route import Barrier, Chore, Clauses, Job, Leg, Pace, Routes, Stage
from planner.tasks.unfold import Unfolding

Legs = frozenset[tuple[str, int]]
"""Legs as (part, index in its route), chores as (goal, CHORE)."""
CHORE = -1


@dataclass(slots=True)
class OpenWork:
    """`claimed`: the parts that a line is about; `chosen`: those of them that it has chosen. `counted`: how many lie in each
    thing that an `until` counts."""

    cell: CellModel
    state: CellState
    found: Findings
    orders: Orders
    legs: dict[str, list[Leg]] = field(default_factory=dict)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    barriers: list[tuple[Legs, Span, bool]] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)
    chores: list[Chore] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    decided: list[tuple[str, int]] = field(default_factory=list)
    undecided: list[When] = field(default_factory=list)
    observed: dict[str, str] = field(default_factory=dict)
    unfolding: Unfolding = field(init=False)
    assembly: Assembly = field(init=False)
    where: dict[str, str] = field(init=False)
    _arrivals: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.unfolding = Unfolding(self.cell, self.found, [], {}, amended=self.state.amended)
        self.assembly = Assembly(self.cell, self.state, self.found)
        self._arrivals = arrival_times(self.cell, self.state)
        self.where = {name: place.equipment for name, place in self.cell.places.items()}

    def add(self, part: PartState, legs: Iterable[Leg]) -> Legs:
        """Append to the part's route; gives what was added."""
        legs = located(self.cell, part, self.legs.get(part.id, ()), tuple(legs), self.found)
        for leg in legs:
            if isinstance(leg, Stage) and leg.handing is not None and leg.handing.gives:
                self.found.unsupported("taking over from a person outside a loop over parts", leg.goal.span)
        route = self.legs.setdefault(part.id, [])
        first = len(route)
        route += legs
        kinds = self.kinds.setdefault(part.id, [])
        kinds += [self.assembly.kinds[part.id]] * (len(route) - first)
        if len(route) > first and isinstance(part.location, Lost):
            spans = [leg.goal.span for leg in route[first:] if isinstance(leg, Stage)][:1]
            help_ = "Let a policy `skip` its iteration; or stop, lay it where the cell file says, and run again."
            self.found.error("E610", f"{part.id} is lost: {part.location.why}", *spans, help=help_)
        return frozenset((part.id, k) for k in range(first, len(route)))

    def barrier(self, before: Legs, span: Span, in_order: bool) -> int:
        """What all of `before` stands before: its number, for `behind`."""
        self.barriers.append((before, span, in_order))
        return len(self.barriers) - 1

    def pace(self, loop: Loop) -> None:
        written = loop.block.pace
        if written is not None:
            interval = written.interval
            self.paces.append(Pace(loop.id, interval.quantity.value, written.span, interval.span))

    # --- routes ----------------------------------------------------------------------------------------------------

    def routes(self, goals: Sequence[Goal]) -> Routes:
        self._carry_away(goals)
        parts = {p.id: p for p in self.state.parts}
        order = [p.id for p in self.state.parts if self.legs.get(p.id)]
        number = {part: i for i, part in enumerate(order)}
        barriers = tuple(self._barrier(*barrier, number) for barrier in self.barriers)
        jobs = tuple(self._job(parts[p]) for p in order)
        for job in jobs:
            check_forks(job, self.found)
        return Routes(
            jobs, barriers, tuple(self.unfolding.deadlines), tuple(self.paces), tuple(sorted(self.counted.items())),
            self._assumed(jobs), self.orders.read(), self.orders.ranks(), tuple(self.chores),
            tuple(self.decided), tuple(self.undecided), tuple(sorted(self.observed.items())),
        )  # fmt: skip

    def _barrier(self, legs: Legs, span: Span, in_order: bool, number: Mapping[str, int]) -> Barrier:
        members = sorted((number[p], k) for p, k in legs if k != CHORE)
        chores = tuple(i for i, chore in enumerate(self.chores) if (chore.goal.id, CHORE) in legs)
        return Barrier(tuple(members), span, in_order, chores)

    def _carry_away(self, goals: Sequence[Goal]) -> None:
        """What is finished where a person works who carries it away."""
        if not any(person.clears for person in self.cell.people.values()):
            return
        for part in self.state.parts:
            legs = self.legs.get(part.id)
            last = legs[-1] if legs else None
            gone = clearing(self.cell, last) if isinstance(last, Stage) else None
            leg = gone if legs else left_behind(self.cell, part, goals)
            if leg is not None:
                self.add(part, [leg])

    def _assumed(self, jobs: tuple[Job, ...]) -> tuple[str, ...]:
        """The arrival laws that the plan counts on."""
        supplies = dict.fromkeys(self.where[job.place] for job in jobs if job.arrival is not None and job.place is not None)
        return tuple(arrival_law(self.cell.equipment[name]) for name in supplies)

    def _job(self, part: PartState) -> Job:
        legs = self.legs[part.id]
        place = part.location.place if isinstance(part.location, InPlace | Expected) else None
        hand, grasp = (part.location.hand, part.location.grasp) if isinstance(part.location, InHand) else (None, 0)
        first = legs[0]
        if isinstance(first, Stage) and first.work is not None and first.path is None and place in first.places:
            device = self.state.devices.get(first.equipment)
            if device is not None and device.running:
                legs[0] = replace(first, joined=True)
        return Job(part.id, part.kind, place, hand, grasp, tuple(legs), self._arrivals.get(part.id), self._kinds_of(part))

    def _kinds_of(self, part: PartState) -> tuple[str, ...]:
        """What it is at each leg, where that is not always the same."""
        kinds = self.kinds.get(part.id, [])
        return tuple(kinds) if any(kind != part.kind for kind in kinds) else ()


def behind(clauses: Clauses, barrier: int) -> Clauses:
    return replace(clauses, after=(*clauses.after, barrier))
