"""A least duration is never longer than a motion that exists."""

from __future__ import annotations

from dataclasses import replace

from cell.motion_plan import Motion
from cell.steps import AtPlace, MotionNeed
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
    for need in motions():
        assert least_duration(cell(), MODELS, {})(need) == 0.0 or {type(need.start), type(need.end)} == {AtPlace}
    assert least_duration(cell(), {}, {k: v for k, v in motions().items() if k != need})(need) == 0.0


def test_a_place_to_which_no_motion_is_known_is_as_far_off_as_its_parts_lie() -> None:
    """One motion to each hub is known; what the others take at least follows from where the hand has to be."""
    found, bounded = motions(), 0
    for need, motion in found.items():
        places = {s for s in (need.start, need.end) if isinstance(s, AtPlace)}
        others = {n: m for n, m in found.items() if not places & {n.start, n.end}}
        seconds = least_duration(cell(), MODELS, others)(need)
        assert seconds <= motion.duration
        bounded += bool(places) and seconds > 0.05 * motion.duration
    assert bounded > 0


def test_a_lower_speed_limit_takes_longer_at_least() -> None:
    found = motions()
    need = max(found, key=lambda n: found[n].duration if n.touch is None else 0.0)
    least = least_duration(cell(), MODELS, found)
    slow = replace(need, speed_limit=0.01)
    assert least(slow) > found[need].duration
