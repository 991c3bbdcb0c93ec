"""The difference of two plans for a person and for a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cellwright.plan_difference import Change, Difference
from cellwright.plan_inputs_difference import Cause
from tui.speech import printable

MOST = 100  # changes that are shown to a person
WORDS = {
    "intent": "line of intent", "cell": "fact of the cell", "setting": "setting", "state": "what was there",
    "robot": "model of the robot", "seed": "seed", "version": "version",
}  # fmt: skip
WITHIN = {"intent": "line", "cell": "fact"}


def difference_text(found: Difference) -> str:
    return "\n".join(difference_lines(found)) + "\n"


def difference_lines(found: Difference) -> Iterator[str]:
    if found.is_none:
        yield "the same plan"
        return
    yield "what they were made from"
    for number, cause in enumerate(found.causes, start=1):
        yield f"  ({number}) {WORDS[cause.kind]} {printable(cause.subject)}"
        yield from _values(cause.was, cause.now, "      ")
        yield from (f"      no {WITHIN[cause.kind]} is named: {printable(why)}" for why in cause.untold)
    if not found.causes:
        yield "  the same in both"
    yield ""
    yield "what changed, and why"
    yield from (f"  {_change(change)}{_why(found, change)}" for change in found.changes[:MOST])
    if not found.changes:
        yield "  nothing that is done, by whom, when or how long"
    if len(found.changes) > MOST:
        yield f"  and {len(found.changes) - MOST} more (--format json has all)"


def _change(change: Change) -> str:
    was, now = (printable(value) or "not there" for value in (change.was, change.now))
    return f"{printable(change.what)}: {was} -> {now}" + (f", {change.count} times" if change.count > 1 else "")


def _values(was: str, now: str, margin: str) -> Iterator[str]:
    for sign, value in (("-", was), ("+", now)):
        yield from (f"{margin}{sign} {printable(line)}" for line in value.splitlines())


def _why(found: Difference, change: Change) -> str:
    numbers = ", ".join(f"({i + 1})" for i in change.causes)
    if not found.causes:
        return ""
    return f"  because of {numbers}" if change.is_direct else f"  follows from {numbers}"


def difference_document(found: Difference) -> dict[str, Any]:
    return {
        "differs": not found.is_none,
        "causes": [_cause(number, cause) for number, cause in enumerate(found.causes)],
        "changes": [
            {"what": c.what, "was": c.was, "now": c.now, "count": c.count, "causes": list(c.causes), "direct": c.is_direct}
            for c in found.changes
        ],
    }


def _cause(number: int, cause: Cause) -> dict[str, Any]:
    return {
        "id": number,
        "kind": cause.kind,
        "subject": cause.subject,
        "was": cause.was,
        "now": cause.now,
        "untold": [*cause.untold],
    }
