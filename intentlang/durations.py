"""How long programs and offers take, as the cell file says."""

from __future__ import annotations

from cell.equipment import DurationRange
from intentlang.declared import Declared, Given, numbers, plain

UNKNOWN = DurationRange(0.0, 0.0, is_usual=True)
"""An offer whose length nobody declared: no bound at all, and planning says so."""


def duration(given: Given) -> DurationRange:
    """`for 42 s`, `for 42 s to 50 s`."""
    values = numbers(given.values[1:])
    return DurationRange(values[0], values[-1])


def durations_of(given: Given, declared: Declared) -> list[tuple[str, DurationRange]]:
    """The verbs of one `offers`, each with its length; without one of its own it takes what is usual there."""
    if given.match.form > 0:
        return [(plain(given.values[0]), duration(given))]
    usual = declared.number("usually")
    length = UNKNOWN if usual is None else DurationRange(usual, usual, is_usual=True)
    return [(name.text, length) for name in given.match.names]
