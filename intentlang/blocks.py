"""Blocks: their lines with the order that the text gives them, and the clauses that bind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

from cell.diagnostic import Diagnostic, Span, error
from cell.program import (
    Amount,
    Block,
    Branch,
    Ensure,
    Fresh,
    Goal,
    Group,
    Line,
    Loop,
    Never,
    Pace,
    Policy,
    Prefer,
    Value,
    When,
    Within,
)
from cell.program import Scope as Expanded
from intentlang import syntax as s
from intentlang.conditions import check_condition, conjuncts, is_controllable, unreported
from intentlang.declared import unknown
from intentlang.goals import check_goal
from intentlang.names import Binding, Scope, Work, amount, fresh_name, name_problem, resolve
from intentlang.order import Mentions, together, waits
from intentlang.policies import check_policy
from intentlang.templates import call
from intentlang.types import Member, Part, Thing, described, fits

_EMPTY = Block((), ())


@dataclass(slots=True)
class _Gathered:
    """The statements of one block, sorted."""

    lines: list[tuple[Line, Mentions]] = field(default_factory=list)
    ensures: list[Ensure] = field(default_factory=list)
    within: Within | None = None
    pace: Pace | None = None
    prefers: list[Prefer] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    nevers: list[Never] = field(default_factory=list)


def check_file(node: s.BlockNode, scope: Scope, work: Work) -> tuple[Block, tuple[Never, ...]]:
    gathered = _gather(node, scope, work)
    return _block(gathered, "file"), tuple(gathered.nevers)


def check_block(node: s.BlockNode, scope: Scope, work: Work) -> tuple[Block, Mentions]:
    gathered = _gather(node, scope, work)
    return _block(gathered, scope.owner), together([m for _, m in gathered.lines])


def _block(g: _Gathered, owner: str) -> Block:
    order = waits([m for _, m in g.lines], owner)
    lines = tuple(line for line, _ in g.lines)
    return Block(lines, order, tuple(g.ensures), g.within, g.pace, tuple(g.prefers), tuple(g.policies))


def _gather(node: s.BlockNode, scope: Scope, work: Work) -> _Gathered:
    gathered = _Gathered()
    for statement in node.statements:
        match statement:
            case s.GoalNode() | s.DoNode() | s.EachNode() | s.GroupNode() | s.WhenNode():
                line = _line(statement, scope, work)
                gathered.lines += [line] if line else []
            case s.EveryNode(_, block) if block is not None:
                line = _fresh(statement, block, scope, work)
                gathered.lines += [line] if line else []
            case _:
                _clause(statement, gathered, scope, work)
    _kinds_twice([line for line, _ in gathered.lines if isinstance(line, Goal)], work)
    return gathered


def _kinds_twice(goals: Sequence[Goal], work: Work) -> None:
    """`move carton …` twice in one block: a reader cannot tell whether it is the same carton."""
    first: dict[tuple[str, ...], Goal] = {}
    for goal in goals:
        if not goal.any_one:
            continue
        before = first.setdefault(goal.object.path, goal)
        if before is not goal:
            kind = goal.object.text
            message = f"`{kind}` is the object of two lines of one block: the same {kind} or another one?"
            help_ = "For the same one write `for each x in … { … }` around both and name x; for others loop over the places."
            work.say(error("E219", message, goal.object.span, before.object.span.labelled("the other one"), help=help_))


# -- lines -------------------------------------------------------------------------------------------------------------------


def _line(node: s.LineNode, scope: Scope, work: Work) -> tuple[Line, Mentions] | None:
    match node:
        case s.GoalNode():
            return _act(node, scope, work)
        case s.DoNode():
            return _do(node, scope, work)
        case s.EachNode():
            return _each(node, scope, work)
        case s.GroupNode(in_order, inner, span):
            block, mentions = check_block(inner, scope.inside("in order" if in_order else "any order"), work)
            return Group(in_order, block, span), mentions
        case s.WhenNode():
            return _when(node, scope, work)
        case _:
            assert_never(node)


def _act(node: s.GoalNode, scope: Scope, work: Work) -> tuple[Line, Mentions] | None:
    id_ = work.id("g")
    block, inner = check_block(node.block, scope.inside("goal"), work) if node.block else (None, Mentions())
    checked = check_goal(node, block, scope, work, id_)
    if checked is None:
        return None
    return checked[0], together([checked[1], inner])


def _do(node: s.DoNode, scope: Scope, work: Work) -> tuple[Line, Mentions] | None:
    inner = call(node, scope, work)
    if inner is None:
        return None
    task = work.tasks[node.task.text]
    block, mentions = check_block(task.block, inner, work)
    return Expanded(node.task.text, block, node.span, task.span), mentions


def _each(node: s.EachNode, scope: Scope, work: Work) -> tuple[Line, Mentions] | None:
    id_ = work.id("l")
    members = resolve(node.members, scope, work)
    found = work.world.members(members.type) if members is not None else None
    if members is not None and found is None:
        help_ = ""
        if isinstance(members.type, Part) and members.type.is_kind:
            help_ = "Name the place or set whose parts are meant."
        message = f"`for each` goes over a set; `{node.members.text}` is {described(members.type)}"
        work.say(error("E230", message, node.members.span, help=help_))
    until = None
    if node.until is not None and not _names_own(node, work):
        checked = check_condition(node.until, scope, work)
        work.say(*(unreported(checked, False) if checked else ()))
        until = checked.condition if checked else None
    is_taken = name_problem(node.variable, scope, work, "loop variable")
    variable = fresh_name(scope, node.variable.text)
    inner = scope
    if found is not None and members is not None:
        binding = Binding(found.member, (variable,), (*members.identity, "*"), node.variable.span)
        inner = scope if is_taken else scope.bound(node.variable, binding)
    else:
        work.broken |= {node.variable.text}
    block, mentions = check_block(node.block, inner.inside("loop"), work)
    if found is None or members is None:
        return None
    loop = Loop(id_, variable, members.ref, _member_name(found.member), until, node.in_order, block, node.span)
    return loop, mentions.with_named(frozenset({members.part}) if members.part else frozenset())


def _member_name(member: object) -> str:
    match member:
        case Part(kinds):
            return kinds[0] if len(kinds) == 1 else "part"
        case Member(kind) | Thing(kind):
            return kind.name
        case _:
            return ""


def _names_own(node: s.EachNode, work: Work) -> bool:
    """`until` asks about what lies outside the iteration, so it cannot name the loop's own variable."""
    assert node.until is not None
    own = [r for r in _refs(node.until) if r.words[0].text == node.variable.text]
    for ref in own:
        message = f"`until` asks about things outside the iteration, and `{ref.text}` is one member of it"
        work.say(error("E231", message, ref.span, node.variable.span.labelled("bound here")))
    return bool(own)


