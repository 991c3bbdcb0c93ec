"""What is shown before a run is agreed to: the difference to the last plan, with its causes, and what will move."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any, cast

import pytest

from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cellwright.last_plan import LastPlan
from cellwright.plan_inputs_difference import Sources
from cellwright.reading import read
from cellwright.starting_again import Ready
from controller.attached.messages import Prepared
from tests.tui.operate.site import EXAMPLE
from tests.tui.samples import PLAN
from tui import asked_to_run
from tui.asked_to_run import MOST, agreed_to_run, announce_target, difference_lines

CELL = read("first_move.cell", {}, folder=EXAMPLE).cell
SLOWER = tuple(replace(step, duration=60.0) if step.id == "s3" else step for step in PLAN.tasks.steps)
OLD = with_plan_id(PLAN)
NEW = with_plan_id(replace(PLAN, params=(("n", "1"),), tasks=replace(PLAN.tasks, steps=SLOWER)))


class _Value:
    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def ready(plan: MotionPlan) -> Ready:
    reading = read("first_move.cell", {}, folder=EXAMPLE)
    return Ready(reading, cast(Any, _Value(cell=CELL)), cast(Any, _Value(motion_plan=plan)))


def last(plan: MotionPlan) -> LastPlan:
    return LastPlan("20261128-1", plan, Sources({}, None))


def test_what_the_plan_has_otherwise_is_told_with_its_cause() -> None:
    told = "\n".join(difference_lines(last(OLD), ready(NEW), is_simulated=False))
    assert told.startswith("against the plan of run 20261128-1, on its real devices:\n")
    assert "(1) setting n" in told
    assert "lathe runs OP10: 40.00 s -> 60.00 s  follows from (1)" in told
    assert difference_lines(last(NEW), ready(NEW), is_simulated=True) == [
        "the same plan as in run 20261128-1, on simulated devices"
    ]
    assert difference_lines(None, ready(NEW), is_simulated=False) == ["no plan was run in this cell before, on its real devices"]


def test_a_long_difference_says_how_much_of_it_is_left_out() -> None:
    many = with_plan_id(replace(PLAN, params=tuple((f"n{k:02}", "1") for k in range(60))))
    told = difference_lines(last(OLD), ready(many), is_simulated=False)
    assert len(told) == MOST + 2
    assert told[-2].startswith("and ")
    assert told[-2].endswith("more lines: `cellwright diff` has all")


@pytest.mark.parametrize(
    ("before", "is_simulated", "asks_for"),
    [(OLD, False, "y"), (NEW, False, "first_move"), (None, False, "first_move"), (NEW, True, "y"), (None, True, "y")],
)
def test_real_devices_take_the_name_of_the_cell_for_a_plan_they_were_not_run_by(
    before: MotionPlan | None, is_simulated: bool, asks_for: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []
    monkeypatch.setattr("cellwright.last_plan.last_plan", lambda *given: None if before is None else last(before))
    for word in ("y", "first_move"):

        def asked(question: str, is_over: object, word: str = word) -> str:
            questions.append(question)
            return word

        monkeypatch.setattr(asked_to_run, "asked", asked)
        assert agreed_to_run(ready(OLD), Prepared(is_simulated, None)) == (word == asks_for)
    assert all(("were not run by this plan last" in question) is (asks_for != "y") for question in questions)


def test_real_devices_are_named_in_words_and_in_red_where_there_is_colour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert CELL is not None
    announce_target(CELL, is_simulated=False)
    assert capsys.readouterr().err.strip().endswith("(driver sim), REAL DEVICES")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    announce_target(CELL, is_simulated=False)
    assert "\x1b[1;37;41mREAL DEVICES\x1b[0m" in capsys.readouterr().err
    announce_target(CELL, is_simulated=True)
    assert "\x1b" not in capsys.readouterr().err
