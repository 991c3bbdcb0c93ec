"""Which spells of two robots can happen at once, by the partial order alone: whatever the durations, whichever branches.

A robot is at any time in exactly one spell: on a motion, or at rest from the end of one motion (or the start of the plan) to
the start of its next one (or for good). Which motion is the next may depend on choices, so a rest has one spell for each. Two
spells cannot coincide when the last step of one has surely ended before the first step of the other starts, or when they
belong to branches that exclude each other. Everything else can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from cell.dataclass import dataclass
from cell.steps import BranchRef, Move, Step
from cell.task_plan import Choice
from planner.proof.precedence import Precedence

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Spell:
    """`robot` on the motion of step `first`, which is `last` too; or at rest from the end of step `first` (None: from the start
    of the plan) to the start of step `last` (None: for good). `without` is the set of steps that no run has in which the
    spell happens."""

    robot: str
    first: int | None
    last: int | None
    without: int

    @property
    def is_motion(self) -> bool:
        return self.first is not None and self.first == self.last


def spells_of(steps: Sequence[Step], choices: Sequence[Choice], order: Precedence, robot: str) -> tuple[Spell, ...]:
    """Needs the robot's steps to be in a total order, but for the branches of a choice (exclusion.py proves that)."""
    moves = [i for i, step in enumerate(steps) if isinstance(step.action, Move) and step.action.need.robot == robot]
    width = {choice.id: len(choice.alternatives) for choice in choices}
    out = [Spell(robot, None, last, without) for last, without in _next(None, moves, steps, width, order)]
    for k, i in enumerate(moves):
        out.append(Spell(robot, i, i, order.apart[i]))
        rests = _next(i, moves[k + 1 :], steps, width, order)
        out.extend(Spell(robot, i, last, without | order.apart[i]) for last, without in rests)
    return tuple(out)


def _next(
    i: int | None, later: Sequence[int], steps: Sequence[Step], width: Mapping[str, int], order: Precedence
) -> Iterator[tuple[int | None, int]]:
    """(step, without) of each motion that may be the first of `later` to happen after step `i`; (None, …) where none may."""
    own = None if i is None else steps[i].branch
    passed: dict[BranchRef, None] = {}
    without = 0
    for n in later:
        branch = steps[n].branch
        if branch in passed or (i is not None and order.apart[i] >> n & 1):
            continue
        yield n, without | order.apart[n]
        if branch is None or branch == own:
            return
        passed[branch] = None
        without |= order.branch[branch]
        if sum(other.choice == branch.choice for other in passed) == width[branch.choice]:
            return
    yield None, without


def may_coincide(first: Sequence[Spell], second: Sequence[Spell], order: Precedence) -> Bools:
    """(len(first), len(second)): False where no run has both at one time."""
    return ~(
        _hold(_earlier(second, order), [s.last for s in first]).T
        | _hold(_earlier(first, order), [s.last for s in second])
        | _exclude(first, second)
        | _exclude(second, first).T
    )


def at_once(crowd: Sequence[Sequence[Spell]], order: Precedence) -> tuple[Spell, ...] | None:
    """One spell of each, every two of which can happen at once; None where there are none. Spells are stretches of time, so those
    of one run of which every two overlap have an instant in common (Helly); for different runs this is more than needed."""
    pairs = {(i, k): may_coincide(crowd[i], crowd[k], order) for i, k in combinations(range(len(crowd)), 2)}

    def chosen(taken: tuple[int, ...]) -> tuple[int, ...] | None:
        k = len(taken)
        if k == len(crowd):
            return taken
        fits = np.ones(len(crowd[k]), dtype=bool)
        for i, spell in enumerate(taken):
            fits &= pairs[i, k][spell]
        return next((found for n in np.flatnonzero(fits) if (found := chosen((*taken, int(n)))) is not None), None)

    found = chosen(())
    return None if found is None else tuple(crowd[k][n] for k, n in enumerate(found))


def _earlier(spells: Sequence[Spell], order: Precedence) -> list[int]:
    """What has surely ended when each spell begins."""
    return [0 if s.first is None else order.before[s.first] for s in spells]


def _exclude(spells: Sequence[Spell], others: Sequence[Spell]) -> Bools:
    without = [s.without for s in spells]
    excluded: Bools = _hold(without, [s.first for s in others]) | _hold(without, [s.last for s in others])
    return excluded


def _hold(sets: Sequence[int], steps: Sequence[int | None]) -> Bools:
    """(len(sets), len(steps)): whether the set has the step; no set has None."""
    size = max((s.bit_length() for s in sets), default=0) // 8 + 1
    rows = np.frombuffer(b"".join(s.to_bytes(size, "little") for s in sets), dtype=np.uint8).reshape(len(sets), size)
    known = np.array([s is not None and s < 8 * size for s in steps], dtype=bool)
    number = np.array([s if s is not None and s < 8 * size else 0 for s in steps], dtype=np.int64)
    held: Bools = (rows[:, number >> 3] >> (number & 7).astype(np.uint8) & 1).astype(bool) & known
    return held
