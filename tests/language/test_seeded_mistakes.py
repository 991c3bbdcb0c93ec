"""Forty files with two to six mistakes each: all found in one pass, on their lines, and nothing else.

A mistake is made in a line of a text that is right; which ones, and where, is drawn from the seed.
"""

from __future__ import annotations

import random

import pytest

from tests.intentlang.cells import lines, program_of

RIGHT = """\
param batch = 36 parts
param pace = 45 s
task finish(s: shaft, where: place) {
  inspect s at gauge {
    on reject: move s to scrap, then skip
    within 20 s
  }
  move s to where
}
for each s in infeed until outfeed.count >= batch {
  process s at lathe using OP10 {
    on lathe.alarm: hold "Clear the alarm"
  }
  do finish(s, outfeed)
  every pace
}
for each t in outfeed {
  inspect t at gauge
  when t.verdict is reject {
    move t to scrap
  } otherwise {
    move t to infeed
  }
}
for each u in scrap {
  calibrate r1
}
within 2 h
prefer busy lathe
prefer throughput
ensure r1.speed <= 800 mm/s
ensure aisle is free
never r1 in lathe_door_zone and lathe.spindle is running
on grip_lost: retry 2, then hold "Check the pads"
on part_missing: skip
on infeed.full: hold "Empty the tray"
"""
# (the line as it is right, as it is wrong, what that line gets)
MISTAKES = (
    ("param pace = 45 s", "param pace = 45 sek", "E205"),
    ("task finish(s: shaft, where: place) {", "task finish(s: shaft, where: plaze) {", "E203"),
    ("  inspect s at gauge {", "  inspect s att gauge {", "E215"),
    ("    on reject: move s to scrap, then skip", "    on reject: move s to skrap, then skip", "E201"),
    ("    within 20 s", "    within 20 mm", "E206"),
    ("  move s to where", "  move s too where", "E215"),
    ("for each s in infeed until outfeed.count >= batch {", "for each s in infeed until outfeed.cuont >= batch {", "E222"),
    ("  process s at lathe using OP10 {", "  process s at lathe using OP11 {", "E233"),
    ('    on lathe.alarm: hold "Clear the alarm"', '    on lathe.alarm: hold "Clear the alarm', "E115"),
    ("  do finish(s, outfeed)", "  do finish(s)", "E225"),
    ("  every pace", "  every pacee", "E201"),
    ("for each u in scrap {", "for each u in lathe.spindle {", "E230"),
    ("  inspect t at gauge", "  inspect t at lathe", "E233"),
    ("  when t.verdict is reject {", "  when t.verdict is rejected {", "E221"),
    ("    move t to scrap", "    move t to pins", "E227"),
    ("    move t to infeed", "    move t to infeed to outfeed", "E217"),
    ("within 2 h", "within 2", "E207"),
    ("prefer busy lathe", "prefer busy", "E224"),
    ("prefer throughput", "prefer troughput", "E224"),
    ("ensure r1.speed <= 800 mm/s", "ensure r1.speed <= 800 mm", "E206"),
    ("ensure aisle is free", "ensure aisle is freee", "E221"),
    ("never r1 in lathe_door_zone and lathe.spindle is running", "never lathe.spindle is running", "E401"),
    ('on grip_lost: retry 2, then hold "Check the pads"', 'on grip_lost: retry 0, then hold "Check the pads"', "E211"),
    ("on part_missing: skip", "on part_missing skip", "E101"),
)


def test_the_text_is_right() -> None:
    assert lines(program_of(RIGHT), "test.intent") == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{m[2]} {m[0].strip()[:20]}" for m in MISTAKES])
def test_one_mistake_is_one_finding(mistake: tuple[str, str, str]) -> None:
    right, wrong, code = mistake
    rows = RIGHT.splitlines()
    number = rows.index(right) + 1
    rows[number - 1] = wrong
    assert lines(program_of("\n".join(rows) + "\n"), "test.intent") == [(number, code)]


SEEDS = range(40)


def seeded(seed: int) -> tuple[str, list[tuple[int, str]]]:
    """A file with two to six mistakes, and the line and code of each."""
    drawn = random.Random(seed)
    rows = RIGHT.splitlines()
    expected = []
    for right, wrong, code in drawn.sample(MISTAKES, drawn.randint(2, 6)):
        number = rows.index(right) + 1
        rows[number - 1] = wrong
        expected.append((number, code))
    return "\n".join(rows) + "\n", sorted(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_mistakes_of_a_file_are_found_in_one_pass(seed: int) -> None:
    text, expected = seeded(seed)
    assert lines(program_of(text), "test.intent") == expected
