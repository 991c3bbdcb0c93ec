"""The driver on the wire: a double behind a Modbus server that shares no line with pymodbus, and everything that a wire does."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cell.device import CommandStatus, FaultRaised, GripChanged, LinkChanged
from cell.driver_errors import DriverError, LinkLost, Refusal, Refused, Stale
from cell_drivers.modbus_gripper import gripper, link
from cell_drivers.modbus_gripper.gripper import ModbusGripper
from tests.cell_drivers.modbus_gripper.bench import GripperBench, driver_at, gripper_bench
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, LOSSLESS, Chaos
from tests.doubles.modbus_server import Framing
from tests.doubles.nobody import nobody
from tests.doubles.waiting import until

IN_SERVICE = link.ANSWER


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no gripper that does not answer."""
    monkeypatch.setattr(link, "ANSWER", 10.0)
    monkeypatch.setattr(gripper, "FIRST_SAMPLE", 20.0)


@pytest.fixture
def hasty(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is in service, where a test is about who does not answer."""
    monkeypatch.setattr(link, "ANSWER", IN_SERVICE)


@pytest.fixture
def waits(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long enough for whoever is to ask for something while an answer is waited for, and no state grows old meanwhile."""
    monkeypatch.setattr(link, "ANSWER", 1.0)
    monkeypatch.setattr(gripper, "MAX_AGE", 60.0)


@pytest.mark.parametrize("framing", ["tcp", "rtu"])
def test_a_part_is_gripped_and_let_go(framing: Framing) -> None:
    with gripper_bench(framing) as bench:
        bench.gripper.part = 120
        bench.driver.grip("c1", "a", None, 100.0)
        assert bench.ended("c1") == CommandStatus("done")
        assert (bench.driver.state("a").grip, bench.driver.state("a").touched) == ("held", True)
        bench.driver.release("c2", "a")
        assert bench.ended("c2") == CommandStatus("done")
        assert bench.driver.state("a").grip == "open"
        grips = [e.state.grip for e in bench.told(GripChanged) if isinstance(e, GripChanged)]
        assert grips == ["open", None, "held", None, "open"]


def test_each_call_is_written_once_and_as_it_was_asked() -> None:
    """Twice is as good as once, and pymodbus tries nothing again."""
    with gripper_bench() as bench:
        for _ in range(3):
            bench.driver.grip("c1", "a", 0.0425, 127.5)
        bench.ended("c1")
        assert bench.server.writes == [(1000, [0x0900, 128, 0xFF80])]


@pytest.mark.usefixtures("hasty")
def test_an_answer_that_never_comes_is_not_asked_for_again() -> None:
    with gripper_bench() as bench:
        bench.server.spoil = lambda answer: None if answer[7] == 16 else answer
        bench.driver.grip("c1", "a", None, 100.0)
        assert bench.ended("c1") == CommandStatus("unknown")
        until(lambda: len(bench.told(LinkChanged)) >= 3, "the link to come back")
        assert len(bench.server.writes) == 1


def test_opening_neither_moves_nor_activates() -> None:
    with gripper_bench(is_active=False) as bench:
        until(lambda: bool(bench.told(FaultRaised)), "the fault")
        with pytest.raises(Refused) as refused:
            bench.driver.grip("c1", "a", None, 100.0)
        assert refused.value.code is Refusal.NOT_ACTIVE
        assert bench.driver.status("c1").state == "unknown"
        assert bench.server.writes == []
        bench.driver.acknowledge("not_activated", "anna")
        until(lambda: bench.driver.state("a").faults == (), "the activation")
        bench.driver.grip("c1", "a", None, 100.0)
        assert bench.ended("c1") == CommandStatus("done")


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (("a", None, 19.0), Refusal.OUT_OF_RANGE),
        (("a", None, float("nan")), Refusal.OUT_OF_RANGE),
        (("a", 0.09, 50.0), Refusal.OUT_OF_RANGE),
        (("b", None, 50.0), Refusal.UNKNOWN_NAME),
    ],
)
def test_what_it_cannot_do_is_refused_and_writes_nothing(call: tuple[str, float | None, float], code: Refusal) -> None:
    with gripper_bench() as bench:
        with pytest.raises(Refused) as refused:
            bench.driver.grip("c1", *call)
        assert refused.value.code is code
        assert bench.server.writes == []


