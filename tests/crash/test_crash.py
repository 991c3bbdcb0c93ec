"""A controller is killed, another one goes on: nothing is lost, nothing is done twice, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from cell.commands import Inspect, StartProgram
from cell.events import Answered, CommandSent, Event, OperatorAsked, RunResumed, StateChanged, StepUnknown
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.killing import WHENS, When
from tests.crash.moments import sends, writes_with
from tests.crash.mute import Mend, moves_the_robot, mute, opens_the_door, takes_what_is_held
from tests.crash.stories import Tending
from tests.long import rest_is_long

STORY = Tending()
IN_SUITE = 60


@cache
def plain() -> End:
    return undisturbed(STORY)


def spread(many: int, first: int = 1) -> Iterator[Point]:
    """Points over the whole run, each with its own way of being killed and time away."""
    writes = plain().writes
    for k in range(many):
        write = first + k * (writes - first) // many
        yield Point(write, WHENS[k % 3], hears=k % 4 == 3, away=float(7 * k % 40))


def test_nobody_disturbs_the_run_that_the_others_are_held_against() -> None:
    assert list(faults(plain(), plain())) == []
    assert plain().writes > 150
    assert plain().questions == ()


@pytest.mark.parametrize("part", rest_is_long(range(6)))
def test_killed_at_any_instant_a_run_ends_as_if_it_had_not_been(part: int) -> None:
    for point in list(spread(IN_SUITE))[part::6]:
        end = crashed(STORY, point)
        assert list(faults(end, plain())) == [], point
        assert end.questions == ()


@pytest.mark.parametrize("when", WHENS)
def test_nothing_moves_between_the_kill_and_the_word_of_an_operator(when: When) -> None:
    end = crashed(STORY, Point(90, when))
    resumed = next(k for k, event in enumerate(end.events) if isinstance(event, RunResumed))
    said = next(k for k, event in enumerate(end.events) if k > resumed and isinstance(event, OperatorAsked))
    assert [event for event in end.events[resumed:said] if isinstance(event, CommandSent)] == []
    states = [event.after for event in end.events[resumed:said] if isinstance(event, StateChanged)]
    assert states[-1] == "Held"


def of(end: End, kind: type[Event]) -> list:  # type: ignore[type-arg]
    return [event for event in end.events if isinstance(event, kind)]


@pytest.mark.parametrize("when", ["before its effect", "after its effect"])
def test_a_machine_that_cannot_tell_is_asked_about_and_never_guessed(when: When) -> None:
    """At every instant at which its program is under way and nothing but the lathe could tell."""
    asked = guessed = 0
    for point in program_sent(when):
        end = crashed(STORY, point, mute("lathe"))
        assert list(faults(end, plain())) == [], point
        asked += len(of(end, Answered))
        guessed += len(of(end, StepUnknown)) - len(of(end, Answered))
    assert asked >= 3
    assert guessed == 0


def program_sent(when: When) -> list[Point]:
    """Right after each write with which the lathe's program was sent."""
    return [Point(write, when) for write in writes_with(plain(), sends(StartProgram))]


@pytest.mark.parametrize("devices", [("g1",), ("grip",), ("gauge",), ("g1", "grip", "lathe", "gauge")], ids=" ".join)
def test_devices_that_cannot_tell_are_believed_by_what_they_show(devices: tuple[str, ...]) -> None:
    for point in spread(4, first=20):
        end = crashed(STORY, point, mute(*devices))
        found = [fault for fault in faults(end, plain()) if "undisturbed" not in fault and "by hand" not in fault]
        assert found == [], point
        assert end.questions == () or "lathe" in devices


def test_what_was_told_to_a_look_is_told_to_the_run_that_goes_on() -> None:
    """Twice looked at, as `resume` does it: once to show it, once when that is confirmed."""
    for point in inspections():
        end = crashed(STORY, point)
        assert list(faults(end, plain())) == [], point
        assert commanded(end) == commanded(plain()), point


def inspections() -> list[Point]:
    """Their verdict is told while nobody is there."""
    return [Point(write, "after its effect", hears=True, looks=2) for write in writes_with(plain(), sends(Inspect))]


def commanded(end: End) -> int:
    return sum(isinstance(event.command, Inspect) for event in of(end, CommandSent))


@pytest.mark.parametrize("mend", [opens_the_door, takes_what_is_held, moves_the_robot])
def test_what_somebody_has_done_meanwhile_is_seen_and_the_rest_is_planned_from_there(mend: Mend) -> None:
    for point in spread(4, first=30):
        end = crashed(STORY, point, mend)
        found = [fault for fault in faults(end, plain()) if "undisturbed" not in fault and "by hand" not in fault]
        assert found == [], point
