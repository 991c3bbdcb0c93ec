"""Who sleeps while they wait for an answer takes the one that lies there when they wake."""

from __future__ import annotations

import threading

import pytest

from cell_drivers.hosted import line
from cell_drivers.hosted.frames import Frames, frame
from cell_drivers.hosted.waiting_awake import is_set_within
from cell_drivers.hosted.wire import Answered, Call, read_to_child, write
from tests.cell_drivers.hosted.test_following import dumb


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


def test_a_call_takes_the_answer_that_it_wakes_with(monkeypatch: pytest.MonkeyPatch) -> None:
    with dumb() as (drivers, theirs):

        class Slept(threading.Event):
            """Its first wait is over at once, and the driver answers in the second one."""

            waits = 0

            def wait(self, timeout: float | None = None) -> bool:
                self.waits += 1
                if self.waits == 2:
                    (text,) = Frames().feed(theirs.recv(65536))
                    asked = read_to_child(text)
                    assert isinstance(asked, Call)
                    theirs.sendall(frame(write(Answered(asked.number))))
                return self.waits > 1 and super().wait(timeout)

        monkeypatch.setattr(line, "Event", Slept)
        assert drivers.line.ask("motion", "g1", "activate", "on") is None
