"""A least duration by all branches is never longer than a motion that exists, and says more than one by the way of the hand."""

from __future__ import annotations

import pytest

from cell.model import CellModel
from cell.motion_plan import Motion
from cell.steps import AtPlace, MotionNeed
from planner.motion.inverse_kinematics import InverseKinematics
from planner.motion.least_duration import least_duration
from planner.motion.least_to_branch import Branches, least_to_branch
from tests.planner.motion.workcell import models


def test_no_motion_to_a_place_that_was_not_looked_at_is_quicker(
    two_robots: CellModel, two_robots_motions: dict[MotionNeed, Motion]
) -> None:
    arms, bounded = models(two_robots), 0
    branches = Branches(two_robots, arms)
    for need, motion in two_robots_motions.items():
        others = {n: m for n, m in two_robots_motions.items() if need.end not in (n.start, n.end)}
        least = least_duration(two_robots, arms, others)
        seconds = least_to_branch(branches, arms, others, least)(need)
        assert least(need) <= seconds <= motion.duration
        bounded += isinstance(need.end, AtPlace) and seconds > 0.3 * motion.duration
    assert bounded == len([need for need in two_robots_motions if isinstance(need.end, AtPlace)]) > 0


def test_of_an_arm_whose_branches_are_not_all_known_it_says_nothing_more(
    two_robots: CellModel, two_robots_motions: dict[MotionNeed, Motion], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InverseKinematics, "knows_all_branches", lambda _: False)
    arms, need = models(two_robots), next(n for n in two_robots_motions if isinstance(n.end, AtPlace))
    others = {n: m for n, m in two_robots_motions.items() if n != need}
    least = least_duration(two_robots, arms, others)
    assert least_to_branch(Branches(two_robots, arms), arms, others, least)(need) == least(need)