def _refs(condition: s.ConditionNode) -> list[s.RefNode]:
    match condition:
        case s.JoinNode(_, parts):
            return [r for p in parts for r in _refs(p)]
        case s.CompareNode(subject) | s.StateNode(subject):
            return [subject]
        case s.InsideNode(subject, place):
            return [subject, place]
        case _:
            assert_never(condition)


def _when(node: s.WhenNode, scope: Scope, work: Work) -> tuple[Line, Mentions]:
    id_ = work.id("w")
    branches: list[Branch] = []
    mentions: list[Mentions] = []
    for branch in node.branches:
        condition = None
        if branch.condition is not None:
            checked = check_condition(branch.condition, scope, work)
            if checked is not None:
                work.say(*unreported(checked, False))
                condition = checked.condition
                mentions.append(Mentions(frozenset(), checked.parts))
        block, inner = check_block(branch.block, scope.inside("branch"), work)
        mentions.append(inner)
        branches.append(Branch(condition, block, branch.span))
    return When(id_, tuple(branches), node.span), together(mentions)


def _fresh(node: s.EveryNode, inner: s.BlockNode, scope: Scope, work: Work) -> tuple[Line, Mentions] | None:
    id_ = work.id("f")
    interval = _above_zero(node.amount, ("time", "parts"), scope, work)
    is_count = interval is not None and interval.quantity.dimension == "parts"
    if is_count and not scope.loops:
        work.say(error("E228", "`every … parts { }` counts the iterations of a `for each`, and none is around it", node.span))
    block, mentions = check_block(inner, scope.inside("fresh"), work)
    if interval is None:
        return None
    order = Mentions(mentions.about, mentions.named, mentions.joins, is_barrier=is_count, is_free=not is_count)
    return Fresh(id_, interval, block, node.span), order


