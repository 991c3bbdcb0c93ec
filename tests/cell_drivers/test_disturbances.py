"""Each disturbance changes what happens, in the way that it says, and nothing else does."""

import numpy as np
import pytest

from cell.device import FaultCleared, FaultRaised, SignalChanged, SpeedScaled
from cell.driver_errors import Refusal, Refused, SafetyStop
from cell.scenario import (
    Disturbance,
    Drift,
    EmergencyStop,
    FrozenState,
    GripLost,
    Late,
    MachineAlarm,
    MissingPart,
    PersonEnters,
    ProtectiveStop,
    Reject,
    RejectShare,
    Scenario,
    Stall,
    Stretched,
    Stuck,
)
from cell.world_record import Fallen, HeldBy, RestsIn
from cell_drivers.simulated.disturbances import Misfortunes
from tests.cell_drivers.gantry import SECOND, Desk, gantry_cell, over


def verdict(desk: Desk, place: str, back_to: str) -> str:
    desk.pick(place)
    desk.put("gauge")
    command = desk.id()
    desk.gauge.inspect(command, "verdict")
    desk.until(desk.gauge, command)
    value = str(desk.cell.signals.read("gauge.verdict").value)
    desk.pick("gauge")
    desk.put(back_to)
    return value


def lathe_run(desk: Desk) -> str:
    """Loads a shaft, starts OP10, gives its command id."""
    desk.pick("infeed[1]")
    desk.load_lathe()
    desk.lathe.program("p", "OP10")
    return "p"


# --- verdicts ---


def test_the_nth_inspected_part_is_rejected() -> None:
    desk = Desk(Reject(2))
    told = [
        verdict(desk, "infeed[1]", "outfeed[1]"),
        verdict(desk, "infeed[2]", "outfeed[2]"),
        verdict(desk, "infeed[3]", "outfeed[3]"),
    ]
    assert told == ["accept", "reject", "accept"]
    assert desk.cell.record().parts[1].outcomes == (("verdict", "reject"),)


def test_a_part_keeps_its_verdict_when_it_is_inspected_again() -> None:
    desk = Desk(Reject(1))
    assert verdict(desk, "infeed[1]", "infeed[1]") == "reject"
    assert verdict(desk, "infeed[2]", "infeed[2]") == "accept"
    assert verdict(desk, "infeed[1]", "infeed[1]") == "reject"


def test_a_part_may_be_repaired_between_two_inspections() -> None:
    desk = Desk(Reject(1, times=1))
    assert verdict(desk, "infeed[1]", "infeed[1]") == "reject"
    assert verdict(desk, "infeed[1]", "infeed[1]") == "accept"


def test_a_share_of_rejects_is_that_share_and_belongs_to_the_part() -> None:
    luck = Misfortunes(Scenario(7, (RejectShare(0.1),)))
    rejected = [i for i in range(5000) if luck.is_reject(f"shaft#{i}", 1)]
    assert 420 <= len(rejected) <= 580
    assert rejected == [i for i in range(5000) if luck.is_reject(f"shaft#{i}", 99)]
    assert rejected != [i for i in range(5000) if Misfortunes(Scenario(8, (RejectShare(0.1),))).is_reject(f"shaft#{i}", 1)]
    assert not any(Misfortunes(Scenario(7)).is_reject(f"shaft#{i}", i) for i in range(100))
    assert all(Misfortunes(Scenario(7, (RejectShare(1.0),))).is_reject(f"shaft#{i}", i) for i in range(100))


# --- parts ---


def test_a_missing_part_was_never_there() -> None:
    desk = Desk(MissingPart("infeed[2]"))
    assert len(desk.cell.record().parts) == 5
    desk.move(over("infeed[2]"))
    assert desk.close_on() == "empty"
    assert desk.grip.state("a").touched is False


def test_a_grip_lost_at_the_grip_leaves_the_part_where_it_is() -> None:
    desk = Desk(GripLost("grip", 2, "at grip"))
    assert desk.pick("infeed[1]") == "held"
    desk.put("outfeed[1]")
    desk.move(over("infeed[2]"))
    assert desk.close_on() == "empty"
    assert desk.grip.state("a").touched is True
    assert desk.cell.record().parts[1].where == RestsIn("infeed[2]")
    assert desk.close_on() == "held", "the next try is the third time"


