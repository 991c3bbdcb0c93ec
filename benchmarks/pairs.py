"""Claim: whether two robots on two paths keep apart whatever the timing is answered faster by halving the paths than by sampling
both, and for certain.

    python benchmarks/pairs.py [--rounds 5] [--step 0.02] [--apart 1.0]

Two ur5e that stand `apart` m from each other, a tray each and one nest between them: all motions of carrying every part of its
tray to the nest, each pair of them. The peer is what one writes first: configurations on both paths between which no point moves
more than `step` m, all against all, boxes first, then coal on what is near. It is asked only about pairs whose sweeps are near,
and says nothing of what is between two samples: it may call apart what meets, never the other way round.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.measured import interleaved, machine, ratios, say, table
from cell.geometry import Array
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.presence import Moving
from cell.steps import MotionNeed
from cell.trajectory import Path as Curve
from planner.motion import coordinate
from planner.motion.apart import PAIR_CLEARANCE, Pairing, Rows
from planner.motion.coordinate import Course, uncertified
from planner.motion.plan_motions import plan_motions
from planner.motion.store import MemoryStore
from planner.motion.sweeps import Sweep
from tests.planner.motion.two_robots import job, pair_cell
from tests.planner.motion.workcell import models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--step", type=float, default=0.02)
    parser.add_argument("--apart", type=float, default=1.0)
    asked = parser.parse_args()
    half = 500.0 * asked.apart
    cell = pair_cell(changes={"base (-500 mm": f"base ({-half} mm", "base (500 mm": f"base ({half} mm"})
    motions = motions_of(cell)
    say(machine())
    every(cell, motions)
    courses = coordinate._courses([Moving(need) for need in motions], motions, cell, models(cell))
    sides = [[c for p, c in courses.items() if c is not None and p.robot == name] for name in ("east", "west")]
    near = [(one, other) for one, other in product(*sides) if boxes_meet(one, other)]
    say(f"{len(near)} of {len(sides[0]) * len(sides[1])} pairs have sweeps that are near")
    looks = {course.digest: samples(course, asked.step) for side in sides for course in side}
    ours = [is_apart(*pair) for pair in near]
    theirs = [is_apart_at(*pair, looks) for pair in near]
    say(f"apart: {sum(ours)} by halving, {sum(theirs)} by sampling; shown: {sum(ours)} and none")
    if any(a and not b for a, b in zip(ours, theirs, strict=True)):
        raise SystemExit("a pair that was certified meets at a sample")
    times = interleaved(
        {
            "ours, halving": lambda: [is_apart(*pair) for pair in near],
            f"sampling every {1e3 * asked.step:.0f} mm": lambda: [is_apart_at(*pair, looks) for pair in near],
        },
        asked.rounds,
    )
    say(table(times, "ms a pair", 1e3 / len(near)))
    say(ratios(times, *times))


def motions_of(cell: CellModel) -> dict[MotionNeed, Motion]:
    needs = [need for name in cell.robots for need in job(cell, name)]
    found = plan_motions(needs, cell, models(cell), MemoryStore(), map, lambda *_: None, 0)
    say(f"{len(found.motions)} motions, {len(found.refused)} refused")
    return dict(found.motions)


def every(cell: CellModel, motions: dict[MotionNeed, Motion]) -> None:
    """The stage as planning calls it, on one core: cold, then with its verdicts in the store."""
    pairs = list(product(*([Moving(n) for n in motions if n.robot == name] for name in ("east", "west"))))
    store = MemoryStore()
    for what in ("cold", "stored"):
        began = time.perf_counter()
        conflicts = uncertified(pairs, motions, cell, models(cell), store, map, lambda *_: None)
        seconds = time.perf_counter() - began
        say(f"{what}: {len(pairs)} pairs in {seconds:.2f} s, {len(pairs) / seconds:.0f} a second; {len(conflicts)} not certified")


def boxes_meet(one: Course, other: Course) -> bool:
    a, b = (Sweep(c.moved, c.curves) for c in (one, other))
    gaps = np.maximum(a.low[0][:, None] - b.high[0], b.low[0] - a.high[0][:, None])
    return bool((gaps.max(axis=2) <= PAIR_CLEARANCE).any())


def is_apart(one: Course, other: Course) -> bool:
    """Nothing is kept from other pairs but the shapes."""
    return _pairing(one, other).are_apart(Sweep(one.moved, one.curves), Sweep(other.moved, other.curves))


_PAIRINGS: dict[tuple[str, str], Pairing] = {}


def _pairing(one: Course, other: Course) -> Pairing:
    key = one.bodies, other.bodies
    if key not in _PAIRINGS:
        _PAIRINGS[key] = Pairing(one.moved, other.moved)
    return _PAIRINGS[key]


# --- sampling ----------------------------------------------------------------------------------------------------------


def samples(course: Course, step: float) -> Sweep:
    """A row of nodes, each one configuration of the path."""
    path = Curve(course.curves, np.arange(len(course.curves) + 1.0))
    fine = path.at(np.linspace(0.0, path.length, 2000)).q
    moved = np.cumsum((np.abs(np.diff(fine, axis=0)) @ course.moved.arm.model.radii).max(axis=1))
    marks = np.searchsorted(moved, np.arange(0.0, moved[-1] + step, step))
    row = Sweep.__new__(Sweep)
    row.moved = course.moved
    q: Array = fine[np.minimum(marks, len(fine) - 1)]
    row.poses, row.motion, row.low, row.high = course.moved.at(q, np.zeros_like(q))
    return row


def is_apart_at(one: Course, other: Course, looks: dict[str, Sweep]) -> bool:
    pairing, a, b = _pairing(one, other), looks[one.digest], looks[other.digest]
    bodies = pairing.first.a, pairing.first.b
    for i in range(len(a.low)):
        gaps = np.maximum(a.low[i, bodies[0]] - b.high[:, bodies[1]], b.low[:, bodies[1]] - a.high[i, bodies[0]])
        k, row = np.nonzero(gaps.max(axis=2) <= PAIR_CLEARANCE)
        near = Rows(np.full_like(k, i), bodies[0][row], k, bodies[1][row])
        if any(pairing._distance(a, b, near, n) <= PAIR_CLEARANCE for n in range(len(near))):
            return False
    return True


if __name__ == "__main__":
    main()
