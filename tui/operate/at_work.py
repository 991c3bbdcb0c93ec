"""What takes long at a controller (a plan, a proof, the sources read again), in words: how far it is, how long it still takes.

Told by the thread that reads the line, read by the one that draws.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cellwright.times import lasting
from controller.attached.messages import Working
from tui.remaining import BEFORE_ANY, Remaining, left_in_words


@dataclass(frozen=True, slots=True)
class Work:
    """`stage` "": nothing that takes long is under way. `of` 0: nobody knows how much there is to do. `left`: about how long it
    still takes, or how long it has taken where nobody can say."""

    stage: str = ""
    done: int = 0
    of: int = 0
    left: str = ""

    @property
    def short(self) -> str:
        return f"{self.stage} {100 * self.done // self.of} %" if self.of else self.stage

    @property
    def whole(self) -> str:
        amount = f"{self.stage} {self.done}/{self.of}" if self.of else self.stage
        return f"{amount}, {self.left}" if self.left else amount


NOTHING = Work()


class AtWork:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._remaining = Remaining(clock)
        self._now: tuple[Working, str, float] | None = None

    def told(self, word: Working) -> None:
        if not word.stage:
            self.forget()
            return
        left = self._remaining.of(word.stage, word.done, word.of) if word.done < word.of else None
        since = self._now[2] if self._now is not None and self._now[0].stage == word.stage else self._clock()
        self._now = word, left_in_words(left), since

    def forget(self) -> None:
        """What comes next is judged by itself."""
        self._remaining = Remaining(self._clock)
        self._now = None

    def work(self) -> Work:
        now = self._now
        if now is None:
            return NOTHING
        word, left, since = now
        took = int(self._clock() - since)
        if not left and took >= BEFORE_ANY:
            left = f"for {lasting(took)}".replace(".0 s", " s")
        return Work(word.stage, word.done, word.of, left)
