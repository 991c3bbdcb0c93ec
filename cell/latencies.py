"""How long things took, counted in steps of a tenth: small, as good when merged as when counted at once, and enough for
percentiles.

Law: a step means the same for ever, for events carry its number. Step 0 is what took at most 0.1 ms; step k what took at most
10^(k/24) times that, and more than step k - 1. The last one is what took longer than all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

SHORTEST = 1e-4  # s
A_DECADE = 24
LAST = 6 * A_DECADE  # 100 s

Counts = tuple[tuple[int, int], ...]
"""(step, how many), each step once, in order."""


def step_of(seconds: float) -> int:
    if not seconds > SHORTEST:
        return 0
    return min(LAST, math.ceil(A_DECADE * math.log10(seconds / SHORTEST) - 1e-9))


def longest_in(step: int) -> float:
    """s."""
    return SHORTEST * math.pow(10.0, step / A_DECADE)


def counted(seconds: Iterable[float]) -> Counts:
    found: dict[int, int] = {}
    for one in seconds:
        step = step_of(one)
        found[step] = found.get(step, 0) + 1
    return tuple(sorted(found.items()))


def merged(into: dict[int, int], counts: Counts) -> None:
    for step, count in counts:
        into[step] = into.get(step, 0) + count


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """s that at least `share` of all took no longer than, up to a tenth too long; None where there are none."""
    total, passed = sum(counts.values()), 0
    for step in sorted(counts):
        passed += counts[step]
        if passed >= share * total:
            return longest_in(step)
    return None
