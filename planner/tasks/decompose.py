"""From the intent and the observed cell to routes: which iterations are open or to be started, which goals are still open.

The same function serves the first plan and every later one: a goal that is a fact is passed over, a part is taken from where it
is observed to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from cell import program as text
from cell.amended import as_amended
from cell.arrivals import ahead, arrival_law, arrival_times
from cell.demands import Demand, order_of
from cell.diagnostic import Span
from cell.equipment import Equipment
from cell.members import Members, binds_parts, in_order, is_bound_by, lies_untouched, members_of, owner_of, resolved, set_of
from cell.model import CellModel
from cell.program import Block, Fresh, Goal, Group, IntentProgram, Line, Loop, Ref, Scope, When
from cell.program_walk import blocks_in, goals_in
from cell.state import CellState, Errand, Expected, InHand, InPlace, Lost, PartState
from planner.tasks.already_there import LeftIn, without_met
from planner.tasks.any_one import any_one, lies_in
from planner.tasks.assembling import JOINING, Assembly
from planner.tasks.chores import chore_of, is_about_thing, kept_fresh
from planner.tasks.counting import counted_things, counts_satisfy, missing, usual_end
from planner.tasks.findings import Findings
from planner.tasks.fork_findings import check_forks
from planner.tasks.held_for import any_for
from planner.tasks.later import with_one_place
from planner.tasks.loop_findings import tell_empty, tell_too_small
from planner.tasks.observed import WHAT, inner_block, is_observable, seen
from planner.tasks.orders import Orders
from planner.tasks.paths import located
from planner.tasks.people import cleared_to, clearing, left_behind, received
from planner.tasks.route import (
    Barrier,
    Chore,
    Clauses,
    Job,
    Leg,
    Pace,
    Routes,
    Stage,
)
from planner.tasks.rungs import errand_stage
from planner.tasks.sampling import Sampling, is_counted
from planner.tasks.unfold import OF_A_GROUP, UNDONE, UNDONE_HELP, Unfolding, moves_part, open_legs, waits_closure
from planner.tasks.what_comes import where_to_get

Legs = frozenset[tuple[str, int]]
"""Legs as (part, index in its route), chores as (goal, CHORE)."""
CHORE = -1
ByMember = Mapping[str, Legs]


def decompose(cell: CellModel, state: CellState, program: IntentProgram, found: Findings, is_continuous: bool = False) -> Routes:
    """All open work, in reading order; where the run `is_continuous`, of as many orders as have come. What cannot be done is said
    in `found`; the routes are then not to be used."""
    loops = [line for block in blocks_in(program.block) for line in block.lines if isinstance(line, Loop)]
    orders = Orders(cell, state, program, found, is_continuous)
    looped = frozenset((loop.members.text, loop.member) for loop in loops)
    walk = _Walk(cell, state, found, orders, looped=looped, goals=list(goals_in(program.block)))
    if state.errand is not None:
        walk.errand(program, state.errand)
        return walk.routes()
    walk.block(program.block, walk.unfolding.clauses_in(program.block, Clauses(), ""), in_order=False, bound={})
    return walk.routes()


@dataclass(slots=True)
class _Walk:
    cell: CellModel
    state: CellState
    found: Findings
    orders: Orders
    legs: dict[str, list[Leg]] = field(default_factory=dict)
    barriers: list[tuple[Legs, Span, bool]] = field(default_factory=list)
    paces: list[Pace] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    looped: frozenset[tuple[str, str]] = frozenset()
    goals: list[Goal] = field(default_factory=list)
    unfolding: Unfolding = field(init=False)
    assembly: Assembly = field(init=False)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    chores: list[Chore] = field(default_factory=list)
    decided: list[tuple[str, int]] = field(default_factory=list)
    undecided: list[When] = field(default_factory=list)
    observed: dict[str, str] = field(default_factory=dict)
    left: LeftIn = field(default_factory=LeftIn)
    parts: dict[str, PartState] = field(init=False)
    where: dict[str, str] = field(init=False)
    arrivals: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.unfolding = Unfolding(self.cell, self.found, [], {}, amended=self.state.amended)
        self.assembly = Assembly(self.cell, self.state, self.found)
        self.parts = {p.id: p for p in self.state.parts}
        self.arrivals = arrival_times(self.cell, self.state)
        self.where = {name: place.equipment for name, place in self.cell.places.items()}

    def errand(self, program: IntentProgram, errand: Errand) -> None:
        """A rung of a ladder, and nothing beside it."""
        stage = errand_stage(self.cell, self.state, program, errand, self.found)
        if stage is not None:
            part = self.parts[errand.part]
            self._add(part, [] if _is_there(part, stage) else [stage])

    # --- lines -----------------------------------------------------------------------------------------------------

    def block(self, block: Block, clauses: Clauses, in_order: bool, bound: Members) -> Legs:
        added: list[Legs] = []
        barrier_of: dict[int, int] = {}
        waits, blocked = waits_closure(block), set[int]()
        for i, line in enumerate(block.lines):
            if waits[i] & blocked:
                blocked.add(i)
                added.append(frozenset())
                continue
            left_open = len(self.undecided)
            self._check_not_undone(block, i, waits[i], added)
            own = clauses
            for j in _last_first(waits[i], added):
                if in_order or not _is_chained_by_part(block.lines[j], line):
                    own = self._after(own, added[j], line.span, barrier_of, j, in_order)
                    if in_order:
                        break
            if isinstance(line, When) and not bound:
                added.append(self._when(line, own, is_due=not any(added) and not own.after))
            else:
                added.append(
                    self._line(line, own, bound, self._shared(block, i, added, waits[i] if not in_order else frozenset()))
                )
            if len(self.undecided) > left_open:
                blocked.add(i)
        return frozenset().union(*added)

    def _when(self, when: When, clauses: Clauses, is_due: bool) -> Legs:
        """One on what is observed, decided once all that stands before it in its block is done."""
        if not is_observable(self.cell, when):
            self.found.unsupported(WHAT, when.span)
            return frozenset()
        branch = self.state.decided.get(when.id)
        if branch is None:
            found = seen(self.cell, self.state, when) if is_due else None
            if found is None or found.branch is None:
                self.undecided.append(when)
                return frozenset()
            branch = found.branch
            self.observed |= dict(found.facts)
        self.decided.append((when.id, branch))
        self.claimed &= {part for part, legs in self.legs.items() if legs}  # what stands before it is done with the others
        block = inner_block(when, branch)
        return frozenset() if block is None else self.block(block, self.unfolding.clauses_in(block, clauses, ""), False, {})

    def _line(self, line: Line, clauses: Clauses, bound: Members, shared: ByMember) -> Legs:
        match line:
            case Goal():
                return self._goal(line, clauses, bound)
            case Loop():
                members = self.orders.members(line, bound)
                if members is not None:
                    return self._loop_over(line, members, clauses, bound, shared)
                members = self.assembly.members(line, bound) or self._members(line, bound)
                return self._loop(line, clauses) if members is None else self._loop_over(line, members, clauses, bound, shared)
            case Group() | Scope():
                in_order = isinstance(line, Group) and line.in_order
                return self.block(line.block, self.unfolding.clauses_within(line, clauses, ""), in_order, bound)
            case When():
                self.found.unsupported("a `when` outside a loop over parts", line.span, help=OF_A_GROUP if bound else "")
            case Fresh():
                self._fresh(line, clauses, bound)
            case _:
                assert_never(line)
        return frozenset()

    def _goal(self, goal: Goal, clauses: Clauses, bound: Members) -> Legs:
        if goal.verb in JOINING:
            return self._joint(goal, clauses, bound)
        if goal.along and len(goal.object.path) == 1:
            self.found.unsupported("a loop over paths", goal.span, help="Write a line for each path.")
            return frozenset()
        if is_about_thing(self.cell, goal):
            return self._chore(goal, clauses, bound)
        certain = self.assembly.part(goal.about, bound)
        if certain is not None:
            return self._certain(goal, certain, clauses, bound)
        demand = self.orders.demand(goal, bound)
        if demand is not None:
            return self._demanded(goal, demand, clauses, bound)
        kind = goal.object.text
        if not goal.any_one or kind not in self.cell.parts:
            help_ = f"Write its loop, `for each x in infeed {{ {goal.verb} x … }}`, or name a kind, for any one of it."
            self.found.unsupported("a goal about one certain part, outside a loop", goal.span, help=help_)
            return frozenset()
        if bound and not _names(goal, bound):
            self.found.unsupported("a goal about none of the members of the loops around it", goal.span)
            return frozenset()
        stage = self.unfolding.stage(goal, kind, clauses, "", bound)
        if stage is None or self._is_reached(goal, stage, bound):
            return frozenset()
        part = any_one(self.cell, self.state, stage, kind, frozenset(self.claimed), self.looped)
        if part is None:
            help_ = where_to_get(self.cell, kind)
            self.found.error("E611", f"there is no {kind} that could be taken", goal.span, help=help_)
            return frozenset()
        self.claimed.add(part.id)
        self.chosen.add(part.id)
        return self._add(part, [] if _is_there(part, stage) else [stage])

    def _chore(self, goal: Goal, clauses: Clauses, bound: Members) -> Legs:
        """What waits for it waits for all that it has waited for, too: orders of acts know nothing of chores."""
        if bound:
            self.found.unsupported("a goal about a thing in a loop", goal.span)
            return frozenset()
        before = frozenset[tuple[str, int]]().union(*(self.barriers[k][0] for k in clauses.after))
        own = clauses if goal.block is None else self.unfolding.clauses_in(goal.block, clauses, "")
        chore = None if goal.id in self.state.since else chore_of(self.cell, self.state, goal, own, self.found)
        if chore is None:
            return before
        self.chores.append(chore)
        return before | {(goal.id, CHORE)}

    def _fresh(self, fresh: Fresh, clauses: Clauses, bound: Members) -> None:
        if bound or is_counted(fresh):
            self.found.unsupported("this `every … { }` here", fresh.span)
            return
        own = self.unfolding.clauses_in(fresh.block, clauses, "")
        chore = kept_fresh(self.cell, self.state, fresh, own, self.found)
        if chore is not None:
            self.chores.append(chore)

    def _demanded(self, goal: Goal, demand: Demand, clauses: Clauses, bound: Members) -> Legs:
        """A goal about a part that an order asks for."""
        if (kit := self.orders.into(goal, bound)) is not None:
            return self._pocketed(goal, demand, kit, clauses)
        has = self.orders.has.get(demand.name)
        kind = demand.kind if has is None else self.assembly.kinds[has.id]
        stage = self.unfolding.stage(goal, kind, clauses, order_of(demand.name), bound)
        if stage is None or self.orders.has_passed(demand, goal):
            return frozenset()
        part = self.orders.part_for(demand, stage, frozenset(self.claimed))
        if part is None:
            return frozenset()
        self.claimed.add(part.id)
        self.assembly.brought(part.id, stage)
        is_there = not self.legs.get(part.id) and _is_there(part, stage)
        return self._add(part, [] if is_there else [stage])

    def _pocketed(self, goal: Goal, demand: Demand, kit: Demand, clauses: Clauses) -> Legs:
        """An item goes into a free pocket of its order's kit, where that lies by then."""
        base = self.orders.has.get(kit.name)
        if base is None and kit.kind not in self.orders.short:  # that none is left was told, for all orders together
            help_ = f"Add a line before it that moves the {kit.kind} of the order to where it is filled."
            self.found.error("E630", f"the {kit.kind} of its order lies nowhere by then", goal.span, help=help_)
        if base is None or self.orders.has_passed(demand, goal):
            return frozenset()
        wanted = self.assembly.pocket(goal, base, demand.kind)
        if wanted is None:
            return frozenset()
        if goal.block is not None:
            if goal.block.lines:
                self.found.unsupported("lines in the block of a goal", goal.block.lines[0].span)
            clauses = self.unfolding.clauses_in(goal.block, clauses, order_of(demand.name))
        stage = self.assembly.stage(goal, wanted, clauses)
        part = self.orders.part_for(demand, stage, frozenset(self.claimed))
        if part is None:
            return frozenset()
        self.claimed.add(part.id)
        return self._add(part, [stage])

    def _certain(self, goal: Goal, part: PartState, clauses: Clauses, bound: Members) -> Legs:
        """A goal about a part of a kit: it is this very one."""
        stage = self.unfolding.stage(goal, self.assembly.kinds[part.id], clauses, part.id, bound)
        if stage is None:
            return frozenset()
        self.claimed.add(part.id)
        is_met = self.left.meets(part.id, stage, part.reached)
        if goal.id in part.reached:
            return frozenset()
        self.assembly.brought(part.id, stage)
        is_there = is_met or (not self.legs.get(part.id) and stage.work is None and lies_in(part, stage))
        return self._add(part, [] if is_there else [stage])

    def _joint(self, goal: Goal, clauses: Clauses, bound: Members) -> Legs:
        """A goal that joins a part to another one."""
        goal = as_amended(goal, clauses.serves, self.state.amended)
        wanted = None if self.assembly.has_passed(goal, bound) else self.assembly.wanted(goal, bound)
        if wanted is None:
            return frozenset()
        if goal.block is not None:
            if goal.block.lines:
                self.found.unsupported("lines in the block of a goal", goal.block.lines[0].span)
            clauses = self.unfolding.clauses_in(goal.block, clauses, wanted.base.id)
        stage = self.assembly.stage(goal, wanted, clauses)
        part = wanted.part or any_for(self.cell, self.state, stage, wanted, self.claimed, self.looped)
        if part is None:
            help_ = where_to_get(self.cell, wanted.kind)
            self.found.error("E611", f"there is no {wanted.kind} that could be taken", goal.span, help=help_)
            return frozenset()
        self.claimed.add(part.id)
        return self._add(part, [stage])

    def _is_reached(self, goal: Goal, stage: Stage, bound: Members) -> bool:
        """In a loop over members the goal was reached for this one if a part lies there for which it was."""
        reached = [p for p in self.state.parts if goal.id in p.reached]
        if not bound:
            return bool(reached)
        there = next((p for p in reached if lies_in(p, stage) and p.id not in self.claimed), None)
        if there is not None:
            self.claimed.add(there.id)
        return there is not None

    def _members(self, loop: Loop, bound: Members) -> tuple[str, ...] | None:
        """The layers or spots that the loop is about; None for a loop about parts."""
        name = resolved(loop.members, bound)
        source = self.cell.equipment.get(owner_of(name))
        if binds_parts(loop, self.cell) or source is None or source.name == name:
            return None
        return members_of(source, name) or None

    def _shared(self, block: Block, i: int, added: list[Legs], waits: frozenset[int]) -> ByMember:
        """What the loops do that a loop waits for, by member. What is done to one part its own route orders besides."""
        found: dict[str, set[tuple[str, int]]] = {}
        for j in (j for j in waits if _is_chained_by_part(block.lines[j], block.lines[i])):
            for part, k in (leg for leg in added[j] if leg[1] != CHORE):
                for _, member in self.legs[part][k].clauses.serves:
                    found.setdefault(member, set()).add((part, k))
        return {member: frozenset(legs) for member, legs in found.items()}

    def _loop_over(self, loop: Loop, members: tuple[str, ...], clauses: Clauses, bound: Members, shared: ByMember) -> Legs:
        if loop.until is not None and loop.members.text not in self.cell.queues:
            self.found.unsupported("an `until` of a loop over layers or spots", loop.until.span)
        if loop.block.pace is not None:
            self.paces.append(_pace(loop.id, loop.block.pace))
        added: Legs = frozenset()
        last: Legs = frozenset()
        for member in members:
            own = replace(clauses, serves=(*clauses.serves, (loop.id, member)))
            if loop.in_order and last:
                own = self._after(own, last, loop.span, {}, 0, in_order=True)
            if member in shared:
                own = self._after(own, shared[member], loop.span, {}, 0, in_order=False)
            own = self.unfolding.clauses_in(loop.block, own, member)
            legs = self.block(loop.block, own, in_order=False, bound={**bound, loop.variable: member})
            added, last = added | legs, legs or last
        return added

    def _loop(self, loop: Loop, clauses: Clauses) -> Legs:
        source = set_of(loop, self.cell)
        if source is None or not self.cell.kind_of(source).is_looped or not binds_parts(loop, self.cell):
            self.found.unsupported("a loop over anything but parts of a tray or a station, layers and spots", loop.span)
            return frozenset()
        is_endless = self.cell.kind_of(source).brings_parts and loop.until is None
        if is_endless and (not self.orders.is_continuous or ahead(source) is None):
            self._endless(loop, source)
            return frozenset()
        if loop.until is not None and counted_things(loop.until) is None:
            self.found.unsupported("an `until` on anything but counts of parts", loop.until.span)
            return frozenset()
        if loop.block.pace is not None:
            self.paces.append(_pace(loop.id, loop.block.pace))
        iterations = _Iterations(self, loop, clauses)
        bound = (p for p in self.state.parts if is_bound_by(loop, p.kind) and _is_meant(loop, p))
        members = in_order(source, bound)
        if not members and loop.until is None and loop.only is None:
            tell_empty(loop, self.found)
        goals = {g.id for g in goals_in(loop.block)}
        fresh = []
        for part in members:
            if lies_untouched(part) and not part.reached & goals:
                if loop.until is None or part.id not in self.chosen:
                    fresh.append(part)
            elif not part.given_up:
                iterations.start(part)
            else:
                iterations.sampling.next(part)
        self._start_fresh(loop, [p for p in fresh if not p.given_up], iterations)
        return frozenset(iterations.added)

    def _endless(self, loop: Loop, source: Equipment) -> None:
        """A run that goes on plans for the next few, and then for the next; any other one has to end by itself."""
        wanted = f"`ahead 8 parts` of {source.name} in the cell file, and `--continuous`"
        help_ = f"Write `until …`: how many are wanted of what comes. Or let it go on until it is told to end: {wanted}."
        self.found.unsupported(f"a loop without end over what {source.name} brings", loop.span, help=help_)

    def _start_fresh(self, loop: Loop, fresh: list[PartState], iterations: _Iterations) -> None:
        if loop.until is None:
            for part in fresh:
                iterations.start(part)
            return
        counts = self._counts(counted_things(loop.until) or ())
        self.counted |= counts
        for start, end in iterations.ends:
            _shift(counts, start, end)
        waiting = iter(fresh)
        while not counts_satisfy(loop.until, counts):
            following = next(waiting, None)
            if following is None:
                supply = self.cell.equipment.get(loop.members.path[0])
                tell_too_small(loop, missing(loop.until, counts), len(fresh), iterations.ends, supply, self.found)
                return
            iterations.start(following)
            _shift(counts, *iterations.ends[-1])

    # --- parts -----------------------------------------------------------------------------------------------------

    def _add(self, part: PartState, legs: Iterable[Leg]) -> Legs:
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

    def _counts(self, names: tuple[str, ...]) -> dict[str, int]:
        counts = dict.fromkeys(names, 0)
        for part in self.state.parts:
            if isinstance(part.location, InPlace):
                _shift(counts, None, self.where.get(part.location.place))
        return counts

    # --- order -----------------------------------------------------------------------------------------------------

    def _after(
        self, clauses: Clauses, before: Legs, span: Span, barrier_of: dict[int, int], line: int, in_order: bool
    ) -> Clauses:
        if line not in barrier_of:
            barrier_of[line] = len(self.barriers)
            self.barriers.append((before, span, in_order))
        return replace(clauses, after=(*clauses.after, barrier_of[line]))

    def _check_not_undone(self, block: Block, i: int, earlier: frozenset[int], added: list[Legs]) -> None:
        """Two unordered lines of the top level that put common parts into places."""
        line = block.lines[i]
        for j in (j for j in range(i) if j not in earlier):
            other = block.lines[j]
            both = isinstance(line, Loop) and isinstance(other, Loop) and line.members.text == other.members.text
            if both and self._is_about_parts(line) and moves_part(line) and moves_part(other):
                self.found.error("E605", UNDONE, other.span, line.span, help=UNDONE_HELP)

    def _is_about_parts(self, line: Line) -> bool:
        return isinstance(line, Loop) and binds_parts(line, self.cell)

    def routes(self) -> Routes:
        self._carry_away()
        order = [p.id for p in self.state.parts if self.legs.get(p.id)]
        number = {part: i for i, part in enumerate(order)}
        barriers = tuple(self._barrier(*barrier, number) for barrier in self.barriers)
        jobs = tuple(self._job(self.parts[p]) for p in order)
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

    def _carry_away(self) -> None:
        """What is finished where a person works who carries it away."""
        if not any(person.clears for person in self.cell.people.values()):
            return
        for part in self.state.parts:
            legs = self.legs.get(part.id)
            last = legs[-1] if legs else None
            if isinstance(last, Stage):
                leg = clearing(self.cell, last)
            else:
                leg = None if legs else left_behind(self.cell, part, self.goals)
            if leg is not None:
                self._add(part, [leg])

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
        return Job(part.id, part.kind, place, hand, grasp, tuple(legs), self.arrivals.get(part.id), self._kinds_of(part))

    def _kinds_of(self, part: PartState) -> tuple[str, ...]:
        """What it is at each leg, where that is not always the same."""
        kinds = self.kinds.get(part.id, [])
        return tuple(kinds) if any(kind != part.kind for kind in kinds) else ()


