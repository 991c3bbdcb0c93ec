"""Grippers, lathe, gauge, signals and scanner: the world is an honest judge of what was truly done."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cell.device import FaultRaised, GripChanged, OutcomeTold, SignalChanged
from cell.driver_errors import Refusal, Refused
from cell.geometry import Body, Box, Pose
from cell.world_record import Fallen, HeldBy, RestsIn
from cell_drivers.simulated import simulated_cell
from tests.cell_drivers import gantry
from tests.cell_drivers.gantry import SECOND, Desk, gantry_cell, gantry_model, over

ASIDE = np.array([0.0021, 0.0, 0.0, 0.0])


def where(desk: Desk, part: str) -> object:
    return next(p.where for p in desk.cell.record().parts if p.id == part)


def at_lathe(desk: Desk) -> None:
    """shaft#1 clamped in the shut lathe, the robot outside."""
    assert desk.pick("infeed[1]") == "held"
    desk.load_lathe()


# --- hands ---


def test_a_hand_at_the_grasp_point_holds_the_part() -> None:
    desk = Desk()
    desk.move(over("infeed[3]"))
    assert desk.close_on() == "held"
    assert where(desk, "shaft#3") == HeldBy("grip.a")
    assert desk.cell.signals.read("grip.holding").value == "yes"
    desk.lift()
    desk.put("outfeed[2]")
    assert where(desk, "shaft#3") == RestsIn("outfeed[2]")
    assert desk.grip.state("a").grip == "open"
    assert desk.cell.record().violations == ()


@pytest.mark.parametrize("off", [ASIDE, -ASIDE[[1, 0, 2, 3]], ASIDE[[1, 2, 0, 3]]])
def test_a_hand_beside_the_part_stays_empty(off: np.ndarray) -> None:
    desk = Desk()
    desk.move(over("infeed[3]") + off)
    assert desk.close_on() == "empty"
    assert desk.grip.state("a").touched is False
    assert where(desk, "shaft#3") == RestsIn("infeed[3]")


def test_a_hand_just_near_enough_holds() -> None:
    desk = Desk()
    desk.move(over("infeed[3]") + ASIDE * 0.9)
    assert desk.close_on() == "held"


def test_a_round_part_may_be_gripped_at_any_turn() -> None:
    desk = Desk()
    desk.move(over("infeed[3]") + np.array([0.0, 0.0, 0.0, 1.234]))
    assert desk.close_on() == "held"


def test_two_hands_hold_two_parts() -> None:
    desk = Desk()
    assert desk.pick("infeed[1]", "a") == "held"
    assert desk.pick("infeed[2]", "b") == "held"
    assert where(desk, "shaft#1") == HeldBy("grip.a")
    assert where(desk, "shaft#2") == HeldBy("grip.b")
    desk.put("outfeed[4]", "b")
    assert where(desk, "shaft#2") == RestsIn("outfeed[4]")
    assert desk.cell.signals.read("grip.holding").value == "yes"


def test_too_little_force_lets_the_part_slip() -> None:
    desk = Desk()
    desk.move(over("infeed[1]"))
    assert desk.close_on(force=50.0) == "empty"
    assert desk.grip.state("a").touched is True
    assert where(desk, "shaft#1") == RestsIn("infeed[1]")


@pytest.mark.parametrize("force", [10.0, 130.0, math.nan])
def test_a_force_outside_the_tools_range_is_refused(force: float) -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.grip.grip("f", "a", None, force)
    assert refused.value.code is Refusal.OUT_OF_RANGE
    assert desk.grip.state("a").grip == "open"


def test_gripping_twice_under_one_id_grips_once() -> None:
    desk = Desk()
    desk.move(over("infeed[1]"))
    desk.grip.grip("g", "a", None, 60.0)
    desk.grip.grip("g", "a", None, 60.0)
    desk.until(desk.grip, "g")
    desk.grip.grip("g", "a", None, 60.0)
    assert desk.cell.record().executions["g"] == 1
    assert len(desk.cell.record().of("gripped")) == 1


def test_asking_for_the_state_there_is_does_nothing() -> None:
    desk = Desk()
    desk.grip.release("r", "a")
    assert desk.grip.status("r").state == "done"
    assert "r" not in desk.cell.record().executions
    desk.lathe.set_door("d", False)
    assert desk.lathe.status("d").state == "done"
    assert desk.cell.record().of("door") == ()


