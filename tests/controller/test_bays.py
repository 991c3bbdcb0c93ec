"""People in a bay, full pallets, waiting parts: what is watched of a cell that somebody else fills and empties."""

from __future__ import annotations

from dataclasses import replace

from cell.commands import SetSpeed, StopAll, Subject
from cell.events import (
    ClauseBroken,
    CommandReported,
    CommandSent,
    CountReported,
    Event,
    EventRaised,
    HoldRaised,
    OperatorAsked,
    TimerExpired,
    ZoneReported,
)
from cell.run import RunContext, run_context
from cell.scenario import PersonEnters
from controller import waiting
from controller.acceptance import unwatched
from controller.draft import draft_of
from controller.machine import advance
from controller.policies import policies_of
from controller.rehearsal import Ask
from controller.reports import loss
from controller.run_state import NOTHING_YET, Commands, RunState
from tests.controller.tending import POLICIES, failure_codes, tend
from tests.planner.tasks.cells import cell_of, program_of
from tests.planner.tasks.test_palletizing import CELL, ORDERED

OF = Subject("test")
BAY = POLICIES + "never g1 in inside_lathe and aisle is occupied\n"


def moving_in() -> RunState:
    """The robot is on its way into the lathe, and nobody is in the aisle."""
    state = NOTHING_YET
    for event in tend(tail=BAY).record.events:
        state, _ = advance(state, event)
        if isinstance(event, CommandSent) and event.of.step == "s7":
            return state
    raise AssertionError("s7 was never sent")


def after(state: RunState, *events: Event) -> tuple[RunState, Commands]:
    commands = Commands()
    for event in events:
        state, commands = advance(state, event)
    return state, commands


def entered(state: RunState, is_occupied: bool = True) -> ZoneReported:
    return ZoneReported(state.now, OF, "aisle", is_occupied, "scanner.aisle")


def speeds(commands: Commands) -> list[float]:
    return [c.fraction for c in commands.send if isinstance(c, SetSpeed)]


def resumed(state: RunState) -> OperatorAsked:
    return OperatorAsked(state.now, OF, "resume", "operator")


# --- somebody in the bay -----------------------------------------------------------------------------------------------


def test_a_robot_in_a_bay_stands_still_on_its_path_when_somebody_steps_in() -> None:
    state, commands = after(s := moving_in(), entered(s))
    assert speeds(commands) == [0.0]
    assert not [c for c in commands.send if isinstance(c, StopAll)]
    assert [e.code for e in commands.record if isinstance(e, HoldRaised)] == ["R712"]
    assert [e.kind for e in commands.record if isinstance(e, ClauseBroken)] == ["never"]
    assert (state.pack, state.trouble.mode) == ("Held", "running"), "its motion is not over, and no other plan is asked for"


def test_a_rehearsal_ends_where_a_robot_stands_halted_in_a_bay_and_nobody_resumes() -> None:
    at = moving_in().now / 1e9 + 0.3
    record = tend(PersonEnters("aisle", at, at + 5.0), tail=BAY).record
    assert record.summary.state == "Held"
    assert (record.summary.held_because or "").startswith("R712")


def test_it_does_not_move_by_itself_when_the_bay_is_free() -> None:
    state, _ = after(s := moving_in(), entered(s))
    state, commands = after(state, entered(state, False))
    assert speeds(commands) == []
    assert state.pack == "Held"


def test_it_goes_on_where_it_stood_when_an_operator_resumes() -> None:
    state, _ = after(s := moving_in(), entered(s))
    state, _ = after(state, entered(state, False))
    state, commands = after(state, resumed(state))
    assert speeds(commands) == [1.0]
    assert state.pack == "Execute"
    assert state.progress.number == 1


def test_a_resume_with_somebody_still_there_holds_again() -> None:
    state, _ = after(s := moving_in(), entered(s))
    state, commands = after(state, resumed(state))
    assert speeds(commands) == []
    assert [e.code for e in commands.record if isinstance(e, HoldRaised)] == ["R712"]
    assert state.pack in ("Holding", "Held")


def test_where_the_driver_cannot_stand_still_on_a_path_everything_is_stopped() -> None:
    state, commands = after(s := moving_in(), entered(s))
    (asked,) = [c for c in commands.send if isinstance(c, SetSpeed)]
    state, commands = after(state, CommandReported(state.now, OF, asked.id, "refused", "NOT_OFFERED", "no speed scaling"))
    assert [c.kind for c in commands.send if isinstance(c, StopAll)] == ["hold"]
    assert state.trouble.mode == "draining"


