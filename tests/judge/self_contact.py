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
Pair = tuple[Moving, Moving | Standing]


@dataclass(frozen=True, slots=True)
class CheckedPairs:
    """`carried` are links and tools, `apart` their pairs that move against each other."""

    carried: tuple[Moving, ...]
    bases: tuple[Standing, ...]
    apart: tuple[Pair, ...]

    def moving(self, held: Sequence[Moving]) -> Iterator[Pair]:
        """Pairs whose distance changes as the robots move, those of the held parts included."""
        yield from self.apart
        for part in held:
            for body in self.carried:
                if body.robot != part.robot or body.joint < part.joint:
                    yield part, body
            yield from ((part, base) for base in self.bases if base.owner == part.robot)
        yield from ((a, b) for a, b in combinations(held, 2) if a.robot != b.robot)

    def fixed(self, held: Sequence[Moving]) -> Iterator[tuple[Moving, Moving]]:
        """Pairs on one flange: a held part and the last link, the other hand, what that holds."""
        for part in held:
            for body in self.carried:
                if body.robot == part.robot and body.joint == part.joint and not _is_its_hand(body, part):
                    yield part, body
        yield from ((a, b) for a, b in combinations(held, 2) if a.robot == b.robot)


def checked_pairs(arms: Mapping[str, Arm], carried: Sequence[Moving], bases: Sequence[Standing]) -> CheckedPairs:
    apart: list[Pair] = []
    for a, b in combinations(carried, 2):
        if a.robot != b.robot or (a.joint != b.joint and not _are_neighbours(a, b)):
            apart.append((a, b))
    for body in carried:
        apart.extend((body, base) for base in bases if base.owner == body.robot and body.joint > 1)
    always = _always_touching(arms, carried, apart)
    return CheckedPairs(tuple(carried), tuple(bases), tuple(p for p, is_one in zip(apart, always, strict=True) if not is_one))


def _is_its_hand(body: Moving, part: Moving) -> bool:
    return body.what == "tool" and body.hand in ("", part.hand)


def _are_neighbours(a: Moving, b: Moving) -> bool:
    return a.what == b.what == "link" and abs(a.joint - b.joint) == 1


def _always_touching(arms: Mapping[str, Arm], carried: Sequence[Moving], pairs: Sequence[Pair]) -> list[bool]:
    sweeps = {name: arm.sweep(_drawn(arm)) for name, arm in arms.items()}
    where: dict[str, Placed] = {m.name: placed(m, sweeps[m.robot]) for m in carried}
    solver = Distances(Counted())

    def touches_always(a: Moving, b: Moving | Standing) -> bool:
        other = b if isinstance(b, Standing) else where[b.name]
        return a.robot == _robot(b) and all(solver.at(where[a.name], other, k) <= 0.0 for k in range(DRAWN))

    return [touches_always(a, b) for a, b in pairs]


def _robot(body: Moving | Standing) -> str:
    return body.owner if isinstance(body, Standing) else body.robot


def _drawn(arm: Arm) -> Array:
    low, high = np.clip(arm.limits.position, -np.pi, np.pi).T
    return np.asarray(np.random.default_rng(0).uniform(low, high, (DRAWN, arm.joints)))
