"""How often a terminal may ask: so many at once, and so many a second after that."""

from __future__ import annotations

from cell.dataclass import dataclass


@dataclass(slots=True)
class Allowance:
    """`rate` per second, `most` at once. Times are in s of one monotonic clock."""

    rate: float
    most: float
    _left: float = -1.0
    _at: float = 0.0

    def takes(self, now: float) -> bool:
        self._left = self.most if self._left < 0.0 else min(self.most, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
