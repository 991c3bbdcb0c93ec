"""Progress says what is done, how far it is and about how long it still takes; into a pipe goes nothing that moves a cursor."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tui import progress
from tui.progress import _bars, _InLines, _OnTerminal
from tui.remaining import Remaining, left_in_words


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_is_left_is_judged_by_how_fast_this_stage_has_gone_and_not_before_there_is_something_to_judge_by() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    assert remaining.of("motions", 40, 100) is None  # they were at hand
    clock.now += 1.0
    assert remaining.of("motions", 50, 100) is None  # too early
    clock.now += 9.0
    assert remaining.of("motions", 60, 100) == pytest.approx(20.0)
    clock.now += 10.0
    assert remaining.of("motions", 60, 100) == pytest.approx(40.0)  # it stands: longer
    assert remaining.of("motions", 100, 100) == 0.0
    assert remaining.of("motions", 0, 30) is None  # begins again
    assert remaining.of("pairs", 0, 10) is None
    clock.now += 10.0
    assert remaining.of("motions", 10, 30) == pytest.approx(20.0)  # by how fast it goes this time
    assert remaining.of("pairs", 0, 10) is None
    assert remaining.of("pairs", 11, 10) is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""), (0.2, "about 1 s left"), (3.4, "about 3 s left"), (21.0, "about 20 s left"), (58.0, "about 1 min left"),
        (89.0, "about 1 min 30 s left"), (620.0, "about 10 min left"), (4000.0, "about 1 h 05 min left"),
    ],
)  # fmt: skip
def test_an_estimate_is_told_no_finer_than_it_is_meant(seconds: float | None, said: str) -> None:
    assert left_in_words(seconds) == said


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(progress, "say", found.append)
    return found


def test_in_lines_each_tenth_says_about_how_long_it_still_takes(told: list[str]) -> None:
    clock = Clock()
    tell = _InLines(clock)
    tell("schedule", 0, 0)
    for done in range(0, 201, 10):
        tell("motions", done, 200)
        clock.now += 1.0
    assert told[0] == "motions: 20 of 200, about 20 s left"
    assert told[-1] == "motions: 200 of 200"
    assert len(told) == 10
    assert all(line.isprintable() for line in told)


def test_on_a_terminal_a_stage_of_unknown_length_is_shown_until_the_next_begins() -> None:
    clock = Clock()
    bars = _bars(Console(file=io.StringIO(), force_terminal=True, width=80))
    tell = _OnTerminal(bars, clock)
    tell("schedule", 0, 0)
    tell("schedule", 0, 0)
    assert [task.description for task in bars.tasks] == ["schedule"]
    assert bars.tasks[0].total is None
    tell("motions", 0, 50)
    clock.now += 10.0
    tell("motions", 10, 50)
    assert [(task.description, task.fields["amount"], task.fields["left"]) for task in bars.tasks] == [
        ("motions", "10/50", "about 40 s left")
    ]
    tell("schedule", 0, 0)
    tell("motions", 50, 50)
    assert [(task.description, task.fields["left"]) for task in bars.tasks] == [("motions", "")]
