"""The instants at which a run is killed: all that there are in one fixed order, any stretch of which lies all over the run.

Who goes on where another one has stopped meets other instants, and none twice before each was met once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.crash.crashing import Point
from tests.crash.killing import WHENS

MUTE_EVERY = 5
GOLDEN = (5**0.5 - 1) / 2  # of the way round: however many steps there were, those on either side of one are about as far away
HEARS, UNHEARD, TELLS, MUTE = "heard", "unheard", "devices tell", "devices mute"


@dataclass(frozen=True, slots=True)
class Instant:
    """`is_mute`: devices cannot tell what became of a command."""

    point: Point
    is_mute: bool

    @property
    def text(self) -> str:
        """What `--only` takes."""
        point = self.point
        heard, told = HEARS if point.hears else UNHEARD, MUTE if self.is_mute else TELLS
        return f"{point.write}, {point.when}, {heard}, {point.away:g} s away, {told}"


def instant(text: str) -> Instant:
    """Raises ValueError."""
    write, when, heard, away, told = (word.strip() for word in text.split(","))
    for when_known in WHENS:
        if when == when_known and heard in (HEARS, UNHEARD) and told in (TELLS, MUTE):
            point = Point(int(write), when_known, heard == HEARS, float(away.removesuffix("s away")))
            return Instant(point, told == MUTE)
    raise ValueError(text)


def instants(writes: int, wanted: int, first: int = 0) -> Iterator[Instant]:
    """`wanted` of them, or all there are, from number `first` of the order on."""
    spread, ways = _spread(writes), len(WHENS)
    for number in range(first, first + min(wanted, ways * writes)):
        turn, place = divmod(number, writes)
        write, way = 1 + spread[place], (turn + place) % ways
        point = Point(write, WHENS[way], (write + way) % 2 == 0, float(7 * write % 40))
        yield Instant(point, number % MUTE_EVERY == MUTE_EVERY - 1)


def _spread(many: int) -> list[int]:
    """The numbers below `many`, those that follow one another far apart."""
    by_size = sorted(range(many), key=lambda k: k * GOLDEN % 1.0)
    return sorted(range(many), key=by_size.__getitem__)