# -- clauses -----------------------------------------------------------------------------------------------------------------


def _clause(node: s.StatementNode, g: _Gathered, scope: Scope, work: Work) -> None:
    match node:
        case s.NeverNode():
            _never(node, g, scope, work)
        case s.EnsureNode(condition, _):
            checked = check_condition(condition, scope, work)
            for conjunct in conjuncts(checked) if checked else ():
                work.say(*unreported(conjunct, False))
                is_limit = all(a.fact.controlled for a in conjunct.asked)
                g.ensures.append(Ensure(conjunct.condition, "limit" if is_limit else "monitor", conjunct.condition.span))
        case s.WithinNode(limit_node, span):
            limit = _above_zero(limit_node, ("time",), scope, work)
            if g.within is not None:
                work.say(_twice("within", span, g.within.span))
            elif limit is not None:
                g.within = Within(limit, span)
        case s.EveryNode(amount_node, None, span):
            interval = _above_zero(amount_node, ("time",), scope, work)
            if scope.owner != "loop":
                help_ = "A pace stands directly in the block of a `for each`; freshness has a block of its own."
                work.say(error("E228", "`every` without a block is the pace of a `for each`", span, help=help_))
            elif g.pace is not None:
                work.say(_twice("every", span, g.pace.span))
            elif interval is not None:
                g.pace = Pace(interval, span)
        case s.PreferNode():
            prefer = _prefer(node, scope, work)
            g.prefers += [prefer] if prefer else []
        case s.PolicyNode():
            policy = check_policy(node, scope, work)
            g.policies += [policy] if policy else []
        case _:
            raise AssertionError(node)


def _above_zero(node: s.AmountNode, dimensions: tuple[str, ...], scope: Scope, work: Work) -> Amount | None:
    found = amount(node, dimensions, scope, work)
    if found is not None and found.quantity.value <= 0:
        work.say(error("E211", f"`{found.quantity.text}` is not above zero", node.span))
        return None
    return found


def _twice(what: str, span: Span, first: Span) -> Diagnostic:
    return error("E229", f"`{what}` stands twice in one block", span, first.labelled("the other one"))


def _never(node: s.NeverNode, g: _Gathered, scope: Scope, work: Work) -> None:
    checked = check_condition(node.condition, scope, work)
    if scope.depth:
        help_ = "Move it to the top level, or write `ensure` for this block alone."
        work.say(error("E228", "`never` binds the whole run, so it stands only at the top level", node.span, help=help_))
        return
    if checked is None:
        return
    work.say(*unreported(checked, True))
    if not is_controllable(checked):
        message = "nothing in this `never` is under the cell's control, so nothing could keep it false"
        help_ = "Join it by `and` with a fact that the cell controls, such as a robot in a zone."
        work.say(error("E401", message, node.span, help=help_))
        return
    g.nevers.append(Never(checked.condition, node.span))


def _prefer(node: s.PreferNode, scope: Scope, work: Work) -> Prefer | None:
    vocabulary = work.world.vocabulary
    objective = vocabulary.objectives.get(node.objective.text)
    if objective is None:
        if node.objective.text not in work.broken:
            work.say(unknown("E224", "objective", node.objective, list(vocabulary.objectives)))
        return None
    wanted = [objective.argument] if objective.argument else []
    if len(node.args) != len(wanted):
        takes = f"one {objective.argument}" if wanted else "nothing"
        work.say(error("E224", f"`{objective.name}` takes {takes}", node.span, help=objective.doc))
        return None
    values: list[Value] = []
    for kind, arg in zip(wanted, node.args, strict=True):
        if kind in vocabulary.dimensions:
            value = amount(arg, (kind,), scope, work)
            values += [value] if value else []
        elif isinstance(arg, s.NumberNode):
            work.say(error("E224", f"`{objective.name}` takes a {kind}, not `{arg.text}`", arg.span, help=objective.doc))
        elif (found := resolve(arg, scope, work)) is not None:
            if fits(found.type, (kind,)):
                values.append(found.ref)
            else:
                message = f"`{objective.name}` takes a {kind}; `{arg.text}` is {described(found.type)}"
                work.say(error("E224", message, arg.span, help=objective.doc))
    return Prefer(objective.name, tuple(values), node.span) if len(values) == len(wanted) else None
