"""Out of a contact that a robot stands in: no way that is proved deepens any pair, wherever it begins, and whoever has made it.

The judge knows nothing of the proof but the bodies: it looks for the direction in which two of them are furthest apart among
thousands, and about the best of them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from cell.geometry import Array, Body, Box, ConvexHull, Cylinder, Pose, Shape, Sphere
from cell.jog import OUT_OF_CONTACT, Jog
from cell.motion_plan import Motion
from cell.state import PlanningRequest
from cell.steps import AtMeasured
from cell.trajectory import Path
from planner import jog as planner_jog
from planner.jog import plan_jog
from planner.proof.arm import LinkBody, link_bodies
from planner.proof.standing import standing_robots
from planner.proof.surroundings import Surroundings, surroundings_of
from tests.planner.proof.gantry import VERSIONS
from tests.planner.test_jog import asked, joint, moved, proved, way

LOOKS = 41
UNSEEN = 6e-5  # m: what the proof does not see between two of its looks, and a little
ON_A_SHAFT = (0.1, 0.4, 0.3, 0.0)  # 5 mm deep: of the flange, over the shaft at infeed[1]


# --- the judge ---------------------------------------------------------------------------------------------------------


def directions(count: int = 4000) -> Array:
    """(count, 3) evenly over the sphere."""
    k = np.arange(count) + 0.5
    z, turn = 1.0 - 2.0 * k / count, np.pi * (1.0 + 5.0**0.5) * k
    flat = np.sqrt(1.0 - z * z)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)


ALL_ROUND, SCATTER = directions(), np.random.default_rng(7).normal(size=(100, 3))
FLAT, SQUARE = np.array([1.0, 1.0, 0.0]), np.array([[1.0, 1.0, 1e-9], [1e-9, 1.0, 1.0], [1.0, 1e-9, 1.0], [1e-9, 1e-9, 1.0]])


def reaches(shape: Shape, n: Array) -> Array:
    """(N,) how far the shape goes along each of n (N, 3)."""
    match shape:
        case Box(size):
            found: Array = 0.5 * np.abs(n) @ np.array(size)
        case Cylinder(radius, length):
            found = radius * np.hypot(n[:, 0], n[:, 1]) + 0.5 * length * np.abs(n[:, 2])
        case Sphere(radius):
            found = np.full(len(n), radius)
        case ConvexHull(vertices):
            found = (n @ vertices.T).max(axis=1)
    return found


def signed_distance(a: Shape, T_a: Array, b: Shape, T_b: Array) -> float:
    def gaps(n: Array) -> Array:
        found: Array = n @ (T_b - T_a)[:3, 3] - reaches(a, n @ T_a[:3, :3]) - reaches(b, -n @ T_b[:3, :3])
        return found

    n, best, width = ALL_ROUND, -np.inf, 0.05
    for _ in range(16):
        found = gaps(n)
        k = int(found.argmax())
        if found[k] > best:
            best, top = float(found[k]), n[k]
        n = np.concatenate([top + width * SCATTER, (top + width * SCATTER) * FLAT, top * SQUARE])  # edges lie in those planes
        n, width = n / np.linalg.norm(n, axis=1, keepdims=True), 0.5 * width
    return best


@dataclass(frozen=True, slots=True)
class Seen:
    """Of two bodies along a way."""

    mover: str
    other: str
    distances: tuple[float, ...]

    @property
    def is_no_worse(self) -> bool:
        first = self.distances[0]
        if first > 0.0:
            return min(self.distances) > min(first, 1e-3) - UNSEEN
        out = next((k for k, d in enumerate(self.distances) if d >= 1e-3), LOOKS)
        never_deeper = all(after >= before - UNSEEN for before, after in pairwise(self.distances[:out]))
        stays_out = min(self.distances[out:], default=1.0) > 1e-3 - UNSEEN
        return never_deeper and stays_out and self.distances[-1] > first


def seen(request: PlanningRequest, motion: Motion) -> list[Seen]:
    """All that are ever near to one another on the way."""
    around, path = around_of(request), Path.of(motion.segments)
    q = path.at(np.linspace(0.0, path.length, LOOKS)).q
    return [found for found in all_seen(request, around, q) if min(found.distances) < 0.005]


def around_of(request: PlanningRequest) -> Surroundings:
    return surroundings_of(request, "ra", "grip_ra", standing_robots(request, "ra"))


def all_seen(request: PlanningRequest, around: Surroundings, q: Array) -> Iterator[Seen]:
    poses = request.robots["ra"].chain.link_poses(q)
    for mover in (b for b in link_bodies(around.arm, ()) if b.link > 0):
        for other in around.bodies:
            if np.linalg.norm(centre(poses[0], mover) - other.body.pose.translation) < 0.6:
                yield Seen(mover.name, other.name, tuple(distance(pose, mover, other.body) for pose in poses))


def centre(links: Array, mover: LinkBody) -> Array:
    at: Array = (links[mover.link] @ mover.body.pose.matrix)[:3, 3]
    return at


def distance(links: Array, mover: LinkBody, other: Body) -> float:
    return signed_distance(mover.body.shape, links[mover.link] @ mover.body.pose.matrix, other.shape, other.pose.matrix)


def test_the_judge_knows_how_deep_two_bodies_are_in_each_other() -> None:
    box, at = Box((0.2, 0.1, 0.1)), Pose.from_xyz_rpy((0.19, 0.0, 0.0)).matrix
    assert signed_distance(box, np.eye(4), box, at) == pytest.approx(-0.01, abs=1e-7)
    turned = Pose.from_xyz_rpy((0.0, 0.0, 0.108), (0.0, np.pi / 4.0, 0.0)).matrix
    assert signed_distance(box, np.eye(4), Cylinder(0.04, 0.1), turned) == pytest.approx(0.108 - 0.05 - 0.09 / 2**0.5, abs=1e-7)


# --- the ways ----------------------------------------------------------------------------------------------------------


def drawn(seed: int, count: int) -> Iterator[PlanningRequest]:
    """Jogs of a tool that stands in a shaft or beside it, or in the tray."""
    draw = np.random.default_rng(seed)
    while count:
        at = tuple(float(x) for x in draw.uniform((-0.2, 0.33, 0.29, -3.0), (0.2, 0.47, 0.308, 3.0)))
        frame, axis, is_forward = int(draw.integers(3)), int(draw.integers(4)), bool(draw.integers(2))
        speed = float(draw.choice((0.05, 0.02)))
        by_tool = Jog("ra", "base" if frame else "tool", ("x", "y", "z", "rz")[axis], is_forward, speed)
        request = asked(joint(axis + 1, is_forward, speed) if frame == 2 else by_tool, at)
        if any(found.distances[0] < 5e-4 for found in all_seen(request, around_of(request), np.array([at]))):
            count -= 1
            yield request


SEEDS = [pytest.param(k, marks=[pytest.mark.slow] if k else []) for k in range(30)]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_way_that_is_proved_deepens_any_pair(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has made it: this planner sees nothing that stands there."""
    blind(monkeypatch)
    refused = 0
    for request in drawn(seed, 12 if seed else 3):
        plan, motion = way(request)
        released = proved(plan, request)
        refused += released.value is None
        if released.value is not None:
            assert all(pair.is_no_worse for pair in seen(request, motion)), (request.jog, motion.segments[0].control[0])
    assert refused


