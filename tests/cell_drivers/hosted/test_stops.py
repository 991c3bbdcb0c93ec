"""Stops go out at once, one child's silence keeps none of the others waiting, and nothing overtakes a stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from cell_drivers.hosted.frames import frame
from cell_drivers.hosted.stops import Stops
from cell_drivers.hosted.wire import Answered, write

LONG = 30.0  # s: nobody waits for it here


class Child:
    """The other end of the socket: `end` is what a child has."""

    def __init__(self, within: float = LONG) -> None:
        ours, self.end = socket.socketpair()
        self.is_deaf, self.is_gone = threading.Event(), False
        self.stops = Stops(ours, within, self._was_deaf)

    def _was_deaf(self, is_gone: bool) -> None:
        self.is_gone = is_gone
        self.is_deaf.set()

    def take(self, number: int) -> None:
        assert self.end.recv(4096)
        self.end.sendall(frame(write(Answered(number))))


@pytest.fixture
def children() -> Iterator[list[Child]]:
    found = [Child() for _ in range(3)]
    yield found
    for child in found:
        child.end.close()


def test_every_child_is_told_before_any_has_answered(children: list[Child]) -> None:
    for child in children:
        child.stops.send("motion", "r1", "hold")
    assert all(b'"hold"' in child.end.recv(4096) for child in children)
    assert not any(child.is_deaf.is_set() for child in children)


def test_who_goes_away_instead_of_taking_a_stop_is_deaf_and_the_others_are_not(children: list[Child]) -> None:
    gone, taking, _ = children
    for child in children:
        child.stops.send("motion", "", "quick")
    taking.take(1)
    gone.end.close()
    assert gone.is_deaf.wait(LONG)
    taking.stops.settle()
    assert [child.is_deaf.is_set() for child in children] == [True, False, False]
    assert gone.is_gone


def test_who_says_nothing_is_deaf_when_the_time_is_over() -> None:
    child = Child(within=0.01)
    child.stops.send("motion", "", "hold")
    assert child.is_deaf.wait(LONG)
    assert not child.is_gone
    assert not child.stops.is_taken("motion", "", "hold")


def test_what_is_asked_after_a_stop_waits_until_it_is_taken(children: list[Child]) -> None:
    child = children[0]
    child.stops.send("motion", "", "hold")
    child.stops.send("grippers", "grip", "hold")
    asking = threading.Thread(target=child.stops.settle)
    asking.start()
    asking.join(0.02)
    assert asking.is_alive()
    child.take(1)
    child.end.sendall(frame(write(Answered(2))))
    asking.join(LONG)
    assert not asking.is_alive()
    assert not child.is_deaf.is_set()
