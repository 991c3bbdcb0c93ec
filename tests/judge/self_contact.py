"""Which bodies of robots are held against each other.

Links that one joint joins touch by design. Solids that touch in every one of many drawn configurations are one piece as far
as anyone can tell. All others must stay apart, and what our own robot models declare unable to meet is checked like any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cell.geometry import Array
from tests.judge.arm import Arm
from tests.judge.bodies import Moving
from tests.judge.nearness import Counted, Distances, Placed, placed
from tests.judge.solids import Standing

DRAWN = 200


@dataclass(frozen=True, slots=True)
class CheckedPairs:
    """`carried` are links and tools, `apart` their pairs that move against each other, `mounted` (moving, base) by name: what is
    not held against the robot's own foot."""

    carried: tuple[Moving, ...]
    apart: tuple[tuple[Moving, Moving], ...]
    mounted: frozenset[tuple[str, str]]

    def moving(self, held: Sequence[Moving]) -> list[tuple[Moving, Moving]]:
        """Pairs whose distance changes as the robots move, those of the held parts included."""
        pairs = list(self.apart)
        for part in held:
            pairs += [(part, body) for body in self.carried if body.robot != part.robot or body.joint < part.joint]
        return pairs + [(a, b) for a, b in combinations(held, 2) if a.robot != b.robot]

    def fixed(self, held: Sequence[Moving]) -> Iterator[tuple[Moving, Moving]]:
        """Pairs on one flange: a held part and the last link, the other hand, what that holds; in one hand all is one piece."""
        for part in held:
            for body in self.carried:
                if body.robot == part.robot and body.joint == part.joint and not _is_its_hand(body, part):
                    yield part, body
        yield from ((a, b) for a, b in combinations(held, 2) if a.robot == b.robot and a.hand != b.hand)


def checked_pairs(arms: Mapping[str, Arm], carried: Sequence[Moving], bases: Sequence[Standing]) -> CheckedPairs:
    always = _Drawn(arms, carried)
    apart = [(a, b) for a, b in combinations(carried, 2) if _can_meet(a, b) and not always.touching(a, b)]
    mounted = {
        (body.name, base.name)
        for body in carried
        for base in bases
        if base.owner == body.robot and (body.joint == 1 or always.touching(body, base))
    }
    return CheckedPairs(tuple(carried), tuple(apart), frozenset(mounted))


def _can_meet(a: Moving, b: Moving) -> bool:
    return a.robot != b.robot or (a.joint != b.joint and not _are_neighbours(a, b))


def _is_its_hand(body: Moving, part: Moving) -> bool:
    return body.what == "tool" and body.hand in ("", part.hand)


def _are_neighbours(a: Moving, b: Moving) -> bool:
    return a.what == b.what == "link" and abs(a.joint - b.joint) == 1


class _Drawn:
    """Every robot at configurations drawn from a fixed seed."""

    def __init__(self, arms: Mapping[str, Arm], carried: Sequence[Moving]) -> None:
        sweeps = {name: arm.sweep(_drawn(arm)) for name, arm in arms.items()}
        self._where: dict[str, Placed] = {m.name: placed(m, sweeps[m.robot]) for m in carried}
        self._solver = Distances(Counted())

    def touching(self, a: Moving, b: Moving | Standing) -> bool:
        if isinstance(b, Moving) and b.robot != a.robot:
            return False
        other = b if isinstance(b, Standing) else self._where[b.name]
        return all(self._solver.at(self._where[a.name], other, k) <= 0.0 for k in range(DRAWN))


def _drawn(arm: Arm) -> Array:
    low, high = np.clip(arm.limits.position, -np.pi, np.pi).T
    return np.asarray(np.random.default_rng(0).uniform(low, high, (DRAWN, arm.joints)))
