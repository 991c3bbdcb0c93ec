"""One iteration of a loop for one part: the block of the loop as legs, less what is already reached.

The order of lines about the same part is that of the text where the ordering rule asks for it; where it does not, work comes
before moves, so that no move is undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cell.amended import as_amended
from cell.members import Members
from cell.model import CellModel
from cell.program import Block, Fresh, Goal, Group, Line, Loop, Ref, Scope, When
from cell.program_walk import goals_in, goals_of
from cell.state import Amended, PartState
from planner.tasks.findings import Findings
from planner.tasks.later import is_too_much, put_off, told_in
from planner.tasks.methods import Method, method_of, told_by, tool_asked
from planner.tasks.outcomes import alternatives, branch_taken, outcome_asked
from planner.tasks.route import Clauses, Deadline, ForceLimit, Fork, Leg, Stage, Way
from planner.tasks.sampling import is_counted
from planner.tasks.supported import force_limit_on, speed_limit_on

UNDONE = "these two lines put the same part into different places, unordered"
OF_A_GROUP = "An event decides without a `when`: `on reject: move kit.a to scrap, then skip`."
OF_ITS_OWN = "Give it a loop of its own, over the place where its parts lie."
A_KIT = "Lay what goes together into a tray as kits (`each kit [a, b]`), and loop over those: `assemble kit.b into kit.a`."
UNDONE_HELP = "Take one of the two out, or take them out of `any order`, so that the later one counts."


@dataclass(slots=True)
class Unfolding:
    """What all iterations share. `methods` remembers each goal's method by kind: iterations differ in their part only. `due` has
    (clause, part) of each `every 10 parts { }` that is to be done in the part's iteration."""

    cell: CellModel
    found: Findings
    deadlines: list[Deadline]
    methods: dict[tuple[str, ...], Method | None]
    due: set[tuple[str, str]] = field(default_factory=set)
    amended: tuple[Amended, ...] = ()

    def clauses_in(self, block: Block, clauses: Clauses, label: str) -> Clauses:
        """`clauses` and those of `block`; a `within` opens a new deadline, one for each activation."""
        speeds = [limit for e in block.ensures if (limit := speed_limit_on(self.cell, e)) is not None]
        if speeds:
            clauses = replace(clauses, speeds=(*clauses.speeds, *speeds))
        forces = [most for e in block.ensures if (most := force_limit_on(self.cell, e)) is not None]
        if forces:
            clauses = replace(clauses, forces=(*clauses.forces, *forces))
        if block.within is not None:
            within, amount = block.within, block.within.limit
            self.deadlines.append(Deadline(amount.quantity.value, within.span, label, amount.span))
            clauses = replace(clauses, deadlines=(*clauses.deadlines, len(self.deadlines) - 1))
        return clauses

    def clauses_within(self, line: Group | Scope, clauses: Clauses, label: str) -> Clauses:
        inner = self.clauses_in(line.block, clauses, label)
        is_free = isinstance(line, Group) and not line.in_order and len(line.block.lines) > 1
        return replace(inner, is_free=True) if is_free else inner

    def stage(self, goal: Goal, kind: str, clauses: Clauses, label: str, members: Members | None = None) -> Stage | None:
        """The stage that makes `goal` true, None when there is no method. `members`: what loop variables stand for."""
        members, asked = members or {}, as_amended(goal, clauses.serves, self.amended)
        own = () if asked is goal else (member for _, member in clauses.serves)
        goal, key = asked, (goal.id, kind, *members.values(), *own)
        if key not in self.methods:
            self.methods[key] = method_of(self.cell, goal, kind, self.found, members)
        method = self.methods[key]
        if method is None:
            return None
        if goal.block is not None:
            if goal.block.lines:
                self.found.unsupported("lines in the block of a goal", goal.block.lines[0].span)
            clauses = self.clauses_in(goal.block, clauses, label)
        clauses = bounded(goal, clauses, method.robot)
        stage = Stage(goal, method.equipment, method.places, method.work, clauses, by=method.robot, handing=method.handing)
        return replace(stage, using=tool_asked(goal))

    def legs(self, block: Block, variable: str, part: PartState, clauses: Clauses, before: Sequence[Leg] = ()) -> list[Leg]:
        """All legs of the block for `part`, in order, reached or not; branches that are known are taken. `before`: what
        stands before the block."""
        legs: list[Leg] = []
        for index in self._order(block):
            line = block.lines[index]
            legs += self._line(line, variable, part, clauses, [*before, *legs])
            if isinstance(line, Goal) and is_joined_to(line, variable):
                break  # what the part is from here on, and where it may go, is not known
        return legs

    def _line(self, line: Line, variable: str, part: PartState, clauses: Clauses, before: list[Leg]) -> list[Leg]:
        match line:
            case Goal() if line.about.path == (variable,):
                stage = self.stage(line, part.kind, clauses, part.id)
                return [] if stage is None else [stage]
            case Group() | Scope():
                return self.legs(line.block, variable, part, self.clauses_within(line, clauses, part.id), before)
            case When():
                return self._when(line, variable, part, clauses, before)
            case Fresh(id=id_, block=block) if is_counted(line):
                is_due = (id_, part.id) in self.due
                own = self.clauses_in(block, clauses, part.id) if is_due else clauses
                return self.legs(block, variable, part, own, before) if is_due else []
            case Goal():
                help_ = A_KIT if is_joined_to(line, variable) else OF_ITS_OWN
                self.found.unsupported("a goal about anything but the part that the loop is over", line.span, help=help_)
                return []
            case Loop() | Fresh():
                self.found.unsupported("this line in a loop over parts", line.span)
                return []

    def _when(self, when: When, variable: str, part: PartState, clauses: Clauses, before: list[Leg]) -> list[Leg]:
        outcome = outcome_asked(self.cell.vocabulary, when, variable)
        if outcome is None:
            spans = [b.condition.span for b in when.branches if b.condition is not None]
            self.found.unsupported("a `when` on anything but one outcome of the loop's part", *spans)
            return []
        taken = self._known_branch(when, outcome, part, before)
        if taken is None:
            return self._fork(when, outcome, variable, part, clauses, before)
        if taken < 0:
            return []
        block = when.branches[taken].block
        return self.legs(block, variable, part, self.clauses_in(block, clauses, part.id), before)

    def _known_branch(self, when: When, outcome: str, part: PartState, before: list[Leg]) -> int | None:
        """The branch to take: one whose goals are reached in part, or the one that the told value leads to; -1 for a told value
        that leads nowhere; None when the outcome is still open. A part that may be no other kind is of its own."""
        for i, branch in enumerate(when.branches):
            if any(goal.id in part.reached for goal in goals_in(branch.block)):
                return i
        telling = [x for x in before if isinstance(x, Stage) and told_by(self.cell, x.goal.verb) == outcome]
        value = dict(part.outcomes).get(outcome)
        if outcome == "kind" and not self.cell.parts[part.kind].may_be:
            value = part.kind
        elif value is None or (telling and telling[-1].goal.id not in part.reached):
            return None
        taken = branch_taken(when, value)
        return -1 if taken is None else taken

    def _fork(self, when: When, outcome: str, variable: str, part: PartState, clauses: Clauses, before: list[Leg]) -> list[Leg]:
        branches, told_at = list[tuple[tuple[str, ...], list[Leg]]](), told_in(self.cell, before, outcome)
        for values, branch in alternatives(self.cell.vocabulary, when, outcome):
            legs: list[Leg] = []
            if branch is not None:
                inner = self.clauses_in(branch.block, clauses, part.id)
                legs = self.legs(branch.block, variable, part, inner, before)
                legs = [self._as_told(leg, outcome, values) for leg in legs]
            branches.append((values, legs))
        if any(is_too_much(self.cell, legs, told_at) for _, legs in branches):
            return put_off(self.cell, Fork(when, outcome, (), clauses), branches)
        ways = (Way(values, tuple(x for x in legs if isinstance(x, Stage)), k) for k, (values, legs) in enumerate(branches))
        return [Fork(when, outcome, tuple(ways), clauses)]

    def _as_told(self, leg: Leg, outcome: str, values: tuple[str, ...]) -> Leg:
        """Where the kind is told, the part goes to places that take what it is told to be."""
        told = [v for v in values if v in self.cell.parts]
        if outcome != "kind" or not told or not isinstance(leg, Stage):
            return leg
        places = tuple(p for p in leg.places if set(told) <= set(self.cell.places[p].accepts))
        if not places:
            what, equipment = " or ".join(told), self.cell.equipment[leg.equipment]
            help_ = f"Add {what} to what {leg.equipment} holds, or choose another place."
            self.found.error("E613", f"{leg.equipment} does not take {what}", leg.goal.span, equipment.span, help=help_)
            return leg
        return replace(leg, places=places)

    def _order(self, block: Block) -> list[int]:
        """The lines' order: as written, but a line that only moves goes after unordered ones that work."""
        moves = [i for i, line in enumerate(block.lines) if moves_part(line)]
        earlier = waits_closure(block)
        for i in moves:
            for j in (k for k in moves if k < i and k not in earlier[i]):
                spans = (block.lines[j].span, block.lines[i].span)
                self.found.error("E605", UNDONE, *spans, help=UNDONE_HELP)
        done: list[int] = []
        left = list(range(len(block.lines)))
        while left:
            ready = [i for i in left if all(j in done for j in earlier[i])]
            chosen = min(ready, key=lambda i: (i in moves, i))
            done.append(chosen)
            left.remove(chosen)
        return done


