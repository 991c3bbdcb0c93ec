"""A stop that is to take the power: taken just now, or not any more, and then told."""

from collections.abc import Callable

import numpy as np
import pytest

from cell.device import FaultCleared, FaultRaised
from cell.driver_errors import LinkLost
from cell_drivers.ur.robot import UrRobot
from tests.doubles.ur.controller import POWER_OFF, RUNNING
from tests.doubles.ur.wired import Wired

WAY = np.array([0.6, -0.2, 0.3, 0.1, -0.4, 0.5])


def power_faults(wired: Wired) -> list[type]:
    return [type(e) for e in wired.events if isinstance(e, FaultRaised | FaultCleared) and e.fault == "power"]


def in_motion(wired: Wired) -> None:
    """The link goes before it stands."""
    wired.begin(WAY)
    wired.wait(0.3)
    wired.robot.stop("power")
    wired.accepts = False
    wired.cut()


def on_its_way(wired: Wired) -> None:
    """It stands, and the request has not arrived."""
    wired.up["dashboard"].is_dead = True
    wired.robot.stop("power")
    wired.wait(0.1)
    wired.accepts = False
    wired.cut()
    wired.up["dashboard"].is_dead = False


def without_a_link(wired: Wired) -> None:
    wired.accepts = False
    wired.cut()
    with pytest.raises(LinkLost, match="its power stays"):
        wired.robot.stop("power")


@pytest.mark.parametrize("stopped", [in_motion, on_its_way, without_a_link])
def test_power_that_a_lost_link_kept_is_not_taken_later_and_that_is_told(wired: Wired, stopped: Callable[[Wired], None]) -> None:
    stopped(wired)
    wired.wait(0.1)
    assert "power" in wired.robot.state().faults
    if stopped is not without_a_link:  # where `stop` has raised it; the lost link is the fault that was told first
        assert power_faults(wired) == [FaultRaised], "told at once, not when the link is back"
    wired.accepts = True
    wired.until(lambda: wired.robot.connection.is_up and wired.robot.flight is None)
    wired.wait(1.0)
    assert wired.controller.mode == RUNNING, "nobody has asked for it just now"
    assert wired.controller.is_standing
    assert power_faults(wired) == [FaultRaised]
    wired.robot.stop("power")
    wired.until(lambda: wired.controller.mode == POWER_OFF, 2.0)
    wired.wait(0.1)
    assert power_faults(wired) == [FaultRaised, FaultCleared]


@pytest.mark.parametrize(
    "known", [lambda robot: robot.acknowledge("power", "ann"), lambda robot: robot.activate("a")], ids=["acknowledged", "wanted"]
)
def test_power_that_the_dashboard_does_not_take_is_told_until_somebody_knows_or_wants_it(
    wired: Wired, monkeypatch: pytest.MonkeyPatch, known: Callable[[UrRobot], None]
) -> None:
    monkeypatch.setattr(wired.controller, "power_off", lambda: False)
    wired.robot.stop("power")
    wired.wait(0.2)
    told = next(e for e in wired.events if isinstance(e, FaultRaised))
    assert (told.fault, told.text.endswith("Failed to execute: power off")) == ("power", True)
    known(wired.robot)
    wired.wait(0.1)
    assert power_faults(wired) == [FaultRaised, FaultCleared]


def test_power_that_was_taken_is_no_fault_when_the_link_goes_after(wired: Wired) -> None:
    wired.robot.stop("power")
    wired.until(lambda: wired.controller.mode == POWER_OFF, 2.0)
    wired.wait(0.1)
    wired.cut()
    wired.wait(1.0)
    assert power_faults(wired) == []


def test_power_that_the_dashboard_has_taken_is_not_asked_for_again(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes its time to go, and a motion that ends meanwhile was stopped by nobody."""
    asked = list[int]()
    monkeypatch.setattr(wired.controller, "power_off", lambda: asked.append(wired.now))
    wired.robot.stop("power")
    wired.wait(0.1)
    assert wired.finish(wired.begin(0.1 * WAY)).state == "done"
    wired.cut()
    wired.wait(0.1)
    assert len(asked) == 1
    assert power_faults(wired) == []
