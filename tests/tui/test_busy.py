"""How busy resources were is summed up while a run is read: the same as of all its spells together, whatever overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cell.commands import Subject
from cell.events import Event, PlanReleased, RunResumed, StepConfirmed, StepFailed, StepStarted
from cell.motion_plan import MotionPlan
from tests.tui.samples import PLAN
from tui.busy_text import Busy

ROBOTS = ("r1", "r2")
SPELLS = st.lists(st.tuples(st.sampled_from(ROBOTS), st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=12)
Spell = tuple[str, int, int]


def plan_of(spells: Sequence[Spell]) -> MotionPlan:
    step = next(step for step in PLAN.tasks.steps if step.robot is not None)
    steps = tuple(replace(step, id=f"s{n}", robot=robot) for n, (robot, _, _) in enumerate(spells))
    return replace(PLAN, tasks=replace(PLAN.tasks, steps=steps))


def told(spells: Sequence[Spell], plan: MotionPlan) -> list[Event]:
    """In the order in which they come; what ends as it begins has begun first."""
    of = [Subject("run", plan=plan.plan_id, step=f"s{n}") for n in range(len(spells))]
    starts: list[Event] = [StepStarted(start, of[n]) for n, (_, start, _) in enumerate(spells)]
    ends: list[Event] = [StepConfirmed(start + lasts, of[n]) for n, (_, start, lasts) in enumerate(spells)]
    return [
        PlanReleased(0, Subject("run", plan=plan.plan_id), 1, plan, 0, ()),
        *sorted((*starts, *ends), key=lambda event: (event.at, isinstance(event, StepConfirmed))),
    ]


def shares(events: Sequence[Event]) -> dict[str, str]:
    busy = Busy()
    assert list(busy.passing(events)) == list(events)
    return {line.split()[0]: line.rpartition("  ")[2] for line in busy.lines()}


def counted(spells: Sequence[Spell]) -> dict[str, str]:
    """Moment by moment."""
    first, last = min(start for _, start, _ in spells), max(start + lasts for _, start, lasts in spells)
    there = {
        name: sum(any(own == name and start <= t < start + lasts for own, start, lasts in spells) for t in range(first, last))
        for name in {own for own, _, _ in spells}
    }
    return {name: f"{100 * (moments / max(1, last - first)):.0f} %" for name, moments in there.items()}


@settings(max_examples=60)
@given(SPELLS)
def test_each_moment_counts_once_whatever_overlaps(spells: list[Spell]) -> None:
    assert shares(told(spells, plan_of(spells))) == counted(spells)


@settings(max_examples=60)
@given(SPELLS, st.integers(0, 10**6), st.data())
def test_another_controllers_clock_is_laid_beside_the_one_before(spells: list[Spell], shift: int, data: st.DataObject) -> None:
    events = told(spells, plan_of(spells))
    cut = data.draw(st.integers(1, len(events)))
    later = [replace(event, at=event.at + shift) for event in events[cut:]]
    at = events[cut - 1].at + shift
    resumed = RunResumed(at, Subject("run"), "2026-01-01T00:00:00+00:00", "boot", "virtual", shift, shift)
    assert shares([*events[:cut], resumed, *later]) == counted(spells)


def test_of_plans_that_are_over_nothing_is_kept() -> None:
    spells = [("r1", 10 * n, 5) for n in range(3)]
    busy = Busy()
    plans = [replace(plan_of([*spells, ("r1", 0, 0)]), plan_id=str(n)) for n in range(20)]
    for number, plan in enumerate(plans):
        failed = Subject("run", plan=plan.plan_id, step="s3")  # and is not tried again
        tried: list[Event] = [StepStarted(26, failed), StepFailed(27, failed, "grip_lost", "R704", "")]
        whole = [*told(spells, plan), *tried]
        events = [replace(event, at=event.at + 100 * number) for event in whole]
        assert list(busy.passing(events)) == events
    assert {key[0] for key in busy._resources} == {plans[-1].plan_id}
    assert busy._running == {}
    (line,) = busy.lines()
    assert line.endswith(f"{100 * (15 * 20 / (100 * 19 + 25)):.0f} %")
