"""The estimate that `plan` gives of zones with people: figures, no claim."""

from __future__ import annotations

import pytest

from cell.diagnostic import Diagnostic, Severity
from cellwright.code_pages import find_page
from cellwright.near_people import near_people
from tests.planner.proof.bench import CELL, cell
from tests.planner.proof.gantry import gantry_model


def notes(x: float, rule: str) -> tuple[Diagnostic, ...]:
    """Of a zone whose border is `x` m from the gantry's base; the gantry reaches 3 m, its tool 0.15 m more."""
    box = f"box from ({x} m, -1 m, 0 m) to ({x + 2.0} m, 1 m, 2 m)"
    zone = f"zone aisle {{\n  {box}\n  humans allowed\n  occupied signal scanner\n  {rule}\n}}\n"
    return tuple(near_people(cell(CELL + zone), {"g1": gantry_model()}))


def test_distance_that_the_formula_asks_for_is_said_of_a_zone_that_stops() -> None:
    """1.6 (0.5 + 0.3) + 1.0 * 0.5 + 1.0 * 0.3 / 2 + 0.85 = 2.78 m, with 0.3 s as the slowest joint's 3 rad/s over 10 rad/s²."""
    (near,), (far,) = notes(3.2, "when_occupied stop"), notes(6.2, "when_occupied stop")
    assert near.severity is Severity.NOTE
    assert "begins 50 mm from where `g1` reaches" in near.message
    assert near.message.endswith("needs 2780 mm: it is too near")
    assert far.message.endswith("needs 2780 mm: it would do")


def test_speed_that_the_formula_allows_is_said_of_a_zone_that_slows() -> None:
    (near,), (far,) = notes(3.2, "when_occupied slow to 250 mm/s"), notes(6.2, "when_occupied slow to 250 mm/s")
    assert near.message.endswith("slowed to 250 mm/s: the formula allows 0 mm/s there")
    assert far.message.endswith("slowed to 250 mm/s: that would do")


@pytest.mark.parametrize("rule", ["when_occupied stop", "when_occupied slow to 250 mm/s"])
def test_it_is_an_estimate_and_claims_nothing(rule: str) -> None:
    (note,) = notes(3.2, rule)
    assert note.code == "W320"
    assert note.message.startswith("estimate: ")
    assert "claims nothing" in note.help
    assert "ISO/TS 15066" in note.help
    assert find_page(note.code) is not None


def test_the_speed_that_it_counts_with_is_told_and_where_it_comes_from() -> None:
    (note,) = notes(3.2, "when_occupied stop")
    assert "`g1` at 1 m/s (its `max_speed`)" in note.help


def test_nothing_is_said_of_zones_without_people() -> None:
    assert tuple(near_people(cell(CELL), {"g1": gantry_model()})) == ()
