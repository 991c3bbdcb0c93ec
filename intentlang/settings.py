"""Settings of a goal or of a retry (`torque 2.5 Nm`): an amount of the setting's dimension, and one that can be."""

from __future__ import annotations

from collections.abc import Iterable

from cell.diagnostic import error
from cell.program import Role
from intentlang import syntax as s
from intentlang.names import Scope, Work, amount
from intentlang.ranges import no_setting


def setting(node: s.PhraseNode, dimension: str, scope: Scope, work: Work) -> tuple[Role, ...]:
    """None where it cannot be, which is then said."""
    value = amount(node.amount, (dimension,), scope, work)
    if value is None:
        return ()
    problem = no_setting(value)
    if problem is not None:
        work.say(problem)
        return ()
    return (Role(node.name.text, value, node.span),)


def once_each(nodes: Iterable[s.PhraseNode], work: Work) -> tuple[s.PhraseNode, ...]:
    """The first of each name; the others are said. A bound of a name is another thing than its setting."""
    seen: dict[tuple[str, str | None], s.PhraseNode] = {}
    for node in nodes:
        first = seen.setdefault((node.name.text, node.operator), node)
        if first is not node:
            spans = node.span, first.span.labelled("first given here")
            work.say(error("E217", f"`{node.name.text}` is given twice", *spans, help="Delete one of the two."))
    return tuple(seen.values())
