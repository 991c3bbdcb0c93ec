"""What one goal of the intent asks of a plan: its duty, settled where the goal was reached, and the limits that bind its steps.

Which part a goal is about it says in one of four ways: a certain one of a kit, one that an order asks for, one that is joined to
another, or the loop's own one, else any one of a kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cell.amended import as_amended
from cell.dataclass import dataclass
from cell.demands import Demand
from cell.diagnostic import Span, error
from cell.members import Members, owner_of, places_in, resolved
from cell.model import CellModel
from cell.program import Block, Goal, Ref
from cell.state import CellState, InPlace, PartState
from planner.proof.asked_orders import AskedOrders
from planner.proof.chores import thing_of
from planner.proof.device_limits import Limit, limit_in_bound, limit_of
from planner.proof.duty import DeadlineDuty, Duties, Duty
from planner.proof.duty_keys import Key
from planner.proof.joints import JOINING, JointDuty, Joints
from planner.proof.left_in import LeftIn
from planner.proof.line_scope import LineScope
from planner.proof.stacks import stack_limit_of
from planner.proof.wanted_place import wanted_place


@dataclass(slots=True)
class GoalDuties:
    """`out` is what was read so far. `filled`: the parts that a member's goal has counted already; `of_demand`: the duties of
    each demand; `left`: where the lines read leave each part."""

    cell: CellModel
    state: CellState
    out: Duties = field(default_factory=Duties)
    filled: set[str] = field(default_factory=set)
    of_demand: dict[str, list[Key]] = field(default_factory=dict)
    asked: AskedOrders = field(init=False)
    joints: Joints = field(init=False)
    parts: Mapping[str, PartState] = field(init=False)
    left: LeftIn = field(init=False)

    def __post_init__(self) -> None:
        self.asked, self.joints = AskedOrders.of(self.cell, self.state), Joints(self.cell, self.state)
        self.parts = {p.id: p for p in self.state.parts}
        self.left = LeftIn(self.cell)

    def of(self, goal: Goal, scope: LineScope, label: str) -> frozenset[Key]:
        if not scope.serves and (thing := thing_of(goal, self.cell)) is not None:
            return self._chore(goal, thing, scope, label)
        goal = as_amended(goal, scope.serves, self.state.amended)
        demand = self.asked.demand(goal, scope.members)
        if demand is not None:
            return self._demanded(goal, demand, scope, label)
        if goal.verb in JOINING:
            return self._joint(goal, scope, label)
        certain = self.joints.part(goal.about, scope.members)
        if certain is not None:
            return self._certain(goal, certain, scope, label)
        return self._any_one(goal, scope, label)

    def _any_one(self, goal: Goal, scope: LineScope, label: str) -> frozenset[Key]:
        """About the part that its loop is over, or about any one of a kind."""
        part = scope.bound.get(goal.about.path[0]) if len(goal.about.path) == 1 else None
        if part is None and not (goal.any_one and goal.object.text in self.cell.parts):
            self.unproved("a goal about this thing cannot be proved yet", goal.span)
            return frozenset()
        key = (goal.id, scope.serves)
        limits = self.limits_of(goal, scope)
        kind = part.kind if part is not None else goal.object.text
        name = None if part is None else part.id
        if scope.members and not _names(goal, scope.members):
            self.unproved("a goal about none of the members of its loops cannot be proved yet", goal.span)
            return frozenset()
        duty = Duty(key, goal, name, kind, scope.under, limits, scope.after, wanted_place(goal, self.cell, scope.members))
        self.out.goals[key] = duty
        if self._is_filled(duty) if scope.members else _is_reached(goal, part, self.parts):
            self._settle(key)
        if part is not None:
            self._follow(duty, part.id, scope.is_free)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _chore(self, goal: Goal, thing: str, scope: LineScope, label: str) -> frozenset[Key]:
        key, limits = (goal.id, scope.serves), self.limits_of(goal, scope)
        self.out.goals[key] = Duty(key, goal, thing, "", scope.under, limits, scope.after, thing)
        if goal.id in self.state.since:
            self.out.settled.add(key)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _certain(self, goal: Goal, part: PartState, scope: LineScope, label: str) -> frozenset[Key]:
        """A goal about this very part, of a kit."""
        key, kind = (goal.id, scope.serves), self.joints.kinds[part.id]
        limits, target = self.limits_of(goal, scope), wanted_place(goal, self.cell, scope.members)
        duty = Duty(key, goal, part.id, kind, scope.under, limits, scope.after, target)
        self.out.goals[key] = duty
        if goal.id in part.reached:
            self.out.settled.add(key)
        self._follow(duty, part.id, scope.is_free)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _joint(self, goal: Goal, scope: LineScope, label: str) -> frozenset[Key]:
        joint, at = self.joints.asked(goal, scope.members), goal.role("at")
        if joint is None or not isinstance(at, Ref | None):
            self.unproved(f"this {goal.verb} cannot be proved", goal.span)
            return frozenset()
        key, limits = (goal.id, scope.serves), self.limits_of(goal, scope)
        target = "" if at is None else resolved(at, scope.members)
        self.out.goals[key] = Duty(
            key, goal, joint.part, joint.kind, scope.under, limits, scope.after, target, joint=joint
        )  # fmt: skip
        if self.joints.is_done(goal, joint):
            self.out.settled.add(key)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _demanded(self, goal: Goal, demand: Demand, scope: LineScope, label: str) -> frozenset[Key]:
        """A goal about a part that an order asks for. What the part has reached settles all that came before on its way."""
        key, part = (goal.id, scope.serves), self.asked.has.get(demand.name)
        kit = self.asked.into(goal, scope.members)
        name = None if part is None else part.id
        joint = None if kit is None else JointDuty(demand.kind, name, kit.kind, "", False, None, kit.name)
        target = wanted_place(goal, self.cell, scope.members) if kit is None else ""
        limits = self.limits_of(goal, scope)
        self.out.goals[key] = Duty(
            key, goal, name, demand.kind, scope.under, limits, scope.after, target, demand.name, joint
        )  # fmt: skip
        self.of_demand.setdefault(demand.name, []).append(key)
        if part is not None and goal.id in part.reached:
            self.out.settled.update(self.of_demand[demand.name])
        self._own_block(goal, key, label)
        return frozenset({key})

    def _follow(self, duty: Duty, part: str, is_free: bool) -> None:
        """Where it leaves the part; one that finds it there is met."""
        if self.left.is_met(duty.goal, part, duty.kind, duty.target, duty.after, is_free):
            self.out.settled.add(duty.key)
            self.out.met[duty.key] = duty.after
        self.left.follow(duty.goal, duty.key, part, duty.kind, duty.target, duty.after, is_free)

    def _is_filled(self, duty: Duty) -> bool:
        """Reached for this member: a part for which it was lies there, one for each goal."""
        equipment = self.cell.equipment.get(owner_of(duty.target))
        places = {p.name for p in places_in(equipment, duty.target)} if equipment is not None else set()
        for part in self.parts.values():
            lies = isinstance(part.location, InPlace) and part.location.place in places
            if lies and duty.goal.id in part.reached and part.id not in self.filled:
                self.filled.add(part.id)
                return True
        return False

    def _settle(self, key: Key) -> None:
        """A part that is further on its route has passed what lies before."""
        if key in self.out.settled:
            return
        self.out.settled.add(key)
        duty = self.out.goals.get(key) or self.out.forks.get(key)
        if duty is not None and duty.part is not None:
            for earlier in duty.after:
                if earlier[1] == key[1]:
                    self._settle(earlier)

    def _own_block(self, goal: Goal, key: Key, label: str) -> None:
        if goal.block is None:
            return
        if goal.block.lines:
            self.unproved("lines in the block of a goal cannot be proved yet", goal.span)
        if goal.block.within is not None:
            seconds = goal.block.within.limit.quantity.value
            self.out.deadlines.append(DeadlineDuty(seconds, goal.block.within.span, label, False, frozenset({key})))

    def limits_of(self, goal: Goal, scope: LineScope) -> tuple[Limit, ...]:
        """Those around the goal, its bounds, and those of its own block."""
        bounds = tuple(limit for b in goal.bounds if (limit := limit_in_bound(b)) is not None)
        if len(bounds) < len(goal.bounds):
            self.unproved("a bound of this goal cannot be proved yet", goal.span)
        inner = () if goal.block is None else self.limits_in(goal.block)
        return (*scope.limits, *bounds, *inner)

    def limits_in(self, block: Block) -> tuple[Limit, ...]:
        found = []
        for ensure in block.ensures:
            limit = limit_of(ensure)
            if limit is not None and limit.device in self.cell.robots:
                found.append(limit)
            elif (stack := stack_limit_of(ensure, self.cell)) is not None:
                self.out.stacks.append(stack)
            elif ensure.kind == "limit":
                self.unproved("this limit cannot be proved yet", ensure.span)
        return tuple(found)

    def unproved(self, what: str, span: Span) -> None:
        self.out.unproved.append(error("E690", what, span))


def _is_reached(goal: Goal, part: PartState | None, parts: Mapping[str, PartState]) -> bool:
    return goal.id in part.reached if part is not None else any(goal.id in p.reached for p in parts.values())


def _names(goal: Goal, members: Members) -> bool:
    """Whether the goal says which member it is about."""
    return any(isinstance(role.value, Ref) and role.value.path[0] in members for role in goal.roles)
