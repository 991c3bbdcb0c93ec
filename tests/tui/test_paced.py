"""A rehearsal told at a pace: no line before it is due, and what was waited for it."""

from __future__ import annotations

import pytest

from cell.commands import Subject
from cell.events import Event, OrderDone, OrderWithdrawn, TimeMarked
from tui.paced import Paced

OF = Subject("run")


class Clock:
    """Now, s, which only a sleep moves on: its own, for a thread that another test left behind sleeps too."""

    def __init__(self) -> None:
        self.now = 100.0

    def paced(self, speed: float) -> Paced:
        return Paced(speed, lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def done(seconds: float) -> Event:
    return OrderDone(round(seconds * 1e9), OF, "A")


def test_each_line_comes_when_it_is_due(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    paced, told = clock.paced(10.0), []
    for event in (OrderWithdrawn(5_000_000_000, OF, "B"), done(25.0), done(45.0)):
        paced.tell(event)
        told.append(clock.now)
    assert told == [100.0, 102.0, 104.0]
    assert paced.waited == pytest.approx(4.0)
    assert capsys.readouterr().err.splitlines() == [
        "  0:00.0  order B withdrawn",
        "  0:20.0  order A done",
        "  0:40.0  order A done",
    ]


def test_what_comes_late_by_itself_is_waited_for_no_more(clock: Clock) -> None:
    paced = clock.paced(10.0)
    paced.tell(done(0.0))
    clock.now += 3.0
    paced.tell(done(20.0))
    assert (clock.now, paced.waited) == (103.0, 0.0)
    paced.tell(done(40.0))
    assert (clock.now, paced.waited) == (104.0, 1.0)


def test_for_what_is_not_told_nobody_waits(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    paced = clock.paced(1.0)
    paced.tell(done(0.0))
    paced.tell(TimeMarked(60_000_000_000, OF, "2026-01-01T00:00:00+00:00"))
    assert clock.now == 100.0
    assert len(capsys.readouterr().err.splitlines()) == 1
