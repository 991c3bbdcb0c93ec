"""A least duration is never longer than a motion that exists."""

from __future__ import annotations

from dataclasses import replace

from cell.motion_plan import Motion
from cell.steps import MotionNeed
from planner.motion.least_duration import least_duration
from tests.planner.proof.gantry import cell, gantry_model, tending

MODELS = {"g1": gantry_model()}


def motions() -> dict[MotionNeed, Motion]:
    return {m.need: m for m in tending().plan.motions.values()}


def test_no_motion_between_the_same_ends_is_quicker() -> None:
    found, bounded = motions(), 0
    least = least_duration(cell(), MODELS, found)
    for need, motion in found.items():
        assert least(need) <= motion.duration
        assert least(replace(need, carried=())) <= motion.duration, "nor with another load"
        bounded += least(need) > 0.05 * motion.duration
    assert bounded == len(found), "a bound that says something"


def test_a_way_by_another_stance_takes_no_less() -> None:
    found = motions()
    least = least_duration(cell(), MODELS, found)
    travels = [need for need in found if need.touch is None]
    for one in travels:
        for other in (n for n in travels if n.start == one.end):
            assert least(replace(one, end=other.end)) <= least(one) + least(other) + 1e-9


def test_of_unknown_ends_nothing_is_said() -> None:
    need = next(iter(motions()))
    assert least_duration(cell(), MODELS, {})(need) == 0.0
    assert least_duration(cell(), {}, {k: v for k, v in motions().items() if k != need})(need) == 0.0


def test_a_lower_speed_limit_takes_longer_at_least() -> None:
    found = motions()
    need = max(found, key=lambda n: found[n].duration if n.touch is None else 0.0)
    least = least_duration(cell(), MODELS, found)
    slow = replace(need, speed_limit=0.01)
    assert least(slow) > found[need].duration
