"""Every event of a run in order, as lines for terminals: the newest in memory, the older ones read from the journal again.

Law: what is told behind number n is n + 1, n + 2, …: nothing missing, nothing twice, however far behind somebody is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from cell.events import Event
from controller.attached.messages import told_line
from controller.journal.rows import row_of

IN_MEMORY = 8_000_000  # bytes
AT_ONCE = 200  # events read from the journal in one go

Older = Callable[[int, int], Sequence[tuple[int, str]]]
"""At most so many events behind a number, as numbers and texts, from the journal. Raises OSError, or what the journal raises."""


class Chronicle:
    def __init__(self, older: Older, last: int = 0, in_memory: int = IN_MEMORY) -> None:
        """`last` is the number of the newest event that was told before this controller."""
        self.last = last
        self._older = older
        self._most = in_memory
        self._lines: deque[bytes] = deque()
        self._bytes = 0

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            self.last += 1
            line = told_line(self.last, row_of(self.last, event).body)
            self._lines.append(line)
            self._bytes += len(line)
        while self._bytes > self._most and len(self._lines) > 1:
            self._bytes -= len(self._lines.popleft())

    def behind(self, seq: int, most: int) -> tuple[bytes, int]:
        """Lines of the events behind `seq`, as many as fit into `most` bytes but at least one, and the number of the last of
        them; `seq` itself where there is none, or where the journal does not have it yet."""
        first = self.last - len(self._lines) + 1
        if seq + 1 < first:
            rows = [(n, body) for n, body in self._older(seq, AT_ONCE) if n < first]
            found: Iterable[bytes] = (told_line(n, body) for n, body in rows)
        else:
            found = (self._lines[at] for at in range(seq + 1 - first, len(self._lines)))
        text = bytearray()
        for line in found:
            if text and len(text) + len(line) > most:
                break
            text += line
            seq += 1
        return bytes(text), seq
