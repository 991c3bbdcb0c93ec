"""Seconds of a run, counted from its first event through every controller that had it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cell.events import Event, RunOpened, RunResumed

SECOND = 1e9


def timed(events: Iterable[Event]) -> Iterator[tuple[float, Event]]:
    """Each event with its moment. Another controller's clock is laid beside the one before it (RunResumed)."""
    zero: int | None = None
    for event in events:
        if isinstance(event, RunOpened):
            zero = event.at
        elif isinstance(event, RunResumed) and zero is not None:
            zero += event.shift
        yield 0.0 if zero is None else (event.at - zero) / SECOND, event
