"""Laws of a driver whose time is real, on a machine that does much else: one that it breaks it breaks each time."""

from __future__ import annotations

from cell_drivers.conformance import Bench, Law, Statement, examine

TRIES = 3
"""Of what a busy machine may spoil."""


def examined(bench: Bench, laws: tuple[Law, ...]) -> Statement:
    """The first statement in which nothing has failed, else the last."""
    for _ in range(TRIES - 1):
        statement = examine(bench, laws)
        if not statement.of("failed"):
            return statement
    return examine(bench, laws)
