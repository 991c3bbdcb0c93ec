"""What the conformance kit does not ask of every robot: limits at the controller's period, protective stops, the slider."""

import numpy as np
import pytest

from cell.device import CommandChanged, CommandStatus, FaultCleared, FaultRaised, SpeedScaled, StopKind
from cell.driver_errors import Refusal, Refused
from cell.robot import RobotModel
from cell.trajectory import Law, combined
from cell.trajectory import Path as Curve
from cell_drivers.ur.registers import Mark
from cell_drivers.ur.sample import Safety
from cell_drivers.ur.script import program, rows_of
from tests.doubles.ur.controller import RUNNING
from tests.doubles.ur.urscript import ScriptError, parse
from tests.doubles.ur.wired import HOME, Wired, cb3, straight

WAY = np.array([0.6, -0.2, 0.3, 0.1, -0.4, 0.5])
FAR = np.array([-6.0, -0.4, 0.3, 0.1, -0.4, 0.5])


def test_what_acts_on_the_tcp_is_told(wired: Wired) -> None:
    wired.controller.force = np.array([3.0, -4.0, 12.0, 0.1, 0.2, 0.3])
    wired.finish(wired.begin(np.full(6, 0.1)))
    force = wired.robot.state().force
    assert force is not None
    assert np.array_equal(force, (3.0, -4.0, 12.0))


def test_what_comes_from_the_controller_is_measured_on_its_way(wired: Wired) -> None:
    wired.robot.heard()
    wired.finish(wired.begin(np.full(6, 0.1)))
    heard = wired.robot.heard()
    assert heard is not None
    assert (heard.device, heard.lost) == (wired.robot.name, 0)
    assert len(heard.took) > 50
    assert min(heard.took) == 0.0
    assert wired.robot.heard() is None


def test_a_program_that_was_sent_is_not_kept(wired: Wired) -> None:
    """A week of programs is gigabytes."""
    command = wired.begin(np.full(6, 0.1))
    assert [ready.text for ready in wired.robot._ready.values()] == [""]
    assert wired.finish(command).state == "done"
    assert len(wired.controller.programs) == 1


def test_rows_are_the_trajectory_at_the_controllers_period(model: RobotModel) -> None:
    way = straight(model, HOME, HOME + WAY)
    path, law = Curve.of(way.segments), Law.of(way.phases)
    rows = rows_of(path, law, 0.002, model.acceleration)
    t = np.minimum(np.arange(len(rows.s)) * 0.002, law.duration)
    assert np.array_equal(rows.q, combined(path, law, t).q)
    assert np.allclose(rows.q[[0, -1]], [HOME, HOME + WAY], atol=1e-12)
    assert np.all(np.diff(rows.s) >= 0.0)


def test_at_full_speed_no_step_is_larger_than_the_velocity_limit_allows(wired: Wired) -> None:
    wired.finish(wired.begin(FAR))
    assert 0.9 < wired.worst_step() <= 1.0 + 1e-6


def test_the_joints_follow_every_row_and_end_at_the_last(wired: Wired) -> None:
    wired.finish(wired.begin(WAY))
    assert np.allclose(np.sum(wired.controller.steps, axis=0), WAY, atol=1e-8)
    assert np.allclose(wired.controller.q, HOME + WAY, atol=1e-6)
    assert wired.controller.errors == []


@pytest.mark.parametrize("kind", ["hold", "quick"])
def test_braking_keeps_the_acceleration_limits_as_far_as_it_says(wired: Wired, kind: StopKind) -> None:
    """Where the trajectory itself does not accelerate, a normal stop takes no more than a limit, a quick one twice that."""
    command = wired.begin(FAR)
    wired.until(lambda: wired.robot.status(command).at is not None and float(wired.robot.status(command).at or 0.0) > 1.5)
    wired.controller.steps.clear()
    wired.robot.stop(kind)
    wired.finish(command)
    speeds = np.stack(wired.controller.steps) / wired.controller.period
    braking = np.abs(np.diff(speeds, axis=0)) / wired.controller.period / wired.model.acceleration
    assert braking.max() <= (2.3 if kind == "hold" else 3.5)
    assert np.all(np.diff(np.abs(speeds[:, 0])) <= 1e-6 + 0.05), "it only slows down"


