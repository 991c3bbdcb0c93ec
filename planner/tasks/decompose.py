"""From the intent and the observed cell to routes: which iterations are open or to be started, which goals are still open.

The same function serves the first plan and every later one: a goal that is a fact is passed over, a part is taken from where it
is observed to be. Here the text is walked line by line, and what waits for what is told. What a goal asks stands in goal_legs.py,
what a loop over parts asks in part_loops.py, and both add to what open_work.py holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from cell.members import Members, binds_parts, members_of, owner_of, resolved
from cell.model import CellModel
from cell.program import Block, Fresh, Goal, Group, IntentProgram, Line, Loop, Scope, When
from cell.program_walk import blocks_in, goals_in
from cell.state import CellState, Errand
from planner.tasks.any_one import is_there
from planner.tasks.brought_on import ALONE, next_stage
from planner.tasks.findings import Findings
from planner.tasks.goal_legs import GoalLegs
from planner.tasks.observed import WHAT, inner_block, is_observable, seen
from planner.tasks.open_work import CHORE, Legs, OpenWork, behind
from planner.tasks.orders import Orders
from planner.tasks.part_loops import over_parts
from planner.tasks.route import Clauses, Routes
from planner.tasks.rungs import errand_stage
from planner.tasks.unfold import OF_A_GROUP, UNDONE, UNDONE_HELP, moves_part, waits_closure

ByMember = Mapping[str, Legs]


def decompose(
    cell: CellModel,
    state: CellState,
    program: IntentProgram,
    found: Findings,
    is_continuous: bool = False,
    brought_on: frozenset[str] = ALONE,
) -> Routes:
    """All open work, in reading order; where the run `is_continuous`, of as many orders as have come. Of an errand its goal, and
    the next line of each part that is `brought_on`. What cannot be done is said in `found`; then the routes are not to be used.
    """
    work = OpenWork(cell, state, found, Orders(cell, state, program, found, is_continuous))
    if state.errand is None:
        _whole(program, work)
    else:
        _errand(program, state.errand, work)
        if brought_on:
            _bring_on(program, brought_on, work, is_continuous)
    return work.routes(tuple(goals_in(program.block)))


def _whole(program: IntentProgram, work: OpenWork) -> None:
    loops = [line for block in blocks_in(program.block) for line in block.lines if isinstance(line, Loop)]
    looped = frozenset((loop.members.text, loop.member) for loop in loops)
    clauses = work.unfolding.clauses_in(program.block, Clauses(), "")
    _Walk(work, GoalLegs(work, looped)).block(program.block, clauses, in_order=False, bound={})


def _errand(program: IntentProgram, errand: Errand, work: OpenWork) -> None:
    """A rung of a ladder, and nothing beside it."""
    stage = errand_stage(work.cell, work.state, program, errand, work.found)
    if stage is not None:
        part = next(p for p in work.state.parts if p.id == errand.part)
        work.add(part, [] if is_there(part, stage) else [stage])


def _bring_on(program: IntentProgram, parts: frozenset[str], work: OpenWork, is_continuous: bool) -> None:
    """What the whole intent asks of these next; of a text that has no plan at all nothing."""
    state, found = replace(work.state, errand=None), Findings()
    whole = OpenWork(work.cell, state, found, Orders(work.cell, state, program, found, is_continuous))
    _whole(program, whole)
    for part in state.parts if not found.has_errors else ():
        if part.id in parts and (stage := next_stage(whole, part)) is not None:
            work.add(part, [stage])


@dataclass(slots=True)
class _Walk:
    work: OpenWork
    goals: GoalLegs
    cell: CellModel = field(init=False)
    state: CellState = field(init=False)
    found: Findings = field(init=False)

    def __post_init__(self) -> None:
        self.cell, self.state, self.found = self.work.cell, self.work.state, self.work.found

    def block(self, block: Block, clauses: Clauses, in_order: bool, bound: Members) -> Legs:
        added: list[Legs] = []
        barrier_of: dict[int, int] = {}
        waits, blocked = waits_closure(block), set[int]()
        for i, line in enumerate(block.lines):
            if waits[i] & blocked:
                blocked.add(i)
                added.append(frozenset())
                continue
            left_open = len(self.work.undecided)
            self._check_not_undone(block, i, waits[i], added)
            own = clauses
            for j in _last_first(waits[i], added):
                if in_order or not _is_chained_by_part(block.lines[j], line):
                    if j not in barrier_of:
                        barrier_of[j] = self.work.barrier(added[j], line.span, in_order)
                    own = behind(own, barrier_of[j])
                    if in_order:
                        break
            if isinstance(line, When) and not bound:
                added.append(self._when(line, own, is_due=not any(added) and not own.after))
            else:
                shared = {} if in_order else self._shared(block, i, added, waits[i])
                added.append(self._line(line, own, bound, shared))
            if len(self.work.undecided) > left_open:
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
                self.work.undecided.append(when)
                return frozenset()
            branch = found.branch
            self.work.observed |= dict(found.facts)
        self.work.decided.append((when.id, branch))
        with_work = {part for part, legs in self.work.legs.items() if legs}
        self.work.claimed &= with_work  # what stands before it is done with the others
        block = inner_block(when, branch)
        return frozenset() if block is None else self.block(block, self.work.unfolding.clauses_in(block, clauses, ""), False, {})

    def _line(self, line: Line, clauses: Clauses, bound: Members, shared: ByMember) -> Legs:
        match line:
            case Goal():
                return self.goals.of(line, clauses, bound)
            case Loop():
                members = self.work.orders.members(line, bound)
                if members is not None:
                    return self._loop_over(line, members, clauses, bound, shared)
                members = self.work.assembly.members(line, bound) or self._members(line, bound)
                if members is None:
                    return over_parts(line, clauses, self.work)
                return self._loop_over(line, members, clauses, bound, shared)
            case Group() | Scope():
                in_order = isinstance(line, Group) and line.in_order
                return self.block(line.block, self.work.unfolding.clauses_within(line, clauses, ""), in_order, bound)
            case When():
                self.found.unsupported("a `when` outside a loop over parts", line.span, help=OF_A_GROUP if bound else "")
            case Fresh():
                self.goals.keep_fresh(line, clauses, bound)
            case _:
                assert_never(line)
        return frozenset()

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
                for _, member in self.work.legs[part][k].clauses.serves:
                    found.setdefault(member, set()).add((part, k))
        return {member: frozenset(legs) for member, legs in found.items()}

    def _loop_over(self, loop: Loop, members: tuple[str, ...], clauses: Clauses, bound: Members, shared: ByMember) -> Legs:
        if loop.until is not None and loop.members.text not in self.cell.queues:
            self.found.unsupported("an `until` of a loop over layers or spots", loop.until.span)
        self.work.pace(loop)
        added: Legs = frozenset()
        last: Legs = frozenset()
        for member in members:
            own = replace(clauses, serves=(*clauses.serves, (loop.id, member)))
            if loop.in_order and last:
                own = behind(own, self.work.barrier(last, loop.span, in_order=True))
            if member in shared:
                own = behind(own, self.work.barrier(shared[member], loop.span, in_order=False))
            own = self.work.unfolding.clauses_in(loop.block, own, member)
            legs = self.block(loop.block, own, in_order=False, bound={**bound, loop.variable: member})
            added, last = added | legs, legs or last
        return added

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


def _last_first(waits: frozenset[int], added: list[Legs]) -> list[int]:
    return sorted((j for j in waits if added[j]), reverse=True)


def _is_chained_by_part(earlier: Line, later: Line) -> bool:
    """Two loops are ordered for each common member, which its route does."""
    return isinstance(earlier, Loop) and isinstance(later, Loop)
