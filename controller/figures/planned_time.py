"""How long what was done of a plan should have taken: the ideal that production time is measured against.

Along the order of the plan each step counts with its declared duration, or with what it took where that was less: a part that
comes before the latest moment that the plan allows for, a machine that is quicker than declared. So no step makes up for another,
a `when` costs the branch that was taken, and what waits for its part has waited no longer than it did. By induction over the
order a step that was confirmed after t s of production counts with an end at t or before: the ideal is never longer than the time
itself, and effectiveness never above 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from immutables import Map

from cell.commands import Subject
from cell.steps import Step
from controller.run_state import Progress
from controller.sums import PlannedTime

SECOND = 1e9


def followed(times: PlannedTime, progress: Progress, clock: int) -> PlannedTime:
    """To the plan that is in hand now, at `clock` ns of production."""
    if progress.number == times.number or progress.plan is None:
        return times
    return PlannedTime(times.before + _of_this_one(times), clock, progress.number)


def confirmed(times: PlannedTime, progress: Progress, of: Subject, clock: int) -> PlannedTime:
    plan = progress.plan
    if plan is None or of.plan != plan.plan.plan_id:
        return times
    return counted(times, plan.steps, of.step or "", clock)


def counted(times: PlannedTime, steps: Mapping[str, Step], name: str, clock: int) -> PlannedTime:
    """With a step of the plan in hand that was confirmed at `clock`."""
    step = steps.get(name)
    if step is None or name in times.ended:
        return times
    before = _before(times.ended, steps, step)
    due = max((times.ended[other] for other in before), default=times.began)
    ideal = max((times.ideal[other] for other in before), default=times.began)
    ideal += min(round(step.duration * SECOND), clock - due)
    return replace(times, ended=times.ended.set(name, clock), ideal=times.ideal.set(name, ideal))


def total(times: PlannedTime) -> float:
    """s."""
    return (times.before + _of_this_one(times)) / SECOND


def _of_this_one(times: PlannedTime) -> int:
    return max(times.ideal.values(), default=times.began) - times.began


def _before(ended: Map[str, int], steps: Mapping[str, Step], step: Step) -> set[str]:
    """The steps that it came after. One that was never confirmed lies in a branch not taken: those before it count."""
    found, open_ = set[str](), list(step.predecessors)
    while open_:
        name = open_.pop()
        if name in ended:
            found.add(name)
        elif name in steps:
            open_ += steps[name].predecessors
    return found
