"""The plan in hand against what really happened: for each resource, what was planned on it and what has been done.

Time is s since the plan began; a plan that has not begun is at 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cell.dataclass import dataclass
from cell.steps import Await, Inspect, Present, RunProgram, Service, SetClamp, SetDoor, Step, Treat
from controller.plan_index import PlanIndex
from tui.operate.scene import Scene, StepSeen

SAME_MOMENT = 1e-6  # s
NOT_SEEN: Final = "before these screens were attached"
_BEGUN = frozenset({"claimed", "started"})


@dataclass(frozen=True, slots=True)
class Done:
    """What has become of a step: `seen` None where it has not begun; then `is_left_out` says whether it never will."""

    step: Step
    seen: StepSeen | None
    is_left_out: bool


def plan_of(scene: Scene) -> PlanIndex | None:
    return scene.run.progress.plan


def moment_in_plan(scene: Scene, at: int) -> float:
    return 0.0 if scene.plan_began is None else (at - scene.plan_began) / 1e9


def resource_of(step: Step) -> str | None:
    """The row that a step stands in: who works. None where nobody does."""
    match step.action:
        case RunProgram(machine=name) | SetDoor(machine=name) | SetClamp(machine=name):
            return name
        case Inspect(station=name) | Treat(station=name) | Service(station=name):
            return name
        case Await(person=name):
            return name
        case Present():
            return None
        case _:
            return step.robot


def by_resource(plan: PlanIndex) -> Mapping[str, tuple[Step, ...]]:
    """Robots first, then what they serve, each as it begins."""
    rows: dict[str, list[Step]] = {}
    for step in plan.plan.tasks.steps:
        name = resource_of(step)
        if name is not None:
            rows.setdefault(name, []).append(step)
    robots = {step.robot for step in plan.plan.tasks.steps if step.robot is not None}
    order = sorted(rows, key=lambda name: (name not in robots, rows[name][0].start, name))
    return {name: tuple(rows[name]) for name in order}


def by_claim(plan: PlanIndex) -> Mapping[str, tuple[Step, ...]]:
    """What nobody else may use meanwhile, by thing: zones and machines."""
    rows: dict[str, list[Step]] = {}
    for step in plan.plan.tasks.steps:
        for claim in step.claims:
            rows.setdefault(claim, []).append(step)
    return {name: tuple(steps) for name, steps in sorted(rows.items())}


def critical(plan: PlanIndex) -> frozenset[str]:
    """The steps of a chain that gives the plan its length: from the last one back, each by who ends when it begins."""
    steps = plan.steps
    if not steps:
        return frozenset()
    last = max(steps.values(), key=lambda step: step.start + step.duration)
    found = {last.id}
    while True:
        before = [steps[name] for name in last.predecessors if name in steps]
        tight = [step for step in before if abs(step.start + step.duration - last.start) < SAME_MOMENT * max(1.0, last.start)]
        if not tight:
            return frozenset(found)
        last = max(tight, key=lambda step: step.duration)
        found.add(last.id)


def done(scene: Scene, steps: Sequence[Step]) -> Iterator[Done]:
    status = scene.run.progress.status
    for step in steps:
        yield Done(step, scene.steps.get(step.id), status.get(step.id) == "dropped")


def life_unseen(scene: Scene, step: Step) -> str:
    """How far a step is whose begin was not seen here: it has none, or it came before what was told."""
    life = scene.run.progress.life(step.id)
    return f"{life}, {NOT_SEEN}" if life in ("confirmed", "failed", "unknown", "started", "claimed") else f"has not begun: {life}"


def behind(scene: Scene, now: int) -> float | None:
    """By how many s the run is behind its plan at `now` ns: as it was at the step that was last begun, or by more where a step
    should have begun, or ended, by now. Negative: ahead. None before the first one."""
    if _KEPT.scene is not scene:
        _KEPT.scene, _KEPT.lateness, _KEPT.due = scene, _at_the_last(scene), _next_due(scene)
    if _KEPT.lateness is None:
        return None
    return max(_KEPT.lateness, moment_in_plan(scene, now) - _KEPT.due)


@dataclass(slots=True)
class _Kept:
    """What was found last: it is asked for at each frame, and changes with events only."""

    scene: Scene | None = None
    lateness: float | None = None
    due: float = math.inf


_KEPT = _Kept()


def _at_the_last(scene: Scene) -> float | None:
    plan = plan_of(scene)
    if plan is None or scene.plan_began is None:
        return None
    if not scene.steps:
        return 0.0  # when they began was not seen here
    name, seen = max(scene.steps.items(), key=lambda item: item[1].began)
    step = plan.steps.get(name)
    return None if step is None else moment_in_plan(scene, seen.began) - step.start


def _next_due(scene: Scene) -> float:
    """The s of the plan by which something has to begin or to end that has not. A run that is over waits for nothing."""
    plan = plan_of(scene)
    if plan is None or scene.run.is_over:
        return math.inf
    status = scene.run.progress.status
    lives = ((step, status.get(step.id)) for step in plan.steps.values())
    due = (step.start + (step.duration if how in _BEGUN else 0.0) for step, how in lives if how is None or how in _BEGUN)
    return min(due, default=math.inf)
