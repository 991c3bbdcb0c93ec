"""What a child has told and nobody has fetched yet. Two threads meet here: one hears it, one asks for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Lock

from cell.device import DeviceEvent, ReadbackBlock
from cell_drivers.hosted.wire import Seen

MOST_BLOCKS = 2_000  # of readback that nobody has fetched; the oldest go first, and their numbers show it


class Told:
    """`newest` is the newest look, None from before anything was seen."""

    def __init__(self) -> None:
        self.newest: Seen | None = None
        self._lock = Lock()
        self._news: deque[DeviceEvent] = deque()
        self._blocks: deque[ReadbackBlock] = deque(maxlen=MOST_BLOCKS)

    def take(self, seen: Seen) -> bool:
        """Whether it says anything that somebody is to be told of."""
        with self._lock:
            is_new = bool(seen.events) or self.newest is None or seen.occupied != self.newest.occupied
            self.newest = seen
            self._news += seen.events
            self._blocks += seen.readback
        return is_new

    def add(self, events: Sequence[DeviceEvent]) -> None:
        """What is told of the child itself, all of it at once."""
        with self._lock:
            self._news += events

    @property
    def waiting(self) -> int:
        """How many events nobody has fetched."""
        return len(self._news)

    def fetch_news(self) -> tuple[DeviceEvent, ...]:
        with self._lock:
            found, self._news = tuple(self._news), deque()
        return found

    def fetch_blocks(self, device: str) -> tuple[ReadbackBlock, ...]:
        with self._lock:
            found = tuple(block for block in self._blocks if block.device == device)
            self._blocks = deque((block for block in self._blocks if block.device != device), MOST_BLOCKS)
        return found
