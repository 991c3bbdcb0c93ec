"""A driver for real devices in a process of its own: its calls, its states, and a link of its own that goes down and up."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.device import CommandChanged, FaultCleared, FaultRaised, LinkChanged
from cell.driver import Assembly
from cell.driver_errors import Refusal, Refused
from cell.robot import RobotModel
from cell.scenario import Scenario
from cell_drivers.hosted import HostedSet, Pace, StartUp, hosted
from cellwright.robot_models import load_robot_model
from tests.cell_drivers.gantry import gantry_cell
from tests.cell_drivers.hosted.hosting import BOUNDS, ROOT, until, waited
from tests.cell_drivers.test_registry import plant
from tests.doubles.ur.controller import Controller
from tests.doubles.ur.served import Served
from tests.doubles.ur.wired import HOME, straight

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hosted")]
WAY = np.array([0.3, -0.1, 0.2, 0.1, -0.2, 0.1])


@pytest.fixture(scope="module")
def model() -> RobotModel:
    return load_robot_model("ur5e", Path(), None).expect()


@pytest.fixture
def served(model: RobotModel) -> Iterator[Served]:
    with Served(Controller(model, HOME)) as serving:
        yield serving


@pytest.fixture
def drivers(model: RobotModel, served: Served, tmp_path: Path) -> Iterator[HostedSet]:
    plant(tmp_path, "universal", "universal = cell_drivers.ur:driver")
    cell = gantry_cell()
    cell = replace(cell, robots={"arm": replace(cell.robots["g1"], name="arm")})
    assembly = Assembly(cell, {"arm": model}, Scenario(), frozenset({"arm"}), {"arm": served.address})
    found = hosted(StartUp("universal", assembly, Pace(0), (str(tmp_path), str(ROOT), *sys.path)), BOUNDS)
    found.open()
    yield found
    found.close()


def done(drivers: HostedSet, command: str) -> str:
    until(drivers, lambda e: isinstance(e, CommandChanged) and e.command == command and e.status.is_final)
    return drivers.motion["arm"].status(command).state


def test_it_moves_and_refuses_as_it_does_in_one_process(drivers: HostedSet, model: RobotModel) -> None:
    robot = drivers.motion["arm"]
    assert (drivers.is_virtual, drivers.virtual) == (False, None)
    robot.activate("a")
    assert done(drivers, "a") == "done"
    here = robot.state().q
    robot.start(robot.prepare("m1", straight(model, here, here + WAY, slowly=2.0)))
    assert done(drivers, "m1") == "done"
    assert np.allclose(robot.state().q, HOME + WAY, atol=1e-3)
    with pytest.raises(Refused) as refused:
        robot.prepare("m2", straight(model, here, here + WAY, slowly=2.0))
    assert refused.value.code is Refusal.START_DIFFERS


def test_a_link_that_the_driver_itself_loses_is_told_and_its_process_goes_on(drivers: HostedSet, served: Served) -> None:
    served.drop()
    events = until(drivers, lambda e: isinstance(e, LinkChanged) and not e.is_up)
    events += until(drivers, lambda e: isinstance(e, LinkChanged) and e.is_up)
    events += waited(drivers, drivers.poll) if not any(isinstance(e, FaultCleared) for e in events) else ()
    assert {e.fault for e in events if isinstance(e, FaultRaised | FaultCleared)} == {"link"}
    assert drivers.line.why is None
    drivers.motion["arm"].acknowledge("link", "ann")  # its own fault, so no reason to start another process
    assert drivers.line.why is None
