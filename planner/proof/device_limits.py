"""Limits that the text puts on what the cell controls: the speed and the force of a robot, while a block is open."""

from __future__ import annotations

from collections.abc import Iterable

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.program import Amount, Bound, Compare, Ensure

QUANTITIES = ("speed", "force")


@dataclass(frozen=True, slots=True)
class Limit:
    """`value` in m/s or N; `device` "" stands for whatever acts."""

    device: str
    quantity: str
    value: float
    span: Span


def limit_of(ensure: Ensure) -> Limit | None:
    """`ensure r1.speed <= 800 mm/s`; None for any other condition."""
    match ensure.condition:
        case Compare(subject=subject, operator="<" | "<=", limit=Amount(quantity=quantity)):
            if len(subject.path) == 2 and subject.path[1] in QUANTITIES:
                return Limit(subject.path[0], subject.path[1], quantity.value, ensure.span)
    return None


def limit_in_bound(bound: Bound) -> Limit | None:
    """`speed <= 200 mm/s` on a goal; None for any other bound."""
    if bound.name in QUANTITIES and bound.operator in ("<", "<="):
        return Limit("", bound.name, bound.limit.quantity.value, bound.span)
    return None


def tightest(limits: Iterable[Limit], device: str, quantity: str) -> Limit | None:
    """What binds `device`, None for nothing."""
    return min((x for x in limits if x.quantity == quantity and x.device in ("", device)), key=lambda x: x.value, default=None)


def smallest(limits: Iterable[Limit], device: str, quantity: str) -> float | None:
    """The value of what binds `device`, None for nothing."""
    limit = tightest(limits, device, quantity)
    return None if limit is None else limit.value
