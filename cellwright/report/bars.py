"""What each robot, machine, station and person was busy with, as bars along time: steps of one part in a row are one bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cell.steps import Await, Decide, Inspect, Present, RunProgram, Service, SetClamp, SetDoor, Step, Treat
from cellwright.report.course import Course, End

APART = 0.25  # s: work on the same part that is nearer is drawn as one


@dataclass(frozen=True, slots=True)
class Bar:
    """`part` None: no part in particular. `steps` counts them, `works` are their seconds; `end` is how the last one ended.
    `by_hand`: what was jogged, "" for work of a plan."""

    resource: str
    part: str | None
    start: float
    stop: float
    works: float
    steps: int
    end: End
    by_hand: str = ""


def actual_bars(course: Course) -> tuple[Bar, ...]:
    """What was jogged among it, each way as a bar of its own, which is no work of the plan."""
    by_hand = (Bar(j.jog.robot, None, j.start, j.stop, 0.0, 0, "confirmed", j.text) for j in course.jogs)
    return (*_merged((run.step, run.start, run.stop, run.end) for run in course.runs), *by_hand)


def planned_bars(course: Course) -> tuple[Bar, ...]:
    """What a plan meant after another had taken its place is left out."""
    found: list[tuple[Step, float, float, End]] = []
    for laid in course.plans:
        for step in laid.steps(course.adverse):
            start = laid.zero + step.start
            if start < laid.until or laid is course.plans[-1]:
                found.append((step, start, start + step.duration, "confirmed"))
    return tuple(_merged(sorted(found, key=lambda one: one[1])))


def resource_of(step: Step) -> str | None:
    """Whose time the step takes; None for what takes nobody's: a door, a clamp, a decision, a part on its way."""
    match step.action:
        case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name) | Service(station=name) | Await(person=name):
            return name
        case SetDoor() | SetClamp() | Decide() | Present():
            return None
        case _:
            return step.robot


def _merged(steps: Iterable[tuple[Step, float, float, End]]) -> Iterator[Bar]:
    """A robot that goes somewhere without a part goes for the one that it takes up next: such steps are of the bar before."""
    found: dict[str, list[Bar]] = {}
    for step, start, stop, end in steps:
        resource = resource_of(step)
        if resource is None or stop <= start:
            continue
        bars = found.setdefault(resource, [])
        if bars and bars[-1].part == step.part and start - bars[-1].stop < APART and bars[-1].end == "confirmed":
            last = bars.pop()
            bar = replace(last, stop=max(last.stop, stop), works=last.works + stop - start, steps=last.steps + 1, end=end)
        else:
            bar = Bar(resource, step.part, start, stop, stop - start, 1, end)
        bars.append(bar)
    for bars in found.values():
        yield from bars
