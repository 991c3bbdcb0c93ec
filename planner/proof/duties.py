"""What the intent asks of a plan, read from the program and the observed state alone: one duty for each open goal.

Nothing here looks at how a plan was found. The plan only says which members of a loop it has started; whether these are the
right ones is a check of its own (iterations.py). Here blocks, loops and choices are read; what one goal asks is goal_duties.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from cell.amended import as_amended
from cell.dataclass import dataclass
from cell.members import (
    begun_members,
    binds_parts,
    in_order,
    is_bound_by,
    lies_untouched,
    members_of,
    owner_of,
    resolved,
    set_of,
)
from cell.model import CellModel
from cell.program import Block, Fresh, Goal, Group, IntentProgram, Line, Loop, Scope, When
from cell.program_walk import goals_in, inner_blocks
from cell.state import CellState, Errand, PartState
from planner.proof.brought_on import all_begun, brought_on
from planner.proof.chores import FreshDuty, are_numbered, is_by_time, only_goal, thing_of
from planner.proof.device_limits import Limit, limit_in_bound
from planner.proof.duty import DeadlineDuty, Duties, Duty, ForkDuty, PaceDuty, Under
from planner.proof.duty_keys import Key
from planner.proof.goal_duties import GoalDuties
from planner.proof.later import PutOff, is_too_much
from planner.proof.left_in import Places, passed
from planner.proof.line_scope import LineScope
from planner.proof.observed import branch_by_facts, can_be_observed
from planner.proof.outcomes import asked, branch_for, good_values, told_by
from planner.proof.sampling import sampled_in
from planner.proof.wanted_place import wanted_place


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
    goals = GoalDuties(cell, state)
    reader = _Reader(goals, started, served, put_off)
    if state.errand is not None:
        reader.errand(program.block, state.errand, ())
        if others := served - goals.out.goals.keys():
            also = all_begun(program, cell, state, started)
            whole = duties_of(program, cell, replace(state, errand=None), also, put_off, others)
            goals.out.goals |= brought_on(whole, others, state, state.errand)
            goals.out.stacks[:] = whole.stacks
            goals.out.unproved += whole.unproved
        return goals.out
    reader.block(program.block, LineScope({}, {}, (), None, (), frozenset()), is_top=True, label="")
    _pass_on(goals.out)
    return goals.out


def _pass_on(duties: Duties) -> None:
    """What waits for a goal that is met waits for what that one waits for."""
    if duties.met:
        duties.goals |= {key: replace(d, after=passed(d.after, duties.met)) for key, d in duties.goals.items()}
        duties.forks |= {key: replace(d, after=passed(d.after, duties.met)) for key, d in duties.forks.items()}


@dataclass(slots=True)
class _Reader:
    goals: GoalDuties
    started: Mapping[str, tuple[str, ...]]
    served: frozenset[Key]
    put_off: PutOff
    cell: CellModel = field(init=False)
    state: CellState = field(init=False)
    parts: Mapping[str, PartState] = field(init=False)

    def __post_init__(self) -> None:
        self.cell, self.state, self.parts = self.goals.cell, self.goals.state, self.goals.parts

    @property
    def out(self) -> Duties:
        return self.goals.out

    def errand(self, block: Block, errand: Errand, limits: tuple[Limit, ...]) -> None:
        """The rung's goal, as it is tried again, is the one duty, under the limits of the blocks around its policy."""
        limits = (*limits, *self.goals.limits_in(block))
        part = self.parts.get(errand.part)
        for rung in (rung for policy in block.policies for rung in policy.ladder if isinstance(rung, Goal)):
            if rung.id == errand.goal and part is not None:
                key, goal = (rung.id, ()), as_amended(rung, (), self.state.amended)
                bounds = tuple(limit for b in goal.bounds if (limit := limit_in_bound(b)) is not None)
                where = wanted_place(goal, self.cell, {})
                duty = Duty(key, goal, part.id, part.kind, None, (*limits, *bounds), frozenset(), where)
                self.out.goals[key] = duty
        for line in block.lines:
            for inner in inner_blocks(line):
                self.errand(inner, errand, limits)

    def block(self, block: Block, scope: LineScope, is_top: bool, label: str, in_order: bool = False) -> frozenset[Key]:
        """Reads the block; gives the keys of everything in it, settled goals included. By the ordering rule two loops wait for
        each other only for a common member; `in_order` has each line wait for all of those before it."""
        scope = replace(scope, limits=(*scope.limits, *self.goals.limits_in(block)))
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

    def _line(self, line: Line, scope: LineScope, label: str) -> frozenset[Key]:
        match line:
            case Goal():
                return self.goals.of(line, scope, label)
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

    def _fresh(self, fresh: Fresh, scope: LineScope) -> frozenset[Key]:
        """Outside the order; as often as the plan has it."""
        goal, times = only_goal(fresh), self.started.get(fresh.id, ())
        thing = None if goal is None else thing_of(goal, self.cell)
        if goal is None or thing is None or scope.serves or not is_by_time(fresh) or not are_numbered(times):
            self.goals.unproved("this `every … { }` cannot be proved yet", fresh.span)
            return frozenset()
        if fresh.block.within is not None or (goal.block is not None and goal.block.within is not None):
            self.goals.unproved("a `within` for what is kept fresh cannot be proved yet", fresh.span)
        keys = tuple((goal.id, ((fresh.id, time),)) for time in times)
        limits = self.goals.limits_of(goal, replace(scope, limits=(*scope.limits, *self.goals.limits_in(fresh.block))))
        for key in keys:
            self.out.goals[key] = Duty(key, goal, thing, "", None, limits, frozenset(), thing)
        self.out.fresh.append(FreshDuty(fresh, goal, thing, self.state.since.get(goal.id), keys))
        return frozenset(keys)

    # --- loops -----------------------------------------------------------------------------------------------------

    def _loop(self, loop: Loop, scope: LineScope) -> frozenset[Key]:
        name = resolved(loop.members, scope.members)
        orders = self.goals.asked.members(loop, name, self.started.get(loop.id, ()))
        if orders is not None:
            return self._members(loop, orders, scope)
        if members := self.goals.joints.members(loop, scope.members):
            return self._members(loop, members, scope)
        owner = self.cell.equipment.get(owner_of(name))
        if owner is not None and not binds_parts(loop, self.cell) and (members := members_of(owner, name)):
            return self._members(loop, members, scope)
        if set_of(loop, self.cell) is None or not binds_parts(loop, self.cell):
            self.goals.unproved("a loop over this set cannot be proved yet", loop.members.span)
            return frozenset()
        self.out.loops[loop.id] = loop
        iterations, names, shared = list[frozenset[Key]](), list[str](), _by_member(scope.shared)
        sampled = tuple(sampled_in(loop, self._iterations(loop)))
        self.out.sampled.extend(sampled)
        scope = replace(scope, owed=frozenset().union(*(s.owed for s in sampled)))
        for name in self.started.get(loop.id, ()):
            part = self.parts.get(name)
            if part is None:
                continue
            self.goals.left.begin(name)
            bound = {**scope.bound, loop.variable: part}
            after = scope.after | self._before(iterations, loop) | shared.get(name, frozenset())
            inner = replace(scope, bound=bound, serves=(*scope.serves, (loop.id, name)), after=after, is_followed=False)
            iterations.append(self.block(loop.block, inner, is_top=False, label=name))
            names.append(name)
        return self._paced(loop, names, iterations)

    def _paced(self, loop: Loop, members: Sequence[str], iterations: list[frozenset[Key]]) -> frozenset[Key]:
        if (pace := loop.block.pace) is not None:
            begun, of = begun_members(self.parts.values()), tuple(zip(members, iterations, strict=True))
            own = tuple(keys for member, keys in of if member not in begun)
            before = tuple(keys for member, keys in of if member in begun)
            self.out.paces.append(PaceDuty(pace.interval.quantity.value, pace.span, own, before))
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

    def _members(self, loop: Loop, members: tuple[str, ...], scope: LineScope) -> frozenset[Key]:
        """One iteration for every layer or spot, order or item."""
        if loop.until is not None and loop.members.text not in self.cell.queues:
            self.goals.unproved("this `until` cannot be proved yet", loop.until.span)
        self.out.loops[loop.id] = loop
        iterations, shared = list[frozenset[Key]](), _by_member(scope.shared)
        for member in members:
            after = scope.after | self._before(iterations, loop) | shared.get(member, frozenset())
            bound = {**scope.members, loop.variable: member}
            inner = replace(scope, members=bound, serves=(*scope.serves, (loop.id, member)), after=after, is_followed=False)
            iterations.append(self.block(loop.block, inner, is_top=False, label=member))
        return self._paced(loop, members, iterations)

    # --- choices ---------------------------------------------------------------------------------------------------

    def _when(self, when: When, scope: LineScope, label: str) -> frozenset[Key]:
        question = asked(when, self.cell)
        part = scope.bound.get(question[0]) if question is not None else None
        if question is None or part is None or scope.under is not None:
            self.goals.unproved("this `when` cannot be proved yet", when.span)
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
        keys, here, moved = {key}, self.goals.left.places.get(part.id, Places()), self.goals.left.moved.get(part.id, frozenset())
        ends = set() if any(branch.condition is None for branch in when.branches) else {here}
        for k, branch in enumerate(when.branches):
            inner = replace(scope, under=Under(key, k), after=scope.after | {key})
            keys |= self.block(branch.block, inner, False, label)
            ends.add(self.goals.left.branch(part.id, here, moved))
        self.goals.left.join(part.id, ends)
        self.goals.left.moved[part.id] = moved | keys
        return frozenset(keys)

    def _observed(self, when: When, scope: LineScope, label: str, is_due: bool) -> frozenset[Key]:
        """One on what is observed: what an earlier plan has decided stays."""
        if not can_be_observed(when, self.cell):
            self.goals.unproved("this `when` cannot be proved yet", when.span)
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

    def _put_off(self, fork: ForkDuty, scope: LineScope, label: str) -> frozenset[Key]:
        """The branch that is taken when no outcome is adverse, as lines behind the decision."""
        inner = replace(scope, after=scope.after | {fork.key})
        may_be = scope.is_followed or any(self._is_too_much(b.block, fork, inner, label) for b in fork.when.branches)
        planned = branch_for(fork.when, good_values(fork.when, fork.outcome, self.cell)[0])
        self.out.forks[fork.key] = replace(fork, is_put_off=True, may_be=may_be, planned=planned)
        own = frozenset[Key]() if planned is None else self.block(fork.when.branches[planned].block, inner, False, label)
        return own | {fork.key}

    def _is_too_much(self, block: Block, fork: ForkDuty, scope: LineScope, label: str) -> bool:
        """Whether a plan cannot hold the branch: read apart, for nothing of it is a duty yet."""
        kept, filled, here = self.goals.out, set(self.goals.filled), self.goals.left.places.get(fork.part, Places())
        moved = self.goals.left.moved.get(fork.part, frozenset())
        self.goals.out = kept.copied()
        own = self.block(block, scope, False, label)
        goals = [duty.goal for key, duty in self.out.goals.items() if key in own]
        has_choice = any(key in own for key in self.out.forks)
        self.goals.out, self.goals.filled = kept, filled
        self.goals.left.branch(fork.part, here, moved)
        tellers = [d for k, d in kept.goals.items() if k in scope.after and fork.outcome in told_by(d.goal.verb, self.cell)]
        told_at = owner_of(tellers[-1].target) if tellers else ""
        return is_too_much(goals, has_choice, told_at, self.cell)

    def _told(self, part: PartState, outcome: str, scope: LineScope) -> str | None:
        """The value told in this iteration; not known while a goal before the `when` that tells it is open. What may be no other
        kind is of its own."""
        if outcome == "kind" and not self.cell.parts[part.kind].may_be:
            return part.kind
        tellers = [k for k in scope.after if k in self.out.goals and outcome in told_by(self.out.goals[k].goal.verb, self.cell)]
        if any(k not in self.out.settled for k in tellers):
            return None
        return dict(part.outcomes).get(outcome)


def _by_member(keys: frozenset[Key]) -> dict[str, frozenset[Key]]:
    found: dict[str, set[Key]] = {}
    for key in keys:
        for _, member in key[1]:
            found.setdefault(member, set()).add(key)
    return {member: frozenset(of) for member, of in found.items()}
