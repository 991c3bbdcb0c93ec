"""Why a controller does not begin, or does not go on with a run: found before anything was written and before anything moves."""

from __future__ import annotations

from typing import TypeVar

from cell.diagnostic import Diagnostic, Outcome

T = TypeVar("T")


class Refusal(Exception):
    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(f"{d.code} {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics


def value_of(outcome: Outcome[T]) -> T:
    """Raises Refusal where there is none."""
    if outcome.value is None:
        raise Refusal(*outcome.diagnostics)
    return outcome.value
