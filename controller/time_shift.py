"""The moments of a run in the clock of the controller that goes on with it.

Law: time that passed while no controller was there has passed: a `within` and an `every` go on counting. A machine that was
started again has a clock that begins anew; how long it took is then read off UTC, and a UTC that went back counts as no time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cell.dataclass import dataclass
from cell.events import Event, RunOpened, RunResumed, TimeMarked

SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` (ns) of the clock `kind` of the machine's start `boot` was `utc` (ISO 8601)."""

    at: int
    utc: str
    boot: str
    kind: str


@dataclass(frozen=True, slots=True)
class Times:
    """Of a journal: the newest moment of which UTC is known, when its last event was, when the run was opened; ns in the clock of
    the controller that wrote last."""

    mark: Moment
    last: int
    opened: int


def times_of(events: Iterable[Event]) -> Times | None:
    """None where no run was opened."""
    mark: Moment | None = None
    last = opened = 0
    for event in events:
        match event:
            case RunOpened(at=at, utc=utc, boot=boot, clock=clock):
                mark, opened, last = Moment(at, utc, boot, clock), at, at
            case RunResumed(at=at, utc=utc, boot=boot, clock=clock):
                mark, opened, last = Moment(at, utc, boot, clock), event.opened, at
            case TimeMarked(at=at, utc=utc) if mark is not None:
                mark, last = Moment(at, utc, mark.boot, mark.kind), max(last, at)
            case _:
                last = max(last, event.at)
    return None if mark is None else Times(mark, last, opened)


def shift_to(times: Times, now: Moment) -> int:
    """ns to add to a moment of the clock before to have it in the clock of `now`."""
    if (times.mark.boot, times.mark.kind) == (now.boot, now.kind) and now.at >= times.last:
        return 0
    at_last = _utc(times.mark.utc) + (times.last - times.mark.at) / SECOND
    elapsed = max(0.0, _utc(now.utc) - at_last)
    return now.at - times.last - round(elapsed * SECOND)


def _utc(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
