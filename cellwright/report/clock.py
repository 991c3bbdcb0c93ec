"""Seconds of a run, counted from its first event through every controller that had it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cell.events import Event, RunOpened, RunResumed

SECOND = 1e9


def timed(events: Iterable[Event]) -> Iterator[tuple[float, Event]]:
    """Each event with its moment. Another controller's clock is laid beside the one before it (RunResumed)."""
    zero: int | None = None
    for event in events:
        zero = _zero(event, zero)
        yield 0.0 if zero is None else (event.at - zero) / SECOND, event


def zeros(events: Iterable[Event]) -> tuple[int, ...]:
    """In the clock of each controller, one after another, the ns at which the run began."""
    found: list[int] = []
    for event in events:
        zero = _zero(event, found[-1] if found else None)
        if zero is not None and isinstance(event, RunOpened | RunResumed):
            found.append(zero)
    return tuple(found)


def _zero(event: Event, before: int | None) -> int | None:
    match event:
        case RunOpened(at=at):
            return at
        case RunResumed(shift=shift) if before is not None:
            return before + shift
        case _:
            return before
