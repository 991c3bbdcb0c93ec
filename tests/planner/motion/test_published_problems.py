"""MotionBenchMaker's problems for a Franka Panda (shared data, not ours): solved, and clear in a dense independent look.

The arm is ours, without a hand: hulls that enclose its links, so the problems are a little tighter than published.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cell.diagnostic import Position, Span
from cell.geometry import Array, Body, Box, Cylinder, Pose, Sphere, frozen
from cell.model import CellModel, RobotUnit
from planner.motion.arm import Arm
from planner.motion.blends import smoothed
from planner.motion.bodies import movers
from planner.motion.certify import certified
from planner.motion.collision import UNCHECKED, Collider
from planner.motion.curves import length
from planner.motion.free_path import GaveUp, free_path
from planner.motion.timing import law
from tests.planner.motion.workcell import dense_distance, robot, standing

SCENES = ("bookshelf_thin", "cage", "box", "bookshelf_tall", "bookshelf_small", "table_under_pick", "table_pick")
MARGIN = 0.001


def rotation(x: float, y: float, z: float, w: float) -> Array:
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def bodies(problem: dict[str, Any]) -> list[Body]:
    def at(thing: dict[str, Any]) -> Pose:
        return Pose(frozen(rotation(*thing.get("orientation_quat_xyzw", (0, 0, 0, 1)))), frozen(thing["position"]))

    boxes = [Body(b["name"], Box(tuple(2 * h for h in b["half_extents"])), at(b)) for b in problem["box"]]
    cylinders = [Body(c["name"], Cylinder(c["radius"], c["length"]), at(c)) for c in problem["cylinder"]]
    return boxes + cylinders + [Body(s["name"], Sphere(s["radius"]), at(s)) for s in problem["sphere"]]


def panda() -> Arm:
    here = Span("test.cell", Position(1, 1), Position(1, 2))
    unit = RobotUnit("arm", "panda", "sim", Pose.identity(), None, None, None, None, here, {})
    return Arm(unit, robot("panda"), None)


def check_solved(shared_data: Path, scene: str, number: int) -> None:
    problems = json.loads((shared_data / "motion_bench_maker_panda.json").read_text())["problems"]
    problem, arm = problems[scene][number - 1], panda()
    empty = CellModel({"arm": arm.unit}, {}, {}, {}, {}, {}, {}, {}, "test.cell", "")
    collider = Collider(arm, movers(arm, empty, ()), [standing(body.name, body) for body in bodies(problem)])
    margins = np.full((len(collider.movers), len(collider.standers)), MARGIN)
    margins[[m.link == 0 for m in collider.movers]] = UNCHECKED
    start, goal = np.array(problem["start"]), np.array(problem["goals"][0])
    way = free_path(collider, margins, start, goal, seed=0)
    assert not isinstance(way, GaveUp)
    np.testing.assert_array_equal([way[0], way[-1]], [start, goal])
    looks = np.concatenate([a + np.linspace(0.0, 1.0, 40)[:, None] * (b - a) for a, b in pairwise(way)])
    assert dense_distance(collider, looks) > MARGIN

    def is_clear(path: Any) -> bool:
        return certified(collider, [np.asarray(s.control) for s in path], margins) is None

    path = smoothed(arm, way, (), 0.0, is_clear)
    assert path is not None
    assert length(path) > 0.0
    assert 0.0 < sum(phase.duration for phase in law(arm, path, ())) < 60.0


@pytest.mark.slow
@pytest.mark.parametrize(("scene", "number"), [(scene, number) for scene in SCENES for number in range(1, 11)])
def test_every_published_problem_is_solved_and_clear(shared_data: Path, scene: str, number: int) -> None:
    check_solved(shared_data, scene, number)


@pytest.mark.parametrize(("scene", "number"), [(scene, 1 if scene != "cage" else 3) for scene in SCENES])
def test_some_published_problems_are_solved_and_clear(shared_data: Path, scene: str, number: int) -> None:
    check_solved(shared_data, scene, number)
