"""The link goes, and the robot stands still in the declared time; what became of its command is told when the link is back."""

import numpy as np
import pytest

from cell.device import FaultRaised, LinkChanged
from cell.driver_errors import LinkLost
from cell.robot import RobotModel
from tests.doubles.ur.wired import HOME, Wired, cb3

WAY = np.array([0.6, -0.2, 0.3, 0.1, -0.4, 0.5])


def test_one_sample_is_no_link_yet(model: RobotModel) -> None:
    """Whether time runs on, the second one tells; what else is asked has been answered by then."""
    wired = Wired(*cb3(model))
    wired.down["rtde"].delay = 20
    wired.until(lambda: wired.robot.connection.rtde.sample is not None)
    assert wired.robot.connection.stage == "greeting"
    with pytest.raises(LinkLost):
        wired.robot.state()
    wired.step()
    assert wired.robot.connection.is_up


def lost_at(model: RobotModel, share: float, is_silent: bool) -> None:
    """Cut, or silent, after `share` of the motion."""
    wired = Wired(*cb3(model))
    wired.bring_up()
    command = wired.begin(WAY, "run/1")
    wired.until(lambda: wired.controller.out_double[36] >= 0.6 * share and wired.controller.out_int[38] == 1)
    declared = wired.robot.capabilities().standstill_on_link_loss
    assert declared is not None
    wired.accepts = False
    if is_silent:
        for wire in (*wired.up.values(), *wired.down.values()):
            wire.is_dead = True
    else:
        wired.cut()
        assert wired.robot.status(command).state == "unknown"
    wired.wait(declared)
    assert wired.controller.is_standing, f"after {share} of the way it still moves {declared} s later"
    stands = wired.controller.q.copy()
    assert wired.robot.status(command).state == "unknown"
    assert [e.is_up for e in wired.events if isinstance(e, LinkChanged)] == [False]
    wired.accepts = True
    for wire in (*wired.up.values(), *wired.down.values()):
        wire.is_dead = False
    told = wired.finish(command)
    assert told.state == ("done" if told.at == pytest.approx(0.6, abs=1e-9) else "aborted")
    assert told.at == pytest.approx(float(np.max(np.abs(stands - HOME))), abs=1e-3)
    wired.wait(1.0)
    assert np.allclose(wired.controller.q, stands, atol=1e-6), "nothing goes on when the link is back"
    assert len(wired.controller.programs) == 1
    assert wired.worst_step() <= 1.0


@pytest.mark.parametrize("share", np.linspace(0.0, 0.95, 20))
def test_a_cut_at_any_point_stands_in_the_declared_time_and_is_reconciled(model: RobotModel, share: float) -> None:
    lost_at(model, float(share), is_silent=False)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_link_that_is_silent_and_not_closed_is_one_that_is_lost(model: RobotModel, share: float) -> None:
    lost_at(model, share, is_silent=True)


def test_a_driver_that_nobody_polls_lets_the_robot_stop(wired: Wired) -> None:
    command = wired.begin(WAY, slowly=6.0)
    wired.wait(0.5)
    wired.polls = False
    wired.wait(2.0 + 0.5 + 1.0)
    assert wired.controller.is_standing
    assert wired.robot.status(command).why == "the link was lost"


def test_a_program_that_arrives_after_the_link_was_lost_never_begins(wired: Wired) -> None:
    wired.up["script"].delay = 30
    command = wired.begin(WAY)
    wired.wait(0.05)
    wired.cut(arrives=0.2)
    assert len(wired.controller.programs) == 1
    assert wired.finish(command).state == "aborted"
    wired.wait(1.0)
    assert np.allclose(wired.controller.q, HOME, atol=1e-9)


def test_a_program_that_never_arrives_is_aborted_where_it_never_began(wired: Wired) -> None:
    wired.up["script"].is_dead = True
    command = wired.begin(WAY)
    status = wired.finish(command)
    assert (status.state, status.at, status.why) == ("aborted", 0.0, "the controller did not begin it")
    wired.up["script"].is_dead = False
    assert wired.finish(wired.begin(WAY)).state == "done", "and the next one runs"


