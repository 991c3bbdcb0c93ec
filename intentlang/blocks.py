"""Blocks: their lines with the order that the text gives them. What binds a block as a whole is in clauses.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from cell.diagnostic import error
from cell.program import Block, Branch, Fresh, Goal, Group, Line, Loop, Never, When
from cell.program import Scope as Expanded
from intentlang import syntax as s
from intentlang.clauses import Clauses, above_zero, check_clause
from intentlang.conditions import check_condition, unreported
from intentlang.goals import check_goal
from intentlang.names import Binding, Scope, Work, fresh_name, name_problem, resolve
from intentlang.nothing_asked import empty_block
from intentlang.order import MAX_LINES, Mentions, together, waits
from intentlang.templates import call
from intentlang.types import Member, Part, Thing, described


def check_file(node: s.BlockNode, scope: Scope, work: Work) -> tuple[Block, tuple[Never, ...]]:
    lines, clauses = _gather(node, scope, work)
    return _block(lines, clauses, "file"), tuple(clauses.nevers)


def check_block(node: s.BlockNode, scope: Scope, work: Work) -> tuple[Block, Mentions]:
    if not work.broken:  # what did not parse is not there, and yet was asked for
        work.say(*empty_block(node, scope.owner))
    lines, clauses = _gather(node, scope, work)
    return _block(lines, clauses, scope.owner), together([m for _, m in lines])


def _block(found: Sequence[tuple[Line, Mentions]], g: Clauses, owner: str) -> Block:
    mentions = [m for _, m in found]
    lines = tuple(line for line, _ in found)
    by_rule = waits(mentions, "") if owner in ("in order", "any order") else ()
    return Block(
        lines, waits(mentions, owner), tuple(g.ensures), g.within, g.pace, tuple(g.prefers), tuple(g.policies), by_rule
    )  # fmt: skip


def _gather(node: s.BlockNode, scope: Scope, work: Work) -> tuple[list[tuple[Line, Mentions]], Clauses]:
    lines: list[tuple[Line, Mentions]] = []
    clauses = Clauses()
    for statement in node.statements:
        match statement:
            case s.GoalNode() | s.DoNode() | s.EachNode() | s.GroupNode() | s.WhenNode():
                line = _line(statement, scope, work)
                lines += [line] if line else []
                work.left_out += line is None
            case s.EveryNode(_, block) if block is not None:
                line = _fresh(statement, block, scope, work)
                lines += [line] if line else []
                work.left_out += line is None
            case _:
                check_clause(statement, clauses, scope, work)
    _kinds_twice([line for line, _ in lines if isinstance(line, Goal)], work)
    if len(lines) > MAX_LINES:
        help_ = "Loop with `for each`, or move some of them into a `task`."
        work.say(error("E113", f"a block has more than {MAX_LINES} lines", lines[MAX_LINES][0].span, help=help_))
        del lines[MAX_LINES:]
    return lines, clauses


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
        help_ = "Ask about the place that fills, such as `outfeed.count >= 4 parts`."
        work.say(error("E231", message, ref.span, node.variable.span.labelled("bound here"), help=help_))
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
    interval = above_zero(node.amount, ("time", "parts"), scope, work)
    is_count = interval is not None and interval.quantity.dimension == "parts"
    if is_count and not scope.loops:
        message = "`every … parts { }` counts the iterations of a `for each`, and none is around it"
        work.say(error("E228", message, node.span, help="Put it into a `for each`, or write a time: `every 10 min { … }`."))
    block, mentions = check_block(inner, scope.inside("fresh"), work)
    if interval is None:
        return None
    order = Mentions(mentions.about, mentions.named, mentions.joins, is_barrier=is_count, is_free=not is_count)
    return Fresh(id_, interval, block, node.span), order
