"""What becomes of each failure: the rung that the intent names, in turn, and a way on that is planned from what is observed."""

from dataclasses import dataclass, replace

import pytest
from immutables import Map

from cell.commands import Acknowledge, Activate, Inspect, RequestPlan, Subject
from cell.diagnostic import Core, Outcome, Position, WhyNot, error
from cell.events import (
    CommandReported,
    CommandSent,
    Conclusion,
    DeviceAlarm,
    EventRaised,
    FactObserved,
    HoldRaised,
    NoPlan,
    OperatorAsked,
    OutcomeTold,
    PlanReleased,
    PlanRequested,
    Retried,
    RunEnded,
    Skipped,
    StepConfirmed,
    StepFailed,
    TimerExpired,
)
from cell.released_plan import ReleasedPlan
from cell.scenario import GripLost, MachineAlarm, MissingPart, Reject, RejectShare
from cell.state import InHand, InPlace, Lost
from cell.steps import AtPlace, Fact, Grip
from controller.journal.report import gathered, report
from controller.machine import advance
from controller.rehearsal import Ask, rehearsed
from controller.run_state import NOTHING_YET, DeviceBelief
from tests.controller.small_planner import ROBOT, SPAN, small_plan
from tests.controller.tending import INTENT, POLICIES, SmallPlanner, Tended, intent, released, spec, tend, world

SECOND_SLIPS = GripLost("grip", 2, "at grip")
RESUME = (Ask(200.0, "resume"),)
UNASKED = """
param batch = 3 parts
for each s in infeed until outfeed.count >= batch {
  process s at lathe using OP10
  inspect s at gauge
  move s to outfeed
}
"""


def holds(run: Tended) -> list[tuple[str, str]]:
    return [(event.code, event.text) for event in run.all(HoldRaised)]


def where(run: Tended, part: str) -> str:
    return next(p.where for p in run.record.summary.parts if p.id == part)


# --- retry ---------------------------------------------------------------------------------------------------------------


def test_a_slip_is_retried_from_where_the_robot_stands() -> None:
    run = tend(SECOND_SLIPS)
    assert [(e.event, e.attempt, e.tries) for e in run.all(Retried)] == [("grip_lost", 1, 2)]
    asked = run.planner.asked[0].state
    assert asked.stances[ROBOT] == AtPlace("infeed[2]", "grip.a", "shaft", 0)
    assert next(p for p in asked.parts if p.id == "shaft#2").location == InPlace("infeed[2]")
    assert run.record.summary.state == "Complete"
    assert len(run.truly_in("outfeed")) == 3


def test_hands_that_closed_on_nothing_are_opened_before_the_planner_is_asked() -> None:
    run = tend(SECOND_SLIPS)
    names = [type(e).__name__ + getattr(getattr(e, "fact", None), "name", "") for e in run.record.events]
    assert "FactObservedempty" in names[names.index("StepFailed") : names.index("PlanRequested")]


def test_other_devices_end_what_they_are_at_before_the_planner_is_asked() -> None:
    run = tend(SECOND_SLIPS)
    asked = run.planner.asked[0].state
    (retried,), cut = run.all(Retried), [e.at for e in run.all(StepConfirmed) if e.of.step == "s12"]
    assert cut[0] <= retried.at  # no rung is taken before all is quiet
    assert asked.devices["lathe"].running is False
    assert "g1" in next(p for p in asked.parts if p.id == "shaft#1").reached


def test_tries_are_counted_for_one_part_and_the_ladder_goes_on_behind_them() -> None:
    tail = 'on grip_lost: retry 2, then hold "Check gripper pads"\n'
    slips = tuple(GripLost("grip", n, "at grip") for n in (1, 2, 3))
    run = tend(*slips, tail=tail)
    assert [e.attempt for e in run.all(Retried)] == [1, 2]
    assert holds(run) == [("R701", "Check gripper pads")]
    assert run.record.summary.state == "Held"


def test_tries_are_counted_for_each_goal_of_each_part() -> None:
    slips = tuple(GripLost("grip", n, "at grip") for n in (1, 2, 6, 7))
    run = tend(*slips, tail="on grip_lost: retry 2\n")
    assert [e.attempt for e in run.all(Retried)] == [1, 2, 1, 2]
    assert run.record.summary.state == "Complete"


