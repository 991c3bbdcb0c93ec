"""The journal of a rehearsal without end: its newest events, and the figures of all.

Nothing here is read again by a run; whoever wants every event takes another journal.
"""

from __future__ import annotations

from collections.abc import Sequence

from cell.events import Event
from controller.journal.journal import MemoryJournal
from controller.run_state import RunState
from controller.tally import Tally


class NewestJournal(MemoryJournal):
    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.tally = Tally()

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        super().append(events, state, is_durable=is_durable)
        for event in events:
            self.tally.take(event)
