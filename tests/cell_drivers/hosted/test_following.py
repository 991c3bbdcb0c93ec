"""Where another driver's robot is crosses to a driver's process unasked and unanswered, in that process's own time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cell.codec import CodecError
from cell.device import RobotState
from cell.devices import devices_of
from cell.driver import Assembly
from cell.scenario import Scenario
from cell_drivers.hosted import Bounds, HostedSet, Line, Pace, Reached
from cell_drivers.hosted.child import Ends, Host
from cell_drivers.hosted.desk import Desk
from cell_drivers.hosted.frames import Frames, frame
from cell_drivers.hosted.wire import Answered, Call, Follow, Hello, Seen, read_to_child, write
from cell_drivers.simulated import SimulatedCell
from tests.cell_drivers.gantry import gantry_cell, gantry_model, over

CELL = gantry_cell()
REST = frozenset(devices_of(CELL)) - {"g1"}
BOUNDS = Bounds(answer=0.2, silence=30.0, lingers=0.0)


def world() -> SimulatedCell:
    return SimulatedCell(Assembly(CELL, {"g1": gantry_model()}, Scenario(), REST))


def state(received: int) -> RobotState:
    robots = SimulatedCell(Assembly(CELL, {"g1": gantry_model()}, Scenario(), frozenset({"g1"})))
    return replace(robots.motion["g1"].state(), received=received, device_time=received, q=over("infeed[1]"))


class Standing(Pace):
    """A clock that does: nothing grows old by it."""

    def now(self) -> int:
        return self.origin


def test_the_times_of_what_is_followed_are_told_in_the_worlds_own() -> None:
    simulated, clock = world(), Standing(time.monotonic_ns())
    desk = Desk(simulated, {"grip": ("a", "b")}, clock)
    assert desk.hello(0.02).follows == ("g1",)
    desk.answer(Call(1, "set", "", "open"))
    assert simulated.world.is_lost("g1")
    desk.pass_time()
    desk.follow(state(clock.now()))
    desk.pass_time()
    assert not simulated.world.is_lost("g1")
    sighting = simulated._followed["g1"].sighting
    assert sighting is not None
    assert 0 <= sighting.received <= simulated.now() < 60_000_000_000


def test_nothing_is_followed_before_the_drivers_are_open_for_their_time_has_not_begun() -> None:
    heard: list[RobotState] = []

    class Hearing(SimulatedCell):
        def follow(self, state: RobotState) -> None:
            heard.append(state)

    desk = Desk(Hearing(Assembly(CELL, {"g1": gantry_model()}, Scenario(), REST)), {"grip": ("a", "b")}, Pace(0))
    desk.follow(state(5))
    desk.answer(Call(1, "set", "", "open"))
    desk.follow(replace(state(6), device="nobody"))
    desk.follow(state(7))
    desk.answer(Call(2, "set", "", "close"))
    desk.follow(state(8))
    assert len(heard) == 1


def test_all_that_has_come_counts_before_a_call_lets_time_pass() -> None:
    """As after a pause of the process: the sighting stands behind the call that lets the jaws close."""
    heard: list[str] = []

    class Listening(Desk):
        def follow(self, state: RobotState) -> None:
            heard.append("follow")

        def pass_time(self) -> None:
            heard.append("time")

    ours, theirs = socket.socketpair()
    stops = socket.socketpair()
    with ours, theirs, stops[0], stops[1]:
        call, follow = Call(1, "grippers", "grip", "status", ("c",)), Follow(state(5))
        ours.sendall(frame(write(call)) + frame(write(follow)))
        ours.shutdown(socket.SHUT_WR)
        stops[0].shutdown(socket.SHUT_WR)
        Host(Listening(world(), {"grip": ("a", "b")}, Pace(0)), 60.0).converse(Ends(theirs, stops[1]))
    assert heard[0] == "follow"
    assert "time" in heard[1:]


def test_what_crosses_is_read_strictly() -> None:
    text = write(Follow(state(5)))
    found = read_to_child(text)
    assert isinstance(found, Follow)
    assert found.state.q == pytest.approx(over("infeed[1]"))
    with pytest.raises(CodecError):
        read_to_child(text.replace('"received":5', '"received":"5"'))
    with pytest.raises(ValueError, match="JSON"):
        write(Follow(replace(state(5), q=state(5).q * float("nan"))))


@contextmanager
def dumb() -> Iterator[tuple[HostedSet, socket.socket]]:
    """Opened drivers of a child that says hello, answers two calls and then nothing, and the child's end."""
    calls, theirs = socket.socketpair()
    stops, others = socket.socketpair()
    theirs.sendall(frame(write(Hello(follows=("g1",)))))
    drivers = HostedSet(Line(lambda: Reached(calls, stops, Path("nowhere")), "sim", BOUNDS))
    theirs.sendall(frame(write(Seen(0))))
    with theirs, others:
        drivers.line._is_open = True
        yield drivers, theirs
        drivers.line.end()


def test_to_tell_where_a_robot_is_waits_for_nobody() -> None:
    with dumb() as (drivers, theirs):
        assert drivers.follows == {"g1"}
        drivers.follow(state(7))
        (text,) = Frames().feed(theirs.recv(65536))
        found = read_to_child(text)
        assert isinstance(found, Follow)
        assert (found.state.device, found.state.received) == ("g1", 7)
        drivers.follow(replace(state(8), q=state(8).q * float("nan")))
        assert drivers.line.why is None


def test_a_process_that_takes_nothing_is_not_waited_for_and_not_cut_off() -> None:
    with dumb() as (drivers, theirs):
        one, began = state(7), time.monotonic()
        for number in range(2_000):
            drivers.follow(replace(one, received=number))
        assert drivers.line.why is None
        assert time.monotonic() - began < BOUNDS.silence / 2.0
        theirs.setblocking(False)
        taken = 0
        while True:
            try:
                taken += len(theirs.recv(1 << 20))
            except BlockingIOError:
                break
        assert taken < 2_000 * len(frame(write(Follow(one))))


def test_a_closed_line_tells_nothing() -> None:
    with dumb() as (drivers, theirs):
        drivers.line._is_open = False
        drivers.follow(state(7))
        theirs.sendall(frame(write(Answered(1))))
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)
