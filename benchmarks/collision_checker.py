"""Claim: whether the arm is clear of a full cell is answered faster by our checker than by coal's own broadphase.

    python benchmarks/collision_checker.py [--rounds 7] [--states 400]

The same states, bodies and margins for both: the tending cell with a part in every place, the robot with its tool and a part
in each hand. The peer is what one writes first: coal's DynamicAABBTree over the cell, the arm's bodies asked one by one, then
the self-collision pairs, at each state. Ours is asked state by state too, and once with all clear states in one call, as the
search asks it. Both must agree on every state, else there is nothing to compare.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import coal
import numpy as np

from benchmarks.measured import TENDING, interleaved, machine, ratios, say, table
from cellwright.reading import read
from cellwright.session import load_robots
from cellwright.workshop import open_workshop
from planner.motion.bodies import Mover, Stander
from planner.motion.collision import CLEAR, Collider, coal_shape
from planner.motion.margins import SELF_CLEARANCE
from planner.motion.workbench import Workbench

MARGIN = 0.0  # coal's trees do not widen their boxes by a margin, so with one they would miss what is merely near


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--states", type=int, default=400)
    asked = parser.parse_args()
    bench = workbench()
    collider = bench.collider(bench.loads(bench.arm.hands))
    margins = bench.margins(collider, None, (), MARGIN)
    states = near_the_work(bench, asked.states)
    peer = Broadphase(collider, bench)
    ours = [collider.blocker(q, margins) is None for q in states]
    theirs = [peer.is_clear(q) for q in states]
    differing = sum(a != b for a, b in zip(ours, theirs, strict=True))
    clear = states[np.array(ours) & np.array(theirs)]
    say(machine())
    say(f"{len(states)} states, {len(clear)} of them clear; the two differ at {differing}")
    if differing:
        raise SystemExit("the two do not answer the same question")
    still = np.zeros_like(clear)
    times = interleaved(
        {
            "ours, state by state": lambda: [collider.blocker(q, margins) for q in clear],
            "ours, all at once": lambda: collider.verdicts(clear, still, margins),
            "coal broadphase": lambda: [peer.is_clear(q) for q in clear],
        },
        asked.rounds,
    )
    assert np.all(collider.verdicts(clear, still, margins)[0] == CLEAR)
    say(table(times, "µs a clear state", 1e6 / len(clear)))
    say(ratios(times, "ours, state by state", "coal broadphase"))
    say(ratios(times, "ours, all at once", "coal broadphase"))


def workbench() -> Workbench:
    import tempfile

    reading = read(str(TENDING), {})
    assert reading.cell is not None
    with tempfile.TemporaryDirectory() as folder:
        models = load_robots(reading.cell, open_workshop(lambda *_: None, 1, Path(folder))).value
    assert models is not None
    return Workbench(reading.cell, "r1", models, "twin_grip")


def near_the_work(bench: Workbench, count: int) -> np.ndarray:
    """Configurations with a hand somewhere over the places of the cell, upright: where a search looks."""
    draw = np.random.default_rng(5)
    places = [p for p in bench.cell.places.values() if p.capacity is not None]
    found: list[np.ndarray] = []
    tcp = bench.arm.tcp_frames()[0]
    while len(found) < count:
        place = places[int(draw.integers(len(places)))]
        T = np.array(place.frame.matrix) @ np.diag([1.0, -1.0, -1.0, 1.0])
        T[:3, 3] += [*draw.uniform(-0.05, 0.05, 2), draw.uniform(0.12, 0.5)]
        branches = bench.kinematics.branches(bench.arm.base_flange(T, tcp))
        if len(branches):
            found.append(branches[int(draw.integers(len(branches)))])
    return np.array(found)


class Broadphase:
    """coal as its own examples use it."""

    def __init__(self, collider: Collider, bench: Workbench) -> None:
        self._arm = bench.arm
        self._movers: tuple[Mover, ...] = collider.movers
        self._bodies = [coal.CollisionObject(coal_shape(coal, m.shape)) for m in self._movers]
        self._local = [m.T_link_body.matrix for m in self._movers]
        self._pairs = [(int(a), int(b)) for a, b in collider._pairs]
        self._cell = coal.DynamicAABBTreeCollisionManager()
        self._kept = [_standing(s) for s in bench.standers if s.what != "zone"]
        for body in self._kept:
            self._cell.registerObject(body)
        self._cell.setup()
        self._self_request = coal.CollisionRequest()
        self._self_request.security_margin = SELF_CLEARANCE
        self._result = coal.CollisionResult()

    def is_clear(self, q: np.ndarray) -> bool:
        links = self._arm.T_world_links(q[None])[0]
        for mover, body, local in zip(self._movers, self._bodies, self._local, strict=True):
            T = links[mover.link] @ local
            body.setTransform(coal.Transform3s(T[:3, :3], T[:3, 3]))
            body.computeAABB()
        return not any(self._hits(k) for k in range(len(self._bodies))) and not any(self._meet(a, b) for a, b in self._pairs)

    def _hits(self, k: int) -> bool:
        if self._movers[k].link == 0:
            return False
        callback = coal.CollisionCallBackDefault()
        self._cell.collide(self._bodies[k], callback)
        return bool(callback.data.result.isCollision())

    def _meet(self, a: int, b: int) -> bool:
        self._result.clear()
        return bool(coal.collide(self._bodies[a], self._bodies[b], self._self_request, self._result))


def _standing(body: Stander) -> Any:
    placed = coal.CollisionObject(coal_shape(coal, body.shape))
    placed.setTransform(coal.Transform3s(body.T_world_body.rotation, body.T_world_body.translation))
    placed.computeAABB()
    return placed


if __name__ == "__main__":
    main()
