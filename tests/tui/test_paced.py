"""A rehearsal told at a pace: no line before it is due, and what was waited for it."""

from __future__ import annotations

import time

import pytest

from cell.commands import Subject
from cell.events import Event, OrderDone, OrderWithdrawn, TimeMarked
from tui.paced import Paced

OF = Subject("run")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Now, which only a sleep moves on."""
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    return now


def done(seconds: float) -> Event:
    return OrderDone(round(seconds * 1e9), OF, "A")


def test_each_line_comes_when_it_is_due(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    paced, told = Paced(10.0), []
    for event in (OrderWithdrawn(5_000_000_000, OF, "B"), done(25.0), done(45.0)):
        paced.tell(event)
        told.append(clock[0])
    assert told == [100.0, 102.0, 104.0]
    assert paced.waited == pytest.approx(4.0)
    assert capsys.readouterr().err.splitlines() == [
        "  0:00.0  order B withdrawn",
        "  0:20.0  order A done",
        "  0:40.0  order A done",
    ]


def test_what_comes_late_by_itself_is_waited_for_no_more(clock: list[float]) -> None:
    paced = Paced(10.0)
    paced.tell(done(0.0))
    clock[0] += 3.0
    paced.tell(done(20.0))
    assert (clock[0], paced.waited) == (103.0, 0.0)
    paced.tell(done(40.0))
    assert (clock[0], paced.waited) == (104.0, 1.0)


def test_for_what_is_not_told_nobody_waits(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    paced = Paced(1.0)
    paced.tell(done(0.0))
    paced.tell(TimeMarked(60_000_000_000, OF, "2026-01-01T00:00:00+00:00"))
    assert clock[0] == 100.0
    assert len(capsys.readouterr().err.splitlines()) == 1
