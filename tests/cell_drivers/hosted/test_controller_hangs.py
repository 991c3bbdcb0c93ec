"""A controller that hangs takes nothing of what a driver's process tells: nobody supervises then, and its robots are stopped."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest

from cell_drivers.hosted import Pace, child
from cell_drivers.hosted.child import Ends, Host
from cell_drivers.hosted.desk import Desk
from cell_drivers.hosted.frames import Frames, frame
from cell_drivers.hosted.wire import FromChild, Goodbye, Seen, read_from_child, write
from tests.cell_drivers.hosted.test_following import world
from tests.doubles.waiting import PATIENCE, until


class Watched(Desk):
    """Counts how often its robots are stopped, and how often time passed for it: as often as the test lets it."""

    stops = looks = 0

    def __init__(self) -> None:
        super().__init__(world(), {"grip": ("a", "b")}, Pace(0))
        self.turns = threading.Semaphore(0)

    def stop_robots(self) -> None:
        self.stops += 1

    def pass_time(self) -> None:
        self.turns.acquire()
        self.looks += 1


class Talk:
    """Of a driver's process with a controller that reads when the test has it read. The process stands still meanwhile."""

    def __init__(self, goes_on: bool) -> None:
        self.desk = Watched()
        self.ours, theirs = socket.socketpair()
        self.stops = socket.socketpair()
        host = Host(self.desk, 0.0001, goes_on)
        self.thread = threading.Thread(target=host.converse, args=(Ends(theirs, self.stops[1]),), daemon=True)
        self.thread.start()
        self.frames = Frames()

    def waits(self, for_looks: int) -> None:
        """Until time has passed that often, with nothing read."""
        looks = self.desk.looks + for_looks
        self.desk.turns.release(for_looks)
        until(lambda: self.desk.looks == looks, "time to pass")

    def reads(self) -> int:
        """All that is there; how many looks that were."""
        found = list[FromChild]()
        self.ours.setblocking(False)
        with suppress(BlockingIOError):
            while piece := self.ours.recv(65536):
                found += map(read_from_child, self.frames.feed(piece))
        self.ours.setblocking(True)
        return sum(isinstance(message, Seen) for message in found)

    def ends(self) -> None:
        self.desk.turns.release(1_000_000)
        self.stops[0].close()
        self.ours.sendall(frame(write(Goodbye())))
        self.ours.close()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@pytest.mark.parametrize(("goes_on", "stops"), [(False, 1), (True, 0)])
def test_who_is_not_heard_for_long_stops_its_robots_once_and_goes_on_telling(
    goes_on: bool, stops: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "HANGS_AFTER", 0.05)
    talk = Talk(goes_on)
    talk.waits(1500)
    assert talk.desk.stops == stops
    assert talk.reads() > 1
    talk.waits(1500)
    assert talk.desk.stops == 2 * stops
    talk.ends()


def test_who_is_not_heard_for_a_moment_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "HANGS_AFTER", PATIENCE)
    talk = Talk(goes_on=False)
    talk.waits(1500)
    assert talk.reads() > 1
    assert talk.desk.stops == 0
    talk.ends()