def test_a_grip_lost_on_the_way_loses_the_part_in_the_next_motion() -> None:
    desk = Desk(GripLost("grip", 1, "on the way"))
    desk.move(over("infeed[1]"))
    assert desk.close_on() == "held"
    desk.wait(10.0)
    assert desk.cell.record().parts[0].where == HeldBy("grip.a"), "it holds until it is moved"
    desk.cell.poll()
    desk.move(over("outfeed[1]"))
    fallen = desk.cell.record().parts[0].where
    assert isinstance(fallen, Fallen)
    assert -0.4 < fallen.xyz[1] < 0.4
    assert desk.grip.state("a").grip == "empty"
    assert [e.sample.value for e in desk.cell.poll() if isinstance(e, SignalChanged)] == ["no"]
    assert desk.cell.record().violations == ()


# --- machines ---


def test_an_alarm_breaks_the_program_off_until_it_is_acknowledged() -> None:
    desk = Desk(MachineAlarm("lathe", 1, 0.5, None))
    command = lathe_run(desk)
    began = desk.now
    status = desk.until(desk.lathe, command)
    assert (status.state, status.why) == ("aborted", "alarm")
    assert status.at == pytest.approx(0.5)
    assert 10.0 <= desk.now - began <= 15.0
    assert desk.cell.signals.read("lathe.alarm").value is True
    (fault,) = [e for e in desk.cell.poll() if isinstance(e, FaultRaised)]
    desk.wait(1000.0)
    with pytest.raises(Refused) as refused:
        desk.lathe.program("again", "OP10")
    assert refused.value.code is Refusal.ALARM
    desk.lathe.acknowledge(fault.fault, "Ann")
    desk.lathe.acknowledge(fault.fault, "Ann")
    assert len([e for e in desk.cell.poll() if isinstance(e, FaultCleared)]) == 1
    assert desk.cell.signals.read("lathe.alarm").value is False
    desk.lathe.program("again", "OP10")
    assert desk.until(desk.lathe, "again").state == "done"
    assert desk.cell.record().parts[0].programs == (("lathe", "OP10"),)


def test_an_alarm_may_clear_by_itself() -> None:
    desk = Desk(MachineAlarm("lathe", 1, 0.0, 30.0))
    desk.until(desk.lathe, lathe_run(desk))
    desk.wait(29.9)
    assert desk.lathe.state().alarm is not None
    desk.wait(0.2)
    assert desk.lathe.state().alarm is None


def test_an_alarm_strikes_only_its_program() -> None:
    desk = Desk(MachineAlarm("lathe", 2, 0.5, None))
    assert desk.until(desk.lathe, lathe_run(desk)).state == "done"
    desk.lathe.program("second", "OP10")
    assert desk.until(desk.lathe, "second").state == "aborted"


def test_a_late_machine_takes_longer() -> None:
    def took(*disturbances: Disturbance) -> float:
        desk = Desk(*disturbances)
        command = lathe_run(desk)
        began = desk.now
        desk.until(desk.lathe, command)
        return desk.now - began

    assert took(Late("lathe", 2.5)) == pytest.approx(2.5 * took(), rel=1e-6)
    assert took(Late("gauge", 2.5)) == took()


# --- robots ---


def test_a_stall_stands_still_and_then_goes_on() -> None:
    def took(*disturbances: Disturbance) -> tuple[float, Desk]:
        desk = Desk(*disturbances)
        began = desk.now
        desk.move(over("outfeed[6]"))
        return desk.now - began, desk

    plain, _ = took()
    stalled, desk = took(Stall("g1", 0.8, 3.0))
    assert plain + 2.5 < stalled < plain + 3.5
    assert [e.scaling for e in desk.cell.poll() if isinstance(e, SpeedScaled)] == [0.0, 1.0]
    assert np.allclose(desk.robot.state().q, over("outfeed[6]"), atol=1e-5)


def test_a_motion_that_begins_in_a_stall_waits_for_its_end() -> None:
    desk = Desk(Stall("g1", 0.1, 2.0))
    command = desk.begin_move(over("outfeed[1]"))
    desk.wait(1.0)
    assert desk.robot.status(command).state == "running"
    assert np.allclose(desk.robot.state().q, [0.0, 0.0, 1.0, 0.0])
    assert desk.until(desk.robot, command).state == "done"
    assert desk.now > 2.1


def test_a_stalled_robot_still_stops() -> None:
    desk = Desk(Stall("g1", 0.5, 1000.0))
    command = desk.begin_move(over("outfeed[6]"))
    desk.wait(1.5)
    asked = desk.now
    desk.robot.stop("hold")
    assert desk.until(desk.robot, command).state == "aborted"
    assert desk.now - asked <= desk.robot.capabilities().standstill["hold"]


