"""The worked example of examples/driver_template: a robot over TCP in some 75 lines, that keeps every law of the kit."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cell.driver import Assembly, DriverSet
from cell.driver_errors import DriverError, ProtocolViolation, Stale
from cell_drivers.conformance import LAWS, Bench, Law, examine
from cell_drivers.conformance.bench import Nonsense
from cell_drivers.conformance.built_in import HOME, JOINTS, built_in
from cell_drivers.conformance.laws import aiming, doubting, hushing, linking, moving, numbering, opening, telling, timing
from tests.conformance.by_the_clock import examined
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.line_robot import LineRobot
from tests.doubles.nobody import nobody
from tests.doubles.waiting import PATIENCE, until

MOST = 75
QUICK = (
    opening.open_brings_a_state,
    telling.a_refusal_says_what_about,
    numbering.start_needs_prepare,
    moving.status_survives_a_reconnect,
)


@pytest.fixture(scope="module")
def line_robot(repository: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository / "examples/driver_template"))
        yield importlib.import_module("line_robot")


@pytest.fixture
def robot() -> Iterator[LineRobot]:
    with LineRobot(JOINTS, HOME) as running:
        yield running


@pytest.fixture
def unhurried(line_robot: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no robot that does not answer."""
    monkeypatch.setattr(importlib.import_module("dry_driver.over_tcp"), "ANSWER", PATIENCE)


