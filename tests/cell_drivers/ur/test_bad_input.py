"""A controller that is not the cell's, or says what cannot be, is refused or held with the cause, before anything moves."""

import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cell.device import CommandStatus, FaultRaised, LinkChanged, Process
from cell.driver_errors import LinkLost, Refusal, Refused
from cell.robot import RobotModel
from tests.doubles.ur.controller import PLAYING, RUNNING, Controller
from tests.doubles.ur.wired import HOME, Wired, cb3, straight

WAY = np.array([0.3, -0.1, 0.2, 0.1, -0.2, 0.1])


def met(model: RobotModel, **controller: Any) -> Wired:
    """A second after the first contact with such a controller, which was active before."""
    wired = Wired(model, Controller(model, HOME, **controller))
    wired.controller.mode = RUNNING
    wired.wait(1.0)
    return wired


def refuses_everything(wired: Wired) -> None:
    """Whatever is asked, nothing was sent that could move it."""
    way = straight(wired.model, wired.controller.q, wired.controller.q + WAY)
    with pytest.raises((LinkLost, Refused)):
        wired.robot.prepare("c", way)
    with pytest.raises((LinkLost, Refused)):
        wired.robot.activate("a")
    wired.wait(0.5)
    assert wired.controller.programs == []
    assert np.array_equal(wired.controller.q, HOME)


@pytest.mark.parametrize(
    ("controller", "why"),
    [
        ({"model_name": "UR10"}, "the cell has a ur5e, there is a UR10 of the e-Series"),
        ({"version": (3, 15, 4, 0)}, "the cell has a ur5e, there is a UR5 of the CB3"),
        ({"version": (5, 4, 2, 0)}, "software 5.4 is older than 5.9"),
        ({"version": (10, 1, 0, 0)}, "neither CB3 nor e-Series"),
    ],
)
def test_another_robot_than_the_cells_is_refused(model: RobotModel, controller: dict[str, object], why: str) -> None:
    wired = met(model, **controller)
    assert wired.robot.connection.stage == "refused"
    assert why in wired.robot.connection.why
    assert [e.fault for e in wired.events if isinstance(e, FaultRaised)] == ["identity"]
    refuses_everything(wired)


def test_joints_in_another_order_are_refused(model: RobotModel) -> None:
    wired = Wired(model, Controller(model, HOME))
    wired.controller.tampers["actual_q"] = lambda q: np.roll(q, 1)
    wired.wait(1.0)
    assert "from where these joints of a ur5e have it" in wired.robot.connection.why
    refuses_everything(wired)


def test_degrees_for_radians_are_refused(model: RobotModel) -> None:
    wired = Wired(model, Controller(model, HOME))
    wired.controller.tampers["actual_q"] = lambda q: np.degrees(q)
    wired.wait(1.0)
    assert "are these degrees?" in wired.robot.connection.why
    refuses_everything(wired)


def test_a_model_whose_joints_are_no_urs_is_refused(model: RobotModel) -> None:
    joints = tuple(reversed(model.chain.joints))
    wired = met(replace(model, chain=replace(model.chain, joints=joints)))
    assert "are not those of a UR in its order" in wired.robot.connection.why


def test_an_arm_that_is_calibrated_is_the_same_arm(model: RobotModel) -> None:
    wired = Wired(model, Controller(model, HOME))
    wired.controller.tampers["actual_TCP_pose"] = lambda pose: pose + np.array([3e-3, -2e-3, 1e-3, 2e-3, 0.0, 0.0])
    wired.until(lambda: wired.robot.connection.is_up)


def test_a_pose_that_is_nowhere_is_no_agreement(model: RobotModel) -> None:
    wired = Wired(model, Controller(model, HOME))
    wired.controller.tampers["actual_TCP_pose"] = lambda pose: np.full(6, 1e300)
    with np.errstate(all="ignore"):
        wired.wait(1.0)
    assert wired.robot.connection.stage == "refused"


def test_a_port_that_accepts_and_says_nothing_is_told_and_never_up(model: RobotModel) -> None:
    wired = Wired(model, Controller(model, HOME))
    for wire in wired.down.values():
        wire.is_dead = True
    wired.wait(3.5)
    assert wired.robot.connection.why == "the controller accepts connections and does not say what it is asked"
    with pytest.raises(LinkLost):
        wired.robot.state()
    refuses_everything(wired)


