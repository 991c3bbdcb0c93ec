"""A small cell in its own language, and what tests ask of it: one robot, two fixtures, a machine with a guard, zones to vary."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import gettempdir

import coal
import numpy as np

from cell.geometry import Array, Body, Pose, corners, frozen
from cell.model import CellModel
from cell.robot import RobotModel
from cell.scene import SceneBody
from cell.standard_verbs import STANDARD
from cell.steps import AtHub, AtPlace, Carried, MotionNeed, Stance, Touch
from cell.trajectory import Path as Curve
from cellwright.robot_models import load_robot_model
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell
from intentlang.source import SourceFile
from planner.motion.bodies import Stander, stander
from planner.motion.collision import Collider
from planner.motion.configurations import shut_zones

HAND = "gripper.a"  # the one hand of the gripper

TEXT = """
robot arm {
  model "ur5e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  home [180 deg, -110 deg, 110 deg, -90 deg, -90 deg, 0 deg]
  payload 5 kg
  max_speed 1000 mm/s
}
tool gripper {
  mounted arm
  tcp (0 mm, 0 mm, 140 mm)
  mass 0.9 kg
  shape cylinder radius 40 mm length 105 mm
  grips block
  force 20 N to 120 N
}
part block {
  mass 0.3 kg
  shape box (50 mm, 50 mm, 60 mm)
  grip 40 N
}
fixture left {
  at (450 mm, 200 mm, 0 mm)
  shape box (120 mm, 120 mm, 50 mm)
  holds block
  contains block 1 parts
}
fixture right {
  at (450 mm, -200 mm, 0 mm)
  shape box (120 mm, 120 mm, 50 mm)
  holds block
}
"""


def compiled(text: str) -> CellModel:
    tree = parse_cell(SourceFile.of("test.cell", text), STANDARD)
    return compile_cell([tree.expect()], STANDARD).expect()


def small_cell(more: str = "", changes: Mapping[str, str] | None = None) -> CellModel:
    """The cell of TEXT with `more` declarations and with words exchanged."""
    text = TEXT
    for old, new in (changes or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    return compiled(text + more)


@cache
def robot(name: str) -> RobotModel:
    cache_folder = Path(gettempdir()) / "cellwright-test-robots"
    cache_folder.mkdir(exist_ok=True)
    return load_robot_model(name, Path("."), cache_folder).expect()


def models(cell: CellModel) -> dict[str, RobotModel]:
    return {name: robot(unit.model) for name, unit in cell.robots.items()}


def place_stance(place: str, kind: str = "block", grasp: int = 0, hand: str = HAND) -> AtPlace:
    return AtPlace(place, hand, kind, grasp)


def bring(cell: CellModel, place: str, speed: float | None = None, grasp: int = 0) -> MotionNeed:
    """Into the place with a part in hand."""
    return _contact(cell, place, "part and place", "end", True, speed, grasp)


def leave(cell: CellModel, place: str, speed: float | None = None, grasp: int = 0) -> MotionNeed:
    """Out of the place with an empty hand."""
    return _contact(cell, place, "fingers and part", "start", False, speed, grasp)


def fetch(cell: CellModel, place: str, speed: float | None = None, grasp: int = 0) -> MotionNeed:
    """Into the place with an empty hand."""
    return _contact(cell, place, "fingers and part", "end", False, speed, grasp)


def lift(cell: CellModel, place: str, speed: float | None = None, grasp: int = 0) -> MotionNeed:
    """Out of the place with a part in hand."""
    return _contact(cell, place, "part and place", "start", True, speed, grasp)


def travel(cell: CellModel, start: Stance, end: Stance, carries: bool = False, speed: float | None = None) -> MotionNeed:
    carried = (Carried(HAND, "block", 0),) if carries else ()
    return MotionNeed("arm", start, end, carried, None, speed, shut_zones(cell), "gripper")


def _contact(cell: CellModel, place: str, pair: str, end: str, carries: bool, speed: float | None, grasp: int) -> MotionNeed:
    stance = place_stance(place, grasp=grasp)
    serving = cell.places[place].equipment
    stances = (AtHub(serving), stance) if end == "end" else (stance, AtHub(serving))
    touch = Touch(pair, place, HAND, "block", grasp, end)  # type: ignore[arg-type]
    carried = (Carried(HAND, "block", grasp),) if carries else ()
    return MotionNeed("arm", *stances, carried, touch, speed, shut_zones(cell, place), "gripper")


def standing(name: str, body: Body) -> Stander:
    """A body of equipment, for tests that build a scene by hand."""
    return stander(SceneBody(name, name, "equipment", body))


def dense_distance(collider: Collider, q: Array, ignore: frozenset[tuple[int, int]] = frozenset()) -> float:
    """The least distance of any mover but the base from any stander over q (N, n), measured pair by pair with our own calls
    of coal on hulls of plain corner points: no boxes, no bounds, no shortcuts."""

    def hull(points: Array) -> object:
        vertices = coal.StdVec_Vec3s()
        for point in points:
            vertices.append(np.array(point))
        return coal.Convex.convexHull(vertices, True, None)

    moving = [(k, m, hull(m.points)) for k, m in enumerate(collider.movers) if m.link > 0]
    still = [(j, hull(s.T_world_body.apply(corners(s.shape, 64)))) for j, s in enumerate(collider.standers)]
    at_rest = coal.Transform3s(np.eye(3), np.zeros(3))
    least = np.inf
    for links in collider.arm.T_world_links(q):
        for k, mover, shape in moving:
            pose = links[mover.link]
            at = coal.Transform3s(pose[:3, :3], pose[:3, 3])
            for j, other in still:
                if (k, j) not in ignore:
                    found = coal.distance(shape, at, other, at_rest, coal.DistanceRequest(), coal.DistanceResult())
                    least = min(least, found)
    return float(least)


def sampled(path: Curve, count: int) -> Array:
    return np.asarray(path.at(np.linspace(0.0, path.length, count)).q)


def pose(x: float, y: float, z: float) -> Pose:
    return Pose(frozen(np.eye(3)), frozen([x, y, z]))
