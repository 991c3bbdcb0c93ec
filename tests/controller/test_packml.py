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

# The state diagram of ANSI/ISA-TR88.00.02-2015 (figure of the base state model) read off arrow by arrow, a row for each state:
# what each command, and the state complete (SC) of an acting state, leads to. "complete" is the Execute state's own SC.
DIAGRAM = """
state        start    hold    unhold    suspend    unsuspend    complete   stop     abort    clear    reset     done
Idle         Starting -       -         -          -            -          Stopping Aborting -        -         -
Starting     -        -       -         -          -            -          Stopping Aborting -        -         Execute
Execute      -        Holding -         Suspending -            Completing Stopping Aborting -        -         -
Completing   -        -       -         -          -            -          Stopping Aborting -        -         Complete
Complete     -        -       -         -          -            -          Stopping Aborting -        Resetting -
Resetting    -        -       -         -          -            -          Stopping Aborting -        -         Idle
Holding      -        -       -         -          -            -          Stopping Aborting -        -         Held
Held         -        -       Unholding -          -            -          Stopping Aborting -        -         -
Unholding    -        -       -         -          -            -          Stopping Aborting -        -         Execute
Suspending   -        -       -         -          -            -          Stopping Aborting -        -         Suspended
Suspended    -        -       -         -          Unsuspending -          Stopping Aborting -        -         -
Unsuspending -        -       -         -          -            -          Stopping Aborting -        -         Execute
Stopping     -        -       -         -          -            -          -        Aborting -        -         Stopped
Stopped      -        -       -         -          -            -          -        Aborting -        Resetting -
Aborting     -        -       -         -          -            -          -        -        -        -         Aborted
Aborted      -        -       -         -          -            -          -        -        Clearing -         -
Clearing     -        -       -         -          -            -          -        Aborting -        -         Stopped
"""
# OPC 30050 1.01, 6.3.8: arrows that are prepared for later editions of TR88.
ADDED = {(state, "hold"): "Holding" for state in ("Starting", "Unholding", "Suspending", "Suspended", "Unsuspending")}


def diagram() -> dict[tuple[str, str], str | None]:
    """Every state with every trigger: where that leads, None for nowhere."""
    head, *rows = (line.split() for line in DIAGRAM.strip().splitlines())
    return {(row[0], trigger): None if to == "-" else to for row in rows for trigger, to in zip(head[1:], row[1:], strict=True)}


def test_there_are_the_17_states_of_the_standard() -> None:
    assert len(set(STATES)) == len(STATES) == 17


@pytest.mark.parametrize("state", STATES)
def test_every_state_answers_every_trigger_as_the_standard_has_it(state: str) -> None:
    standard = diagram() | ADDED
    assert len(standard) == len(STATES) * len(TRIGGERS) == 17 * 11
    assert {t: after(state, t) for t in TRIGGERS} == {t: standard[state, t] for t in TRIGGERS}  # type: ignore[arg-type]


def test_an_aborted_run_is_cleared_before_anything_else() -> None:
    assert [trigger for trigger in TRIGGERS if after("Aborted", trigger) is not None] == ["clear"]


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
