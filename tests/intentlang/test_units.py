"""Quantities: into SI exactly where it can be exact, and what is said of a unit that does not fit."""

from __future__ import annotations

import math

import pytest

from cell.diagnostic import Position, Span
from cell.quantities import Quantity
from cell.standard_verbs import STANDARD
from intentlang.syntax import NumberNode
from intentlang.types import Known, described
from intentlang.units import quantity_of, unit_diagnostic

HERE = Span("a.intent", Position(1, 1), Position(1, 5))


def node(value: float, unit: str) -> NumberNode:
    return NumberNode(value, unit, f"{value:g} {unit}".strip(), HERE)


@pytest.mark.parametrize(
    ("value", "unit", "si", "dimension"),
    [
        (1400, "mm", 1.4, "length"),
        (0.3, "mm", 0.0003, "length"),
        (180, "deg", math.pi, "angle"),
        (45, "min", 2700.0, "time"),
        (20, "°C", 293.15, "temperature"),
        (0.6, "bar", 60_000.0, "pressure"),
        (60, "rpm", math.tau, "angular speed"),
        (36, "parts", 36.0, "parts"),
        (5, "", 5.0, ""),
    ],
)
def test_quantities_in_si(value: float, unit: str, si: float, dimension: str) -> None:
    found = quantity_of(node(value, unit), STANDARD)
    assert found.dimension == dimension
    assert found.value == pytest.approx(si, rel=1e-15)
    assert found.value == si or unit in ("rpm", "deg")


def test_a_quantity_keeps_what_was_written() -> None:
    assert quantity_of(node(45, "min"), STANDARD) == Quantity(2700.0, "time", "45 min")


@pytest.mark.parametrize(
    ("unit", "dimensions", "code", "meant"),
    [
        ("", ("length",), "E207", "mm"),
        ("minutes", ("time",), "E205", "min"),
        ("MM", ("length",), "E205", "mm"),
        ("nm", ("torque",), "E205", "Nm"),
        ("deg", ("length",), "E206", ""),
        ("furlong", ("length",), "E205", ""),
        ("mm", ("",), "E206", ""),
    ],
)
def test_a_unit_that_does_not_fit(unit: str, dimensions: tuple[str, ...], code: str, meant: str) -> None:
    found = unit_diagnostic(node(5, unit), dimensions, STANDARD)
    assert found is not None
    assert found.code == code
    assert (found.fix.edits[0].replacement if found.fix else "") == (f"5 {meant}" if meant else "")


def test_a_unit_that_fits() -> None:
    assert unit_diagnostic(node(5, "mm"), ("length", "angle"), STANDARD) is None
    assert unit_diagnostic(node(5, "mm"), (), STANDARD) is None
    assert unit_diagnostic(node(5, ""), ("",), STANDARD) is None


def test_units_to_choose_from_are_offered_as_a_choice() -> None:
    one = unit_diagnostic(node(3, "mm"), ["torque"], STANDARD)
    many = unit_diagnostic(node(3, "mm"), ["parts"], STANDARD)
    assert one is not None
    assert many is not None
    assert (one.help, many.help) == ("Write it in `Nm`.", "Write it in one of `parts` and `part`.")


@pytest.mark.parametrize(
    ("dimension", "said"), [("parts", "a number of parts"), ("angle", "an angle"), ("mass", "a mass"), ("", "a number")]
)
def test_a_param_is_called_after_its_dimension(dimension: str, said: str) -> None:
    assert described(Known(Quantity(1.0, dimension, "1"))) == said
