"""A Robotiq 2F gripper as registers: jaws that move, a part between them, activation, faults. Written from the maker's manual and
not from our decoding; no such gripper was seen. Time is the caller's clock, scaled by `speed`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

STATUS, REQUEST = 2000, 1000
CLOSED = 230
"""Where the fingers meet; the position asked for may be beyond."""
OPEN = 3
TRAVEL = 0.7
"""s for the whole stroke at full speed."""


class Gripper2F:
    """`part` is the position (0..255) at which the jaws meet one, None for nothing there."""

    def __init__(self, speed: float = 10.0, is_active: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self.part: int | None = None
        self.fault = 0
        self._clock, self._rate = clock, 255.0 / TRAVEL * speed
        self._activation = 3 if is_active else 0
        self._waking: float | None = None
        self._waking_time = 2.0 * TRAVEL / speed
        self._request = [0x0900 if is_active else 0, 0, 0xFFFF]
        self._position = float(OPEN)
        self._at = clock()
        self._object = 3

    # --- registers ---

    def read(self, address: int, count: int) -> list[int]:
        self._advance()
        file = {STATUS + k: word for k, word in enumerate(self._status())}
        file |= {REQUEST + k: word for k, word in enumerate(self._request)}
        if not all(a in file for a in range(address, address + count)):
            raise IndexError(address)
        return [file[a] for a in range(address, address + count)]

    def write(self, address: int, words: list[int]) -> None:
        self._advance()
        if not REQUEST <= address <= address + len(words) <= REQUEST + 3:
            raise IndexError(address)
        before = self._request[0] >> 8 & 1
        self._request[address - REQUEST : address - REQUEST + len(words)] = words
        enabled = self._request[0] >> 8 & 1
        if not enabled:
            self._activation, self._waking, self.fault = 0, None, 0
        elif not before:
            self._activation, self._waking = 1, self._at + self._waking_time
        self._advance()

    def _status(self) -> list[int]:
        goes = self._request[0] >> 8 & 0x08
        first = self._request[0] >> 8 & 1 | goes | self._activation << 4 | (self._object if goes else 0) << 6
        current = 40 if self._object == 0 else 1
        return [first << 8, self.fault << 8 | self._asked, round(self._position) << 8 | current]

    # --- what the jaws do ---

    @property
    def position(self) -> int:
        self._advance()
        return round(self._position)

    def lose_part(self) -> None:
        self.part = None

    @property
    def _asked(self) -> int:
        return self._request[1] & 0xFF

    def _advance(self) -> None:
        now, since = self._clock(), self._at
        self._at = now
        if self._waking is not None and now >= self._waking:
            self._waking, self._activation, self._position = None, 3, float(OPEN)
        if self._activation != 3 or not self._request[0] >> 8 & 0x08 or self.fault >= 0x0A:
            return
        goal = float(min(max(self._asked, OPEN), CLOSED))
        step = (now - since) * self._rate * max(0.1, (self._request[2] >> 8) / 255.0)
        ahead = goal - self._position
        moved = self._position + max(-step, min(step, ahead))
        if self.part is not None and self._position <= self.part < goal and moved >= self.part:
            self._position, self._object = float(self.part), 2
            return
        self._position = moved
        self._object = 3 if abs(goal - moved) < 0.5 else 0
