"""Numbers that no planner writes: each is refused in words, none breaks the proof, whatever they overflow."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from cell.codec import CodecError, from_plain, to_plain
from cell.motion_plan import Motion
from planner.proof.motion_verdict import judge
from planner.proof.surroundings import surroundings_of
from tests.planner.proof.gantry import tending

EXTREMES = (1e308, -1e308, 5e-324, 1e9)


def numbers(plain: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the numbers of a motion stand; the first two of a list stand for the rest."""
    match plain:
        case dict():
            for key, value in plain.items():
                yield from numbers(value, (*path, key))
        case list():
            for index, value in enumerate(plain[:2]):
                yield from numbers(value, (*path, index))
        case float():
            yield path


@pytest.mark.parametrize("extreme", EXTREMES)
def test_extreme_number_anywhere_is_judged(extreme: float) -> None:
    plan, around = tending().plan, surroundings_of(tending().request, "g1", "grip")
    plain = to_plain(next(m for m in plan.motions.values() if m.contacts and m.visits))
    for path in numbers(plain):
        changed = copy.deepcopy(plain)
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = extreme
        try:
            motion = from_plain(Motion, changed)
        except CodecError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            verdict = judge(motion, around)
        if abs(extreme) > 1e300 and path[0] in ("segments", "phases", "duration", "contacts"):
            assert verdict.refusals, path