def test_a_stop_before_the_program_begins_lets_nothing_move(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.robot.stop("hold")
    status = wired.finish(command)
    assert (status.state, status.at, status.why) == ("aborted", 0.0, "hold stop")
    assert np.abs(wired.controller.steps).max() == 0.0


def test_a_protective_stop_ends_the_program_and_is_unlocked_by_acknowledging_it(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.wait(0.4)
    wired.controller.protective_stop()
    status = wired.finish(command)
    assert (status.state, status.why) == ("aborted", "protective stop")
    assert wired.robot.state().protective == "protective stop"
    with pytest.raises(Refused) as refused:
        wired.begin(WAY)
    assert refused.value.code is Refusal.NOT_ACTIVE
    stands = wired.controller.q.copy()
    wired.robot.acknowledge("protective stop", "ann")
    wired.wait(1.0)
    assert [type(e) for e in wired.events if isinstance(e, FaultRaised | FaultCleared)] == [FaultRaised, FaultCleared]
    assert wired.robot.state().protective == "normal"
    assert np.allclose(wired.controller.q, stands, atol=1e-4), "nothing goes on by itself"
    assert wired.finish(wired.begin(-0.2 * WAY)).state == "done"


@pytest.mark.parametrize("first", ["emergency stop", "protective stop"])
def test_a_stop_that_follows_another_is_told_behind_its_end(wired: Wired, first: str) -> None:
    """It has one state: who hears of the second knows that the first is over."""
    second = {"emergency stop": "protective stop", "protective stop": "emergency stop"}[first]
    for stop in (first, second):
        getattr(wired.controller, stop.replace(" ", "_"))()
        wired.wait(0.5)
    assert [(type(e), e.fault) for e in wired.events if isinstance(e, FaultRaised | FaultCleared)] == [
        (FaultRaised, first),
        (FaultCleared, first),
        (FaultRaised, second),
    ]


def test_an_emergency_stop_takes_the_power_and_no_acknowledgement_gives_it_back(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.wait(0.4)
    wired.controller.emergency_stop()
    assert wired.finish(command).state == "aborted"
    wired.robot.acknowledge("emergency stop", "ann")
    wired.wait(0.5)
    assert (wired.robot.state().mode, wired.robot.state().protective) == ("off", "emergency stop")
    with pytest.raises(Refused) as refused:
        wired.robot.activate("a")
    assert refused.value.code is Refusal.ALARM


def faults_told(wired: Wired) -> list[tuple[type, str]]:
    return [(type(e), e.fault) for e in wired.events if isinstance(e, FaultRaised | FaultCleared)]


def test_a_protective_stop_after_an_emergency_stop_is_told_when_that_is_gone(wired: Wired) -> None:
    wired.controller.emergency_stop()
    wired.wait(0.1)
    wired.controller.protective_stop()
    wired.wait(0.1)
    emergency, protective = "emergency stop", "protective stop"
    assert faults_told(wired) == [(FaultRaised, emergency), (FaultCleared, emergency), (FaultRaised, protective)]
    wired.robot.acknowledge(protective, "ann")
    wired.wait(1.0)
    assert faults_told(wired)[3:] == [(FaultCleared, protective)]


def test_an_emergency_stop_outlasts_a_link_that_is_lost_and_found(wired: Wired) -> None:
    wired.controller.emergency_stop()
    wired.wait(0.1)
    wired.cut()
    wired.until(lambda: wired.robot.connection.is_up)
    wired.wait(0.1)
    assert faults_told(wired) == [(FaultRaised, "emergency stop")]


def test_a_state_that_says_nothing_of_a_stop_ends_none(wired: Wired) -> None:
    wired.controller.emergency_stop()
    wired.wait(0.1)
    wired.controller.safety = Safety.UNDEFINED
    wired.wait(0.1)
    assert faults_told(wired) == [(FaultRaised, "emergency stop")]


def test_what_a_person_sets_on_the_slider_is_followed_and_told(wired: Wired) -> None:
    full = wired.now
    wired.finish(wired.begin(WAY))
    full = wired.now - full
    wired.controller.slider = 0.5
    wired.wait(0.1)
    half = wired.now
    wired.finish(wired.begin(-WAY))
    assert wired.now - half == pytest.approx(2 * full, rel=0.2)
    assert [e.scaling for e in wired.events if isinstance(e, SpeedScaled)] == [0.5]
    assert wired.robot.state().speed_scaling == 0.5


def test_a_program_that_is_ended_at_the_pendant_is_aborted_where_it_stands(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.wait(0.4)
    wired.controller.end_program()
    status = wired.finish(command)
    assert (status.state, status.why) == ("aborted", "the program was ended at the controller")
    assert status.at == pytest.approx(wired.controller.q[0] - HOME[0], abs=0.02)


def test_a_stop_that_the_program_does_not_follow_ends_it_over_the_dashboard(wired: Wired) -> None:
    command = wired.begin(WAY, slowly=6.0)
    wired.wait(0.4)
    wired.controller.in_int = _Deaf(wired.controller.in_int, 38)
    wired.robot.stop("hold")
    status = wired.finish(command, longest=3.0)
    assert (status.state, status.why) == ("aborted", "hold stop")
    assert wired.controller.is_standing


class _Deaf(list[int]):
    """Registers of which one hears nothing."""

    def __init__(self, values: list[int], deaf: int) -> None:
        super().__init__(values)
        self.deaf = deaf

    def __setitem__(self, number: int, value: int) -> None:  # type: ignore[override]
        super().__setitem__(number, 0 if number == self.deaf else value)


def test_events_come_in_order_and_once(wired: Wired) -> None:
    wired.events.clear()
    wired.finish(wired.begin(WAY, "run/1"))
    wired.wait(0.5)
    told = [e for e in wired.events if isinstance(e, CommandChanged) and e.command == "run/1"]
    assert [e.status.state for e in told] == ["queued", "running", "done"]
    assert wired.robot.status("run/1").state == "done"
    assert wired.robot.status("run/1").at == pytest.approx(0.6, abs=1e-9)
    assert [e.time for e in wired.events] == sorted(e.time for e in wired.events)


def test_readback_is_the_motion(wired: Wired) -> None:
    wired.finish(wired.begin(WAY, "run/1"))
    (block,) = wired.robot.readback()
    assert (block.command, block.motion) == ("run/1", "a motion")
    assert np.all(np.diff(block.time) == 8_000_000)
    assert np.allclose(block.q[-1], HOME + WAY, atol=1e-6)
    assert wired.robot.readback() == ()


def test_activation_is_power_then_brakes(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.until(lambda: wired.robot.connection.is_up)
    assert wired.robot.state().mode == "off"
    wired.robot.activate("a")
    assert wired.robot.status("a").state == "running"
    assert wired.finish("a") == CommandStatus("done")
    assert wired.controller.mode == RUNNING
    assert wired.robot.state().mode == "idle"


# --- the script as text ---


def test_a_program_is_read_by_an_interpreter_that_was_not_made_for_it(model: RobotModel) -> None:
    way = straight(model, HOME, HOME + WAY)
    rows = rows_of(Curve.of(way.segments), Law.of(way.phases), 0.008, model.acceleration)
    text = program(Mark.of("c"), rows)
    assert parse(text).name == "cellwright"
    assert text.isascii()
    assert text == program(Mark.of("c"), rows)


BAD = (
    "def a():\n  x = \nend\n",
    "def a():\n  x = 1 +* 2\nend\n",
    "x = 1\n",
    "def a():\n  while True\n  end\nend\n",
    "def a():\n  x = 1\n",
)


@pytest.mark.parametrize("text", BAD)
def test_the_double_takes_no_text_that_is_no_program(text: str) -> None:
    with pytest.raises(ScriptError):
        parse(text)
