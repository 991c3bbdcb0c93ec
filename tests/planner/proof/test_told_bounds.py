"""The proof comes to a plan's bound by itself: no other bound, no other bottleneck, no ways that would be quicker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cell.motion_plan import Motion
from planner.proof.duties import duties_of
from planner.proof.iterations import started_by
from planner.proof.line_times import Waiting
from planner.proof.lower_bound import bounds_of
from planner.proof.told_bounds import check_bounds
from planner.proof.unplanned_ways import least_ways
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL
from tests.planner.proof.bench import handed_over


def told(**fields: object) -> list[str]:
    """What is said of a plan with a handover whose bounds have other fields."""
    case = handed_over()
    tasks = replace(case.plan.tasks, bounds=replace(case.plan.tasks.bounds, **fields))  # type: ignore[arg-type]
    duties = duties_of(case.request.program, case.request.cell, case.request.state, started_by(tasks))
    return [d.message for d in check_bounds(tasks, case.request, duties, case.plan.motions)]


def test_a_bound_that_is_another_is_refused() -> None:
    known = handed_over().plan.tasks.bounds
    assert told() == []
    for other in (known.lower_bound - 1.0, known.lower_bound + 1e-3, known.makespan):
        assert any("the lower bound is" in said for said in told(lower_bound=other, gap=known.makespan / other - 1.0))
    assert told(bottleneck="printer") == ["printer is not the bottleneck"]


def test_with_a_slow_line_one_part_at_a_time_is_as_slow() -> None:
    """Both hands see to it that the plan's motions are not those of one part at a time: each of these is as slow as its line."""
    text = "for each s in infeed {\n  inspect s at gauge\n  move s to outfeed { ensure g1.speed <= 10 mm/s }\n}\n"
    released = Bench.of(CELL, "shaft", text, iterations=2).released()
    assert released.value is not None, [d.message for d in released.diagnostics]
    bounds = released.value.motion_plan.tasks.bounds
    assert bounds.one_by_one is not None
    assert bounds.lower_bound <= bounds.one_by_one


def test_what_a_person_waits_for_counts_in_their_bound() -> None:
    """Nothing is handed over before it is labelled, and nobody seals before that."""
    case = handed_over()
    duties = duties_of(case.request.program, case.request.cell, case.request.state, started_by(case.plan.tasks))
    waiting = Waiting.of(duties)
    whole = bounds_of(case.plan.tasks, case.request, waiting, case.plan.motions)
    blind = bounds_of(case.plan.tasks, case.request, Waiting({}, frozenset()), case.plan.motions)
    assert whole["operator"] >= blind["operator"]
    assert all(whole[name] >= blind[name] - 1e-9 for name in blind)


def test_a_way_that_the_plan_has_not_takes_what_joints_and_hand_need() -> None:
    case = handed_over()
    steps = case.plan.tasks.steps
    ways = least_ways({}, steps, case.plan.motions, case.request)
    quickest: dict[tuple[str, str], float] = {}
    for motion in case.plan.motions.values():
        pair = tuple(getattr(stance, "equipment", "") for stance in (motion.need.start, motion.need.end))
        if all(pair) and motion.need.touch is None:
            quickest[pair[0], pair[1]] = min(motion.duration, quickest.get((pair[0], pair[1]), motion.duration))
    assert quickest
    assert all(0.0 < ways[pair] <= seconds for pair, seconds in quickest.items())


@pytest.mark.parametrize("control", [np.zeros((2, 1)), np.zeros((2, 9))])
def test_a_motion_of_other_joints_says_nothing_of_ways(control: np.ndarray) -> None:
    case = handed_over()
    strange: dict[str, Motion] = {
        key: replace(m, segments=tuple(replace(s, control=control) for s in m.segments)) for key, m in case.plan.motions.items()
    }
    assert set(least_ways({}, case.plan.tasks.steps, strange, case.request).values()) == {0.0}
