"""The PackML table is complete, and a run never leaves it."""

import pytest

from cell.events import RunEnded, StateChanged
from cell.scenario import GripLost, MachineAlarm
from controller.packml import ENDED, STATES, TABLE, TRIGGERS, after
from controller.rehearsal import Ask
from tests.controller.tending import tend

ACTING = {
    "Starting", "Execute", "Completing", "Resetting", "Holding", "Unholding", "Suspending", "Unsuspending", "Stopping",
    "Aborting", "Clearing",
}  # fmt: skip

# ANSI/ISA-TR88.00.02-2015, figure of the base state model, written down a second time: (from, trigger, to).
STANDARD = {
    ("Idle", "start", "Starting"),
    ("Starting", "done", "Execute"),
    ("Execute", "complete", "Completing"),
    ("Completing", "done", "Complete"),
    ("Complete", "reset", "Resetting"),
    ("Resetting", "done", "Idle"),
    ("Execute", "hold", "Holding"),
    ("Holding", "done", "Held"),
    ("Held", "unhold", "Unholding"),
    ("Unholding", "done", "Execute"),
    ("Execute", "suspend", "Suspending"),
    ("Suspending", "done", "Suspended"),
    ("Suspended", "unsuspend", "Unsuspending"),
    ("Unsuspending", "done", "Execute"),
    ("Stopping", "done", "Stopped"),
    ("Stopped", "reset", "Resetting"),
    ("Aborting", "done", "Aborted"),
    ("Aborted", "clear", "Clearing"),
    ("Clearing", "done", "Stopped"),
}
# OPC 30050 1.01, 6.3.8: prepared for later editions of TR88.
ADDED = {(state, "hold", "Holding") for state in ("Starting", "Unholding", "Suspending", "Suspended", "Unsuspending")}


def test_there_are_the_17_states_of_the_standard() -> None:
    assert len(set(STATES)) == len(STATES) == 17


def test_every_transition_of_the_standard_is_there_and_no_other() -> None:
    stops = {(s, "stop", "Stopping") for s in STATES if s not in ("Stopping", "Stopped", "Aborting", "Aborted", "Clearing")}
    aborts = {(s, "abort", "Aborting") for s in STATES if s not in ("Aborting", "Aborted")}
    assert {(state, trigger, to) for (state, trigger), to in TABLE.items()} == STANDARD | ADDED | stops | aborts


def test_every_acting_state_ends_by_itself_and_no_waiting_one_does() -> None:
    ends = {state for state in STATES if after(state, "done") is not None or after(state, "complete") is not None}
    assert ends == ACTING


def test_every_state_is_reached_from_idle_and_leads_back() -> None:
    def reached(start: str) -> set[str]:
        found, todo = {start}, [start]
        while todo:
            state = todo.pop()
            following = {to for (source, _), to in TABLE.items() if source == state} - found
            found |= following
            todo.extend(following)
        return found

    assert all(reached(state) == set(STATES) for state in STATES)


def test_a_trigger_that_means_nothing_is_none() -> None:
    assert after("Complete", "hold") is None
    assert sum(after(s, t) is None for s in STATES for t in TRIGGERS) == len(STATES) * len(TRIGGERS) - len(TABLE)


@pytest.mark.parametrize(
    ("disturbances", "asks"),
    [
        ((), ()),
        ((), (Ask(12.0, "hold"), Ask(20.0, "resume"), Ask(40.0, "stop"))),
        ((MachineAlarm("lathe", 1, 0.5, None),), (Ask(60.0, "resume"), Ask(61.0, "hold"), Ask(70.0, "resume"))),
        ((GripLost("grip", 1, "at grip"),), (Ask(9.0, "abort"),)),
    ],
)
def test_a_run_takes_only_transitions_of_the_table_and_ends_once(disturbances: tuple, asks: tuple) -> None:  # type: ignore[type-arg]
    run = tend(*disturbances, asks=asks)
    changes = run.all(StateChanged)
    assert all((c.before, c.after) in {(s, to) for (s, _), to in TABLE.items()} for c in changes)
    assert [c.after for c in changes[:-1]] == [c.before for c in changes[1:]]
    ended = run.all(RunEnded)
    assert [e.state for e in ended] == [run.record.summary.state]
    assert ended[0].state in ENDED
    assert run.record.events[-1] == ended[0]