def test_a_grip_is_told_as_it_happens() -> None:
    desk = Desk()
    desk.move(over("infeed[1]"))
    desk.cell.poll()
    desk.close_on()
    events = desk.cell.poll()
    assert [e.state.grip for e in events if isinstance(e, GripChanged)] == [None, "held"]
    assert [e.sample.value for e in events if isinstance(e, SignalChanged)] == ["yes"]
    assert [e.time for e in events] == sorted(e.time for e in events)


def test_letting_go_in_the_air_drops_the_part() -> None:
    desk = Desk()
    desk.pick("infeed[1]")
    desk.let_go()
    fallen = where(desk, "shaft#1")
    assert isinstance(fallen, Fallen)
    assert np.allclose(fallen.xyz, (0.0, 0.5, 0.4), atol=1e-4)
    assert "dropped" in desk.cell.record().violations[0].text
    assert desk.grip.state("a").grip == "open"


def test_what_has_fallen_is_not_gripped_again() -> None:
    desk = Desk()
    desk.pick("infeed[1]")
    desk.let_go()
    assert desk.close_on() == "empty"


def test_a_place_that_is_taken_takes_no_second_part() -> None:
    desk = Desk()
    desk.pick("infeed[1]")
    desk.put("infeed[2]")
    assert isinstance(where(desk, "shaft#1"), Fallen)
    assert where(desk, "shaft#2") == RestsIn("infeed[2]")
    texts = [v.text for v in desk.cell.record().violations]
    assert any("driven into the part in infeed[2]" in text for text in texts)
    assert any("dropped" in text for text in texts)


def test_a_part_beside_its_place_falls() -> None:
    desk = Desk()
    desk.pick("infeed[1]")
    desk.move(over("outfeed[1]") + ASIDE)
    desk.let_go()
    assert isinstance(where(desk, "shaft#1"), Fallen)


def test_a_heap_takes_any_number_and_gives_none_back() -> None:
    desk = Desk()
    for place in ("infeed[1]", "infeed[2]", "infeed[3]"):
        desk.pick(place)
        desk.put("scrap")
    record = desk.cell.record()
    assert len(record.parts_in("scrap")) == 3
    assert record.violations == ()
    desk.move(over("scrap"))
    assert desk.close_on() == "empty"


def test_opening_or_closing_while_moving_is_a_violation() -> None:
    desk = Desk()
    desk.pick("infeed[1]")
    desk.begin_move(over("outfeed[1]") + np.array([0.0, 0.0, 0.3, 0.0]))
    desk.wait(0.4)
    desk.let_go()
    assert any("opens while the robot moves" in v.text for v in desk.cell.record().violations)


def test_coming_back_with_closed_jaws_is_a_violation() -> None:
    desk = Desk()
    desk.close_on()
    assert desk.grip.state("a").grip == "empty"
    desk.move(over("infeed[1]"))
    desk.close_on()
    assert any("closed jaws" in v.text for v in desk.cell.record().violations)


def test_too_heavy_a_load_is_a_violation() -> None:
    """1 kg of tool and 1.2 kg a shaft, 2 kg allowed."""
    desk = Desk()
    cell = gantry_cell()
    weak = replace(cell, robots={"g1": replace(cell.robots["g1"], payload=2.0)})
    desk.cell = simulated_cell(weak, {"g1": gantry_model()})
    desk.cell.open()
    desk.robot, desk.grip = desk.cell.motion["g1"], desk.cell.grippers["grip"]
    desk.robot.activate("on")
    desk.wait(0.2)
    desk.pick("infeed[1]")
    assert "carries 2.2 kg" in desk.cell.record().violations[0].text


# --- the lathe ---


def test_a_program_runs_on_a_clamped_part_behind_a_shut_door() -> None:
    desk = Desk()
    at_lathe(desk)
    began = desk.now
    desk.lathe.program("p", "OP10")
    assert desk.cell.signals.read("lathe.running").value == "running"
    desk.wait(5.0)
    running = desk.lathe.status("p")
    assert running.state == "running"
    assert running.at is not None
    assert 5 / 30 <= running.at <= 5 / 20
    desk.until(desk.lathe, "p")
    assert 20.0 <= desk.now - began <= 30.0
    assert desk.cell.signals.read("lathe.running").value == "stopped"
    part = desk.cell.record().parts[0]
    assert part.programs == (("lathe", "OP10"),)
    assert desk.cell.record().violations == ()


