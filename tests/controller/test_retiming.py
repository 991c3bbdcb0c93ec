"""The lower rungs of the ladder: within its slack nothing happens; beyond it the times move, and nobody is asked for a plan."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.events import ClauseBroken, Event, PlanRequested, Replanned, Retimed, StepConfirmed
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.scenario import Disturbance, GripLost, Late
from controller import retiming
from controller.draft import draft_of
from controller.machine import advance
from controller.plan_index import plan_index
from controller.rehearsal import rehearsed
from controller.run_state import NOTHING_YET, RunState
from controller.taking_over import shifted
from tests.controller.small_planner import small_plan
from tests.controller.tending import POLICIES, SmallPlanner, intent, released, spec, world
from tests.controller.told import of
from tests.controller.under_rules import under_rules


def timed(plan: MotionPlan) -> MotionPlan:
    """With the times that its order gives."""
    ends: dict[str, float] = {}
    steps = []
    for step in plan.tasks.steps:
        start = max((ends[before] for before in step.predecessors), default=0.0)
        ends[step.id] = start + float(step.duration)
        steps.append(replace(step, start=start))
    bounds = replace(plan.tasks.bounds, makespan=max(ends.values()))
    return with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(steps), bounds=bounds)))


@cache
def first() -> MotionPlan:
    plan = small_plan(spec().state, 3)
    assert plan is not None
    return timed(plan)


def run(*disturbances: Disturbance, tail: str = POLICIES) -> tuple[tuple[Event, ...], RunState]:
    record, state = rehearsed(spec(intent(tail)), released(first()), world(*disturbances), SmallPlanner())
    assert record.summary.state == "Complete"
    return record.events, state


def test_a_plan_that_is_kept_says_nothing() -> None:
    events, state = run()
    assert of(events, Retimed) == []
    assert state.progress.delay == 0.0
    assert state.progress.begun is not None


def test_within_its_slack_a_late_machine_changes_nothing() -> None:
    """The gauge has time while the lathe cuts."""
    events, _ = run(Late("gauge", 2.0))
    assert not [*of(events, Retimed), *of(events, PlanRequested), *of(events, Replanned)]


def test_beyond_its_slack_the_end_moves_and_nobody_is_asked_for_a_plan() -> None:
    events, state = run(Late("lathe", 2.0))
    told = of(events, Retimed)
    assert told
    assert not [*of(events, PlanRequested), *of(events, Replanned)]
    assert [event.delay for event in told] == sorted(event.delay for event in told)
    assert told[-1].ends == pytest.approx(first().tasks.bounds.makespan + told[-1].delay)
    assert state.progress.delay == told[-1].delay
    ended = of(events, StepConfirmed)[-1].at / 1e9
    assert ended == pytest.approx(told[-1].ends, rel=0.05)


def test_a_broken_assumption_is_planned_for() -> None:
    events, _ = run(GripLost("grip", 2, "at grip"))
    assert len(of(events, PlanRequested)) == len(of(events, Replanned)) == 1


def test_a_deadline_that_cannot_be_kept_any_more_is_told_before_it_has_run_out() -> None:
    limit = round(first().tasks.bounds.makespan) + 5
    tail = POLICIES + f"within {limit} s\non timeout: skip\n"
    events, _ = run(Late("lathe", 2.0), tail=tail)
    warned = next(event for event in of(events, Retimed) if event.missed)
    assert warned.missed[0].startswith(f"within {limit} s by ")
    assert warned.at < of(events, ClauseBroken)[0].at


def test_the_latest_end_of_a_step_is_that_of_what_waits_for_it() -> None:
    index, plan = plan_index(first(), "test"), first()
    end = plan.tasks.bounds.makespan
    for step in plan.tasks.steps:
        assert step.start + step.duration <= index.latest[step.id] + 1e-9 <= end + 2e-9
        for after in index.successors[step.id]:
            assert index.latest[step.id] <= index.latest[after] - index.steps[after].duration + 1e-9
    assert min(index.latest[s.id] - s.start - s.duration for s in plan.tasks.steps) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("after_its_latest_end", "told"), [(-1.0, []), (2.0, []), (5.0, [5.0])])
def test_what_counts_is_the_latest_end_of_a_step_and_a_little_is_not_told(after_its_latest_end: float, told: list[float]) -> None:
    """Of an inspection that has 6.7 s while the lathe cuts: it ends after its planned end in all three."""
    _, state = run()
    d = draft_of(state, state.now)
    inspection = next(s for s in first().tasks.steps if d.plan.latest[s.id] - s.start - s.duration > 6.0)
    d.proceed(plan=plan_index(first(), "test"), delay=0.0)
    assert d.progress.begun is not None
    d.now = d.progress.begun + round((d.plan.latest[inspection.id] + after_its_latest_end) * 1e9)
    retiming.confirmed(d, inspection)
    assert [round(said.delay, 6) for said in d.record if isinstance(said, Retimed)] == told


def test_another_controller_counts_from_the_same_moment() -> None:
    _, state = run()
    begun = state.progress.begun
    assert begun is not None
    assert shifted(state, 5).progress.begun == begun + 5


def test_a_run_of_before_says_nothing_of_it() -> None:
    events, _ = run(Late("lathe", 2.0))
    state, said = NOTHING_YET, []
    for event in under_rules(events, 2):
        state, commands = advance(state, event)
        said += [c for c in commands.record if isinstance(c, Retimed)]
    assert said == []
