"""The state of a run from its journal: the same fold over the same events, with a snapshot or without.

Law: replay with and without snapshots agree, and what the fold concludes is what the journal records; a difference is R723.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cell.events import Conclusion, Event
from controller.journal.journal import StoredJournal, same
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState


class ReplayDiffers(Exception):
    """`number` is the position of the event; `recorded` is None where the journal holds less than the fold concludes."""

    def __init__(self, number: int, recorded: Event | None, concluded: Event | None) -> None:
        super().__init__(f"event {number}: the journal has {_name(recorded)}, the fold concludes {_name(concluded)}")
        self.code = "R723"
        self.number = number
        self.recorded = recorded
        self.concluded = concluded


def fold(events: Iterable[Event], state: RunState = NOTHING_YET) -> RunState:
    for event in events:
        state, _ = advance(state, event)
    return state


def states(events: Iterable[Event], state: RunState = NOTHING_YET) -> Iterator[RunState]:
    """The state after each event."""
    for event in events:
        state, _ = advance(state, event)
        yield state


def replay(journal: StoredJournal, *, with_snapshot: bool = True) -> RunState:
    return replayed(journal, with_snapshot=with_snapshot)[1]


def replayed(journal: StoredJournal, *, with_snapshot: bool = True) -> tuple[int, RunState]:
    """The state behind the last whole event, and its number."""
    start = journal.snapshot() if with_snapshot else None
    number, state = start if start is not None else (0, NOTHING_YET)
    for event in journal.events(after=number):
        state, _ = advance(state, event)
        number += 1
    return number, state


def verified(events: Iterable[Event]) -> RunState:
    """Folds and compares every conclusion with the recorded one. Raises ReplayDiffers. A journal may end within a batch."""
    state, due = NOTHING_YET, list[Conclusion]()
    for number, event in enumerate(events, start=1):
        if isinstance(event, Conclusion):
            if not due or not same(due[0], event):
                raise ReplayDiffers(number, event, due[0] if due else None)
            due.pop(0)
            continue
        if due:
            raise ReplayDiffers(number, event, due[0])
        state, commands = advance(state, event)
        due = list(commands.record)
    return state


def _name(event: Event | None) -> str:
    return "nothing" if event is None else type(event).__name__
