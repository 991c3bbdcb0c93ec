"""Lists whose names are what their places are called by (`each kit [a, b]`, `slots [a, b]`, `from [a, b]`): each stands there
once, for two places of one name would be one."""

from __future__ import annotations

from collections.abc import Iterator

from cell.diagnostic import Diagnostic, error
from intentlang.declared import Declared

_LISTS = {
    "each": "A pocket of a kit is called by its part's kind: declare another kind for the second one.",
    "slots": "Give the other one a name of its own.",
    "from": "A seat is called by what goes into it: declare another kind for the second one.",
}


def named_twice(d: Declared) -> Iterator[Diagnostic]:
    for given in (g for g in d.given if g.name in _LISTS):
        listed = [n for n in given.match.names if given.name == "slots" or n.what != ("name",)]
        first = {name.text: name for name in reversed(listed)}
        for name in (n for n in listed if first[n.text] is not n):
            message = f"`{name.text}` stands twice in `{given.name}` of `{d.name.text}`"
            spans = name.span, first[name.text].span.labelled("first here")
            yield error("E210", message, *spans, help=_LISTS[given.name])