def test_a_step_into_an_occupied_bay_waits_suspended_and_starts_when_it_is_free() -> None:
    """The event that makes the way into the lathe due, with somebody in the aisle who slows nobody down."""
    state, due = NOTHING_YET, None
    for event in tend(tail=BAY).record.events:
        following, commands = advance(state, event)
        if any(c.of.step == "s7" for c in commands.send):
            due = event
            break
        state = following
    assert due is not None
    assert state.context is not None
    aisle = replace(state.context.zones["aisle"], when_occupied=None, slow_to=None)
    state = replace(state, context=replace(state.context, zones={**state.context.zones, "aisle": aisle}))
    state, commands = after(state, entered(state), due)
    assert not [c for c in commands.send if c.of.step == "s7"]
    state, commands = after(state, TimerExpired(state.now, OF, "needs"))
    assert state.pack == "Suspended"
    assert [e for e in commands.record if isinstance(e, HoldRaised)] == []
    state, commands = after(state, entered(state, False))
    assert state.pack == "Execute"
    assert [c.of.step for c in commands.send] == ["s7"]


# --- full ----------------------------------------------------------------------------------------------------------------


def test_full_is_raised_once_with_the_last_part() -> None:
    tail = POLICIES + 'on outfeed.full: hold "Empty it, then Resume"\n'
    run = tend(batch=6, tail=tail, asks=(Ask(5000.0, "resume"),))
    raised = [e for e in run.all(EventRaised) if e.event == "outfeed.full"]
    assert len(raised) == 1
    assert "R726" in failure_codes(run.record.events)
    assert [(e.code, e.text) for e in run.all(HoldRaised)] == [("R701", "Empty it, then Resume")]
    assert len(run.truly_in("outfeed")) == 6
    assert run.record.summary.state == "Complete"


def test_full_alone_means_every_thing_in_which_parts_wait() -> None:
    """The gauge has one place and takes part after part: that it is taken is not what `on full` is for."""
    run = tend(batch=6, tail=POLICIES + 'on full: hold "Empty it, then Resume"\n', asks=(Ask(5000.0, "resume"),))
    assert [e.event for e in run.all(EventRaised)] == ["full"]
    assert [(e.code, e.text) for e in run.all(HoldRaised)] == [("R701", "Empty it, then Resume")]


def test_nothing_is_raised_where_the_intent_does_not_ask() -> None:
    run = tend(batch=6)
    assert run.all(HoldRaised) == []
    assert run.record.summary.state == "Complete"


# --- waiting ---------------------------------------------------------------------------------------------------------------


def line(clause: str = "ensure line1.waiting < 8 parts\n", tail: str = "") -> RunState:
    program = program_of(ORDERED + clause + tail, CELL)
    context: RunContext = run_context(program, cell_of(CELL))
    return replace(NOTHING_YET, run="test", context=context, policies=policies_of(program), pack="Execute")


def counts(state: RunState, *numbers: float) -> list[str]:
    """What is said of these counts, one after the other."""
    said = []
    for number in numbers:
        d = draft_of(state, state.now)
        waiting.counted(d, CountReported(state.now, OF, "line1", number, "line1.count"))
        said += [e.text for e in d.record if isinstance(e, ClauseBroken)]
        state = replace(state, belief=d.belief, trouble=d.trouble)
    return said


def test_waiting_parts_are_counted_and_each_breaking_is_said_once() -> None:
    assert counts(line(), 6.0, 7.0) == []
    assert counts(line(), 7.0, 8.0, 9.0) == ["line1.waiting < 8 parts: 8 wait"]
    assert counts(line(), 8.0, 7.0, 8.0) == ["line1.waiting < 8 parts: 8 wait"] * 2
    assert counts(line("ensure line1.waiting <= 8 parts\n"), 8.0) == []


def test_a_clause_that_is_broken_holds_where_no_policy_has_it() -> None:
    d = draft_of(line(), 0)
    waiting.counted(d, CountReported(0, OF, "line1", 8.0, "line1.count"))
    (ensure,) = d.known.program.block.ensures
    assert [(failure.code, failure.because) for failure in d.trouble.failures] == [("R727", (ensure.span,))]


def test_a_clause_that_is_watched_is_not_called_unwatched() -> None:
    assert unwatched(program_of(ORDERED + "ensure line1.waiting < 8 parts\n", CELL)) == ()


# --- words -----------------------------------------------------------------------------------------------------------------


def test_a_vacuum_is_lost_only_where_the_intent_has_a_word_for_it() -> None:
    words = ("vacuum_lost", "vac.vacuum_lost")
    for tail, word in (("", "grip_lost"), *((f'on {name}: hold "Look"\n', name) for name in words)):
        assert loss(draft_of(line(tail=tail), 0), "vac.a", "p1", None) == word