def test_a_program_that_comes_twice_moves_once(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.finish(command)
    there = wired.controller.q.copy()
    wired.controller.take_script(wired.controller.programs[0])
    wired.wait(2.0)
    assert np.allclose(wired.controller.q, there, atol=1e-6)


def test_another_driver_reads_what_became_of_the_last_command(wired: Wired) -> None:
    command = wired.begin(WAY, "run 7/step 3")
    wired.wait(0.4)
    wired.robot.stop("hold")
    told = wired.finish(command)
    wired.renew().open()
    assert wired.robot.status(command).state == "unknown", "not connected yet"
    wired.until(lambda: wired.robot.connection.is_up)
    assert wired.robot.status(command).state == "aborted"
    assert wired.robot.status(command).at == told.at
    assert wired.robot.status("run 7/step 2").state == "not seen"


def test_a_controller_that_was_switched_off_leaves_the_outcome_unknown(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.wait(0.4)
    wired.accepts = False
    wired.cut()
    wired.controller.forget()
    wired.wait(0.2)
    wired.accepts = True
    wired.until(lambda: wired.robot.connection.is_up)
    wired.wait(0.5)
    assert wired.robot.status(command).state == "unknown"
    assert wired.robot.status(command).why == "the controller has forgotten it"


def test_a_stop_without_a_link_says_that_the_robot_stops_by_itself(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.wait(0.3)
    wired.accepts = False
    wired.cut()
    with pytest.raises(LinkLost, match="stops by itself"):
        wired.robot.stop("hold")
    wired.accepts = True
    assert wired.finish(command).why == "hold stop"


def test_the_cause_of_a_loss_is_told(wired: Wired) -> None:
    wired.cut("the cable is out")
    wired.wait(0.1)
    assert [e.text for e in wired.events if isinstance(e, FaultRaised)] == ["the cable is out"]


def test_a_second_client_that_writes_the_registers_is_refused_with_the_cause(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.bring_up()
    wired.clients[0].claimed = ("input_int_register_36",)
    other = wired.clients.pop()
    wired.clients.append(other)
    second = Wired(wired.model, wired.controller)
    second.clients.append(other)
    second.wait(0.3)
    assert not second.robot.connection.is_up
    assert "another client writes input_int_register_36" in second.robot.connection.why


def test_a_driver_that_is_closed_in_mid_motion_ends_it_at_once(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.wait(0.2)
    wired.robot.close()
    wired.wait(0.3)
    assert wired.controller.is_standing
    assert wired.controller.out_double[36] < 0.3, "the watchdog alone would have let it go twice as far"
    wired.robot.open()
    assert wired.finish(command).why == "the link was lost"


def test_a_program_that_comes_twice_in_mid_motion_does_not_begin_again(wired: Wired) -> None:
    command = wired.begin(WAY)
    wired.wait(0.5)
    wired.controller.steps.clear()
    wired.controller.take_script(wired.controller.programs[0])
    assert wired.finish(command).why == "the robot did not stand at the start"
    assert wired.worst_step() == 0.0


def test_a_line_too_narrow_for_its_samples_makes_them_old_and_is_lost(model: RobotModel) -> None:
    """Each comes later than the one before, so that one comes all the time: only two clocks tell."""
    wired = Wired(*cb3(model))
    wired.bring_up()
    wired.down["rtde"].share = 120
    wired.until(lambda: not wired.robot.connection.is_up or wired.now - wired.robot.state().received > 400_000_000)
    state = wired.robot.state()
    assert (wired.now - state.received) / 1e9 == pytest.approx(wired.controller.time - state.device_time / 1e9, abs=0.01)
    wired.until(lambda: not wired.robot.connection.is_up, longest=1.0)
    assert "no sample that is younger" in wired.robot.connection.why
    with pytest.raises(LinkLost, match="younger"):
        wired.begin(WAY)
    wired.down["rtde"].share = None
    wired.until(lambda: wired.robot.connection.is_up)
    assert wired.finish(wired.begin(WAY)).state == "done", "and over a better line it moves"


def test_a_first_sample_that_may_be_old_is_no_link(model: RobotModel) -> None:
    wired = Wired(*cb3(model))
    wired.down["rtde"].delay = 70
    wired.wait(6.0)
    assert not wired.robot.connection.is_up
    assert "its first sample took 0.57 s" in wired.robot.connection.why
