"""Numbers with units: into SI, and what to say when the unit is missing, unknown or of the wrong dimension."""

from __future__ import annotations

from collections.abc import Sequence

from cell.diagnostic import Diagnostic, Edit, Fix, error
from cell.quantities import Quantity
from cell.vocabulary import Vocabulary
from intentlang.syntax import NumberNode
from intentlang.words import edit_distance, nearest, quoted


def quantity_of(node: NumberNode, vocabulary: Vocabulary) -> Quantity:
    """In SI. The unit has to be known, see `unit_diagnostic`."""
    if not node.unit:
        return Quantity(node.value, "", node.text)
    unit = vocabulary.units[node.unit]
    return Quantity(_scaled(node.value, unit.factor) + unit.offset, unit.dimension, node.text)


def _scaled(value: float, factor: float) -> float:
    """Divides where the factor is one over a whole number: 1400 mm is then 1.4 m and not 1.4000000000000001 m."""
    inverse = round(1 / factor)
    return value / inverse if inverse > 1 and abs(inverse * factor - 1) < 1e-12 else value * factor


def unit_diagnostic(node: NumberNode, dimensions: Sequence[str], vocabulary: Vocabulary) -> Diagnostic | None:
    """What is wrong with the unit of `node` where one of `dimensions` is wanted; () takes any. "" stands for a bare number."""
    symbols = [u.symbol for u in vocabulary.units.values() if u.dimension in dimensions]
    wanted = sorted(symbols, key=lambda symbol: symbol not in _USUAL)
    what = " or ".join(noun(d) for d in dimensions)
    if not node.unit:
        if not dimensions or "" in dimensions:
            return None
        message = f"`{node.text}` has no unit; {what} is wanted here"
        return error("E207", message, node.span, help=f"Write one of {quoted(wanted)}.", fix=_missing_unit(node, wanted))
    unit = vocabulary.units.get(node.unit)
    if unit is None:
        guess, is_certain = _nearest_unit(node.unit, wanted or list(vocabulary.units))
        fix = _replaced(node, guess, is_certain) if guess else None
        help_ = f"Did you mean `{guess}`?" if guess else f"Known here are {quoted(wanted or vocabulary.units)}."
        return error("E205", f"unknown unit `{node.unit}`", node.span, help=help_, fix=fix)
    if dimensions and unit.dimension not in dimensions:
        message = f"`{node.text}` is {noun(unit.dimension)}; {what} is wanted here"
        help_ = (
            f"Write it in one of {quoted(wanted)}."
            if len(wanted) > 1
            else f"Write it in {quoted(wanted)}."
            if wanted
            else "Write it without a unit."
        )
        return error("E206", message, node.span, help=help_)
    return None


def _nearest_unit(symbol: str, candidates: Sequence[str]) -> tuple[str | None, bool]:
    """The unit that was meant, and whether that is certain: a wrong case or a known other spelling is. Another letter is a guess:
    `mms` is as near to m/s as to mm/s, a thousandfold speed. Of two that are as near the usual one counts."""
    spelled = _OTHER_SPELLINGS.get(symbol.lower())
    if spelled in candidates:
        return spelled, True
    same = [c for c in candidates if c.lower() == symbol.lower()]
    if same:
        return same[0], len(same) == 1
    long = [c for c in candidates if len(c) > 2]
    guess = nearest(symbol, long)
    if guess is None:
        return None, False
    distance = edit_distance(symbol.lower(), guess.lower(), 3)
    return next((c for c in long if c in _USUAL and edit_distance(symbol.lower(), c.lower(), 3) == distance), guess), False


_USUAL = frozenset({"mm", "mm/s", "mm/s²", "deg", "deg/s", "s", "kg", "N", "Nm", "parts", "orders", "bar"})
"""What a cell's people would write; offered first."""

_OTHER_SPELLINGS = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "minute": "min", "minutes": "min", "mins": "min", "hour": "h",
    "hours": "h", "millimeter": "mm", "millimeters": "mm", "meter": "m", "meters": "m", "degree": "deg", "degrees": "deg",
    "degs": "deg", "kilogram": "kg", "kilograms": "kg", "gram": "g", "grams": "g", "newton": "N", "newtons": "N",
    "nm": "Nm", "pieces": "parts", "pcs": "parts", "radian": "rad", "radians": "rad", "um": "µm",
}  # fmt: skip


def _missing_unit(node: NumberNode, wanted: Sequence[str]) -> Fix | None:
    if not wanted:
        return None
    edit = Edit(node.span, f"{node.text} {wanted[0]}")
    return Fix(f"write `{node.text} {wanted[0]}`", (edit,), is_certain=len(wanted) == 1)


def _replaced(node: NumberNode, unit: str, is_certain: bool) -> Fix:
    number = node.text.removesuffix(node.unit).strip()
    return Fix(f"write `{number} {unit}`", (Edit(node.span, f"{number} {unit}"),), is_certain)


def noun(dimension: str) -> str:
    """`a length`, `an angle`, `a number of parts`."""
    if dimension in ("parts", "orders"):
        return f"a number of {dimension}"
    word = dimension or "plain number"
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
