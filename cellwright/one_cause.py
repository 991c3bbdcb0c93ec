"""One cause, one finding: what is said in the same words in several places is one mistake, and is told once with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cell.diagnostic import Diagnostic, Fix

ABOUT_A_NAME = frozenset({"E201", "E205", "E212", "E214", "E215", "E218", "E222", "E232"})
"""What is no name of anything, unknown units among it, what is the name of another kind of thing, a part that no tool takes."""


def together(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """In the order of the first of each. What follows the first span of a finding (where a thing is declared) is the same for
    all that are joined."""
    joined: dict[object, list[Diagnostic]] = {}
    for found in diagnostics:
        is_joined = found.code in ABOUT_A_NAME and found.spans
        key = (found.code, found.message, found.help, found.spans[0].file, found.spans[1:]) if is_joined else found
        joined.setdefault(key, []).append(found)
    return tuple(_one(same) for same in joined.values())


def _one(same: Sequence[Diagnostic]) -> Diagnostic:
    firsts = (found.spans[0] for found in same if found.spans)
    spans = tuple(dict.fromkeys((*firsts, *same[0].spans[1:])))
    return replace(same[0], spans=spans, fix=_fix(same)) if len(same) > 1 else same[0]


def _fix(same: Sequence[Diagnostic]) -> Fix | None:
    """All edits, where each has the same to offer."""
    fixes = [found.fix for found in same if found.fix is not None]
    if len(fixes) < len(same) or len({fix.title for fix in fixes}) > 1:
        return same[0].fix
    return replace(fixes[0], edits=tuple(dict.fromkeys(edit for fix in fixes for edit in fix.edits)))