def test_a_robot_that_its_own_controller_has_stopped_obeys_nobody_until_that_is_acknowledged() -> None:
    desk = Desk(ProtectiveStop("g1", 0.8))
    command = desk.begin_move(over("outfeed[6]"))
    assert desk.until(desk.robot, command).state == "aborted"
    news = desk.cell.poll()
    assert [e.fault for e in news if isinstance(e, FaultRaised)] == ["protective_stop"]
    assert (desk.robot.state().protective, desk.robot.state().faults) == ("protective stop", ("protective_stop",))
    with pytest.raises(SafetyStop):
        desk.begin_move(over("outfeed[1]"))
    desk.robot.acknowledge("another", "ann")
    with pytest.raises(SafetyStop):
        desk.begin_move(over("outfeed[1]"))
    desk.robot.acknowledge("protective_stop", "ann")
    assert desk.robot.state().protective == "normal"
    assert desk.until(desk.robot, desk.begin_move(over("outfeed[1]"))).state == "done"


def test_a_robot_whose_circuit_is_open_has_no_power_and_nothing_gives_it_any_until_it_is_closed() -> None:
    desk = Desk(EmergencyStop("g1", 0.8, 5.0), ProtectiveStop("g1", 0.7), ProtectiveStop("g1", 2.0))
    command = desk.begin_move(over("outfeed[6]"))
    assert desk.until(desk.robot, command).state == "aborted"
    desk.wait(1.5)
    assert (desk.robot.state().mode, desk.robot.state().protective) == ("off", "emergency stop")
    assert desk.robot.state().faults == ("emergency_stop",)
    desk.robot.acknowledge("emergency_stop", "ann")
    with pytest.raises(Refused, match="the circuit of its emergency stop is open"):
        desk.robot.activate("again")
    with pytest.raises(SafetyStop):
        desk.begin_move(over("outfeed[1]"))
    desk.wait(5.0)
    assert (desk.robot.state().mode, desk.robot.state().protective) == ("off", "normal"), "it has no power by itself"
    news = [(type(e), e.fault) for e in desk.cell.poll() if isinstance(e, FaultRaised | FaultCleared)]
    assert news == [
        (FaultRaised, "protective_stop"),
        (FaultCleared, "protective_stop"),
        (FaultRaised, "emergency_stop"),
        (FaultCleared, "emergency_stop"),
    ]
    desk.robot.activate("at last")
    assert desk.until(desk.robot, "at last").state == "done"
    assert desk.until(desk.robot, desk.begin_move(over("outfeed[1]"))).state == "done"


def test_a_circuit_that_two_have_opened_is_closed_by_the_last_one() -> None:
    desk = Desk(EmergencyStop("g1", 0.2, 2.0), EmergencyStop("g1", 1.0, 4.0))
    desk.wait(3.0)
    assert desk.robot.state().protective == "emergency stop"
    desk.wait(2.0)
    assert desk.robot.state().protective == "normal"


def test_a_stuck_robot_says_that_it_runs_and_a_drifting_one_is_where_it_should_be() -> None:
    desk = Desk(Stuck("g1", 0.8, 2.0))
    command = desk.begin_move(over("outfeed[6]"))
    desk.wait(1.5)
    first, state = desk.robot.state(), desk.robot.state()
    desk.wait(0.5)
    assert (state.mode, state.speed_scaling, desk.robot.state().s) == ("running", 1.0, first.s)
    assert desk.until(desk.robot, command).state == "done"
    desk = Desk(Drift("g1", 0.5, 60.0, 0.01))
    desk.move(over("outfeed[6]"))
    away = desk.robot.state().q - over("outfeed[6]")
    assert np.allclose(away, 0.01 * (desk.now - 0.5), atol=1e-4)
    assert np.allclose(desk.cell.record().motions[-1].q[-1], over("outfeed[6]"), atol=1e-4)


# --- people and silence ---


def test_a_person_is_in_the_zone_from_start_to_end() -> None:
    desk = Desk(PersonEnters("aisle", 10.0, 20.0))
    seen = []
    for t in (9.9, 10.0, 19.9, 20.0):
        desk.cell.advance_to(round(t * SECOND))
        seen.append((desk.cell.signals.read("scanner.aisle").value, desk.cell.people.is_occupied("aisle", desk.cell.now())))
    assert seen == [("free", False), ("occupied", True), ("occupied", True), ("free", False)]
    assert [(o.start, o.end) for o in desk.cell.record().occupations] == [(10 * SECOND, 20 * SECOND)]