def test_an_id_is_one_command() -> None:
    with gripper_bench() as bench:
        bench.driver.grip("c1", "a", None, 100.0)
        with pytest.raises(Refused, match="belongs to"):
            bench.driver.release("c1", "a")
        with pytest.raises(Refused, match="another command"):
            bench.driver.release("c2", "a")
        with pytest.raises(Refused, match="drives nothing"):
            bench.driver.drive("c3", "a", 1.0)


def test_a_driver_that_is_not_open_takes_nothing_and_closes_twice() -> None:
    before = set(threading.enumerate())
    with gripper_bench() as bench:
        bench.driver.close()
        bench.driver.close()
        with pytest.raises(Refused, match="not open"):
            bench.driver.release("c1", "a")
        until(lambda: all(t in before for t in threading.enumerate() if t.name.startswith("gripper")), "its thread to end")


# --- what a wire does --------------------------------------------------------------------------------------------------


def test_nobody_there_is_told_and_it_is_not_open() -> None:
    with nobody() as port:
        driver = driver_at(port)
        with pytest.raises(LinkLost, match=f"127.0.0.1:{port}.unit=9: nothing answers there"):
            driver.open()
    with pytest.raises(Refused, match="not open"):
        driver.grip("c1", "a", None, 50.0)


@pytest.mark.usefixtures("hasty")
def test_a_port_that_accepts_and_says_nothing_is_told_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(LinkLost, match="no answer of a Modbus device"):
        driver_at(silent.getsockname()[1]).open()


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda a: a[:5] + b"\x03" + a[6:7] + bytes([a[7] | 0x80, 2]), "exception 2"),
        (lambda a: a[:9] + b"\x30\x00\x00\x00\x00\x00", "without being enabled"),
        (lambda a: a[:9] + b"\x21\x00\x00\x00\x00\x00", "a bit is set"),
        (lambda a: b"HTTP/1.1 400 Bad Request\r\n\r\n", "no answer of a Modbus device"),
        (lambda a: a[:8], "no answer of a Modbus device"),
    ],
    ids=["illegal address", "other words", "reserved bit", "a web server", "half an answer"],
)
def test_a_wrong_device_is_held_with_the_cause_before_anything_is_written(answer: object, why: str) -> None:
    with gripper_bench() as bench:
        bench.server.spoil = answer  # type: ignore[assignment]
        until(lambda: any(isinstance(e, LinkChanged) and not e.is_up for e in bench.poll()), "the loss")
        with pytest.raises(DriverError, match=why):
            bench.driver.grip("c1", "a", None, 50.0)
        assert bench.server.writes == []
        assert bench.driver.status("c1").state == "unknown"


@pytest.mark.parametrize("framing", ["tcp", "rtu"])
def test_a_cut_link_loses_the_command_from_sight_and_replays_nothing(framing: Framing) -> None:
    with gripper_bench(framing, speed=1.0) as bench, ChaosRelay(("127.0.0.1", bench.server.port), Chaos(1, CALM)) as relay:
        driver = driver_at(relay.port, framing)
        driver.open()
        driver.grip("c1", "a", None, 50.0)
        until(lambda: bool(bench.server.writes), "the request")
        relay.cut()
        until(lambda: driver.status("c1") == CommandStatus("unknown"), "the loss")
        until(lambda: driver.state("a").grip == "empty", "the jaws, seen again")
        assert len(bench.server.writes) == 1
        assert driver.status("c1") == CommandStatus("unknown")
        driver.close()


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("seed", range(4))
def test_on_a_bad_link_every_command_ends_and_none_is_written_twice(seed: int) -> None:
    with gripper_bench() as bench:
        bench.gripper.part = 120
        with ChaosRelay(("127.0.0.1", bench.server.port), Chaos(seed, LOSSLESS), answers) as relay:
            driver = driver_at(relay.port)
            until(lambda: _opens(driver), "a link that opens")
            for k in range(6):
                until(lambda: _asked(driver, f"c{k}", k % 2 == 0), "a link that takes a command")  # noqa: B023
                until(lambda: driver.status(f"c{k}").state in ("done", "aborted", "unknown"), f"c{k} to end")  # noqa: B023
            driver.close()
        assert len(bench.server.writes) <= 6


