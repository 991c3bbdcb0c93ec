"""What a check of the proof says: that a claim holds, with its slack, or why it does not."""

from __future__ import annotations

from cell.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` of the page that explains it, `message` in one sentence with the figures."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Slack:
    """A claim that holds. `margin` is limit minus worst case in the claim's own unit (a ratio where `unit` is empty)."""

    claim: str
    margin: float
    unit: str


Finding = Refusal | Slack


def refusals(findings: tuple[Finding, ...]) -> tuple[Refusal, ...]:
    return tuple(f for f in findings if isinstance(f, Refusal))
