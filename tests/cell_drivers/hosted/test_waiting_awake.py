"""Who sleeps while they wait for an answer takes the one that lies there when they wake."""

from __future__ import annotations

import threading

import pytest

from cell_drivers.hosted.waiting_awake import is_set_within


class Asleep(threading.Event):
    """Its first wait is over with nobody having looked: the process slept. Set by the wait that is number `set_in`."""

    def __init__(self, set_in: int) -> None:
        super().__init__()
        self.waits = list[float]()
        self._set_in = set_in

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        return len(self.waits) == self._set_in


def test_what_lies_there_when_it_wakes_is_taken() -> None:
    assert is_set_within(done := Asleep(set_in=2), 0.5)
    assert len(done.waits) == 2


def test_for_what_does_not_come_it_waits_as_long_as_it_says() -> None:
    assert not is_set_within(done := Asleep(set_in=0), 0.5)
    assert sum(done.waits) == pytest.approx(0.5)
