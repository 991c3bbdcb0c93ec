"""How far work has got that takes long, told by a process at hand on its way to an answer (at_hand.py).

Law: it is told in JSON, and an answer is pickled. The two begin otherwise, so nobody reads an answer of a hundred megabytes to
see what it is. Another stage is told at once, the same one a few times a second. Nothing depends on it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from cellwright.at_hand import send
from cellwright.workshop import Progress

PERIOD: Final = 0.2  # s between two words of one stage
BEGINS: Final = b'{"stage"'


@dataclass(slots=True)
class Telling:
    """The end that works. `pipe`: to whoever waits for its answer."""

    pipe: IO[bytes]
    clock: Callable[[], float] = time.monotonic
    _stage: str = ""
    _at: float = 0.0

    def __call__(self, stage: str, done: int, of: int) -> None:
        now = self.clock()
        if stage == self._stage and now - self._at < PERIOD:
            return
        self._stage, self._at = stage, now
        send(self.pipe, json.dumps({"stage": stage, "done": done, "of": of}).encode())


def told_to(progress: Progress) -> Callable[[bytes], bool]:
    """Whether a message is of this kind; `progress` is told then. Raises EOFError for one that cannot be read."""

    def is_told(message: bytes) -> bool:
        if not message.startswith(BEGINS):
            return False
        try:
            told = json.loads(message)
            stage, done, of = str(told["stage"]), int(told["done"]), int(told["of"])
        except (ValueError, KeyError, TypeError) as cause:
            raise EOFError(f"it says what cannot be read: {cause}") from cause
        progress(stage, done, of)
        return True

    return is_told