def test_no_try_is_spent_on_a_part_that_nobody_can_find() -> None:
    run = tend(GripLost("grip", 1, "on the way"))
    assert run.all(Retried) == []
    assert holds(run) == [("R701", "Check gripper pads")]
    lost = next(p for p in run.record.summary.parts if p.id == "shaft#1")
    assert isinstance(lost.location, Lost)


def test_a_ladder_of_retries_alone_ends_in_a_hold() -> None:
    slips = tuple(GripLost("grip", n, "at grip") for n in (1, 2))
    run = tend(*slips, tail="on grip_lost: retry 1\n")
    assert holds(run)[0][0] == "R704"
    resumed = tend(*slips, tail="on grip_lost: retry 1\n", asks=RESUME)
    assert resumed.record.summary.state == "Complete"


def test_a_hand_that_opens_by_itself_has_lost_its_part() -> None:
    run = tend()
    state = NOTHING_YET
    for event in run.record.events:
        if isinstance(event, CommandSent) and event.of.step == "s5":
            break
        state, _ = advance(state, event)
    opened = FactObserved(state.now, Subject("test"), Fact("empty", ("grip.a",)), True, "grip", 0.0)
    state, commands = advance(state, opened)
    assert [e.event for e in commands.record if isinstance(e, EventRaised)] == ["grip_lost"]
    assert isinstance(state.belief.parts["shaft#1"].part.location, Lost)


def test_a_part_that_slips_while_the_robot_stands_at_its_place_lies_there_again() -> None:
    run = tend()
    state = NOTHING_YET
    for event in run.record.events:
        state, _ = advance(state, event)
        if isinstance(event, StepConfirmed) and event.of.step == "s3":
            break
    grip = state.progress.plan.steps["s3"]  # type: ignore[union-attr]
    assert isinstance(grip.action, Grip)
    assert state.belief.parts["shaft#1"].part.location == InHand("grip.a", 0)
    opened = FactObserved(state.now, Subject("test"), Fact("empty", ("grip.a",)), True, "grip", 0.0)
    state = replace(state, progress=replace(state.progress, flights=Map(), busy=Map()))
    state, commands = advance(state, opened)
    assert [e.event for e in commands.record if isinstance(e, EventRaised)] == ["grip_lost"]
    assert state.belief.parts["shaft#1"].part.location == InPlace("infeed[1]")


def test_an_answer_to_no_question_changes_nothing() -> None:
    run = tend()
    first = run.all(PlanReleased)[0]
    state = NOTHING_YET
    for event in run.record.events[:60]:
        state, _ = advance(state, event)
    again, commands = advance(state, replace(first, at=state.now))
    assert again.progress == state.progress
    assert commands.send == ()


# --- skip ----------------------------------------------------------------------------------------------------------------


def test_a_missing_part_is_skipped_and_another_one_made() -> None:
    run = tend(MissingPart("infeed[2]"))
    skipped = run.all(Skipped)
    assert [(e.iteration, e.parts) for e in skipped] == [(("l1", "shaft#2"), ("shaft#2",))]
    summary = run.record.summary
    assert (summary.state, summary.goals_skipped) == ("Complete", 1)
    gone = next(p for p in summary.parts if p.id == "shaft#2")
    assert (gone.where, gone.given_up, gone.note) == ("", True, "not found at infeed[2]")
    assert run.truly_in("outfeed") == {"shaft#1", "shaft#3", "shaft#4"}


def test_a_part_given_up_stays_where_it_lies() -> None:
    run = tend(Reject(1), head=UNASKED, tail="on reject: skip\n")
    assert [e.parts for e in run.all(Skipped)] == [("shaft#1",)]
    assert run.state.belief.parts["shaft#1"].part.location == InPlace("gauge")


def test_what_is_rejected_is_inspected_again_after_the_hold() -> None:
    run = tend(Reject(1, times=1), head=UNASKED, tail='on reject: hold "Repair it"\n', asks=RESUME)
    told = [e.value for e in run.all(OutcomeTold) if e.of.part == "shaft#1"]
    assert (holds(run), told) == ([("R701", "Repair it")], ["reject", "accept"])
    assert run.state.belief.parts["shaft#1"].part.outcomes == (("verdict", "accept"),)
    assert (run.record.summary.state, len(run.truly_in("outfeed"))) == ("Complete", 3)


def test_what_is_rejected_again_and_again_is_held_each_time() -> None:
    run = tend(Reject(1), head=UNASKED, tail='on reject: hold "Repair it"\n', asks=RESUME)
    assert holds(run) == [("R701", "Repair it")] * 2, "nobody resumes the second one"
    assert run.record.summary.state == "Held"