def bounded(goal: Goal, clauses: Clauses, robot: str | None = None) -> Clauses:
    """`clauses` with the goal's own bounds, each short for an `ensure` on whatever acts; that on force binds every contact."""
    for bound in goal.bounds:
        most = bound.limit.quantity.value
        if bound.name == "force":
            limit = ForceLimit(robot or "", most, bound.span)
            clauses = replace(clauses, contact_force=most, forces=(*clauses.forces, limit))
        else:
            clauses = replace(clauses, speeds=(*clauses.speeds, ("", most)))
    return clauses


def waits_closure(block: Block) -> list[frozenset[int]]:
    """For each line all earlier lines that it waits for, directly or not."""
    closure: list[frozenset[int]] = []
    for i in range(len(block.lines)):
        direct = block.waits[i] if i < len(block.waits) else ()
        closure.append(frozenset(direct).union(*(closure[j] for j in direct if j < i)))
    return closure


def is_joined_to(goal: Goal, variable: str) -> bool:
    """Whether the goal makes another kind of the loop's part, by what it joins to it."""
    into = goal.role("into")
    return isinstance(into, Ref) and into.path == (variable,)


def moves_part(line: Line) -> bool:
    """Whether the line has a goal that says where the part shall lie in the end."""
    return any(goal.verb == "move" for goal in goals_of(line))


def open_legs(legs: list[Leg], part: PartState) -> list[Leg]:
    """What is left after the last goal that is reached: a part further on its route has passed what lies before."""
    last = max((i for i, leg in enumerate(legs) if isinstance(leg, Stage) and leg.goal.id in part.reached), default=-1)
    return legs[last + 1 :]