def test_no_program_without_part_clamp_or_door() -> None:
    desk = Desk()

    def refusal() -> Refusal:
        with pytest.raises(Refused) as refused:
            desk.lathe.program(desk.id(), "OP10")
        return refused.value.code

    assert refusal() is Refusal.NO_PART
    desk.pick("infeed[1]")
    desk.door(True)
    desk.move(over("lathe") + np.array([0.0, 0.0, 0.8, 0.0]))
    desk.move(over("lathe"))
    desk.let_go()
    desk.move(over("lathe") + np.array([0.0, 0.0, 0.8, 0.0]))
    assert refusal() is Refusal.NOT_CLAMPED
    desk.clamp(True)
    assert refusal() is Refusal.DOOR_OPEN
    desk.door(False)
    desk.lathe.program("p", "OP10")
    assert refusal() is Refusal.RUNNING
    with pytest.raises(Refused) as refused:
        desk.lathe.program("other", "OP99")
    assert refused.value.code is Refusal.UNKNOWN_NAME
    desk.until(desk.lathe, "p")
    assert len(desk.cell.record().of("program started")) == 1


def test_a_clamp_that_closed_on_nothing_holds_nothing() -> None:
    desk = Desk()
    desk.clamp(True)
    assert desk.cell.record().of("clamp")[0].part == ""


def test_a_part_put_into_a_clamp_that_is_closed_is_not_clamped() -> None:
    desk = Desk()
    desk.pick("infeed[1]")
    desk.door(True)
    desk.clamp(True)
    desk.move(over("lathe") + np.array([0.0, 0.0, 0.8, 0.0]))
    desk.move(over("lathe"))
    desk.let_go()
    desk.move(over("lathe") + np.array([0.0, 0.0, 0.8, 0.0]))
    desk.door(False)
    with pytest.raises(Refused) as refused:
        desk.lathe.program("p", "OP10")
    assert refused.value.code is Refusal.NOT_CLAMPED


def test_door_and_clamp_stay_while_a_program_runs() -> None:
    desk = Desk()
    at_lathe(desk)
    desk.lathe.program("p", "OP10")
    with pytest.raises(Refused) as refused:
        desk.lathe.set_door("d", True)
    assert refused.value.code is Refusal.RUNNING
    with pytest.raises(Refused) as refused:
        desk.lathe.set_clamp("c", False)
    assert refused.value.code is Refusal.RUNNING


def test_a_door_that_closes_on_the_robot_is_a_violation() -> None:
    desk = Desk()
    desk.door(True)
    desk.move(over("lathe") + np.array([0.0, 0.0, 0.2, 0.0]))
    desk.door(False)
    assert "the door closes on g1" in desk.cell.record().violations[0].text


def test_going_in_through_a_shut_door_is_a_violation() -> None:
    desk = Desk()
    desk.move(over("lathe"))
    assert "while the door of lathe is closed" in desk.cell.record().violations[0].text


def test_an_empty_hands_tcp_in_there_is_none() -> None:
    """Hand b's is 0.3 m aside of the flange: a point in the air."""
    desk = Desk()
    desk.move(over("lathe") + np.array([-0.4, 0.0, 0.0, 0.0]))
    assert desk.cell.record().violations == ()


def test_the_end_of_a_finger_in_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cell, finger = gantry_cell(), Body("finger", Box((0.2, 0.02, 0.02)), Pose.from_xyz_rpy((0.1, 0.0, 0.0)))
    fingered = replace(cell, tools={**cell.tools, "grip": replace(cell.tools["grip"], bodies=(finger,))})
    monkeypatch.setattr(gantry, "gantry_cell", lambda: fingered)
    desk = Desk()
    desk.move(over("lathe") + np.array([-0.35, 0.0, 0.0, 0.0]))
    assert "g1 is inside inside_lathe" in desk.cell.record().violations[0].text


def test_pulling_a_part_out_of_a_closed_clamp_is_a_violation() -> None:
    desk = Desk()
    at_lathe(desk)
    desk.door(True)
    desk.move(over("lathe"))
    assert desk.close_on() == "held"
    desk.lift()
    assert any("out of the closed clamp" in v.text for v in desk.cell.record().violations)