# --- hold ----------------------------------------------------------------------------------------------------------------


def test_an_alarm_holds_with_the_text_of_the_intent_and_goes_on_after_resume() -> None:
    alarm = MachineAlarm("lathe", 2, 0.5, None)
    held = tend(alarm)
    assert holds(held) == [("R701", "Clear the alarm on the lathe, then press Resume")]
    assert held.all(HoldRaised)[0].because[0].start.line > 10
    assert held.record.summary.held_because == "R701 Clear the alarm on the lathe, then press Resume"
    resumed = tend(alarm, asks=RESUME)
    assert resumed.record.summary.state == "Complete"
    assert len(resumed.truly_in("outfeed")) == 3


def test_the_report_tells_what_caused_a_hold_once_and_who_ended_it() -> None:
    events = tend(MachineAlarm("lathe", 2, 0.5, None), asks=RESUME).record.events
    cause = "lathe.alarm (s28 shaft#2): lathe: OP10 broke off"
    assert report(events).count(cause) == 1
    assert "operator asked: resume" in report(events)
    no_step = [e for e in events if not isinstance(e, StepFailed)]
    notes = [text for _, text in gathered(no_step).notes]
    (hold,) = [
        text for text in notes if text.startswith("hold R701: Clear the alarm on the lathe, then press Resume (test.intent:")
    ]
    assert notes.index(cause) < notes.index(hold)


def test_a_second_alarm_holds_a_second_time() -> None:
    run = tend(MachineAlarm("lathe", 1, 0.5, None), MachineAlarm("lathe", 2, 0.5, None), asks=(*RESUME, Ask(400.0, "resume")))
    assert [code for code, _ in holds(run)] == ["R701", "R701"]
    assert run.record.summary.state == "Complete"


def test_an_alarm_that_does_not_clear_holds_again_and_says_which() -> None:
    held = tend(MachineAlarm("lathe", 2, 0.5, None)).state
    asked = OperatorAsked(held.now, Subject("test"), "resume", "anna")
    state, commands = advance(held, asked)
    assert [(c.fault, c.operator) for c in commands.send if isinstance(c, Acknowledge)] == [("alarm", "anna")]
    activated = next(c.id for c in commands.send if isinstance(c, Activate))
    state, _ = advance(state, CommandReported(state.now, Subject("test"), activated, "done"))
    assert state.pack == "Unholding"
    state, commands = advance(state, TimerExpired(state.timers["alarms"], Subject("test"), "alarms"))
    assert [(e.code, e.text) for e in commands.record if isinstance(e, HoldRaised)] == [("R721", "lathe: OP10 broke off")]
    assert state.pack in ("Holding", "Held")


@pytest.mark.parametrize("device", ["grip", ROBOT])
def test_a_fault_of_a_tool_or_a_robot_is_acknowledged_by_the_resume_and_waited_for(device: str) -> None:
    held = tend(MachineAlarm("lathe", 2, 0.5, None)).state
    held = replace(held, belief=replace(held.belief, devices=held.belief.devices.set("lathe", DeviceBelief())))
    state, _ = advance(held, DeviceAlarm(held.now, Subject("test"), device, True, "not_activated", "its jaws are not activated"))
    state, commands = advance(state, OperatorAsked(state.now, Subject("test"), "resume", "anna"))
    assert [(c.device, c.fault) for c in commands.send if isinstance(c, Acknowledge)] == [(device, "not_activated")]
    activated = next(c.id for c in commands.send if isinstance(c, Activate))
    state, _ = advance(state, CommandReported(state.now, Subject("test"), activated, "done"))
    assert state.pack == "Unholding"
    state, _ = advance(state, DeviceAlarm(state.now, Subject("test"), device, False, "not_activated", ""))
    assert state.pack != "Unholding"


def test_a_new_inspection_forgets_what_an_earlier_one_told() -> None:
    run = tend()
    state = NOTHING_YET
    for event in run.record.events:
        if isinstance(event, Conclusion):
            continue
        known = state.belief.parts.get("shaft#1")
        if known is not None:
            old = replace(known, part=replace(known.part, outcomes=(("verdict", "reject"),)))
            state = replace(state, belief=replace(state.belief, parts=state.belief.parts.set("shaft#1", old)))
        state, commands = advance(state, event)
        if any(isinstance(c, Inspect) for c in commands.send):
            break
    assert state.belief.parts["shaft#1"].part.outcomes == ()


