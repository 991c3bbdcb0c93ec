"""A real arm along paths of parts: what is found is proved; where there is none, where the path ends and by how much is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cell.diagnostic import Diagnostic
from cell.motion_plan import Motion
from cell.robot import RobotModel
from cell.steps import Along, AtHub, MotionNeed
from cellwright.robot_models import load_robot_model
from planner.motion.plan_motions import plan_motions
from planner.proof.motion_verdict import judge
from planner.proof.surroundings import surroundings_of
from tests.planner.motion.workcell import compiled

TEXT = """
robot r1 {
  model "ur5e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  payload 5 kg
}
tool spindle {
  mounted r1
  tcp (0 mm, 0 mm, 180 mm)
  mass 1.2 kg
  shape cylinder radius 30 mm length 180 mm
  does deburr
}
part frame {
  mass 0.8 kg
  shape box (120 mm, 80 mm, 40 mm)
  path rim along [(-60 mm, -40 mm, 40 mm), (60 mm, -40 mm, 40 mm), (60 mm, 40 mm, 40 mm)]
  path arc along [(-40 mm, 0 mm, 40 mm), (-35 mm, 15 mm, 40 mm), (-25 mm, 26 mm, 40 mm), (-12 mm, 33 mm, 40 mm)]
  path edge along [(-60 mm, -40 mm, 40 mm), (60 mm, -40 mm, 40 mm)] normal [(0, -1, 1), (0, 0, 1)]
  path spot along (0 mm, 0 mm, 40 mm)
  path side along [(-60 mm, -40 mm, 20 mm), (60 mm, -40 mm, 20 mm)] normal (0, -1, 0)
}
fixture nest {
  at (500 mm, 0 mm, 0 mm)
  shape box (160 mm, 120 mm, 100 mm)
  holds frame
}
"""


class Store(dict[str, bytes]):
    def put(self, key: str, value: bytes) -> None:
        self[key] = value


def need(feature: str, feed: float = 0.02, dwells: tuple[float, float] = (0.0, 0.0)) -> MotionNeed:
    touch = Along("nest", "spindle.a", "frame", feature, "deburr", feed, 15.0, dwells)
    return MotionNeed("r1", AtHub("nest"), AtHub("nest"), (), touch, None, (), "spindle")


def model() -> RobotModel:
    return load_robot_model("ur5e", Path(), None).expect()


def found(text: str, *needs: MotionNeed, arm: RobotModel | None = None) -> list[Motion | Diagnostic]:
    models = {"r1": arm or model()}
    answers = plan_motions(needs, compiled(text), models, Store(), map, lambda stage, done, total: None, 0)
    return [answers.motions[n] if n in answers.motions else answers.refused[n][0] for n in needs]


def test_corners_curves_and_turning_normals_are_followed_and_proved() -> None:
    needs = (need("rim"), need("arc", 0.05, (0.5, 0.25)), need("edge"), need("spot", 0.0, (1.0, 0.0)))
    around = surroundings_of(SimpleNamespace(cell=compiled(TEXT), robots={"r1": model()}), "r1", "spindle")  # type: ignore[arg-type]
    for motion in found(TEXT, *needs):
        assert isinstance(motion, Motion), motion
        assert judge(motion, around).refusals == ()
        start, end = motion.contacts[0].between or (0.0, 0.0)
        assert motion.contacts[0].first < start <= end < motion.contacts[0].last


@pytest.mark.parametrize(
    ("changes", "feature", "words"),
    [
        (
            {"at (500 mm, 0 mm, 0 mm)": "at (860 mm, 0 mm, 0 mm)"},
            "rim",
            "beyond 75 mm of 200 mm: the next point is 41 mm out of reach",
        ),
        ({"at (500 mm, 0 mm, 0 mm)": "at (1250 mm, 0 mm, 0 mm)"}, "rim", "mm out of reach"),
        (
            {"  holds frame\n": "  holds frame\n  body post box (30 mm, 30 mm, 200 mm) at (0 mm, -75 mm, 0 mm)\n"},
            "rim",
            "nest.post",
        ),
        ({}, "side", "in the way are spindle and nest"),
    ],
)
def test_where_a_path_ends_and_why_is_told(changes: dict[str, str], feature: str, words: str) -> None:
    text = TEXT
    for old, new in changes.items():
        text = text.replace(old, new)
    (refused,) = found(text, need(feature))
    assert isinstance(refused, Diagnostic)
    assert refused.code == "E329"
    assert words in refused.message
    assert refused.help


def test_a_feed_that_the_joints_cannot_keep_is_told_with_what_they_can() -> None:
    slow = replace(model(), velocity=model().velocity / 40.0)
    (refused,) = found(TEXT, need("rim", 0.2), arm=slow)
    assert isinstance(refused, Diagnostic)
    assert "its joints allow" in refused.message
    assert "or less" in refused.help
