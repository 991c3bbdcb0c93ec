"""What the intent asks of a plan, read from the program and the observed state alone: one duty for each open goal.

Nothing here looks at how a plan was found. The plan only says which members of a loop it has started; whether these are the
right ones is a check of its own (iterations.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cell.amended import as_amended
from cell.demands import Demand
from cell.diagnostic import error
from cell.members import (
    Members,
    binds_parts,
    in_order,
    is_bound_by,
    lies_untouched,
    members_of,
    owner_of,
    places_in,
    resolved,
    set_of,
)
from cell.model import CellModel
from cell.program import Block, Fresh, Goal, Group, IntentProgram, Line, Loop, Ref, Scope, When
from cell.program_walk import goals_in, inner_blocks
from cell.state import Amended, CellState, Errand, InPlace, PartState
from planner.proof.asked_orders import AskedOrders
from planner.proof.chores import FreshDuty, are_numbered, is_by_time, only_goal, thing_of
from planner.proof.device_limits import Limit, limit_in_bound, limit_of
from planner.proof.duty import DeadlineDuty, Duties, Duty, ForkDuty, PaceDuty, Under
from planner.proof.duty_keys import Key, Serves
from planner.proof.joints import JOINING, JointDuty, Joints
from planner.proof.later import PutOff, is_too_much
from planner.proof.left_in import LeftIn, Places, passed
from planner.proof.observed import branch_by_facts, can_be_observed
from planner.proof.outcomes import asked, branch_for, good_values, told_by
from planner.proof.sampling import sampled_in
from planner.proof.stacks import stack_limit_of
from planner.proof.wanted_place import wanted_place


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a line stands: the loop variables bound to parts and to members of things, the iteration, the open branch, what
    binds and what precedes, and which iterations owe what is done only every so many parts. `shared` precedes for common members
    only: what the loops do that a loop waits for. `is_followed`: lines of the iteration stand behind it. `is_free`: it stands in
    an `any order` of several lines."""

    bound: Mapping[str, PartState]
    members: Members
    serves: Serves
    under: Under | None
    limits: tuple[Limit, ...]
    after: frozenset[Key]
    owed: frozenset[tuple[str, str]] = frozenset()
    shared: frozenset[Key] = frozenset()
    is_followed: bool = False
    is_free: bool = False


def duties_of(
    program: IntentProgram,
    cell: CellModel,
    state: CellState,
    started: Mapping[str, tuple[str, ...]],
    put_off: PutOff = frozenset(),
    served: frozenset[Key] = frozenset(),
) -> Duties:
    """`started` gives for each loop the parts whose iterations the plan has, in the order of their first operations. `put_off`:
    the choices of which the plan holds one branch only. `served`: what the plan has operations for."""
    asked, joints = AskedOrders.of(cell, state), Joints(cell, state)
    reader = _Reader(
        cell, asked, joints, {p.id: p for p in state.parts}, started, Duties(), state, served, state.since, put_off, state.amended
    )
    if state.errand is not None:
        reader.errand(program.block, state.errand, ())
        return reader.out
    reader.block(program.block, _Scope({}, {}, (), None, (), frozenset()), is_top=True, label="")
    _pass_on(reader.out)
    return reader.out


def _pass_on(duties: Duties) -> None:
    """What waits for a goal that is met waits for what that one waits for."""
    if duties.met:
        duties.goals |= {key: replace(d, after=passed(d.after, duties.met)) for key, d in duties.goals.items()}
        duties.forks |= {key: replace(d, after=passed(d.after, duties.met)) for key, d in duties.forks.items()}


