"""Two robots at one changer may each have the same tool, one after the other: which of them holds what, and what the other one
can do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cell.declared_state import declared_state
from cell.state import CellState, InHand
from cell.steps import Grip, Release
from tests.planner.tasks.cells import cell_of, changed, plan

CELL = (Path(__file__).parents[2] / "crash/rack/rack.cell").read_text("utf-8")
INTENT = (Path(__file__).parents[2] / "crash/rack/rack.intent").read_text("utf-8").partition("\n")[2]
EXCHANGE = """
in order {
  for each b in box_a { move b to box_a_out by left }
  for each p in pin_a { move p to pin_a_out by right }
  for each p in pin_b { move p to pin_b_out by left }
  for each b in box_b { move b to box_b_out by right }
}
"""


def with_part_in(hand: str, part: str) -> CellState:
    state = declared_state(cell_of(CELL))
    (found,) = (p for p in state.parts if p.id == part)
    return changed(state, replace(found, location=InHand(hand, 0)))


@pytest.mark.parametrize("hand", ["wide.a", "slim.a"])
def test_what_a_tool_holds_is_in_the_hand_of_the_robot_that_has_it(hand: str) -> None:
    part = "box#1" if hand == "wide.a" else "pin#1"
    tasks = plan(INTENT, CELL, with_part_in(hand, part)).expect()
    assert [s.action.part for s in tasks.steps if isinstance(s.action, Grip)].count(part) == 0
    (release,) = (s for s in tasks.steps if isinstance(s.action, Release) and s.action.part == part)
    assert release.robot == ("left" if hand == "wide.a" else "right")


def test_tools_that_would_have_to_be_exchanged_are_no_order_that_was_found_and_no_proof_that_there_is_none() -> None:
    """Nothing makes a robot put its tool down for the other one's sake."""
    refused = plan(EXCHANGE, CELL)
    assert [found.code for found in refused.diagnostics] == ["E615"]