@dataclass(slots=True)
class _Iterations:
    """The iterations of one loop, in the order in which they are started."""

    walk: _Walk
    loop: Loop
    clauses: Clauses
    added: set[tuple[str, int]] = field(default_factory=set)
    ends: list[tuple[str | None, str | None]] = field(default_factory=list)
    last: Legs = frozenset()
    sampling: Sampling = field(init=False)

    def __post_init__(self) -> None:
        self.sampling = Sampling.of(self.loop, self.walk.unfolding.due)

    def start(self, part: PartState) -> None:
        walk = self.walk
        self.sampling.next(part)
        clauses = replace(self.clauses, serves=(*self.clauses.serves, (self.loop.id, part.id)))
        if self.loop.in_order and self.last:
            clauses = walk._after(clauses, self.last, self.loop.span, {}, 0, in_order=True)
        clauses = walk.unfolding.clauses_in(self.loop.block, clauses, part.id)
        before = walk.legs.get(part.id, ())  # what earlier loops still have to tell
        all_legs = with_one_place(
            walk.cell, walk.unfolding.legs(self.loop.block, self.loop.variable, part, clauses, before), part
        )
        legs = received(open_legs(without_met(all_legs, part.reached), part), walk.found)
        earlier = walk.legs.get(part.id)
        legs = list(located(walk.cell, part, earlier or (), legs, walk.found))
        if legs and not earlier and isinstance(legs[0], Stage) and _is_there(part, legs[0]):
            legs = legs[1:]
        added = walk._add(part, legs)
        walk.claimed.add(part.id)
        self.added |= added
        self.last = added or self.last
        place = part.location.place if isinstance(part.location, InPlace) else None
        start = walk.where.get(place) if place is not None else None
        end = usual_end(walk.cell.vocabulary, legs, start)
        self.ends.append((start, cleared_to(walk.cell, end)))


def _is_there(part: PartState, stage: Stage) -> bool:
    """Whether nothing is left to do: the part lies there, and nothing is done to it."""
    return stage.work is None and stage.handing is None and lies_in(part, stage)


def _pace(loop: str, written: text.Pace) -> Pace:
    return Pace(loop, written.interval.quantity.value, written.span, written.interval.span)


def _is_meant(loop: Loop, part: PartState) -> bool:
    return loop.only is None or part.id in loop.only


def _names(goal: Goal, bound: Members) -> bool:
    """Whether the goal says that it is about a member: then each iteration has a goal of its own."""
    return any(isinstance(role.value, Ref) and role.value.path[0] in bound for role in goal.roles)


def _last_first(waits: frozenset[int], added: list[Legs]) -> list[int]:
    return sorted((j for j in waits if added[j]), reverse=True)


def _is_chained_by_part(earlier: Line, later: Line) -> bool:
    """Two loops are ordered for each common member, which its route does."""
    return isinstance(earlier, Loop) and isinstance(later, Loop)


def _shift(counts: dict[str, int], start: str | None, end: str | None) -> None:
    if start in counts:
        counts[start] -= 1
    if end in counts:
        counts[end] += 1
