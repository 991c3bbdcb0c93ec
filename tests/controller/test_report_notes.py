"""What happened is told once, and a run of a shift is read as quickly, for its length, as one of a minute."""

from __future__ import annotations

from cell.commands import Subject
from cell.events import Event, EventRaised, RunResumed, StepFailed
from controller.journal.report import gathered

OF = Subject("run", step="s1", part="shaft#1")


class Moment(int):
    """One that counts how often it is held against another."""

    times = 0

    def __eq__(self, other: object) -> bool:
        type(self).times += 1
        return int.__eq__(self, other) is True

    __hash__ = int.__hash__


def raised(at: int, text: str = "it is not there") -> EventRaised:
    return EventRaised(at, OF, "part_missing", text, None)


def failed(at: int) -> StepFailed:
    return StepFailed(at, OF, "part_missing", "R703", "it is not there")


def notes(*events: Event) -> list[tuple[int, str]]:
    return gathered(events).notes


def test_what_a_step_has_said_is_not_said_again_also_in_the_clock_of_another_controller() -> None:
    once = "part_missing (s1 shaft#1): it is not there"
    assert notes(failed(5), raised(5)) == [(5, once)]
    assert notes(failed(5), raised(6)) == [(5, once), (6, once)]
    resumed = RunResumed(107, OF, "", "", "real", 100, 0)
    going_on = (107, "another controller goes on")
    assert notes(failed(5), resumed, raised(105)) == [(105, once), going_on]
    assert notes(failed(5), resumed, raised(5)) == [(105, once), going_on, (5, once)]


def test_notes_are_not_gone_through_for_each_that_comes() -> None:
    Moment.times = 0
    assert len(notes(*(raised(Moment(n), f"try {n}") for n in range(1000)))) == 1000
    assert Moment.times < 5_000
