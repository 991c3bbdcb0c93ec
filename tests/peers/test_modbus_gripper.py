"""The Modbus gripper's driver against libmodbus and mbpoll: what it writes others read, and what others write it reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cell.device import CommandStatus, LinkChanged
from cell.driver_errors import LinkLost, Stale
from cell_drivers.modbus_gripper.gripper import VERIFIED, ModbusGripper
from tests.cell_drivers.modbus_gripper.bench import driver_at
from tests.doubles.gripper_2f import Gripper2F
from tests.doubles.modbus_server import Framing, ModbusServer
from tests.doubles.waiting import until
from tests.peers.gripper_registers import NOTHING, compiled, mbpoll, on_a_serial_line, started

pytestmark = pytest.mark.counterpart


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("gripper"))


@pytest.fixture
def port(program: Path) -> Iterator[int]:
    with started(program, "tcp") as (_, said):
        yield int(said)


@contextmanager
def opened(port: int, framing: Framing = "tcp") -> Iterator[ModbusGripper]:
    driver = driver_at(port, framing)
    driver.open()
    try:
        yield driver
    finally:
        driver.close()


def ended(driver: ModbusGripper, command: str) -> CommandStatus:
    until(lambda: driver.status(command).state != "running", f"{command} to end")
    return driver.status(command)


def activated(driver: ModbusGripper) -> None:
    assert driver.state("a").faults == ("not_activated",)
    driver.acknowledge("not_activated", "anna")
    until(lambda: driver.state("a").faults == () and driver.state("a").grip == "open", "the activation")


def test_mbpoll_reads_the_request_that_the_driver_wrote(port: int) -> None:
    with opened(port) as driver:
        activated(driver)
        assert mbpoll(port, 1000, count=3) == [0x0900, 0x0000, 0xFF00]
        driver.grip("c1", "a", 0.0425, 127.5)
        ended(driver, "c1")
        assert mbpoll(port, 1000, count=3) == [0x0900, 0x0080, 0xFF80]


def test_a_part_that_mbpoll_put_there_is_held_and_let_go(port: int) -> None:
    mbpoll(port, 1500, 120)
    with opened(port) as driver:
        activated(driver)
        driver.grip("c1", "a", None, 100.0)
        assert ended(driver, "c1") == CommandStatus("done")
        assert (driver.state("a").grip, driver.state("a").touched) == ("held", True)
        assert mbpoll(port, 2000, count=3) == [0xB900, 0x00FF, 0x7801]
        mbpoll(port, 1500, NOTHING)
        until(lambda: driver.state("a").grip == "empty", "the slip")
        assert driver.state("a").touched is True
        driver.release("c2", "a")
        assert ended(driver, "c2") == CommandStatus("done")
        assert driver.state("a").grip == "open"


def test_a_request_that_mbpoll_overwrites_is_not_ours_any_more(port: int) -> None:
    """Two masters on one gripper: the driver says so in place of taking the other's motion for its own."""
    with opened(port) as driver:
        activated(driver)
        driver.grip("c1", "a", None, 100.0)
        ended(driver, "c1")
        mbpoll(port, 1000, 0x0900, 0x0000, 0xFF00)
        until(lambda: driver.state("a").grip == "open", "the other's request")
        assert driver.status("c1") == CommandStatus("done")


def test_a_server_that_is_killed_leaves_an_unknown_outcome_and_a_cause(program: Path) -> None:
    with started(program, "tcp") as (process, said), opened(int(said)) as driver:
        activated(driver)
        driver.grip("c1", "a", None, 100.0)
        process.kill()
        assert ended(driver, "c1").state in ("unknown", "done")
        until(lambda: any(isinstance(e, LinkChanged) and e.why for e in driver.poll()), "the cause")
        with pytest.raises(Stale):
            driver.release("c2", "a")


def test_registers_that_libmodbus_does_not_serve_are_an_exception_and_nothing_is_written(port: int) -> None:
    """A wrong device behind the address: libmodbus's own refusal, seen by the driver's link."""
    from cell_drivers.modbus_gripper import link

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "STATUS_ADDRESS", 5000)
        with pytest.raises(LinkLost, match="exception 2"):
            driver_at(port).open()
    assert mbpoll(port, 1000, count=3) == [0, 0, 0]


def test_on_a_serial_line_rtu_frames_go_through_a_serial_server(program: Path) -> None:
    with on_a_serial_line(program) as port, opened(port, "rtu") as driver:
        activated(driver)
        driver.grip("c1", "a", None, 100.0)
        assert ended(driver, "c1") == CommandStatus("done")
        assert driver.state("a").grip == "empty"


def test_mbpoll_and_our_double_understand_each_other() -> None:
    """So that what the quick tests see is what the field's tools see."""
    gripper = Gripper2F(20.0)
    with ModbusServer(gripper) as server:
        mbpoll(server.port, 1000, 0x0900, 0x00FF, 0xFFFF)
        until(lambda: gripper.position == 230, "the jaws")
        assert mbpoll(server.port, 2000, count=3) == [0xF900, 0x00FF, 0xE601]


def test_what_the_driver_says_it_was_run_against_is_what_this_file_runs() -> None:
    assert VERIFIED == (
        "libmodbus 3.1.6 serving the registers (TCP; RTU on a pseudo-terminal behind a serial server), mbpoll 1.4.11",
        "a double of our own (TCP, RTU over TCP)",
        "no gripper of Robotiq, and no serial line",
    )