@pytest.mark.parametrize("seed", SEEDS)
def test_a_way_out_that_is_found_is_proved(seed: int) -> None:
    found = 0
    for request in drawn(seed + 1000, 12 if seed else 4):
        plan = plan_jog(request, VERSIONS).value
        if plan is not None:
            found += 1
            released = proved(plan, request)
            assert released.value is not None, (request.jog, request.state.stances["ra"], released.diagnostics)
    assert found or seed


def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner_jog, "too_near", lambda collider, q, margins: ())
    monkeypatch.setattr(planner_jog, "_clear", lambda check, path, near: (path, None))


def test_what_is_only_near_is_proved_to_come_no_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    blind(monkeypatch)
    request = asked(up(is_forward=False), at=(*ON_A_SHAFT[:2], ON_A_SHAFT[2] + 0.0054, 0.0))
    (refused,) = proved(way(request)[0], request).diagnostics
    assert refused.code == "E686"
    assert "mm from shaft at infeed[1]: it may only be moved away from it" in refused.message


def up(speed: float = OUT_OF_CONTACT, is_forward: bool = True) -> Jog:
    return joint(3, is_forward, speed)


def test_a_tool_that_stands_on_a_part_is_jogged_off_it_and_the_proof_says_so() -> None:
    request = asked(up(), at=ON_A_SHAFT)
    plan, motion = way(request)
    released = proved(plan, request).expect()
    assert moved(motion)[2] > 0.1
    (apart,) = (o.claim for o in released.proof.obligations if o.id == "apart")
    assert "grip_ra" in apart
    assert "infeed" in apart
    deep = [pair for pair in seen(request, motion) if pair.distances[0] < 0.0]
    assert len(deep) == 1
    assert deep[0].is_no_worse


def test_it_is_not_jogged_deeper_nor_along_and_the_pair_is_named() -> None:
    for jog in (up(is_forward=False), joint(1, True, 0.02), joint(2, False, 0.02)):
        found = plan_jog(asked(jog, at=ON_A_SHAFT), VERSIONS)
        assert found.value is None, jog
        assert found.diagnostics[0].code == "E686"
        assert "touches shaft at infeed[1]" in found.diagnostics[0].message
        assert "straight away from it" in found.diagnostics[0].message


def test_it_is_not_jogged_out_of_a_contact_fast() -> None:
    request = asked(up(0.051), at=ON_A_SHAFT)
    found = plan_jog(request, VERSIONS)
    assert [d.code for d in found.diagnostics] == ["E685"]
    assert "50 mm/s is the most on the way out of it" in found.diagnostics[0].message


def test_the_proof_lets_nothing_out_of_a_contact_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner_jog, "OUT_OF_CONTACT", 1.0)
    request = asked(up(0.051), at=ON_A_SHAFT)
    (refused,) = proved(way(request)[0], request).diagnostics
    assert refused.code == "E685"
    assert "50 mm/s is the most" in refused.message


def test_what_is_clear_where_it_stands_is_jogged_as_fast_as_ever() -> None:
    above = (*ON_A_SHAFT[:2], ON_A_SHAFT[2] + 0.02, 0.0)
    request = asked(up(0.25), at=above)
    assert [o.id for o in proved(way(request)[0], request).expect().proof.obligations] == ["room", "reach"]


def test_out_of_one_contact_it_comes_into_no_other() -> None:
    """Up along the part, under where the other robot's tool is."""
    request = asked(up(), at=ON_A_SHAFT, other=(ON_A_SHAFT[0], ON_A_SHAFT[1], 0.72, 0.0))
    plan, motion = way(request)
    assert moved(motion)[2] < 0.2
    assert proved(plan, request).value is not None
    assert isinstance(motion.need.end, AtMeasured)
