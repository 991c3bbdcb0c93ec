"""Where a place has too little room, or lies too far up, the message names the number, and with that number it is served."""

from __future__ import annotations

import re

import pytest

from cell.model import CellModel
from planner.motion import findings
from tests.planner.motion.test_plan_motions import plan
from tests.planner.motion.test_refusals import refusal
from tests.planner.motion.workcell import bring, fetch, small_cell

FLAT = "  shape box (120 mm, 120 mm, 50 mm)\n  holds block\n  contains block 1 parts\n"
BARE = {FLAT: "  holds block\n  contains block 1 parts\n"}


def number(text: str, what: str) -> int:
    found = re.search(what, text)
    assert found is not None, text
    return int(found[1])


def codes(cell: CellModel) -> set[str]:
    return {told.code for refused in plan(cell, fetch(cell, "left")).refused.values() for told in refused}


def is_served(cell: CellModel) -> bool:
    return fetch(cell, "left") in plan(cell, fetch(cell, "left")).motions


def test_a_place_on_the_floor_itself_is_to_be_lifted() -> None:
    told = refusal(small_cell(changes=BARE), bring(small_cell(changes=BARE), "left"))
    assert told.code == "E321"
    assert told.message.endswith(" and floor")
    lift = number(told.help, r"lift it by at least (\d+) mm")
    assert lift == 4
    lifted = small_cell(changes={**BARE, "(450 mm, 200 mm, 0 mm)": f"(450 mm, 200 mm, {lift} mm)"})
    assert plan(lifted, bring(lifted, "left")).motions


def with_wall(y: int) -> CellModel:
    """A wall of 20 mm with its middle at `y` (mm), higher than the part in the left fixture; it belongs to the right one."""
    wall = f"fixture right {{\n  body wall box (200 mm, 20 mm, 150 mm) at (0 mm, {y + 200} mm, 0 mm)\n"
    return small_cell(changes={"shape box (120 mm, 120 mm, 50 mm)": "shape box (60 mm, 60 mm, 50 mm)", "fixture right {\n": wall})


@pytest.mark.long
def test_what_stands_too_near_is_told_with_how_much_it_lacks() -> None:
    told = refusal(with_wall(245), fetch(with_wall(245), "left"))
    assert told.code == "E321"
    lacks = number(told.help, r"They lack (\d+) mm")
    assert "E321" in codes(with_wall(245 + lacks - 2))
    assert "E321" not in codes(with_wall(245 + lacks))  # it can stand there; the way in may want more


def test_a_place_too_high_is_told_how_much_lower_or_nearer_it_is_served() -> None:
    def at(x: int, z: int) -> CellModel:
        return small_cell(changes={"(450 mm, 200 mm, 0 mm)": f"({x} mm, 200 mm, {z} mm)"})

    told = refusal(at(550, 450), fetch(at(550, 450), "left"))
    assert told.code == "E322"
    assert is_served(at(550, 450 - number(told.help, r"(\d+) mm lower")))
    assert is_served(at(550 - number(told.help, r"(\d+) mm nearer") - 5, 450))  # the way to the base is not along x alone


def test_the_name_of_the_floor_is_the_scenes() -> None:
    from cell.scene import floor

    assert {body.name for body in floor(small_cell())} == {findings.FLOOR}
