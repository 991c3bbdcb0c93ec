"""How long a stage of work still takes, judged by how fast it has gone: an estimate of that stage and of nothing behind it.

Law: nothing is told before there is something to judge by. The clock is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cellwright.times import lasting

BEFORE_ANY: Final = 2.0  # s of a stage before which nothing is told of its end
_MOST: Final = 360_000.0  # s; what would take longer is not known


@dataclass(frozen=True, slots=True)
class _Begun:
    at: float
    done: int


class Remaining:
    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives s, and never goes back."""
        self._clock = clock
        self._begun: dict[str, _Begun] = {}
        self._last: dict[str, int] = {}

    def of(self, stage: str, done: int, of: int) -> float | None:
        """s that are left of `stage`, which has got so far; None where nobody can say yet. What was at hand when it began says
        nothing of how fast it goes."""
        now = self._clock()
        if stage not in self._begun or done < self._last[stage]:  # it has begun, or begins again
            self._begun[stage] = _Begun(now, done)
        self._last[stage] = done
        begun = self._begun[stage]
        took, got = now - begun.at, done - begun.done
        if took < BEFORE_ANY or got <= 0 or done > of:
            return None
        left = took / got * (of - done)
        return left if left <= _MOST else None


def left_in_words(seconds: float | None) -> str:
    """`about 20 s left`, rounded as far as an estimate can be meant; "" where nobody can say."""
    if seconds is None:
        return ""
    step = 1.0 if seconds < 10 else 5.0 if seconds < 60 else 30.0 if seconds < 600 else 300.0
    return f"about {lasting(max(1.0, round(seconds / step) * step)).replace('.0 s', ' s').replace(' 00 s', '')} left"
