"""Fasteners driven into holes, from intent to proof to a run; parts and fasteners that do not go in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.commands import Drive as DriveIn
from cell.device import DeviceEvent, Measured
from cell.events import ClauseBroken, CommandSent, HoldRaised, QuantityMeasured, RunOpened, StepConfirmed, StepFailed
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.run import UNMEASURED_IS_BROKEN
from cell.scenario import DriveSpoiled, GripLost, Jam
from cell.steps import Drive, Step
from cell.world_record import JoinedTo
from cell_drivers.simulated.screwdriver_face import ScrewdriverFace
from controller.draft import draft_of
from controller.journal.replay import fold
from controller.measured import ended
from controller.rehearsal import Ask
from tests.constructs.bench import Bench
from tests.constructs.test_assembling import CELL, GRIPS
from tests.constructs.test_assembling import INTENT as KITS
from tests.controller.tending import failure_codes

PLATE = """
part plate {
  mass 0.8 kg
  shape box (120 mm, 80 mm, 20 mm)
  hole a at (-40 mm, 0 mm, 20 mm)
  hole b at (40 mm, 0 mm, 20 mm)
}
part screw {
  mass 0.004 kg
  thread M4
}
tray plates {
  at (-500 mm, -500 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  each kit [plate]
}
feed screws {
  at (500 mm, -500 mm, 50 mm)
  delivers screw
  every 1 s
}
fixture nest {
  at (400 mm, 500 mm, 0 mm)
  shape box (160 mm, 120 mm, 100 mm)
  clamp signal nest.clamp
}
tray done {
  at (-500 mm, 600 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  holds plate
}
"""
TOOL = "[plate]\n  drives screw\n  torque 0.5 Nm to 4 Nm"
INTENT = """
for each kit in plates {
  move kit.plate to nest
  for each hole in kit.plate.holes, in order {
    fasten hole with screw at nest torque 2.5 Nm {
      ensure hole.angle <= 720 deg
    }
  }
  move kit.plate to done
}
on jam or cross_threaded: retry 2, then hold "look"
on violated: hold "turned too far"
"""


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench.of(PLATE, TOOL, INTENT)


def test_every_hole_gets_its_screw_and_what_was_measured_is_journaled(bench: Bench) -> None:
    ran = bench.run()
    assert ran.record.summary.state == "Complete"
    assert not ran.truth.violations
    joined = {p.where for p in ran.truth.parts if isinstance(p.where, JoinedTo)}
    assert joined == {JoinedTo(f"plate#{k}", hole) for k in (1, 2) for hole in "ab"}
    assert len([e for e in ran.all(QuantityMeasured) if e.quantity == "torque" and e.value == 2.5]) == 4


def test_a_screw_that_jams_is_lifted_out_and_tried_again(bench: Bench) -> None:
    ran = bench.run(DriveSpoiled("grip", 2, "jam"))
    assert [(e.event, e.code) for e in ran.all(StepFailed)] == [("jam", "R734")]
    assert ran.record.summary.state == "Complete"


def test_a_screw_that_turned_too_far_is_held_with_the_clause(bench: Bench) -> None:
    ran = bench.run(DriveSpoiled("grip", 1, "over_turned"))
    assert ran.record.summary.state == "Held"
    (broken,) = ran.all(ClauseBroken)
    assert "angle" in broken.text
    assert "R733" in failure_codes(ran.record.events)


def test_a_gear_that_does_not_seat_is_taken_back_and_tried_again() -> None:
    intent = KITS.replace("<= 40 N", '<= 40 N {\n    on jam: retry 2, then hold "gear will not seat"\n  }')
    ran = Bench.of(CELL, GRIPS, intent).run(Jam("g1", 1))
    assert [e.event for e in ran.all(StepFailed)] == ["jam"]
    assert len(ran.truth.of("jammed")) == 1
    assert ran.record.summary.state == "Complete"
    assert {p.id: p.where for p in ran.truth.parts}["gear#1"] == JoinedTo("housing#1", "gear")


def _drives(step: Step) -> bool:
    return isinstance(step.action, Drive)


@pytest.mark.parametrize("changes", [{"torque": 2.0}, {"base": "plate#2"}, {"part": "screw#2"}])
def test_a_drive_that_its_line_does_not_ask_for_is_refused(bench: Bench, changes: dict[str, object]) -> None:
    plan: MotionPlan = bench.planned().expect()
    steps = list(plan.tasks.steps)
    k = next(k for k, step in enumerate(steps) if _drives(step))
    steps[k] = replace(steps[k], action=replace(steps[k].action, **changes))  # type: ignore[arg-type]
    changed = with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(steps))))
    assert bench.proved(plan).is_ok
    assert bench.proved(changed).value is None


@pytest.mark.parametrize(("torque", "words"), [("9 Nm", "9 Nm are asked"), ("0.1 Nm", "0.1 Nm are asked")])
def test_a_torque_that_no_tool_has_is_told_with_the_tool(torque: str, words: str) -> None:
    found = Bench.of(PLATE, TOOL, INTENT.replace("2.5 Nm", torque)).planned().diagnostics
    assert found[0].code == "E602"
    assert words in found[0].message


RETRIED = INTENT.replace("retry 2, then hold", "retry 2 torque 3 Nm speed 100 mm/s, then hold")


def test_a_retry_may_ask_for_another_torque_and_speed() -> None:
    """The second screw jams: it is driven with 3 Nm then, and no other one is."""
    bench = Bench.of(PLATE, TOOL, RETRIED)
    ran = bench.run(DriveSpoiled("grip", 2, "jam"))
    assert ran.record.summary.state == "Complete"
    assert sorted(e.value for e in ran.all(QuantityMeasured) if e.quantity == "torque") == [2.5, 2.5, 2.5, 3.0]
    (asked,) = ran.asked
    (amended,) = asked.state.amended
    assert [s.name for s in amended.settings] == ["torque", "speed"]
    plan = bench.planned(asked.state).expect()
    assert sorted({s.action.torque for s in plan.tasks.steps if isinstance(s.action, Drive)}) == [2.5, 3.0]
    slow = {m.need.speed_limit for m in plan.motions.values()}
    assert 0.1 in slow
    assert len(slow) == 2
    assert bench.proved(plan, asked.state).value is not None
    assert bench.proved(plan, replace(asked.state, amended=())).value is None


def test_what_a_line_has_no_setting_for_its_retry_leaves_out() -> None:
    """A ladder for all lines: the plate slips, and a `move` has no torque."""
    bench = Bench.of(PLATE, TOOL, INTENT.replace("on jam or cross_threaded: retry 2", "on jam or grip_lost: retry 2 torque 3 Nm"))
    ran = bench.run(GripLost("grip", 1, "at grip"))
    assert ran.record.summary.state == "Complete"
    assert {e.value for e in ran.all(QuantityMeasured) if e.quantity == "torque"} == {2.5}


def test_behind_the_retry_the_goal_is_as_it_was() -> None:
    bench = Bench.of(PLATE, TOOL, RETRIED.replace("retry 2", "retry 1"))
    ran = bench.run(DriveSpoiled("grip", 1, "jam"), DriveSpoiled("grip", 2, "jam"), asks=(Ask(400.0, "resume"),))
    assert ran.record.summary.state == "Complete"
    assert [len(request.state.amended) for request in ran.asked] == [1, 0]


def test_a_setting_of_a_retry_that_planning_does_not_know_is_said() -> None:
    found = Bench.of(PLATE, TOOL, INTENT.replace("retry 2,", "retry 2 angle 90 deg,")).planned().diagnostics
    assert [(d.code, "angle" in d.message) for d in found] == [("E690", True)]


def test_a_hole_of_what_lies_in_its_tray_is_a_missing_line_and_not_unsupported() -> None:
    lines = "for each kit in plates {\n  for each hole in kit.plate.holes, in order {\n    fasten hole with screw\n  }\n}\n"
    (found,) = Bench.of(PLATE, TOOL, lines).planned().diagnostics
    assert (found.code, found.help) == ("E630", "Add a line before it that moves it to a station or a fixture.")


@pytest.fixture
def tells_no_angle(monkeypatch: pytest.MonkeyPatch) -> None:
    tell = ScrewdriverFace.tell

    def but_the_angle(face: ScrewdriverFace, event: DeviceEvent) -> None:
        if not (isinstance(event, Measured) and event.quantity == "angle"):
            tell(face, event)

    monkeypatch.setattr(ScrewdriverFace, "tell", but_the_angle)


@pytest.mark.usefixtures("tells_no_angle")
def test_what_a_tool_does_not_tell_breaks_the_clause_at_the_end_of_its_step_and_nothing_is_driven_twice() -> None:
    one = Bench.of(PLATE.replace("grid 1x2", "grid 1x1"), TOOL, INTENT)
    ran = one.run(asks=[Ask(400.0 * k, "resume") for k in (1, 2)])
    assert ran.record.summary.state == "Complete"
    driven = [event.command.id for event in ran.all(CommandSent) if isinstance(event.command, DriveIn)]
    assert [ran.truth.executions[command] for command in driven] == [1, 1]
    assert ran.asked == ()  # the plan in hand is as good as before
    broken = [event.text.partition(" by ")[0] for event in ran.all(ClauseBroken)]
    assert broken == ["nobody has told the angle of hole"] * 2
    assert [hold.text for hold in ran.all(HoldRaised)] == ["turned too far"] * 2
    first = next(k for k, event in enumerate(ran.record.events) if isinstance(event, HoldRaised))
    opened, *others = ran.record.events[:first]
    assert fold([opened, *others]).trouble.violations == 1
    assert isinstance(opened, RunOpened)
    before = replace(opened, context=replace(opened.context, rules=UNMEASURED_IS_BROKEN - 1))
    state = fold([before, *others])
    assert state.trouble.violations == 0
    d = draft_of(replace(state, context=opened.context), state.now)
    d.say(next(event for event in reversed(others) if isinstance(event, StepConfirmed)))
    ended(d)
    ended(d)  # one event may be gone through twice
    assert d.trouble.violations == 1


BETWEEN = INTENT.replace("ensure hole.angle <= 720 deg", "ensure hole.angle >= 90 deg\n      ensure hole.angle <= 720 deg")


@pytest.mark.usefixtures("tells_no_angle")
def test_each_clause_of_what_is_not_told_is_named_and_all_are_one_hold() -> None:
    one = Bench.of(PLATE.replace("grid 1x2", "grid 1x1"), TOOL, BETWEEN.replace('on violated: hold "turned too far"\n', ""))
    ran = one.run()
    assert [event.text.rpartition("; ")[2] for event in ran.all(ClauseBroken)] == [">= 1.571 is asked", "<= 12.57 is asked"]
    assert len({event.because for event in ran.all(ClauseBroken)}) == 2
    (hold,) = ran.all(HoldRaised)
    assert hold.code == "R733"
    assert ">= 1.571 is asked; nobody has told the angle of hole" in hold.text
    end = ran.record.events
    assert fold(end).trouble.violations == 2
    opened = next(event for event in end if isinstance(event, RunOpened))
    first = next(k for k, event in enumerate(end) if isinstance(event, ClauseBroken))
    before = [replace(opened, context=replace(opened.context, rules=UNMEASURED_IS_BROKEN)), *end[1:first]]
    assert fold(before).trouble.violations == 1