@dataclass(slots=True)
class _Reader:
    cell: CellModel
    asked: AskedOrders
    joints: Joints
    parts: Mapping[str, PartState]
    started: Mapping[str, tuple[str, ...]]
    out: Duties
    state: CellState
    served: frozenset[Key]
    since: Mapping[str, float]
    put_off: PutOff
    amended: tuple[Amended, ...]
    filled: set[str] = field(default_factory=set)
    of_demand: dict[str, list[Key]] = field(default_factory=dict)
    left: LeftIn = field(init=False)

    def __post_init__(self) -> None:
        self.left = LeftIn(self.cell)

    def errand(self, block: Block, errand: Errand, limits: tuple[Limit, ...]) -> None:
        """The rung's goal is the one duty, under the limits of the blocks around its policy."""
        limits = (*limits, *self._limits(block))
        part = self.parts.get(errand.part)
        for rung in (rung for policy in block.policies for rung in policy.ladder if isinstance(rung, Goal)):
            if rung.id == errand.goal and part is not None:
                key = (rung.id, ())
                bounds = tuple(limit for b in rung.bounds if (limit := limit_in_bound(b)) is not None)
                where = wanted_place(rung, self.cell, {})
                duty = Duty(key, rung, part.id, part.kind, None, (*limits, *bounds), frozenset(), where)
                self.out.goals[key] = duty
        for line in block.lines:
            for inner in inner_blocks(line):
                self.errand(inner, errand, limits)

    def block(self, block: Block, scope: _Scope, is_top: bool, label: str, in_order: bool = False) -> frozenset[Key]:
        """Reads the block; gives the keys of everything in it, settled goals included. By the ordering rule two loops wait for
        each other only for a common member; `in_order` has each line wait for all of those before it."""
        scope = replace(scope, limits=(*scope.limits, *self._limits(block)))
        keys: list[frozenset[Key]] = []
        blocked: set[int] = set()
        for i, line in enumerate(block.lines):
            if blocked.intersection(block.waits[i]):
                blocked.add(i)
                keys.append(frozenset())
                continue
            left_open = len(self.out.undecided)
            loops = {j for j in block.waits[i] if not in_order and isinstance(line, Loop) and isinstance(block.lines[j], Loop)}
            apart = {j for j in block.waits[i] if is_by_time(line) or is_by_time(block.lines[j])}
            before = frozenset[Key]().union(*(keys[j] for j in block.waits[i] if j not in loops | apart))
            shared = frozenset[Key]().union(*(keys[j] for j in loops))
            is_followed = scope.is_followed or i + 1 < len(block.lines)
            own = replace(scope, after=scope.after | before, shared=shared, is_followed=is_followed)
            if isinstance(line, When) and not scope.serves:
                before_it = (keys[j] for j in range(i) if not is_by_time(block.lines[j]))
                done = not (own.after.union(*before_it) & self.served)
                keys.append(self._observed(line, own, label, is_due=done))
            else:
                keys.append(self._line(line, own, label))
            if len(self.out.undecided) > left_open:
                blocked.add(i)
        everything = frozenset[Key]().union(*keys)
        if block.within is not None:
            seconds = block.within.limit.quantity.value
            self.out.deadlines.append(DeadlineDuty(seconds, block.within.span, label, is_top, everything))
        return everything

    def _line(self, line: Line, scope: _Scope, label: str) -> frozenset[Key]:
        match line:
            case Goal():
                return self._goal(line, scope, label)
            case Loop():
                return self._loop(line, scope)
            case When():
                return self._when(line, scope, label)
            case Group(block=block, in_order=in_order):
                is_free = scope.is_free or (not in_order and len(block.lines) > 1)
                return self.block(block, replace(scope, is_free=is_free), is_top=False, label=label, in_order=in_order)
            case Scope(block=block):
                return self.block(block, scope, is_top=False, label=label)
            case Fresh(id=id_, block=block) if line.interval.quantity.dimension == "parts" and scope.bound:
                is_owed = (id_, scope.serves[-1][1]) in scope.owed
                return self.block(block, scope, is_top=False, label=label) if is_owed else frozenset()
            case Fresh():
                return self._fresh(line, scope)

    def _fresh(self, fresh: Fresh, scope: _Scope) -> frozenset[Key]:
        """Outside the order; as often as the plan has it."""
        goal, times = only_goal(fresh), self.started.get(fresh.id, ())
        thing = None if goal is None else thing_of(goal, self.cell)
        if goal is None or thing is None or scope.serves or not is_by_time(fresh) or not are_numbered(times):
            self.out.unproved.append(error("E690", "this `every … { }` cannot be proved yet", fresh.span))
            return frozenset()
        if fresh.block.within is not None or (goal.block is not None and goal.block.within is not None):
            self.out.unproved.append(error("E690", "a `within` for what is kept fresh cannot be proved yet", fresh.span))
        keys = tuple((goal.id, ((fresh.id, time),)) for time in times)
        limits = self._limits_of(goal, replace(scope, limits=(*scope.limits, *self._limits(fresh.block))))
        for key in keys:
            self.out.goals[key] = Duty(key, goal, thing, "", None, limits, frozenset(), thing)
        self.out.fresh.append(FreshDuty(fresh, goal, thing, self.since.get(goal.id), keys))
        return frozenset(keys)

    def _chore(self, goal: Goal, thing: str, scope: _Scope, label: str) -> frozenset[Key]:
        key, limits = (goal.id, scope.serves), self._limits_of(goal, scope)
        self.out.goals[key] = Duty(key, goal, thing, "", scope.under, limits, scope.after, thing)
        if goal.id in self.since:
            self.out.settled.add(key)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _goal(self, goal: Goal, scope: _Scope, label: str) -> frozenset[Key]:
        if not scope.serves and (thing := thing_of(goal, self.cell)) is not None:
            return self._chore(goal, thing, scope, label)
        goal = as_amended(goal, scope.serves, self.amended)
        demand = self.asked.demand(goal, scope.members)
        if demand is not None:
            return self._demanded(goal, demand, scope, label)
        if goal.verb in JOINING:
            return self._joint(goal, scope, label)
        certain = self.joints.part(goal.about, scope.members)
        if certain is not None:
            return self._certain(goal, certain, scope, label)
        part = scope.bound.get(goal.about.path[0]) if len(goal.about.path) == 1 else None
        if part is None and not (goal.any_one and goal.object.text in self.cell.parts):
            self.out.unproved.append(error("E690", "a goal about this thing cannot be proved yet", goal.span))
            return frozenset()
        key = (goal.id, scope.serves)
        limits = self._limits_of(goal, scope)
        kind = part.kind if part is not None else goal.object.text
        name = None if part is None else part.id
        if scope.members and not _names(goal, scope.members):
            self.out.unproved.append(
                error("E690", "a goal about none of the members of its loops cannot be proved yet", goal.span)
            )
            return frozenset()
        duty = Duty(key, goal, name, kind, scope.under, limits, scope.after, wanted_place(goal, self.cell, scope.members))
        self.out.goals[key] = duty
        if self._is_filled(duty) if scope.members else self._is_reached(goal, part):
            self._settle(key)
        if part is not None:
            self._follow(duty, part.id, scope.is_free)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _follow(self, duty: Duty, part: str, is_free: bool) -> None:
        """Where it leaves the part; one that finds it there is met."""
        if self.left.is_met(duty.goal, part, duty.kind, duty.target, duty.after, is_free):
            self.out.settled.add(duty.key)
            self.out.met[duty.key] = duty.after
        self.left.follow(duty.goal, duty.key, part, duty.kind, duty.target, duty.after, is_free)

    def _certain(self, goal: Goal, part: PartState, scope: _Scope, label: str) -> frozenset[Key]:
        """A goal about this very part, of a kit."""
        key, kind = (goal.id, scope.serves), self.joints.kinds[part.id]
        limits, target = self._limits_of(goal, scope), wanted_place(goal, self.cell, scope.members)
        duty = Duty(key, goal, part.id, kind, scope.under, limits, scope.after, target)
        self.out.goals[key] = duty
        if goal.id in part.reached:
            self.out.settled.add(key)
        self._follow(duty, part.id, scope.is_free)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _joint(self, goal: Goal, scope: _Scope, label: str) -> frozenset[Key]:
        joint, at = self.joints.asked(goal, scope.members), goal.role("at")
        if joint is None or not isinstance(at, Ref | None):
            self.out.unproved.append(error("E690", f"this {goal.verb} cannot be proved", goal.span))
            return frozenset()
        key, limits = (goal.id, scope.serves), self._limits_of(goal, scope)
        target = "" if at is None else resolved(at, scope.members)
        self.out.goals[key] = Duty(
            key, goal, joint.part, joint.kind, scope.under, limits, scope.after, target, joint=joint
        )  # fmt: skip
        if self.joints.is_done(goal, joint):
            self.out.settled.add(key)
        self._own_block(goal, key, label)
        return frozenset({key})

    def _limits_of(self, goal: Goal, scope: _Scope) -> tuple[Limit, ...]:
        """Those around the goal, its bounds, and those of its own block."""
        bounds = tuple(limit for b in goal.bounds if (limit := limit_in_bound(b)) is not None)
        if len(bounds) < len(goal.bounds):
            self.out.unproved.append(error("E690", "a bound of this goal cannot be proved yet", goal.span))
        inner = () if goal.block is None else self._limits(goal.block)
        return (*scope.limits, *bounds, *inner)

    def _own_block(self, goal: Goal, key: Key, label: str) -> None:
        if goal.block is None:
            return
        if goal.block.lines:
            self.out.unproved.append(error("E690", "lines in the block of a goal cannot be proved yet", goal.span))
        if goal.block.within is not None:
            seconds = goal.block.within.limit.quantity.value
            self.out.deadlines.append(DeadlineDuty(seconds, goal.block.within.span, label, False, frozenset({key})))

    def _demanded(self, goal: Goal, demand: Demand, scope: _Scope, label: str) -> frozenset[Key]:
        """A goal about a part that an order asks for. What the part has reached settles all that came before on its way."""
        key, part = (goal.id, scope.serves), self.asked.has.get(demand.name)
        kit = self.asked.into(goal, scope.members)
        name = None if part is None else part.id
        joint = None if kit is None else JointDuty(demand.kind, name, kit.kind, "", False, None, kit.name)
        target = wanted_place(goal, self.cell, scope.members) if kit is None else ""
        limits = self._limits_of(goal, scope)
        self.out.goals[key] = Duty(
            key, goal, name, demand.kind, scope.under, limits, scope.after, target, demand.name, joint
        )  # fmt: skip
        self.of_demand.setdefault(demand.name, []).append(key)
        if part is not None and goal.id in part.reached:
            self.out.settled.update(self.of_demand[demand.name])
        self._own_block(goal, key, label)
        return frozenset({key})

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

    def _is_reached(self, goal: Goal, part: PartState | None) -> bool:
        return goal.id in part.reached if part is not None else any(goal.id in p.reached for p in self.parts.values())

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

    def _loop(self, loop: Loop, scope: _Scope) -> frozenset[Key]:
        name = resolved(loop.members, scope.members)
        orders = self.asked.members(loop, name, self.started.get(loop.id, ()))
        if orders is not None:
            return self._members(loop, orders, scope)
        if members := self.joints.members(loop, scope.members):
            return self._members(loop, members, scope)
        owner = self.cell.equipment.get(owner_of(name))
        if owner is not None and not binds_parts(loop, self.cell) and (members := members_of(owner, name)):
            return self._members(loop, members, scope)
        if set_of(loop, self.cell) is None or not binds_parts(loop, self.cell):
            self.out.unproved.append(error("E690", "a loop over this set cannot be proved yet", loop.members.span))
            return frozenset()
        self.out.loops[loop.id] = loop
        iterations, shared = list[frozenset[Key]](), _by_member(scope.shared)
        sampled = tuple(sampled_in(loop, self._iterations(loop)))
        self.out.sampled.extend(sampled)
        scope = replace(scope, owed=frozenset((s.fresh.id, part) for s in sampled for part in s.owing))
        for name in self.started.get(loop.id, ()):
            part = self.parts.get(name)
            if part is None:
                continue
            self.left.begin(name)
            bound = {**scope.bound, loop.variable: part}
            after = scope.after | self._before(iterations, loop) | shared.get(name, frozenset())
            inner = replace(scope, bound=bound, serves=(*scope.serves, (loop.id, name)), after=after, is_followed=False)
            iterations.append(self.block(loop.block, inner, is_top=False, label=name))
        if loop.block.pace is not None:
            self.out.paces.append(PaceDuty(loop.block.pace.interval.quantity.value, loop.block.pace.span, tuple(iterations)))
        return frozenset[Key]().union(*iterations)

    def _before(self, iterations: list[frozenset[Key]], loop: Loop) -> frozenset[Key]:
        """What an iteration waits for in a loop that is in order: the last one before it of which something is open."""
        still = (keys for keys in reversed(iterations) if loop.in_order and not keys <= self.out.settled)
        return next(still, frozenset())

    def _iterations(self, loop: Loop) -> list[PartState]:
        """Those begun or given up, then those that the plan begins, each in the order of the set. Without an `until` these are
        all members, also those of which nothing is asked."""
        source, goals = set_of(loop, self.cell), {goal.id for goal in goals_in(loop.block)}
        members = (p for p in self.parts.values() if is_bound_by(loop, p.kind))
        bound = [] if source is None else in_order(source, members)
        begun = [p for p in bound if not lies_untouched(p) or p.reached & goals]
        started = self.started.get(loop.id, ())
        all_of_them = loop.until is None
        return [*begun, *(p for p in bound if p not in begun and (p.id in started or (all_of_them and not p.given_up)))]

    def _members(self, loop: Loop, members: tuple[str, ...], scope: _Scope) -> frozenset[Key]:
        """One iteration for every layer or spot, order or item."""
        if loop.until is not None and loop.members.text not in self.cell.queues:
            self.out.unproved.append(error("E690", "this `until` cannot be proved yet", loop.until.span))
        self.out.loops[loop.id] = loop
        iterations, shared = list[frozenset[Key]](), _by_member(scope.shared)
        for member in members:
            after = scope.after | self._before(iterations, loop) | shared.get(member, frozenset())
            bound = {**scope.members, loop.variable: member}
            inner = replace(scope, members=bound, serves=(*scope.serves, (loop.id, member)), after=after, is_followed=False)
            iterations.append(self.block(loop.block, inner, is_top=False, label=member))
        if loop.block.pace is not None:
            self.out.paces.append(PaceDuty(loop.block.pace.interval.quantity.value, loop.block.pace.span, tuple(iterations)))
        return frozenset[Key]().union(*iterations)

    def _when(self, when: When, scope: _Scope, label: str) -> frozenset[Key]:
        question = asked(when, self.cell)
        part = scope.bound.get(question[0]) if question is not None else None
        if question is None or part is None or scope.under is not None:
            self.out.unproved.append(error("E690", "this `when` cannot be proved yet", when.span))
            return frozenset()
        key = (when.id, scope.serves)
        for branch in when.branches:  # a choice stays, whatever its branch tells anew
            if any(goal.id in part.reached for goal in goals_in(branch.block)):
                return self.block(branch.block, scope, False, label)
        told = self._told(part, question[1], scope)
        if told is not None:
            taken = branch_for(when, told)
            return frozenset() if taken is None else self.block(when.branches[taken].block, scope, False, label)
        fork = ForkDuty(key, when, part.id, question[1], scope.limits, scope.after)
        if (when.id, part.id) in self.put_off:
            return self._put_off(fork, scope, label)
        self.out.forks[key] = fork
        keys, here, moved = {key}, self.left.places.get(part.id, Places()), self.left.moved.get(part.id, frozenset())
        ends = set() if any(branch.condition is None for branch in when.branches) else {here}
        for k, branch in enumerate(when.branches):
            inner = replace(scope, under=Under(key, k), after=scope.after | {key})
            keys |= self.block(branch.block, inner, False, label)
            ends.add(self.left.branch(part.id, here, moved))
        self.left.join(part.id, ends)
        self.left.moved[part.id] = moved | keys
        return frozenset(keys)

    def _observed(self, when: When, scope: _Scope, label: str, is_due: bool) -> frozenset[Key]:
        """One on what is observed: what an earlier plan has decided stays."""
        if not can_be_observed(when, self.cell):
            self.out.unproved.append(error("E690", "this `when` cannot be proved yet", when.span))
            return frozenset()
        branch = self.state.decided.get(when.id)
        if branch is None:
            branch, facts = branch_by_facts(when, self.cell, self.state) if is_due else (None, {})
            if branch is None:
                self.out.undecided.append(when)
                return frozenset()
            self.out.observed.update(facts)
        self.out.decided.append((when.id, branch))
        return frozenset() if branch < 0 else self.block(when.branches[branch].block, scope, False, label)

    def _put_off(self, fork: ForkDuty, scope: _Scope, label: str) -> frozenset[Key]:
        """The branch that is taken when no outcome is adverse, as lines behind the decision."""
        inner = replace(scope, after=scope.after | {fork.key})
        may_be = scope.is_followed or any(self._is_too_much(b.block, fork, inner, label) for b in fork.when.branches)
        planned = branch_for(fork.when, good_values(fork.when, fork.outcome, self.cell)[0])
        self.out.forks[fork.key] = replace(fork, is_put_off=True, may_be=may_be, planned=planned)
        own = frozenset[Key]() if planned is None else self.block(fork.when.branches[planned].block, inner, False, label)
        return own | {fork.key}

    def _is_too_much(self, block: Block, fork: ForkDuty, scope: _Scope, label: str) -> bool:
        """Whether a plan cannot hold the branch: read apart, for nothing of it is a duty yet."""
        kept, filled, here = self.out, set(self.filled), self.left.places.get(fork.part, Places())
        moved = self.left.moved.get(fork.part, frozenset())
        self.out = kept.copied()
        own = self.block(block, scope, False, label)
        goals = [duty.goal for key, duty in self.out.goals.items() if key in own]
        has_choice = any(key in own for key in self.out.forks)
        self.out, self.filled = kept, filled
        self.left.branch(fork.part, here, moved)
        tellers = [d for k, d in kept.goals.items() if k in scope.after and fork.outcome in told_by(d.goal.verb, self.cell)]
        told_at = owner_of(tellers[-1].target) if tellers else ""
        return is_too_much(goals, has_choice, told_at, self.cell)

    def _told(self, part: PartState, outcome: str, scope: _Scope) -> str | None:
        """The value told in this iteration; not known while a goal before the `when` that tells it is open. What may be no other
        kind is of its own."""
        if outcome == "kind" and not self.cell.parts[part.kind].may_be:
            return part.kind
        tellers = [k for k in scope.after if k in self.out.goals and outcome in told_by(self.out.goals[k].goal.verb, self.cell)]
        if any(k not in self.out.settled for k in tellers):
            return None
        return dict(part.outcomes).get(outcome)

    def _limits(self, block: Block) -> tuple[Limit, ...]:
        found = []
        for ensure in block.ensures:
            limit = limit_of(ensure)
            if limit is not None and limit.device in self.cell.robots:
                found.append(limit)
            elif (stack := stack_limit_of(ensure, self.cell)) is not None:
                self.out.stacks.append(stack)
            elif ensure.kind == "limit":
                self.out.unproved.append(error("E690", "this limit cannot be proved yet", ensure.span))
        return tuple(found)


def _by_member(keys: frozenset[Key]) -> dict[str, frozenset[Key]]:
    found: dict[str, set[Key]] = {}
    for key in keys:
        for _, member in key[1]:
            found.setdefault(member, set()).add(key)
    return {member: frozenset(of) for member, of in found.items()}


def _names(goal: Goal, members: Members) -> bool:
    """Whether the goal says which member it is about."""
    return any(isinstance(role.value, Ref) and role.value.path[0] in members for role in goal.roles)