def test_an_event_without_a_policy_holds() -> None:
    run = tend(MissingPart("infeed[1]"), tail="")
    assert holds(run) == [("R703", "grip.a closed on nothing where shaft#1 should be")]
    assert [e.handled_by for e in run.all(EventRaised)] == [None]


def test_a_hold_behind_a_skip_is_never_reached() -> None:
    run = tend(MissingPart("infeed[1]"), tail='on part_missing: skip, then hold "never"\n')
    assert holds(run) == []
    assert run.record.summary.state == "Complete"


def test_behind_a_hold_the_ladder_goes_on_at_resume() -> None:
    tail = 'on part_missing: hold "look for it", then skip\n'
    run = tend(MissingPart("infeed[1]"), tail=tail, asks=RESUME)
    assert holds(run) == [("R701", "look for it")]
    assert [e.parts for e in run.all(Skipped)] == [("shaft#1",)]
    assert run.record.summary.state == "Complete"


def test_the_innermost_block_has_the_event_alone() -> None:
    head = INTENT.replace("  inspect s at gauge", '  inspect s at gauge\n  on part_missing: hold "inner"')
    run = tend(MissingPart("infeed[1]"), head=head, tail="on part_missing: skip\n")
    assert holds(run) == [("R701", "inner")]
    assert run.all(Skipped) == []


# --- rejects -------------------------------------------------------------------------------------------------------------


def test_a_reject_that_no_when_asks_about_is_never_passed_in_silence() -> None:
    run = tend(Reject(1), head=UNASKED, tail=POLICIES)
    assert holds(run)[0] == ("R703", "the verdict of shaft#1 is reject")
    assert "shaft#1" not in run.truly_in("outfeed")


def test_a_reject_that_a_when_asks_about_is_no_event() -> None:
    run = tend(Reject(1))
    assert run.all(EventRaised) == []
    assert holds(run) == []


def test_too_few_parts_for_the_batch_says_exactly_why() -> None:
    run = tend(RejectShare(1.0))
    assert run.record.summary.state == "Held"
    assert run.record.summary.held_because == "R710 the set is too small: too few shafts are left"
    assert len(run.truly_in("scrap")) == 6


def test_a_run_is_a_sequence_of_plans_each_asked_for_once() -> None:
    run = tend(MissingPart("infeed[2]"), Reject(2))
    numbers = [e.number for e in run.all(PlanRequested)]
    assert numbers == list(range(2, 2 + len(numbers)))
    assert [request.number for request in run.planner.asked] == numbers


@pytest.mark.parametrize("nth", [1, 2, 4, 7])
@pytest.mark.parametrize("when", ["at grip", "on the way"])
def test_a_lost_grip_anywhere_leaves_a_ledger_that_agrees_with_the_world(nth: int, when: str) -> None:
    run = tend(GripLost("grip", nth, when), asks=RESUME)  # type: ignore[arg-type]
    truth = {p.id: p.where for p in run.world.record().parts}
    assert run.world.record().violations == ()
    for name, held in run.state.belief.parts.items():
        match held.part.location:
            case InPlace(place):
                assert getattr(truth[name], "place", None) == place
            case InHand(hand):
                assert getattr(truth[name], "hand", None) == hand
            case Lost():
                assert not hasattr(truth[name], "place")
    assert run.all(RunEnded) or run.record.summary.held_because
    assert len(run.all(StepFailed)) <= 1


@dataclass
class ProvesThereIsNone(SmallPlanner):
    """After the first plan it shows that there is no other."""

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        needed = (replace(SPAN, start=Position(9, 1), end=Position(9, 9)),)
        core = Core("E607", (SPAN, replace(SPAN, start=Position(7, 1), end=Position(7, 9))), (), True, needed=needed)
        return Outcome(None, (error("E607", "no room for the parts", SPAN),), WhyNot("proved impossible", (core,)))


def test_a_hold_for_want_of_a_plan_says_of_which_kind_that_is_and_which_lines_conflict() -> None:
    given = spec(intent(POLICIES, "3 parts"))
    plan = small_plan(given.state, 3)
    assert plan is not None
    record, _ = rehearsed(given, released(plan), world(Reject(1)), ProvesThereIsNone(3), ())
    assert record.summary.held_because == "R710 proved impossible: no room for the parts (lines 1, 7, 9)"
    (refused,) = [e for e in record.events if isinstance(e, NoPlan)][:1]
    assert refused.why is not None
    assert refused.why.kind == "proved impossible"