def test_unclamping_first_is_none() -> None:
    desk = Desk()
    at_lathe(desk)
    desk.door(True)
    desk.move(over("lathe"))
    desk.close_on()
    desk.clamp(False)
    desk.move(over("lathe") + np.array([0.0, 0.0, 0.8, 0.0]))
    assert desk.cell.record().violations == ()
    assert where(desk, "shaft#1") == HeldBy("grip.a")


def test_stopping_a_machine_aborts_its_program() -> None:
    desk = Desk()
    at_lathe(desk)
    desk.lathe.program("p", "OP10")
    desk.wait(5.0)
    desk.lathe.stop()
    desk.lathe.stop()
    assert desk.lathe.status("p").state == "aborted"
    desk.wait(60.0)
    assert desk.cell.record().parts[0].programs == ()


def test_a_program_is_started_once_per_id() -> None:
    desk = Desk()
    at_lathe(desk)
    for _ in range(3):
        desk.lathe.program("p", "OP10")
    desk.until(desk.lathe, "p")
    desk.lathe.program("p", "OP10")
    assert desk.cell.record().executions["p"] == 1
    assert desk.cell.record().parts[0].programs == (("lathe", "OP10"),)


# --- the gauge ---


def test_the_gauge_tells_a_verdict_of_the_part_that_is_there() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.gauge.inspect("early", "verdict")
    assert refused.value.code is Refusal.NO_PART
    desk.pick("infeed[1]")
    desk.put("gauge")
    assert desk.cell.signals.read("gauge.occupied").value == "occupied"
    assert desk.cell.signals.read("gauge.verdict").value is None
    desk.cell.poll()
    began = desk.cell.now()
    desk.gauge.inspect("i", "verdict")
    desk.until(desk.gauge, "i")
    assert desk.cell.now() - began == 4 * SECOND
    events = desk.cell.poll()
    told = next(i for i, e in enumerate(events) if isinstance(e, OutcomeTold))
    done = next(i for i, e in enumerate(events) if getattr(getattr(e, "status", None), "state", "") == "done")
    assert told < done
    assert desk.cell.signals.read("gauge.verdict").value == "accept"
    desk.gauge.inspect("j", "verdict")
    assert desk.cell.signals.read("gauge.verdict").value is None, "what was told is over when it is asked again"
    desk.until(desk.gauge, "j")
    with pytest.raises(Refused) as refused:
        desk.gauge.inspect("odd", "colour")
    assert refused.value.code is Refusal.NOT_OFFERED


def test_what_a_device_does_not_have_is_refused() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.gauge.set_door("d", True)
    assert refused.value.code is Refusal.NOT_OFFERED
    with pytest.raises(Refused) as refused:
        desk.cell.signals.read("lathe.dor")
    assert refused.value.code is Refusal.UNKNOWN_NAME
    assert "lathe.door" in str(refused.value)
    with pytest.raises(Refused) as refused:
        desk.grip.grip("g", "c", None, 60.0)
    assert refused.value.code is Refusal.UNKNOWN_NAME


# --- signals and people ---


def test_every_signal_of_the_cell_file_can_be_read() -> None:
    desk = Desk()
    values = {name: desk.cell.signals.read(name).value for name in desk.cell.signals.signals}
    assert values == {
        "grip.holding": "no",
        "lathe.door": "closed",
        "lathe.chuck": "open",
        "lathe.running": "stopped",
        "lathe.alarm": False,
        "gauge.verdict": None,
        "gauge.occupied": "free",
        "scanner.aisle": "free",
        "button.ready": "ready",
    }


def test_a_door_on_its_way_is_neither_open_nor_shut() -> None:
    desk = Desk()
    desk.lathe.set_door("d", True)
    desk.wait(0.5)
    assert desk.cell.signals.read("lathe.door").value is None
    assert desk.lathe.state().door is None
    desk.until(desk.lathe, "d")
    assert desk.cell.signals.read("lathe.door").value == "open"


def test_silence_of_the_scanner_is_occupied() -> None:
    desk = Desk()
    people = desk.cell.people
    assert not people.is_occupied("aisle", desk.cell.now())
    assert people.is_occupied("aisle", desk.cell.now() + SECOND)
    people.close()
    assert people.is_occupied("aisle", desk.cell.now())


def test_no_fault_without_a_cause() -> None:
    desk = Desk()
    at_lathe(desk)
    assert not [e for e in desk.cell.poll() if isinstance(e, FaultRaised)]
