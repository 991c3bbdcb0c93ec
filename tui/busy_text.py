"""How busy each robot, machine and station was in a run, as bars. Read from the events alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.events import Event, PlanReleased, StepConfirmed, StepStarted
from cell.steps import Inspect, RunProgram, Step
from tui.speech import printable

WIDTH = 30


def busy_lines(events: Sequence[Event]) -> Iterator[str]:
    """Share of the time from the first step to the last at which each robot, machine and station had a step of its own."""
    steps = _steps(events)
    started: dict[tuple[str | None, str | None], int] = {}
    spells: dict[str, list[tuple[int, int]]] = {}
    for event in events:
        key = (event.of.plan, event.of.step)
        if isinstance(event, StepStarted):
            started[key] = event.at
        elif isinstance(event, StepConfirmed) and key in started and key in steps:
            resource = _resource(steps[key])
            if resource is not None:
                spells.setdefault(resource, []).append((started.pop(key), event.at))
    if not spells:
        return
    first = min(start for own in spells.values() for start, _ in own)
    last = max(end for own in spells.values() for _, end in own)
    width = max(map(len, spells))
    for resource, own in spells.items():
        share = _length(own) / max(1, last - first)
        yield f"{printable(resource):<{width}}  {'█' * round(WIDTH * share):·<{WIDTH}}  {100 * share:.0f} %"


def _steps(events: Sequence[Event]) -> dict[tuple[str | None, str | None], Step]:
    plans = [event for event in events if isinstance(event, PlanReleased)]
    return {(e.of.plan, step.id): step for e in plans if e.plan is not None for step in e.plan.tasks.steps}


def _resource(step: Step) -> str | None:
    match step.action:
        case RunProgram(machine=name) | Inspect(station=name):
            return name
        case _:
            return step.robot


def _length(spells: Sequence[tuple[int, int]]) -> int:
    """Nanoseconds that the union of the spells covers."""
    covered, reached = 0, None
    for start, end in sorted(spells):
        reached = start if reached is None else max(reached, start)
        covered += max(0, end - reached)
        reached = max(reached, end)
    return covered
