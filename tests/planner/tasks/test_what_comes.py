"""Where a feed brings too few for a line, it is said what a plan counts on there, and what to write."""

from __future__ import annotations

import pytest

from tests.planner.tasks.test_refusals import one

CELL = """
robot r1 {
  model "ur10e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
}
tool grip {
  mounted r1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1 kg
  shape cylinder radius 30 mm length 120 mm
  grips [jar, lid]
}
part jar {
  mass 0.3 kg
  shape cylinder radius 20 mm length 50 mm
}
part lid is jar {
}
feed bowl {
  at (600 mm, -400 mm, 100 mm)
  delivers jar
  every 8 s
  buffer 2 parts
}
tray out {
  at (500 mm, 400 mm, 50 mm)
  grid 2x2
  pitch [120 mm, 120 mm]
  holds [jar, lid]
}
"""
LOOP = "for each s in bowl until out.count >= {} parts {{\n  move s to out\n}}\n"
NO_LAW = CELL.replace("  every 8 s\n", "")
TWO_KINDS = CELL.replace("delivers jar", "delivers [jar, lid]")


def test_more_than_a_feed_is_counted_on_for_is_told_with_what_the_number_hangs_on() -> None:
    told = one(LOOP.format(9), CELL)
    assert (told.code, told.message) == ("E601", "a plan counts on 6 from bowl, 3 too few for `until`")
    assert "room for 3 more" in told.help
    assert "`buffer` of bowl" in told.help


@pytest.mark.parametrize(("cell", "words"), [(NO_LAW, "write `every 8 s`"), (TWO_KINDS, "a feed of its own")])
@pytest.mark.parametrize("line", [LOOP.format(2), "move jar from bowl to out\n"])
def test_a_feed_of_which_nothing_is_known_says_why_nothing_is_counted_on(cell: str, words: str, line: str) -> None:
    told = one(line, cell)
    assert told.code in ("E601", "E611")
    assert words in told.help


def test_a_kind_that_no_feed_brings_is_to_be_put_in() -> None:
    told = one("move lid to out\n", CELL)
    assert (told.code, "contains lid" in told.help) == ("E611", True)
