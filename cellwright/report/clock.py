"""Seconds of a run, counted from its first event through every controller that had it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cell.events import Event, RunOpened, RunResumed

SECOND = 1e9


@dataclass(slots=True)
class RunClock:
    """Another controller's clock is laid beside the one before it (RunResumed). `zeros`: in the clock of each, one after another,
    the ns at which the run began."""

    zeros: list[int] = field(default_factory=list)

    def moment(self, event: Event) -> float:
        """Of the next event."""
        match event:
            case RunOpened(at=at):
                self.zeros.append(at)
            case RunResumed(shift=shift) if self.zeros:
                self.zeros.append(self.zeros[-1] + shift)
            case _:
                pass
        return (event.at - self.zeros[-1]) / SECOND if self.zeros else 0.0


def timed(events: Iterable[Event]) -> Iterator[tuple[float, Event]]:
    """Each event with its moment."""
    clock = RunClock()
    for event in events:
        yield clock.moment(event), event


def zeros(events: Iterable[Event]) -> tuple[int, ...]:
    clock = RunClock()
    for event in events:
        clock.moment(event)
    return tuple(clock.zeros)