def _opens(driver: ModbusGripper) -> bool:
    try:
        driver.open()
    except LinkLost:
        return False
    return True


def _asked(driver: ModbusGripper, command: str, grips: bool) -> bool:
    try:
        driver.grip(command, "a", None, 50.0) if grips else driver.release(command, "a")
    except Stale:
        return False
    return True


def answers(stream: bytes) -> int | None:
    """Modbus/TCP frames, both ways."""
    length = 6 + struct.unpack(">H", stream[4:6])[0] if len(stream) >= 6 else None
    return length if length is not None and len(stream) >= length else None


@contextmanager
def closing_behind_a_relay() -> Iterator[tuple[GripperBench, ChaosRelay, ModbusGripper]]:
    """Slow jaws on their way, asked by the driver to grip as c1."""
    with gripper_bench(speed=0.2) as bench, ChaosRelay(("127.0.0.1", bench.server.port), Chaos(0, CALM)) as relay:
        driver = driver_at(relay.port)
        driver.open()
        try:
            driver.grip("c1", "a", None, 100.0)
            until(lambda: driver.state("a").grip is None and bench.gripper.position > 10, "the jaws to move")
            yield bench, relay, driver
        finally:
            driver.close()


@pytest.mark.usefixtures("waits")
def test_a_stop_is_written_to_a_gripper_that_has_just_fallen_silent() -> None:
    """It waits for no answer longer than one may take; what became of it nobody knows."""
    with closing_behind_a_relay() as (bench, relay, driver):
        let_go = relay.hold()
        driver.stop()
        until(lambda: bench.server.writes[-1][1][0] == 0x0100, "the stop to arrive")
        assert driver.status("c1").state in ("running", "unknown")
        let_go()
        until(lambda: driver.status("c1").state == "unknown", "what became of it to be given up")


@pytest.mark.slow
def test_no_link_is_made_for_a_stop_that_the_last_one_has_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is at its other end by then nobody has looked at. By the clock: on a busy machine the stop may go out before the link
    is closed, over the link that stands."""
    monkeypatch.setattr(link, "ANSWER", 5.0)
    with closing_behind_a_relay() as (bench, relay, driver):
        let_go = relay.hold()
        until(lambda: time.monotonic_ns() - driver.state("a").time > 60_000_000, "a question to be left without an answer")
        driver.stop()
        relay.hang_up()
        until(lambda: driver.status("c1").state == "unknown", "what became of it to be given up")
        until(lambda: relay.connections > 1, "another link")
        assert len(bench.server.writes) == 1
        let_go()


@pytest.mark.usefixtures("waits")
def test_nothing_but_a_stop_is_written_where_no_answer_comes() -> None:
    with gripper_bench() as bench, ChaosRelay(("127.0.0.1", bench.server.port), Chaos(0, CALM)) as relay:
        driver = driver_at(relay.port)
        driver.open()
        try:
            relay.hold()
            last = driver.state("a").time
            until(lambda: time.monotonic_ns() - last > 60_000_000, "a question to be left without an answer")
            driver.grip("c1", "a", None, 100.0)
            until(lambda: driver.status("c1").state == "unknown", "the link to be given up")
            until(lambda: relay.connections > 1, "another link")
            assert bench.server.writes == []
        finally:
            driver.close()
