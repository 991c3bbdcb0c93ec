"""Clauses: what binds a block as a whole. Each stands where it may, once where two would contradict, with a sensible amount."""

from __future__ import annotations

from dataclasses import field

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Span, error
from cell.program import Amount, Ensure, Never, Pace, Policy, Prefer, Value, Within
from intentlang import syntax as s
from intentlang.conditions import check_condition, conjuncts, is_controllable, unreported
from intentlang.declared import unknown
from intentlang.names import Scope, Work, amount, resolve
from intentlang.policies import check_policy
from intentlang.types import described, fits


@dataclass(slots=True)
class Clauses:
    """The clauses of one block, as they are met."""

    ensures: list[Ensure] = field(default_factory=list)
    within: Within | None = None
    pace: Pace | None = None
    prefers: list[Prefer] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    nevers: list[Never] = field(default_factory=list)


def check_clause(node: s.StatementNode, g: Clauses, scope: Scope, work: Work) -> None:
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
            limit = above_zero(limit_node, ("time",), scope, work)
            if g.within is not None:
                work.say(_twice("within", span, g.within.span))
            elif limit is not None:
                g.within = Within(limit, span)
        case s.EveryNode(amount_node, None, span):
            interval = above_zero(amount_node, ("time",), scope, work)
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


def above_zero(node: s.AmountNode, dimensions: tuple[str, ...], scope: Scope, work: Work) -> Amount | None:
    found = amount(node, dimensions, scope, work)
    if found is not None and found.quantity.value <= 0:
        work.say(error("E211", f"`{found.quantity.text}` is not above zero", node.span, help="Write an amount above zero."))
        return None
    return found


def _twice(what: str, span: Span, first: Span) -> Diagnostic:
    help_ = "Keep one of the two, or put each with its lines into a block of its own: `{ … }`."
    return error("E229", f"`{what}` stands twice in one block", span, first.labelled("the other one"), help=help_)


def _never(node: s.NeverNode, g: Clauses, scope: Scope, work: Work) -> None:
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
