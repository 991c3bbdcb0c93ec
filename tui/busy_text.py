"""How busy each robot, machine and station was in a run, as bars. Read from the events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cell.events import Event, PlanReleased, StepConfirmed, StepStarted
from cell.steps import Inspect, RunProgram, Step
from tui.speech import printable

WIDTH = 30
Key = tuple[str | None, str | None]
"""A plan and a step of it."""


@dataclass(slots=True)
class Busy:
    """Takes in the events of a run as somebody else reads them, one after another."""

    _resources: dict[Key, str | None] = field(default_factory=dict)
    _started: dict[Key, int] = field(default_factory=dict)
    _spells: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def passing(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            self._take(event)
            yield event

    def _take(self, event: Event) -> None:
        key = (event.of.plan, event.of.step)
        if isinstance(event, PlanReleased) and event.plan is not None:
            self._resources.update(((event.of.plan, step.id), _resource(step)) for step in event.plan.tasks.steps)
        elif isinstance(event, StepStarted):
            self._started[key] = event.at
        elif isinstance(event, StepConfirmed) and key in self._started and (resource := self._resources.get(key)) is not None:
            self._spells.setdefault(resource, []).append((self._started.pop(key), event.at))

    def lines(self) -> Iterator[str]:
        """Share of the time from the first step to the last at which each robot, machine and station had a step of its own."""
        if not self._spells:
            return
        first = min(start for own in self._spells.values() for start, _ in own)
        last = max(end for own in self._spells.values() for _, end in own)
        width = max(map(len, self._spells))
        for resource, own in self._spells.items():
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