def test_a_port_that_speaks_something_else_is_told(model: RobotModel) -> None:
    wired = Wired(model, Controller(model, HOME))
    wired.tamper = lambda channel, data: b"HTTP/1.1 400 Bad Request\r\n\r\n" if channel == "rtde" else data
    wired.wait(0.3)
    assert wired.robot.connection.why.startswith("rtde: a package of kind")
    refuses_everything(wired)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("actual_q", np.full(6, np.nan), "actual_q is not finite"),
        ("actual_qd", np.full(6, np.inf), "actual_qd is not finite"),
        ("timestamp", 0.5, "time does not go on"),
        ("timestamp", 1e300, "a time of 1e+300 s"),
        ("robot_mode", 99, "99 is not a valid RobotMode"),
        ("speed_scaling", -0.5, "is not in 0..1"),
    ],
)
def test_a_state_that_cannot_be_is_not_accepted_and_stops_what_runs(
    model: RobotModel, name: str, value: object, why: str
) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    command = wired.begin(WAY)
    wired.wait(0.2)
    before = wired.robot.state()
    wired.controller.tampers[name] = lambda told: value  # type: ignore[assignment,return-value]
    wired.wait(0.3)
    assert why in wired.robot.connection.why
    assert wired.robot.state().received - before.received <= 16_000_000, "the state is the last that could be"
    wired.wait(2.0)
    assert wired.controller.is_standing
    del wired.controller.tampers[name]
    told = wired.finish(command)
    assert (told.state, told.why) == ("aborted", "the link was lost")
    wired.wait(0.1)
    assert [e.is_up for e in wired.events if isinstance(e, LinkChanged)] == [False, True]


def test_a_tool_that_works_along_a_path_is_refused(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    way = straight(model, HOME, HOME + WAY)
    with pytest.raises(Refused) as refused:
        wired.robot.prepare("c", replace(way, process=Process("brush", "deburr", "vise", "rim", 0.1, 0.2)))
    assert refused.value.code is Refusal.NOT_OFFERED


def test_a_robot_in_local_control_is_not_commanded(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    wired.controller.is_remote = False
    wired.wait(1.5)
    with pytest.raises(Refused, match="local control"):
        wired.robot.prepare("c", straight(model, HOME, HOME + WAY))


def test_a_controller_that_runs_somebody_elses_program_is_busy(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    wired.controller.runtime = PLAYING
    wired.wait(0.1)
    assert wired.robot.state().mode == "running"
    with pytest.raises(Refused) as refused:
        wired.robot.prepare("c", straight(model, HOME, HOME + WAY))
    assert refused.value.code is Refusal.BUSY


def test_a_controller_that_does_not_take_the_program_is_told(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    wired.tamper = lambda channel, data: data
    prepared = wired.robot.prepare("c", straight(model, HOME, HOME + WAY))
    wired.robot.start(prepared)
    channel, program = wired.robot.connection.outbox.pop()
    assert channel == "script"
    wired.robot.connection.outbox.append((channel, program.replace(b"while", b"whilst")))
    assert wired.finish("c") == CommandStatus("aborted", 0.0, "the controller did not begin it")
    assert "whilst" in wired.controller.errors[0]


def test_a_dashboard_that_refuses_to_power_up_is_told(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.until(lambda: wired.robot.connection.is_up)
    wired.controller.is_remote = False
    wired.robot.activate("a")
    assert wired.finish("a").why == "Failed to execute: power on"


def test_a_dashboard_that_answers_something_else_loses_the_link(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    wired.tamper = lambda channel, data: b"what?\n" if channel == "dashboard" else data
    wired.wait(1.3)
    assert "does not answer 'is in remote control'" in wired.robot.connection.why


def test_half_a_package_is_waited_for_and_no_longer_than_silence(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    header = struct.pack(">HB", 60000, ord("U"))
    wired.tamper = lambda channel, data: header if channel == "rtde" else data
    wired.wait(0.05)
    wired.tamper = lambda channel, data: b"" if channel == "rtde" else data
    wired.wait(0.6)
    assert not wired.robot.connection.is_up
