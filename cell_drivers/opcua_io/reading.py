"""What a server says of one tag at one moment, and whether that is news. Pure.

Law: only *Good* is known: uncertain and bad quality are None. A reading whose source time is before the one already had is out
of its order, so what is true now is not known until a newer one comes. A reading without a time cannot be placed, and is not
known.
"""

from __future__ import annotations

from dataclasses import dataclass

SEVERITY = 0xC0000000
"""OPC 10000-4, 7.39: the two bits of a status code that say good (00), uncertain (01) or bad."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`code` is the status code. `source_time` ns since 1970 by the PLC's clock, None where the server tells none."""

    value: object
    code: int
    source_time: int | None

    @property
    def is_good(self) -> bool:
        return self.code & SEVERITY == 0


@dataclass(slots=True)
class Placed:
    """The newest reading of one tag."""

    reading: Reading | None = None

    def take(self, reading: Reading, is_asked: bool) -> str | None:
        """Why what it says is not known; "" where it is. None: no news, for it was overtaken. `is_asked`: it is an answer, so it
        says what is so now; what a subscription brings may have been under way."""
        before = None if self.reading is None else self.reading.source_time
        if reading.source_time is None:
            return "it has no time"
        if before is not None and reading.source_time < before:
            if not is_asked:
                return None
            return f"its time went back by {(before - reading.source_time) / 1e9:.3g} s"
        self.reading = reading
        return "" if reading.is_good else f"its quality is {reading.code:#010x}"
