"""What one goal asks, as a leg of one part's route or as a chore: nothing where it is reached.

Which part a goal is about it says in one of four ways: a certain one of a kit, one that an order asks for, any one of a kind, or
one that is joined to another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cell.amended import as_amended
from cell.demands import Demand, order_of
from cell.members import Members
from cell.model import CellModel
from cell.program import Fresh, Goal, Ref
from cell.state import CellState, PartState
from planner.tasks.already_there import LeftIn
from planner.tasks.any_one import any_one, is_there, lies_in
from planner.tasks.assembling import JOINING
from planner.tasks.chores import chore_of, is_about_thing, kept_fresh
from planner.tasks.findings import Findings
from planner.tasks.held_for import any_for
from planner.tasks.open_work import CHORE, Legs, OpenWork
from planner.tasks.route import Clauses, Stage
from planner.tasks.sampling import is_counted
from planner.tasks.what_comes import where_to_get


@dataclass(slots=True)
class GoalLegs:
    """`looped`: the sets and kinds that a loop of the text is about; whoever takes any one leaves it those it begins with."""

    work: OpenWork
    looped: frozenset[tuple[str, str]]
    left: LeftIn = field(default_factory=LeftIn)
    cell: CellModel = field(init=False)
    state: CellState = field(init=False)
    found: Findings = field(init=False)

    def __post_init__(self) -> None:
        self.cell, self.state, self.found = self.work.cell, self.work.state, self.work.found

    def of(self, goal: Goal, clauses: Clauses, bound: Members) -> Legs:
        if goal.verb in JOINING:
            return self._joint(goal, clauses, bound)
        if goal.along and len(goal.object.path) == 1:
            self.found.unsupported("a loop over paths", goal.span, help="Write a line for each path.")
            return frozenset()
        if is_about_thing(self.cell, goal):
            return self._chore(goal, clauses, bound)
        certain = self.work.assembly.part(goal.about, bound)
        if certain is not None:
            return self._certain(goal, certain, clauses, bound)
        demand = self.work.orders.demand(goal, bound)
        if demand is not None:
            return self._demanded(goal, demand, clauses, bound)
        return self._any_one(goal, clauses, bound)

    def _any_one(self, goal: Goal, clauses: Clauses, bound: Members) -> Legs:
        kind = goal.object.text
        if not goal.any_one or kind not in self.cell.parts:
            help_ = f"Write its loop, `for each x in infeed {{ {goal.verb} x … }}`, or name a kind, for any one of it."
            self.found.unsupported("a goal about one certain part, outside a loop", goal.span, help=help_)
            return frozenset()
        if bound and not _names(goal, bound):
            self.found.unsupported("a goal about none of the members of the loops around it", goal.span)
            return frozenset()
        stage = self.work.unfolding.stage(goal, kind, clauses, "", bound)
        if stage is None or self._is_reached(goal, stage, bound):
            return frozenset()
        part = any_one(self.cell, self.state, stage, kind, frozenset(self.work.claimed), self.looped)
        if part is None:
            help_ = where_to_get(self.cell, kind)
            self.found.error("E611", f"there is no {kind} that could be taken", goal.span, help=help_)
            return frozenset()
        self.work.claimed.add(part.id)
        self.work.chosen.add(part.id)
        return self.work.add(part, [] if is_there(part, stage) else [stage])

    def _chore(self, goal: Goal, clauses: Clauses, bound: Members) -> Legs:
        """What waits for it waits for all that it has waited for, too: orders of acts know nothing of chores."""
        if bound:
            self.found.unsupported("a goal about a thing in a loop", goal.span)
            return frozenset()
        before = frozenset[tuple[str, int]]().union(*(self.work.barriers[k][0] for k in clauses.after))
        own = clauses if goal.block is None else self.work.unfolding.clauses_in(goal.block, clauses, "")
        chore = None if goal.id in self.state.since else chore_of(self.cell, self.state, goal, own, self.found)
        if chore is None:
            return before
        self.work.chores.append(chore)
        return before | {(goal.id, CHORE)}

    def keep_fresh(self, fresh: Fresh, clauses: Clauses, bound: Members) -> None:
        if bound or is_counted(fresh):
            self.found.unsupported("this `every … { }` here", fresh.span)
            return
        own = self.work.unfolding.clauses_in(fresh.block, clauses, "")
        chore = kept_fresh(self.cell, self.state, fresh, own, self.found)
        if chore is not None:
            self.work.chores.append(chore)

    def _demanded(self, goal: Goal, demand: Demand, clauses: Clauses, bound: Members) -> Legs:
        """A goal about a part that an order asks for."""
        if (kit := self.work.orders.into(goal, bound)) is not None:
            return self._pocketed(goal, demand, kit, clauses)
        has = self.work.orders.has.get(demand.name)
        kind = demand.kind if has is None else self.work.assembly.kinds[has.id]
        stage = self.work.unfolding.stage(goal, kind, clauses, order_of(demand.name), bound)
        if stage is None or self.work.orders.has_passed(demand, goal):
            return frozenset()
        part = self.work.orders.part_for(demand, stage, frozenset(self.work.claimed))
        if part is None:
            return frozenset()
        self.work.claimed.add(part.id)
        self.work.assembly.brought(part.id, stage)
        is_met = not self.work.legs.get(part.id) and is_there(part, stage)
        return self.work.add(part, [] if is_met else [stage])

    def _pocketed(self, goal: Goal, demand: Demand, kit: Demand, clauses: Clauses) -> Legs:
        """An item goes into a free pocket of its order's kit, where that lies by then."""
        base = self.work.orders.has.get(kit.name)
        if base is None and kit.kind not in self.work.orders.short:  # that none is left was told, for all orders together
            help_ = f"Add a line before it that moves the {kit.kind} of the order to where it is filled."
            self.found.error("E630", f"the {kit.kind} of its order lies nowhere by then", goal.span, help=help_)
        if base is None or self.work.orders.has_passed(demand, goal):
            return frozenset()
        wanted = self.work.assembly.pocket(goal, base, demand.kind)
        if wanted is None:
            return frozenset()
        if goal.block is not None:
            if goal.block.lines:
                self.found.unsupported("lines in the block of a goal", goal.block.lines[0].span)
            clauses = self.work.unfolding.clauses_in(goal.block, clauses, order_of(demand.name))
        stage = self.work.assembly.stage(goal, wanted, clauses)
        part = self.work.orders.part_for(demand, stage, frozenset(self.work.claimed))
        if part is None:
            return frozenset()
        self.work.claimed.add(part.id)
        return self.work.add(part, [stage])

    def _certain(self, goal: Goal, part: PartState, clauses: Clauses, bound: Members) -> Legs:
        """A goal about a part of a kit: it is this very one."""
        stage = self.work.unfolding.stage(goal, self.work.assembly.kinds[part.id], clauses, part.id, bound)
        if stage is None:
            return frozenset()
        self.work.claimed.add(part.id)
        is_met = self.left.meets(part.id, stage, part.reached)
        if goal.id in part.reached:
            return frozenset()
        self.work.assembly.brought(part.id, stage)
        is_there = is_met or (not self.work.legs.get(part.id) and stage.work is None and lies_in(part, stage))
        return self.work.add(part, [] if is_there else [stage])

    def _joint(self, goal: Goal, clauses: Clauses, bound: Members) -> Legs:
        """A goal that joins a part to another one."""
        goal = as_amended(goal, clauses.serves, self.state.amended)
        wanted = None if self.work.assembly.has_passed(goal, bound) else self.work.assembly.wanted(goal, bound)
        if wanted is None:
            return frozenset()
        if goal.block is not None:
            if goal.block.lines:
                self.found.unsupported("lines in the block of a goal", goal.block.lines[0].span)
            clauses = self.work.unfolding.clauses_in(goal.block, clauses, wanted.base.id)
        stage = self.work.assembly.stage(goal, wanted, clauses)
        part = wanted.part or any_for(self.cell, self.state, stage, wanted, self.work.claimed, self.looped)
        if part is None:
            help_ = where_to_get(self.cell, wanted.kind)
            self.found.error("E611", f"there is no {wanted.kind} that could be taken", goal.span, help=help_)
            return frozenset()
        self.work.claimed.add(part.id)
        return self.work.add(part, [stage])

    def _is_reached(self, goal: Goal, stage: Stage, bound: Members) -> bool:
        """In a loop over members the goal was reached for this one if a part lies there for which it was."""
        reached = [p for p in self.state.parts if goal.id in p.reached]
        if not bound:
            return bool(reached)
        there = next((p for p in reached if lies_in(p, stage) and p.id not in self.work.claimed), None)
        if there is not None:
            self.work.claimed.add(there.id)
        return there is not None


def _names(goal: Goal, bound: Members) -> bool:
    """Whether the goal says that it is about a member: then each iteration has a goal of its own."""
    return any(isinstance(role.value, Ref) and role.value.path[0] in bound for role in goal.roles)