def test_two_visits_that_overlap_leave_the_zone_when_both_are_over() -> None:
    desk = Desk(PersonEnters("aisle", 1.0, 5.0), PersonEnters("aisle", 2.0, 3.0))
    desk.wait(3.5)
    assert desk.cell.people.is_occupied("aisle", desk.cell.now())
    desk.wait(5.0)
    assert not desk.cell.people.is_occupied("aisle", desk.cell.now())


def test_a_frozen_robot_goes_on_but_says_what_it_said() -> None:
    desk = Desk(FrozenState("g1", 0.5, 5.0))
    command = desk.begin_move(over("infeed[1]"))
    desk.cell.poll()
    desk.wait(3.0)
    state = desk.robot.state()
    assert state.device_time <= 0.5 * SECOND
    assert desk.cell.now() - state.device_time > desk.robot.capabilities().max_age * SECOND
    assert desk.robot.status(command).state == "running"
    assert desk.cell.poll() == ()
    assert desk.robot.readback() == ()
    assert desk.cell.record().motions[0].outcome == "done", "it truly arrived long ago"
    desk.wait(3.0)
    assert desk.robot.status(command).state == "done"
    assert np.allclose(desk.robot.state().q, over("infeed[1]"), atol=1e-5)
    assert len(desk.cell.poll()) == 1


@pytest.mark.parametrize("device", ["grip", "lathe", "signals", "people"])
def test_any_device_can_freeze(device: str) -> None:
    desk = Desk(FrozenState(device, 0.5, 5.0), PersonEnters("aisle", 1.0, 3.0))
    desk.wait(1.0)
    desk.lathe.set_door("d", True)
    desk.grip.grip("g", "a", None, 60.0)
    desk.wait(1.7)
    told = (
        desk.grip.state("a").grip,
        desk.lathe.state().door,
        desk.cell.signals.read("lathe.door").value,
        desk.cell.signals.read("lathe.door").is_stale(desk.cell.now()),
    )
    expected = {
        "grip": ("open", "open", "open", False),
        "lathe": ("empty", "closed", "open", False),
        "signals": ("empty", "open", "closed", True),
        "people": ("empty", "open", "open", False),
    }
    assert told == expected[device]
    desk.wait(1.0)
    assert desk.cell.people.is_occupied("aisle", desk.cell.now()) is (device == "people"), "silence is occupied"
    desk.wait(2.0)
    assert desk.grip.state("a").grip == "empty"
    assert desk.lathe.state().door == "open"
    assert not desk.cell.people.is_occupied("aisle", desk.cell.now())


def test_a_scenario_for_another_device_changes_nothing() -> None:
    def trace(*disturbances: Disturbance) -> list[str]:
        desk = Desk(*disturbances)
        desk.until(desk.lathe, lathe_run(desk))
        return [f"{e.time} {e.what}" for e in desk.cell.record().effects]

    assert trace() == trace(GripLost("grip", 9, "at grip"), MachineAlarm("gauge", 1, 0.5, None), MissingPart("infeed[6]"))
    assert set(gantry_cell().places) > {"infeed[6]"}


# --- durations ---


def test_each_command_takes_a_factor_of_its_own_as_long() -> None:
    luck = Misfortunes(Scenario(3, (Stretched(0.2, 5.0),)))
    factors = [luck.stretch("r1", f"c{k}") for k in range(400)]
    assert factors == [luck.stretch("r1", f"c{k}") for k in range(400)]
    assert 0.2 <= min(factors) < 0.25
    assert 4.0 < max(factors) <= 5.0
    assert sum(f < 1.0 for f in factors) == pytest.approx(200, abs=40)
    assert Misfortunes(Scenario()).stretch("r1", "c0") == 1.0


@pytest.mark.parametrize(("factor", "seen"), [(0.2, 1.0), (5.0, 5.0)])
def test_a_stretched_desk_takes_so_many_times_as_long_and_all_ends_alike(factor: float, seen: float) -> None:
    """What it does takes the time of its motions, and a motion is never quicker than it was planned."""
    usual, stretched = Desk(), Desk(Stretched(factor, factor))
    for desk in (usual, stretched):
        desk.pick("infeed[1]")
        desk.put("outfeed[1]")
    assert stretched.cell.record().parts[0] == usual.cell.record().parts[0]
    assert stretched.now - 0.2 == pytest.approx(seen * (usual.now - 0.2), rel=0.1)
