"""How busy each robot, machine and station was in a run, as bars. Read from the events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cell.events import Event, PlanReleased, StepConfirmed, StepStarted
from cell.steps import Inspect, RunProgram, Step
from tui.speech import printable

WIDTH = 30


def busy_lines(events: Iterable[Event]) -> Iterator[str]:
    """Share of the time from the first step to the last at which each robot, machine and station had a step of its own."""
    resources: dict[tuple[str | None, str | None], str | None] = {}
    started: dict[tuple[str | None, str | None], int] = {}
    spells: dict[str, list[tuple[int, int]]] = {}
    for event in events:
        key = (event.of.plan, event.of.step)
        if isinstance(event, PlanReleased) and event.plan is not None:
            resources.update(((event.of.plan, step.id), _resource(step)) for step in event.plan.tasks.steps)
        elif isinstance(event, StepStarted):
            started[key] = event.at
        elif isinstance(event, StepConfirmed) and key in started and (resource := resources.get(key)) is not None:
            spells.setdefault(resource, []).append((started.pop(key), event.at))
    if not spells:
        return
    first = min(start for own in spells.values() for start, _ in own)
    last = max(end for own in spells.values() for _, end in own)
    width = max(map(len, spells))
    for resource, own in spells.items():
        share = _length(own) / max(1, last - first)
        yield f"{printable(resource):<{width}}  {'█' * round(WIDTH * share):·<{WIDTH}}  {100 * share:.0f} %"


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
