"""A run is stopped or aborted at every instant, and gone on with: as if it had not been, but for the time. So is one whose
controller was killed while it was being stopped."""

from __future__ import annotations

from functools import cache

import pytest

from cell.commands import Activate, StartMotion
from cell.events import Asked, CommandSent, HoldRaised, OperatorAsked, RunEnded, RunResumed, StateChanged
from controller.packml import TABLE
from tests.crash.crashing import STOPS, End, Point, faults, stopped, stopping, undisturbed
from tests.crash.killing import WHENS
from tests.crash.stories import Tending
from tests.long import rest_is_long

STORY = Tending()
IN_SUITE = 30


@cache
def plain() -> End:
    return undisturbed(STORY)


@pytest.mark.parametrize("part", rest_is_long(range(15)))
def test_stopped_at_any_instant_a_run_is_gone_on_with_and_ends_as_if_it_had_not_been(part: int) -> None:
    for k in range(part, IN_SUITE, 15):
        write = 2 + k * (plain().writes - 3) // IN_SUITE
        over, end = stopped(STORY, write, STOPS[k % 3], away=float(7 * k % 40))
        assert over.state.pack == ("Aborted" if STOPS[k % 3] == "abort" else "Stopped"), (write, STOPS[k % 3])
        assert list(faults(end, plain())) == [], (write, STOPS[k % 3])


@pytest.mark.parametrize("points", rest_is_long([range(1, 2), *(range(part, IN_SUITE, 5) for part in range(5))]))
def test_killed_while_it_is_stopped_a_run_is_gone_on_with_once_and_ends_as_if_it_had_not_been(points: range) -> None:
    found = set[str]()
    for k in points:
        at = Point(2 + k * (plain().writes - 3) // IN_SUITE, WHENS[k % 3], hears=k % 2 == 0, away=float(7 * k % 40))
        left, end = stopping(STORY, at, STOPS[(k // 3) % 3])
        found.add(left.pack)
        assert list(faults(end, plain())) == [], at
        since = next(k for k, event in enumerate(end.events) if isinstance(event, RunResumed))
        assert [event.what for event in end.events[since:] if isinstance(event, OperatorAsked)] == ["resume"], at
    assert found & {"Stopping", "Aborting"}


@pytest.mark.parametrize("how", rest_is_long(["abort", "stop"]))
def test_nothing_moves_before_somebody_has_resumed_and_the_states_are_those_of_the_table(how: Asked) -> None:
    over, end = stopped(STORY, 60, how)
    since = list(end.events[len(over.events) :])
    assert isinstance(since[0], RunResumed)
    resumed = next(k for k, event in enumerate(since) if isinstance(event, OperatorAsked))
    assert [event for event in since[:resumed] if isinstance(event, CommandSent)] == []
    assert next(event.code for event in since[:resumed] if isinstance(event, HoldRaised)) == "R786"
    sent = [event.command for event in since if isinstance(event, CommandSent)]
    assert any(isinstance(command, Activate) for command in sent)
    assert any(isinstance(command, StartMotion) for command in sent)
    changes = [event for event in end.events if isinstance(event, StateChanged)]
    assert all((change.before, change.after) in {(before, to) for (before, _), to in TABLE.items()} for change in changes)
    assert [change.after for change in changes[:-1]] == [change.before for change in changes[1:]]
    assert [event.state for event in end.events if isinstance(event, RunEnded)] == [over.state.pack, "Complete"]


def test_what_it_had_come_to_is_kept() -> None:
    """Goals, tries and what was given up are the run's; a run that begins anew has none of it."""
    over, end = stopped(STORY, plain().writes - 40, "stop")
    reached = {part: held.part.reached for part, held in over.state.belief.parts.items()}
    assert sum(map(len, reached.values())) >= 4
    assert all(reached[part] <= held.part.reached for part, held in end.state.belief.parts.items() if part in reached)
    assert sum(times for times in end.world.executions.values()) == len(end.world.executions)
