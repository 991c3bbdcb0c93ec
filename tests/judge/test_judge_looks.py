"""What is skipped could not have been a contact: the quick way agrees with asking at every state."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cell.geometry import Array, Body, Box, Cylinder, Pose
from tests.judge.arm import Arm, arm_of
from tests.judge.bodies import Moving, equipment, links_of, tool_of
from tests.judge.made import HOME_LIKE, made_cell, recorded, rest_to_rest, through
from tests.judge.nearness import Counted, Distances, Placed, placed, together
from tests.judge.polyline import Polyline, polyline
from tests.judge.solids import Standing
from tests.judge.stretch import Crowd, Stretch

HERE = Path(__file__).parent
POSTS = (
    Body("post", Cylinder(0.02, 0.6), Pose.from_xyz_rpy((0.47, 0.05, 0.3))),
    Body("thin", Cylinder(0.002, 1.0), Pose.from_xyz_rpy((0.3, -0.3, 0.5))),
    Body("box", Box((0.1, 0.1, 0.1)), Pose.from_xyz_rpy((0.2, 0.6, 0.4))),
)
CELL = made_cell(*POSTS)


@pytest.fixture(scope="module")
def arm() -> Arm:
    return arm_of(CELL.robots["r1"], HERE)


def bodies(arm: Arm) -> tuple[Moving, ...]:
    return (*links_of(arm), *tool_of(arm, CELL))


def line_of(arm: Arm, seed: int) -> Polyline:
    """Three motions between configurations near the posts, long enough to be looked at in more than one piece."""
    draw = np.random.default_rng(seed)
    spots = [np.array(HOME_LIKE) + draw.uniform(-0.8, 0.8, 6) * [1.5, 0.3, 0.3, 1, 1, 1] for _ in range(4)]
    q = through(*(rest_to_rest(a, b, 2.5) for a, b in pairwise(spots)))
    track = recorded([("wander", q)]).tracks["r1"]
    return polyline({"r1": track}, {"r1": arm.limits.acceleration}, 0.0, float(track.at[-1]), 0.005)


def brute(a: Placed, b: Standing | Placed, count: int) -> Array:
    solver = Distances(Counted())
    return np.array([solver.at(a, b, k) for k in range(count)])


@pytest.mark.parametrize("seed", range(2))
def test_finds_every_overlap_that_asking_everywhere_finds(arm: Arm, seed: int) -> None:
    line = line_of(arm, seed)
    stretch = Stretch({"r1": arm}, line, bodies(arm), Counted())
    found = {
        (moving.name, body.name): set(stretch.near(moving, body, states).at)
        for moving, body, states in stretch.meetings(Crowd(tuple(equipment(CELL))))
    }
    sweep = arm.sweep(line.q["r1"])
    overlaps = 0
    for moving in bodies(arm):
        for body in equipment(CELL):
            inside = line.at[brute(placed(moving, sweep), body, len(line)) <= 0.0]
            assert set(inside) <= found.get((moving.name, body.name), set())
            overlaps += len(inside)
    assert len(line) > 512
    assert overlaps > 0


def test_says_nothing_of_pairs_that_stay_apart(arm: Arm) -> None:
    line = line_of(arm, 1)
    stretch = Stretch({"r1": arm}, line, bodies(arm), Counted())
    sweep = arm.sweep(line.q["r1"])
    for moving, body, states in stretch.meetings(Crowd(tuple(equipment(CELL)))):
        gap = brute(placed(moving, sweep), body, len(line)).min()
        if gap > 0.001:
            assert len(stretch.near(moving, body, states).at) == 0


@pytest.mark.parametrize("h", [0.0025, 0.02])
def test_two_bodies_of_one_arm_come_no_nearer_than_their_bound(arm: Arm, h: float) -> None:
    """Only the joints between them count; those below carry both."""
    draw = np.random.default_rng(11)
    movers = bodies(arm)
    solver = Distances(Counted())
    for _ in range(25):
        q = np.array(HOME_LIKE) + draw.uniform(-0.5, 0.5, 6)
        step = draw.uniform(0.0, h, 6)
        here, there = arm.sweep(q[None]), arm.sweep((q + step * draw.choice([-1.0, 1.0], 6))[None])
        for a in movers[::3]:
            for b in movers[-3:]:
                if a.joint < b.joint:
                    near, after = (solver.at(placed(a, s), placed(b, s), 0) for s in (here, there))
                    bound = together({"r1": step[None]}, placed(a, here), placed(b, here))[0]
                    assert abs(after - near) <= bound + 1e-5


def test_joints_below_both_bodies_change_nothing(arm: Arm) -> None:
    here = arm.sweep(np.array(HOME_LIKE)[None])
    forearm, tool = next(b for b in bodies(arm) if "forearm" in b.name), bodies(arm)[-1]
    step = np.array([[0.1, 0.1, 0.1, 0.0, 0.0, 0.0]])
    assert together({"r1": step}, placed(forearm, here), placed(tool, here))[0] == 0.0
    wrist = np.array([[0.0, 0.0, 0.0, 0.1, 0.0, 0.0]])
    assert together({"r1": wrist}, placed(forearm, here), placed(tool, here))[0] > 0.01
