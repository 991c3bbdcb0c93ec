"""Another controller goes on with a run: what it keeps, what it looks at anew, what it asks, and that nothing moves by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from immutables import Map

from cell.commands import Grip as Close
from cell.commands import SetSpeed, StartMotion, StopAll, StopKind, Subject
from cell.events import (
    Answered,
    Asked,
    CommandReported,
    CommandSent,
    Event,
    FactObserved,
    GoalReached,
    HandClosedEmpty,
    HoldRaised,
    OperatorAsked,
    OutcomeTold,
    QuestionAsked,
    RunOpened,
    RunResumed,
    StateChanged,
    StepConfirmed,
    StepFailed,
    StepUnknown,
    TimeMarked,
    TimerExpired,
    ZoneReported,
)
from cell.run import RULES, STOP_BROKEN_OFF_HOLDS, PackState
from cell.state import InPlace, Lost
from cell.steps import Fact, Grip, Inspect, Move, RunProgram
from controller.journal.replay import states
from controller.journal.rows import snapshot_of, state_of
from controller.machine import advance
from controller.rehearsal import Ask
from controller.run_state import NOTHING_YET, Commands, RunState
from controller.time_shift import Moment, shift_to, times_of
from tests.controller.tending import tend
from tests.controller.told import Kind
from tests.controller.under_rules import under_rules

OF = Subject("test")


def events() -> tuple[Event, ...]:
    return tend().record.events


def just_sent(kind: type, nth: int = 1, rules: int = RULES) -> tuple[RunState, CommandSent]:
    """The state when the `nth` step of that kind has just been sent."""
    state = NOTHING_YET
    for event in under_rules(events(), rules):
        state, _ = advance(state, event)
        if isinstance(event, CommandSent) and event.of.step is not None:
            assert state.progress.plan is not None
            nth -= isinstance(state.progress.plan.steps[event.of.step].action, kind)
            if nth == 0:
                return state, event
    raise AssertionError(f"no such step: {kind}")


def taken_over(state: RunState, shift: int = 0) -> tuple[RunState, Commands]:
    return advance(state, RunResumed(state.now + shift, OF, "2026-01-01T00:00:00+00:00", "b2", "real", shift, shift))


def nothing_else_begun(state: RunState, sent: CommandSent) -> RunState:
    """The other devices never got theirs."""
    for command in tuple(state.progress.flights):
        if command != sent.command.id:
            state, _ = advance(state, CommandReported(state.now, OF, command, "not begun"))
    return state


def lathe_at_rest(state: RunState) -> RunState:
    """As its signals show it."""
    for fact, holds in (
        (Fact("shut", ("lathe",)), True),
        (Fact("clamped", ("lathe",)), True),
        (Fact("running", ("lathe",)), False),
    ):
        state, _ = advance(state, FactObserved(state.now, OF, fact, holds, "lathe", 0.0))
    return state


def told(state: RunState, sent: CommandSent, status: str, text: str = "") -> tuple[RunState, Commands]:
    return advance(state, CommandReported(state.now, OF, sent.command.id, status, "", text))  # type: ignore[arg-type]


def asked(state: RunState, what: str) -> tuple[RunState, Commands]:
    return advance(state, OperatorAsked(state.now, OF, what, "ann"))  # type: ignore[arg-type]


def of(commands: Commands, kind: type[Kind]) -> list[Kind]:
    return [event for event in commands.record if isinstance(event, kind)]


def test_it_is_held_until_somebody_resumes_and_nothing_is_sent() -> None:
    state, sent = just_sent(Move)
    state, commands = taken_over(state)
    assert commands.send == ()
    assert state.trouble.hold is not None
    assert state.trouble.hold.code == "R760"
    state, _ = told(nothing_else_begun(state, sent), sent, "not begun")
    assert state.pack == "Held"
    state, commands = asked(state, "resume")
    assert [c for c in commands.send if isinstance(c, StartMotion)] == []


def test_what_devices_show_is_forgotten_and_what_only_the_journal_knows_is_kept() -> None:
    state, _ = just_sent(RunProgram, 2)
    before = state
    state, _ = taken_over(state)
    assert {hand.grip for hand in state.belief.hands.values()} == {None}
    assert state.belief.devices["lathe"].door_open is None
    assert state.belief.parts == before.belief.parts
    assert state.trouble.ladders == before.trouble.ladders
    assert state.progress.status == before.progress.status


def test_a_command_that_was_never_got_waits_again_under_its_id() -> None:
    state, sent = just_sent(Grip)
    step = sent.of.step or ""
    assert state.progress.status[step] == "claimed"
    state, _ = taken_over(state)
    state, _ = told(state, sent, "not begun")
    assert step not in state.progress.status
    assert step in state.progress.due
    assert state.trouble.replan is None
    assert state.progress.left == sum(s not in state.progress.status for s in state.progress.plan.steps)  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", [Move, Grip, RunProgram])
def test_a_command_that_was_done_meanwhile_is_confirmed_once_its_effect_is_seen(kind: type) -> None:
    state, sent = just_sent(kind)
    assert state.progress.plan is not None
    step = state.progress.plan.steps[sent.of.step or ""]
    state, _ = taken_over(state)
    for fact in (f for f in step.adds if f.name in ("stands", "held")):
        state, _ = advance(state, FactObserved(state.now, OF, fact, True, "x", 0.0))
    state, commands = told(state, sent, "done")
    assert state.progress.status[step.id] == "confirmed"
    assert [event.of.step for event in of(commands, StepConfirmed)] == [step.id]


def test_a_motion_broken_off_meanwhile_is_no_failure_and_the_way_on_is_planned() -> None:
    state, sent = just_sent(Move)
    state, _ = taken_over(state)
    state, _ = told(state, sent, "aborted", "stop")
    assert state.trouble.failures == ()
    assert state.trouble.replan is not None


def test_a_jam_meanwhile_is_a_failure_that_its_policy_has() -> None:
    state, sent = just_sent(Move)
    state, _ = taken_over(state)
    state, _ = told(state, sent, "aborted", "jam")
    assert [failure.event for failure in state.trouble.failures] == ["jam"]


def test_what_nobody_heard_of_an_inspection_is_asked_again_of_the_station() -> None:
    state, sent = just_sent(Inspect)
    state, _ = taken_over(state)
    state, _ = told(state, sent, "unknown")
    assert state.trouble.questions == Map()
    assert state.progress.status[sent.of.step or ""] == "unknown"
    assert state.trouble.replan is not None


@pytest.mark.parametrize("kind", [Move, Grip])
def test_a_device_that_cannot_tell_is_believed_by_what_it_shows(kind: type) -> None:
    state, sent = just_sent(kind)
    assert state.progress.plan is not None
    step = state.progress.plan.steps[sent.of.step or ""]
    state, _ = taken_over(state)
    seen = next(f for f in step.adds if f.name in ("stands", "held"))
    state, _ = advance(state, FactObserved(state.now, OF, seen, True, "x", 0.0))
    state, _ = told(state, sent, "unknown")
    assert state.progress.status[step.id] == "confirmed"


def in_doubt() -> tuple[RunState, QuestionAsked]:
    """The lathe cannot say what became of its program."""
    state, sent = just_sent(RunProgram)
    state, _ = taken_over(state)
    state, commands = told(lathe_at_rest(nothing_else_begun(state, sent)), sent, "unknown")
    (question,) = of(commands, QuestionAsked)
    return state, question


def test_what_a_device_cannot_tell_and_nothing_shows_is_asked_and_never_guessed() -> None:
    state, question = in_doubt()
    assert question.answers == ("done", "not done")
    assert "lathe" in question.text
    assert "still at it" not in question.text  # its spindle has a signal
    assert state.progress.status[question.of.step or ""] == "unknown"
    state, commands = asked(state, "resume")
    assert state.pack == "Held"
    assert commands.send == ()
    assert [event.code for event in of(commands, HoldRaised)] == ["R761"]


def test_an_answer_done_confirms_the_step_and_its_goal() -> None:
    state, question = in_doubt()
    state, commands = advance(state, Answered(state.now, OF, question.question, "done", "ann"))
    assert state.progress.status[question.of.step or ""] == "confirmed"
    assert [event.of.goal for event in of(commands, GoalReached)] == ["g1"]
    assert state.trouble.questions == Map()
    assert state.trouble.replan is None


def test_an_answer_not_done_has_the_rest_planned_anew() -> None:
    state, question = in_doubt()
    left = state.progress.left
    state, commands = advance(state, Answered(state.now, OF, question.question, "not done", "ann"))
    assert of(commands, GoalReached) == []
    assert state.trouble.replan is not None
    assert state.progress.left == left - 1


@pytest.mark.parametrize(("question", "answer"), [("nothing.1", "done"), (None, "perhaps")])
def test_an_answer_that_is_none_changes_nothing(question: str | None, answer: str) -> None:
    state, asked_for = in_doubt()
    after, commands = advance(state, Answered(state.now, OF, question or asked_for.question, answer, "ann"))
    assert after == state
    assert commands == Commands()


def without_its_part() -> tuple[RunState, QuestionAsked, str]:
    """A hand that held a part is open, and nobody saw how it came."""
    state, _ = just_sent(Move, 3)
    hand, part = next((name, hand.part) for name, hand in state.belief.hands.items() if hand.part is not None)
    state, _ = taken_over(state)
    state, commands = advance(state, FactObserved(state.now, OF, Fact("empty", (hand,)), True, "grip", 0.0))
    (question,) = of(commands, QuestionAsked)
    return state, question, part or ""


def test_a_part_that_is_in_its_hand_no_more_is_asked_for() -> None:
    state, question, part = without_its_part()
    assert part in question.text
    assert isinstance(state.belief.parts[part].part.location, Lost)
    assert "gauge" in question.answers
    state, _ = advance(state, Answered(state.now, OF, question.question, "gauge", "ann"))
    assert state.belief.parts[part].part.location == InPlace("gauge")
    assert state.belief.parts[part].source == "declared"
    assert state.trouble.failures == ()


def test_a_part_that_is_given_up_is_asked_for_by_nobody() -> None:
    state, _ = just_sent(Move, 3)
    hand, part = next((name, hand.part) for name, hand in state.belief.hands.items() if hand.part is not None)
    assert part is not None
    known = state.belief.parts[part]
    given_up = state.belief.parts.set(part, replace(known, part=replace(known.part, given_up=True)))
    state, _ = taken_over(replace(state, belief=replace(state.belief, parts=given_up)))
    state, commands = advance(state, FactObserved(state.now, OF, Fact("empty", (hand,)), True, "grip", 0.0))
    assert of(commands, QuestionAsked) == []
    assert not state.trouble.questions
    assert isinstance(state.belief.parts[part].part.location, Lost)
    assert state.belief.hands[hand].part is None
    assert state.trouble.replan is not None


def test_a_question_names_the_line_that_needs_the_part() -> None:
    state, _, part = without_its_part()
    _, commands = advance(state, OperatorAsked(state.now, OF, "resume", "ann"))
    (hold,) = of(commands, HoldRaised)
    assert (hold.code, len(hold.because)) == ("R761", 1)
    steps = [step for step in state.progress.plan.plan.tasks.steps if step.part == part]  # type: ignore[union-attr]
    assert hold.because[0] in {state.progress.plan.operation[step.id].because.span for step in steps}  # type: ignore[union-attr]


def test_a_part_that_is_gone_is_a_grip_lost() -> None:
    state, question, part = without_its_part()
    state, _ = advance(state, Answered(state.now, OF, question.question, "gone", "ann"))
    assert isinstance(state.belief.parts[part].part.location, Lost)
    assert [(failure.event, failure.part) for failure in state.trouble.failures] == [("grip_lost", part)]


def test_a_hand_that_has_closed_on_nothing_meanwhile_is_a_missing_part() -> None:
    state, _ = just_sent(Grip)
    state, _ = taken_over(state)
    state, _ = advance(state, HandClosedEmpty(state.now, OF, "grip.b", False, "grip", 0.0))
    if not state.trouble.failures:
        state, _ = advance(state, HandClosedEmpty(state.now, OF, "grip.a", False, "grip", 0.0))
    assert [failure.event for failure in state.trouble.failures] == ["part_missing"]


def speeds_in(commands: Commands) -> list[float]:
    return [command.fraction for command in commands.send if isinstance(command, SetSpeed)]


def test_a_robot_on_its_way_is_told_its_speed_again_for_it_may_not_have_heard() -> None:
    state, sent = just_sent(Move)
    state, _ = taken_over(state)
    state, commands = told(state, sent, "running")
    assert speeds_in(commands) == [1.0]
    _, commands = told(state, sent, "running")
    assert speeds_in(commands) == []


def test_whoever_came_meanwhile_slows_it_before_anything_else() -> None:
    state, sent = just_sent(Move)
    state, _ = taken_over(state)
    state, commands = advance(state, ZoneReported(state.now, OF, "aisle", True, "scanner"))
    assert speeds_in(commands) == [0.0]  # nobody declared a top speed, so there is nothing to take 0.25 m/s of
    _, commands = told(state, sent, "running")
    assert speeds_in(commands) == []


@pytest.mark.parametrize(
    ("how", "kind", "was", "arrows"),
    [
        ("stop", "hold", "Stopping", ["Stopped", "Resetting", "Idle", "Starting", "Holding"]),
        ("quick stop", "quick", "Stopping", ["Stopped", "Resetting", "Idle", "Starting", "Holding"]),
        ("abort", "power", "Aborting", ["Aborted", "Clearing", "Stopped", "Resetting", "Idle", "Starting", "Holding"]),
    ],
)
def test_a_stop_that_was_asked_for_is_asked_for_again_and_at_its_end_the_run_holds(
    how: Asked, kind: StopKind, was: PackState, arrows: list[PackState]
) -> None:
    """Who has asked to go on with it has been told so before: the hold is raised with the first event, whatever it ends with."""
    state, sent = just_sent(Move)
    state, _ = asked(state, how)
    assert state.pack == was
    state, commands = taken_over(state)
    assert [command for command in commands.send if not isinstance(command, StopAll)] == []
    assert [command.kind for command in commands.send if isinstance(command, StopAll)] == [kind]
    assert [event.code for event in commands.record if isinstance(event, HoldRaised)] == ["R786"]
    assert state.pack == was
    state, _ = asked(state, "resume")
    assert state.pack == was
    state, commands = told(nothing_else_begun(state, sent), sent, "aborted", "stop")
    assert [event.after for event in commands.record if isinstance(event, StateChanged)] == [*arrows, "Held"]
    assert (commands.send, state.is_over, state.trouble.stopping, state.trouble.holds_then) == ((), False, None, False)
    state, _ = asked(state, "resume")
    assert state.pack in ("Unholding", "Execute")


def test_where_nothing_tells_that_it_stands_a_stop_that_was_found_ends_with_its_time() -> None:
    state, _ = just_sent(Move)
    state, _ = asked(state, "stop")
    state, _ = taken_over(state)
    state, commands = advance(state, TimerExpired(state.timers["standstill"], OF, "standstill"))
    assert next(event.after for event in commands.record if isinstance(event, StateChanged)) == "Stopped"
    assert (state.pack, state.is_over, commands.send) == ("Holding", False, ())


@pytest.mark.parametrize(("again", "ended"), [("stop", "Stopped"), ("abort", "Aborted")])
def test_a_stop_that_is_asked_for_once_more_ends_the_run(again: Asked, ended: PackState) -> None:
    """It was asked of the controller that goes on, by somebody who wants no more of it."""
    state, sent = just_sent(Move)
    state, _ = asked(state, "stop")
    state, _ = taken_over(state)
    state, _ = asked(state, again)
    state, _ = told(nothing_else_begun(state, sent), sent, "aborted", "stop")
    assert (state.pack, state.is_over) == (ended, True)


def test_a_stop_that_two_controllers_did_not_see_the_end_of_is_gone_on_with_by_the_third() -> None:
    state, sent = just_sent(Move)
    state, _ = asked(state, "stop")
    state, _ = taken_over(state)
    state, commands = taken_over(state)
    assert [command.kind for command in commands.send if isinstance(command, StopAll)] == ["hold"]
    state, _ = told(nothing_else_begun(state, sent), sent, "aborted", "stop")
    assert state.pack == "Held"


def test_in_a_run_of_before_a_stop_that_was_found_ended_it() -> None:
    state, sent = just_sent(Move, rules=STOP_BROKEN_OFF_HOLDS - 1)
    state, _ = asked(state, "stop")
    state, _ = taken_over(state)
    state, _ = told(nothing_else_begun(state, sent), sent, "aborted", "stop")
    assert (state.pack, state.is_over) == ("Stopped", True)


def test_a_hand_that_the_stop_broke_off_has_missed_no_part_for_the_next_controller_either() -> None:
    state, sent = just_sent(Grip)
    state, _ = asked(state, "quick stop")
    state, _ = taken_over(state)
    assert isinstance(sent.command, Close)
    hand = f"{sent.command.tool}.{sent.command.hand}"
    state, answer = advance(state, HandClosedEmpty(state.now, OF, hand, False, "grip", 0.0))
    assert [event for event in answer.record if isinstance(event, StepFailed)] == []


def test_a_plan_that_was_asked_for_is_asked_for_again() -> None:
    state, sent = just_sent(Move)
    state, _ = told(state, sent, "aborted", "stop")
    state = replace(state, trouble=replace(state.trouble, mode="planning", failures=()))
    state, _ = taken_over(state)
    assert state.trouble.mode == "draining"
    assert state.trouble.replan is not None


def test_every_moment_of_a_state_is_moved_to_the_new_clock() -> None:
    state, _ = just_sent(RunProgram)
    state = replace(
        state, timers=state.timers.set("within - l1=x", state.now + 5), belief=replace(state.belief, tended=Map({"g": 7}))
    )
    after, _ = taken_over(state, shift=-1_000)
    assert after.now == state.now - 1_000
    assert after.timers["within - l1=x"] == state.now + 5 - 1_000
    assert after.belief.tended["g"] == 7 - 1_000
    assert after.first == (state.first or 0) - 1_000
    assert {command: flight.sent for command, flight in after.progress.flights.items()} == {
        command: flight.sent - 1_000 for command, flight in state.progress.flights.items()
    }
    assert not [timer for timer in after.timers if timer.startswith(("effect", "silent"))]


def test_a_state_that_was_taken_over_survives_its_snapshot() -> None:
    state, question = in_doubt()
    assert state.progress.plan is not None
    plan = state.progress.plan.plan
    assert question.question in state.trouble.questions
    assert state_of(snapshot_of(state), lambda _: plan) == state


def test_a_machine_that_is_seen_to_run_is_waited_for_though_it_cannot_tell() -> None:
    state, sent = just_sent(RunProgram)
    state, _ = taken_over(state)
    state = lathe_at_rest(nothing_else_begun(state, sent))
    running = Fact("running", ("lathe",))
    state, _ = advance(state, FactObserved(state.now, OF, running, True, "lathe", 0.0))
    state, commands = told(state, sent, "unknown")
    assert of(commands, QuestionAsked) == []
    assert sent.command.id in state.progress.flights
    state, commands = advance(state, FactObserved(state.now, OF, running, False, "lathe", 0.0))
    assert len(of(commands, QuestionAsked)) == 1


# --- clocks ------------------------------------------------------------------------------------------------------------

T = "2026-01-01T00:00:00+00:00"


def opened(at: int = 0) -> RunOpened:
    first = next(event for event in events() if isinstance(event, RunOpened))
    return replace(first, at=at, utc=T, boot="b1", clock="real")


def test_the_clock_of_one_boot_goes_on_whatever_utc_says() -> None:
    times = times_of((opened(10), OutcomeTold(500, OF, "verdict", "accept", "gauge")))
    assert times is not None
    assert (times.last, times.opened) == (500, 10)
    assert shift_to(times, Moment(900, "1999-01-01T00:00:00+00:00", "b1", "real")) == 0


@pytest.mark.parametrize(
    ("utc", "away"),
    [("2026-01-01T01:00:30+00:00", 1800.0), ("2025-12-31T23:00:00+00:00", 0.0)],
    ids=["half an hour later", "the clock was set back an hour"],
)
def test_another_boot_is_as_much_later_as_utc_says_and_never_earlier(utc: str, away: float) -> None:
    minute = 60_000_000_000
    events_of = (
        opened(0),
        TimeMarked(minute, OF, "2026-01-01T00:30:00+00:00"),
        OutcomeTold(minute + 30 * 10**9, OF, "v", "a", "g"),
    )
    times = times_of(events_of)
    assert times is not None
    shift = shift_to(times, Moment(7, utc, "b2", "real"))
    assert times.last + shift == 7 - round(away * 1e9)


def test_a_second_resume_counts_from_the_first() -> None:
    resumed = RunResumed(50, OF, "2026-01-01T02:00:00+00:00", "b2", "real", -450, -490)
    times = times_of((opened(10), OutcomeTold(500, OF, "verdict", "accept", "gauge"), resumed))
    assert times is not None
    assert (times.last, times.opened, times.mark.boot) == (50, -490, "b2")
    assert times_of(()) is None


def test_a_deadline_runs_on_while_nobody_is_there() -> None:
    """`within` is wall time: what is over by the time somebody is there again is over."""
    state, _ = just_sent(Move)
    due = state.now + 10
    state = replace(state, timers=state.timers.set("within -", due))
    state, _ = advance(state, RunResumed(state.now + 20, OF, T, "", "virtual", 0, 0))
    assert state.timers["within -"] == due < state.now


# --- the life of a step ------------------------------------------------------------------------------------------------


def test_a_step_goes_through_its_life_as_the_table_has_it() -> None:
    """One event may take it more than one further. It is ready again where its command was never begun."""
    after = {
        "waiting": {"ready", "claimed", "confirmed", "dropped", "failed"},
        "ready": {"claimed", "confirmed", "dropped", "failed"},
        "claimed": {"started", "confirmed", "failed", "unknown", "ready"},
        "started": {"confirmed", "failed", "unknown"},
        "unknown": {"confirmed", "failed"},
    }
    seen, state = set[tuple[str, str]](), NOTHING_YET
    for event in (*events(), *tend(asks=(Ask(2.0, "hold"),)).record.events):
        state = NOTHING_YET if isinstance(event, RunOpened) else state
        before = state.progress
        state, _ = advance(state, event)
        if before.plan is not None and state.progress.number == before.number:
            lives = ((before.life(step), state.progress.life(step)) for step in before.plan.steps)
            seen |= {(was, now) for was, now in lives if was != now}
    assert all(now in after[was] for was, now in seen), seen
    assert {("waiting", "ready"), ("ready", "claimed"), ("claimed", "started"), ("started", "confirmed")} <= seen
    assert ("waiting", "dropped") in seen or ("ready", "dropped") in seen


def test_a_step_is_ready_when_nothing_has_to_come_before_it_any_more() -> None:
    for state in states(events()):
        plan = state.progress.plan
        if plan is None or state.pack != "Execute":
            continue
        for name, step in plan.steps.items():
            life = state.progress.life(name)
            before = [state.progress.life(one) for one in step.predecessors if one in plan.steps]
            is_free = all(one in ("confirmed", "dropped") for one in before)
            assert (life == "ready") <= is_free
            assert (life == "waiting") <= (not is_free)


def test_a_step_in_doubt_says_so() -> None:
    state, sent = just_sent(RunProgram)
    state, _ = taken_over(state)
    _, commands = told(lathe_at_rest(state), sent, "unknown")
    assert [event.of.step for event in of(commands, StepUnknown)] == [sent.of.step]
