"""Limits and settings that no such quantity can have, refused before they spoil a plan: half a part, a force of nothing, a speed
that never gets anywhere."""

from __future__ import annotations

from cell.diagnostic import Diagnostic, Span, error
from cell.program import Amount
from cell.quantities import Quantity
from cell.vocabulary import FactSchema
from intentlang.units import noun

SLOWEST = 1e-4
"""m/s. Below it a metre takes more than 2 h 45 min, and a motion soon lasts longer than any time law that can be proved."""
_POSITIVE = frozenset({"force", "torque", "length", "mass"})
"""What the cell itself brings about and needs more than nothing of: `<= 0` would forbid every motion."""


def out_of_range(limit: Amount, fact: FactSchema, operator: str) -> Diagnostic | None:
    """What is wrong with `fact operator limit`."""
    if fact.dimension in ("parts", "orders"):
        return _no_count(limit, fact.dimension)
    if not fact.controlled or operator not in ("<", "<="):
        return None
    if fact.dimension == "speed":
        return too_slow(limit.quantity, limit.span)
    if fact.dimension not in _POSITIVE or limit.quantity.value > 0:
        return None
    message = f"`{limit.quantity.text}` leaves nothing to a {fact.dimension} that the cell itself brings about"
    return error("E211", message, limit.span, help="Write a limit above zero.")


def no_setting(value: Amount) -> Diagnostic | None:
    """What is wrong with a setting. A time may be none at all, a force may not, and no speed may be below SLOWEST."""
    quantity = value.quantity
    if quantity.dimension == "speed":
        return too_slow(quantity, value.span)
    if (
        quantity.value > 0
        or quantity.dimension not in _POSITIVE | {"time"}
        or (quantity.dimension, quantity.value) == ("time", 0)
    ):
        return None
    message = f"`{quantity.text}` is nothing that a {noun(quantity.dimension)} can be set to"
    return error("E211", message, value.span, help="Write an amount above zero.")


def too_slow(limit: Quantity, span: Span) -> Diagnostic | None:
    """Of a speed limit that no motion could be planned with."""
    if limit.value >= SLOWEST:
        return None
    message = f"`{limit.text}` is too slow to plan any motion with"
    return error("E211", message, span, help=f"Write at least {1e3 * SLOWEST:g} mm/s.")


def _no_count(limit: Amount, dimension: str) -> Diagnostic | None:
    value = limit.quantity.value
    if value >= 0 and value == int(value):
        return None
    return error(
        "E211", f"`{limit.quantity.text}` is no number of {dimension}", limit.span, help="Write a whole number from 0 up."
    )
