"""The plan in hand against what really happened: for each resource, what was planned on it and what has been done.

Time is s since the plan began; a plan that has not begun is at 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cell.dataclass import dataclass
from cell.steps import Await, Inspect, Present, RunProgram, Service, SetClamp, SetDoor, Step, Treat
from controller.plan_index import PlanIndex
from tui.operate.scene import Scene, StepSeen

SAME_MOMENT = 1e-6  # s


@dataclass(frozen=True, slots=True)
class Done:
    """What has become of a step: `seen` None where it has not begun; then `is_left_out` says whether it never will."""

    step: Step
    seen: StepSeen | None
    is_left_out: bool


def plan_of(scene: Scene) -> PlanIndex | None:
    return scene.run.progress.plan


def now_in_plan(scene: Scene) -> float:
    return 0.0 if scene.plan_began is None else (scene.now - scene.plan_began) / 1e9


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


def behind(scene: Scene) -> float | None:
    """By how many s the run is behind its plan at the step that was last begun; negative: ahead. None before the first one."""
    plan = plan_of(scene)
    if plan is None or not scene.steps:
        return None
    name, seen = max(scene.steps.items(), key=lambda item: item[1].began)
    step = plan.steps.get(name)
    return None if step is None else moment_in_plan(scene, seen.began) - step.start
