"""The same driver behind real sockets, in real time: a motion and a lost link in the suite, the rest slow, as a wall clock is.

What it decides is tested on wires of memory.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cell.driver_errors import LinkLost, ProtocolViolation
from cell.robot import RobotModel
from cell_drivers.ur import connection, script
from cell_drivers.ur.address import Address, read_address
from cell_drivers.ur.driver import UrDriver
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import Chaos, Mix
from tests.doubles.ur.controller import Controller
from tests.doubles.ur.served import Served
from tests.doubles.ur.wired import HOME, straight

WAY = np.array([0.3, -0.1, 0.2, 0.1, -0.2, 0.1])


@pytest.fixture
def served(model: RobotModel) -> Iterator[Served]:
    with Served(Controller(model, HOME)) as serving:
        yield serving


def until(driver: UrDriver, holds: Callable[[], bool], longest: float = 60.0) -> None:
    end = time.monotonic() + longest
    while not holds():
        assert time.monotonic() < end
        driver.poll()
        time.sleep(0.01)


def moved(driver: UrDriver, model: RobotModel, command: str, change: np.ndarray) -> None:
    here = driver.state().q
    driver.start(driver.prepare(command, straight(model, here, here + change, slowly=2.0)))


def test_a_motion_over_real_sockets_and_one_whose_link_is_cut(
    model: RobotModel, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A robot that hears of nobody for half a second stops by itself: the first motion does not hang on how busy this machine is,
    and what becomes of the second is the same where the link was cut too late."""
    monkeypatch.setattr(connection, "SILENCE", 60_000_000_000)
    driver = UrDriver("arm", model, read_address(served.address))
    driver.open()
    try:
        driver.activate("a")
        until(driver, lambda: driver.status("a").is_final)
        with monkeypatch.context() as patch:
            patch.setattr(script, "WATCHDOG", 60.0)
            moved(driver, model, "m1", WAY)
        until(driver, lambda: driver.status("m1").is_final)
        assert driver.status("m1").state == "done"
        assert np.allclose(driver.state().q, HOME + WAY, atol=1e-3)
        moved(driver, model, "m2", -WAY)
        until(driver, lambda: driver.status("m2").state != "queued")
        served.drop()
        until(driver, lambda: driver.status("m2").is_final)  # meanwhile "unknown", if somebody looks in time
        assert (driver.status("m2").state, driver.status("m2").why) == ("aborted", "the link was lost")
        assert len(served.controller.programs) == 2
    finally:
        driver.close()


@pytest.mark.slow
def test_a_stop_is_on_its_way_at_once(model: RobotModel, served: Served) -> None:
    driver = UrDriver("arm", model, read_address(served.address))
    driver.open()
    try:
        driver.activate("a")
        until(driver, lambda: driver.status("a").is_final)
        moved(driver, model, "m1", 5 * WAY)
        until(driver, lambda: driver.status("m1").at is not None and float(driver.status("m1").at or 0.0) > 0.1)
        driver.stop("quick")
        until(driver, lambda: driver.status("m1").is_final, driver.capabilities().standstill["quick"])
        assert driver.status("m1").why == "quick stop"
    finally:
        driver.close()


@pytest.mark.slow
def test_a_relay_that_delays_and_cuts_leaves_a_robot_that_stands(model: RobotModel, served: Served) -> None:
    with ChaosRelay(("127.0.0.1", served.ports[0]), Chaos(3, Mix(delay=0.02, trickle=0.002, cut=0.003, quiet=40))) as relay:
        driver = UrDriver("arm", model, Address("127.0.0.1", relay.port, served.ports[1], served.ports[2]))
        driver.open()
        try:
            for number in range(4):
                until(driver, lambda: _is_ready(driver, f"a{time.monotonic_ns()}"), 30.0)
                moved(driver, model, f"m{number}", WAY if number % 2 == 0 else -WAY)
                until(driver, lambda number=number: driver.status(f"m{number}").is_final)  # type: ignore[misc]
        except LinkLost:
            pass  # between two looks the link went
        finally:
            driver.close()
    time.sleep(2.0)
    with served.lock:
        assert served.controller.is_standing
        worst = np.abs(np.stack(served.controller.steps)) / (model.velocity * served.controller.period)
    assert worst.max() <= 1.0


def _is_ready(driver: UrDriver, command: str) -> bool:
    try:
        if driver.state().mode == "off":
            driver.activate(command)
            until(driver, lambda: driver.status(command).is_final)
        return time.monotonic_ns() - driver.state().received < 50_000_000 and driver.state().mode == "idle"
    except LinkLost:
        return False


def test_nobody_there_is_told(model: RobotModel) -> None:
    with Served(Controller(model, HOME)) as serving:
        address = read_address(serving.address)
    driver = UrDriver("arm", model, address)
    driver.patience = 0.3
    with pytest.raises(LinkLost, match="refused"):
        driver.open()
    driver.close()


def test_a_link_that_fails_by_itself_is_told_as_lost(model: RobotModel, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = UrDriver("arm", model, read_address(served.address))
    driver.open()
    try:
        monkeypatch.setattr(driver._robot, "outgoing", lambda: 1 // 0)
        until(driver, lambda: not driver._robot.connection.is_up)
        with pytest.raises(LinkLost, match="the driver's own link has failed: ZeroDivisionError"):
            driver.activate("a")
    finally:
        driver.close()


def test_another_robot_is_told_when_the_driver_is_opened(model: RobotModel) -> None:
    with Served(Controller(model, HOME, model_name="UR10")) as serving:
        driver = UrDriver("arm", model, read_address(serving.address))
        with pytest.raises(ProtocolViolation, match="there is a UR10"):
            driver.open()


@pytest.mark.parametrize(
    "text", ["ur5e", "ur://", "http://h", "ur://h/x", "ur://h?rtde=0", "ur://h?port=1", "ur://h?rtde=1&rtde=2"]
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"UR controller|no port"):
        read_address(text)


def test_an_address_has_the_makers_ports_unless_said() -> None:
    assert read_address("ur://192.0.2.4") == Address("192.0.2.4", 30004, 29999, 30002)
    assert read_address("ur://h?script=30001").script == 30001
