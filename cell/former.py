"""What is left of the plan before, in its order: a plan that goes on from it keeps to it where that costs little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from cell.dataclass import dataclass
from cell.steps import Along, Grip, Move, Release, Step
from cell.task_plan import TaskPlan


@dataclass(frozen=True, slots=True)
class FormerAct:
    """`robot` takes `part` out of `place`, puts it down there, or works along it there."""

    kind: Literal["pick", "place", "along"]
    part: str
    robot: str
    place: str


def left_of(tasks: TaskPlan, is_over: Callable[[str], bool]) -> tuple[FormerAct, ...]:
    """Of the steps, by id, that are not over; of a choice that is open the first alternative, for they begin alike."""
    places = {o.id: (o.source or o.target or "", o.target or o.source or "") for o in tasks.operations}
    found = (
        (step, act)
        for step in tasks.steps
        if not is_over(step.id) and not _is_other_branch(step)
        for act in _acts(step, places.get(step.operation, ("", "")))
    )
    return tuple(act for _, act in sorted(found, key=lambda pair: pair[0].start))


def _is_other_branch(step: Step) -> bool:
    return step.branch is not None and step.branch.index > 0


def _acts(step: Step, places: tuple[str, str]) -> Iterator[FormerAct]:
    if step.robot is None or step.part is None:
        return
    match step.action:
        case Grip(part=part):
            yield FormerAct("pick", part, step.robot, places[0])
        case Release(part=part):
            yield FormerAct("place", part, step.robot, places[1])
        case Move(need) if isinstance(need.touch, Along):
            yield FormerAct("along", step.part, step.robot, need.touch.place)
        case _:
            return