@pytest.fixture
def ageless(line_robot: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it one whose last state is old."""
    monkeypatch.setattr(line_robot.LineArm, "max_age", PATIENCE)


@pytest.fixture
def relay(robot: LineRobot) -> Iterator[ChaosRelay]:
    """The network between them."""
    with ChaosRelay(("127.0.0.1", robot.port), Chaos(0, CALM)) as running:
        yield running


def at(port: int) -> Assembly:
    whole = built_in("line")
    return replace(whole, devices=frozenset({"gantry"}), addresses={"gantry": f"line://127.0.0.1:{port}"})


def reworded(robot: LineRobot, change: Callable[[list[bytes]], None]) -> Callable[[], None]:
    """Each of its lines has its words changed so, until what is returned is called."""

    def spoilt(line: bytes) -> bytes:
        words = line.split()
        change(words)
        return b" ".join(words) + b"\n"

    def end() -> None:
        robot.spoil = lambda line: line

    robot.spoil = spoilt
    return end


def kept(bench: Bench, laws: tuple[Law, ...]) -> None:
    statement = examined(bench, laws)
    assert [(finding.law.name, finding.seen) for finding in statement.of("failed")] == []
    assert statement.conforms


def test_it_takes_at_most_75_lines_of_ones_own(line_robot: ModuleType) -> None:
    """All of them, its imports, its words and its bench included."""
    assert len(Path(str(line_robot.__file__)).read_text("utf-8").splitlines()) <= MOST


@pytest.mark.usefixtures("unhurried", "ageless")
def test_it_keeps_laws_of_the_kit_over_a_real_socket(line_robot: ModuleType, robot: LineRobot) -> None:
    kept(line_robot.bench(at(robot.port)), QUICK)
    assert [line for line in robot.heard if line.startswith("MOVE")], "it was a robot that moved"


@pytest.mark.long
def test_what_it_cannot_mean_is_no_state(line_robot: ModuleType, robot: LineRobot) -> None:
    def nonsense(drivers: DriverSet, device: str, what: Nonsense) -> Callable[[], None]:
        def spoilt(words: list[bytes]) -> None:
            words[2] = b"%d" % (10**15 - int(words[2])) if what == "back in time" else words[2]
            words[-2] = b"inf," + words[-2].partition(b",")[2] if what == "not finite" else words[-2]

        return reworded(robot, spoilt)

    bench = line_robot.bench(at(robot.port))
    laws = (doubting.what_is_not_finite_is_no_state, doubting.what_runs_back_is_no_state)
    kept(replace(bench, hooks=replace(bench.hooks, nonsense=nonsense)), laws)


@pytest.mark.usefixtures("unhurried", "ageless")
def test_off_where_it_is_told_to_be_it_is_seen_off_its_setpoint(line_robot: ModuleType, robot: LineRobot) -> None:
    def astray(drivers: DriverSet, device: str, by: float) -> Callable[[], None]:
        def beside(words: list[bytes]) -> None:
            words[-2] = b",".join(b"%.9f" % (float(x) + by) for x in words[-2].split(b","))

        return reworded(robot, beside)

    bench = line_robot.bench(at(robot.port))
    kept(replace(bench, hooks=replace(bench.hooks, astray=astray)), (aiming.who_strays_is_seen_off_the_setpoint,))


@pytest.mark.usefixtures("unhurried", "ageless")
def test_a_time_of_receipt_is_no_clock_of_the_robot(line_robot: ModuleType, robot: LineRobot) -> None:
    """Only where time is real is there anything to tell it by."""
    bench = line_robot.bench(at(robot.port))

    def driver(assembly: Assembly) -> DriverSet:
        drivers: DriverSet = bench.driver(assembly)
        gantry: Any = drivers.motion["gantry"]
        honest = gantry.arm.samples
        gantry.arm.samples = lambda: [replace(sample, device_time=sample.received) for sample in honest()]
        return drivers

    (finding,) = examine(replace(bench, driver=driver), (timing.a_device_time_goes_on_as_time_does,)).findings
    assert finding.verdict == "failed"
    assert finding.seen == "`received` is always 0 ns after `device_time`, to the last digit: that is one clock"


@pytest.mark.usefixtures("unhurried")
def test_it_makes_a_lost_link_anew_by_itself_and_says_nothing_again(
    line_robot: ModuleType, robot: LineRobot, relay: ChaosRelay
) -> None:
    drivers = line_robot.driver(at(relay.port))
    drivers.open()
    try:
        driver = drivers.motion["gantry"]
        until(lambda: _is_taken(lambda: driver.activate("on")), "a state to send it on")
        until(lambda: robot.is_on, "the power to be on")
        most, said = 1e9 * driver.capabilities().max_age, list(robot.heard)
        for _ in range(2):
            relay.cut(refuses=True)
            until(lambda: driver.now() - driver.state().received > most, "the state to grow old")
            driver.stop("hold")  # into a link that is none: it comes back, and is lost
            relay.heal()
            until(lambda: driver.now() - driver.state().received < most, "a fresh state")
        assert robot.heard == said
        assert driver.status("nobody's").state == "not seen"
        driver.stop("hold")
        until(lambda: robot.heard[-1] == "STOP hold", "the stop to arrive")
    finally:
        drivers.close()


def _is_taken(call: Callable[[], None]) -> bool:
    """Nothing is sent on a state that is old; on a busy machine one may be."""
    with suppress(Stale):
        call()
        return True
    return False


@pytest.mark.parametrize("is_cut", [False, True])
def test_no_thread_of_it_is_left_when_it_is_closed(
    line_robot: ModuleType, robot: LineRobot, relay: ChaosRelay, is_cut: bool
) -> None:
    before = set(threading.enumerate())

    def threads() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "gantry" and thread not in before]

    drivers = line_robot.driver(at(relay.port))
    drivers.open()
    assert len(threads()) == 1
    if is_cut:
        relay.cut(refuses=True)
    drivers.close()
    until(lambda: not threads(), "its thread to end")
    relay.heal()
    assert not threads()


def test_it_waits_between_two_attempts_and_a_close_ends_the_wait(
    line_robot: ModuleType, relay: ChaosRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("dry_driver.over_tcp"), "RETRY", 3600.0)
    before = set(threading.enumerate())
    drivers = line_robot.driver(at(relay.port))
    drivers.open()
    driver = drivers.motion["gantry"]
    relay.cut()
    until(lambda: driver.now() - driver.state().received > 1e9 * driver.capabilities().max_age, "the state to grow old")
    assert relay.connections == 1
    drivers.close()
    until(lambda: all(t in before for t in threading.enumerate() if t.name == "gantry"), "its thread to end")


@pytest.mark.long
def test_it_keeps_the_law_of_a_link_that_comes_back(line_robot: ModuleType, robot: LineRobot) -> None:
    kept(line_robot.bench(at(robot.port)), (linking.a_lost_link_comes_back_by_itself, linking.status_is_true_after_a_cut))


@pytest.mark.long
def test_what_ran_when_its_link_was_cut_is_sent_once_by_the_robots_own_count(line_robot: ModuleType, robot: LineRobot) -> None:
    def executions(drivers: DriverSet, device: str) -> int:
        return sum(line.startswith("MOVE") for line in robot.heard)

    bench = line_robot.bench(at(robot.port))
    laws = (linking.nothing_moves_anew_after_a_cut, linking.a_motion_is_done_once_through_a_cut)
    kept(replace(bench, hooks=replace(bench.hooks, executions=executions)), laws)


@pytest.mark.long
def test_it_keeps_the_laws_of_a_robot_that_is_silent_and_not_cut(line_robot: ModuleType, robot: LineRobot) -> None:
    kept(line_robot.bench(at(robot.port)), (hushing.a_stop_goes_out_to_a_silent_device, hushing.silence_is_told_as_age))


@pytest.mark.slow
def test_it_keeps_every_law_of_the_kit(line_robot: ModuleType, robot: LineRobot) -> None:
    """In real time: more than a minute."""
    kept(line_robot.bench(at(robot.port)), LAWS)


def test_a_robot_that_is_another_is_refused_before_anything_is_sent(line_robot: ModuleType) -> None:
    with LineRobot(JOINTS, HOME, hello="HELLO 1 shoulder,elbow,wrist") as other:
        with pytest.raises(ProtocolViolation, match="shoulder,elbow,wrist"):
            line_robot.driver(at(other.port)).open()
        assert other.heard == []


def test_an_arm_that_does_not_say_how_it_is_read_is_none(line_robot: ModuleType) -> None:
    class Mute(line_robot.TcpArm):  # type: ignore[misc, name-defined]  # of a folder to be copied, which mypy does not read
        scheme = "line"

        def ask(self, command: str) -> None: ...

    with pytest.raises(TypeError, match="abstract method take"):
        Mute("gantry", "line://127.0.0.1:7000", JOINTS)


def test_whoever_greets_may_ask_and_nobody_else_speaks_before(line_robot: ModuleType, robot: LineRobot) -> None:
    class Asking(line_robot.LineArm):  # type: ignore[misc, name-defined]  # of a folder to be copied, which mypy does not read
        def greet(self, incoming: Any) -> None:
            other = threading.Thread(target=self.stop, args=("hold",))
            other.start()
            other.join()
            self.say(b"WHO are-you\n")
            super().greet(incoming)

    drivers = line_robot.drivers_of(at(robot.port), Asking)
    drivers.open()
    try:
        drivers.motion["gantry"].stop("quick")
        until(lambda: "STOP quick" in robot.heard, "the stop to arrive")
        assert robot.heard == ["WHO are-you", "STOP quick"]
    finally:
        drivers.close()


@pytest.mark.parametrize("address", ["", "line://", "line://host", "rtde://host:7000"])
def test_an_address_that_makes_no_sense_is_refused(line_robot: ModuleType, address: str) -> None:
    with pytest.raises(ValueError, match="expected like line://"):
        line_robot.driver(replace(at(1), addresses={"gantry": address}))


def test_a_port_where_nobody_is_raises(line_robot: ModuleType) -> None:
    with nobody() as port, pytest.raises(OSError, match="refused"):
        line_robot.driver(at(port)).open()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line.replace(b"S ", b"X "),
        lambda line: line[:20] + b"\n",
        lambda line: line.replace(b",", b",nan,"),
        lambda line: b"\xff\xfe\n",
        lambda line: b"\n",
        lambda line: line.replace(b",", b",0.0,"),
        lambda line: line.replace(b"\n", b""),
        lambda line: b"F\n",
    ],
    ids=["another word", "half a line", "not finite", "no text", "nothing", "another joint", "no end", "no answer"],
)
def test_a_line_that_is_none_is_no_state_and_nothing_is_sent_on_it(
    line_robot: ModuleType, robot: LineRobot, spoil: Callable[[bytes], bytes]
) -> None:
    drivers = line_robot.driver(at(robot.port))
    drivers.open()
    try:
        robot.spoil = spoil
        driver = drivers.motion["gantry"]
        until(lambda: driver.now() - driver.state().received > 1e9 * driver.capabilities().max_age, "the state to grow old")
        assert np.all(np.isfinite(driver.state().q))
        with pytest.raises(DriverError):
            driver.activate("on")
        assert [line for line in robot.heard if line.startswith("POWER")] == []
    finally:
        drivers.close()


def test_of_a_robot_that_does_not_answer_nobody_knows_what_became_of_a_command(line_robot: ModuleType, robot: LineRobot) -> None:
    class Unasked(line_robot.LineArm):  # type: ignore[misc, name-defined]  # of a folder to be copied, which mypy does not read
        def ask(self, command: str) -> None: ...

    drivers = line_robot.drivers_of(at(robot.port), Unasked)
    drivers.open()
    try:
        assert drivers.motion["gantry"].status("of one before").state == "unknown"
    finally:
        drivers.close()


def test_answers_that_come_too_late_are_not_kept_for_ever(line_robot: ModuleType, robot: LineRobot) -> None:
    late = b"".join(b"F c%d done 0.0\n" % k for k in range(300))
    robot.spoil = lambda line: line + late
    drivers = line_robot.driver(at(robot.port))
    drivers.open()
    try:
        arm: Any = drivers.motion["gantry"].arm
        until(lambda: "c299" in arm._answers, "the last of them")
        with arm._heard:
            assert len(arm._answers) == 100
    finally:
        drivers.close()


def test_a_command_has_one_number_of_its_own_and_a_number_of_nobody_is_no_command(line_robot: ModuleType) -> None:
    arm, other = (line_robot.driver(at(7000)).motion["gantry"].arm for _ in range(2))
    numbers = {arm.number(f"run.{k}", bits=32) for k in range(100)}
    assert len(numbers) == 100
    assert all(0 < number < 2**32 for number in numbers)
    assert other.number("run.7", bits=32) in numbers
    assert other.command(other.number("run.7")) == "run.7"
    assert other.command(12345) not in ("", *(f"run.{k}" for k in range(100)))
    assert other.command(0) == ""
