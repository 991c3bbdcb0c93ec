"""How busy each robot, machine and station was in a run, as bars. Read from the events alone.

Law: what is kept is of the plan in hand and of what runs, so a run of hours takes no more room than one of minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cell.events import Event, PlanReleased, RunResumed, StepConfirmed, StepFailed, StepStarted
from cell.steps import Inspect, RunProgram, Step
from tui.speech import printable

WIDTH = 30
Key = tuple[str | None, str | None]
"""A plan and a step of it."""


@dataclass(slots=True)
class _Running:
    """A step that was started at `start` and is not confirmed. `before`: the ns up to `start` at which its resource was busy with
    what is confirmed by now."""

    resource: str
    start: int
    before: int


@dataclass(slots=True)
class Busy:
    """Takes in the events of a run as somebody else reads them, one after another. `_busy`: ns by resource, in the order in which
    each was busy first; spells of one resource that overlap count once. Moments are in the clock of the newest controller."""

    _resources: dict[Key, str] = field(default_factory=dict)
    _running: dict[Key, _Running] = field(default_factory=dict)
    _busy: dict[str, int] = field(default_factory=dict)
    _first: int | None = None
    _last: int = 0

    def passing(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            self._take(event)
            yield event

    def lines(self) -> Iterator[str]:
        """Share of the time from the first step to the last at which each robot, machine and station had a step of its own."""
        width = max(map(len, self._busy), default=0)
        for resource, busy in self._busy.items():
            share = busy / max(1, self._last - (self._first or 0))
            yield f"{printable(resource):<{width}}  {'█' * round(WIDTH * share):·<{WIDTH}}  {100 * share:.0f} %"

    def _take(self, event: Event) -> None:
        key = (event.of.plan, event.of.step)
        match event:
            case PlanReleased(plan=plan) if plan is not None:
                named = (((event.of.plan, step.id), _resource(step)) for step in plan.tasks.steps)
                self._resources = {own: resource for own, resource in named if resource is not None}
            case StepStarted(at=at) if (known := self._resources.get(key)) is not None:
                self._running[key] = _Running(known, at, self._busy.get(known, 0))
            case StepConfirmed(at=at) if key in self._running:
                self._ended(self._running.pop(key), at)
            case StepFailed():
                self._running.pop(key, None)
            case RunResumed(shift=shift):
                self._shifted(shift)
            case _:
                pass

    def _ended(self, step: _Running, at: int) -> None:
        """Of what is still running on the same resource, whatever began since has this spell before it, up to where it began."""
        for other in self._running.values():
            if other.resource == step.resource and other.start >= step.start:
                other.before = step.before + other.start - step.start
        self._busy[step.resource] = step.before + at - step.start
        self._first = step.start if self._first is None else min(self._first, step.start)
        self._last = max(self._last, at)

    def _shifted(self, shift: int) -> None:
        for step in self._running.values():
            step.start += shift
        if self._first is not None:
            self._first, self._last = self._first + shift, self._last + shift


def _resource(step: Step) -> str | None:
    match step.action:
        case RunProgram(machine=name) | Inspect(station=name):
            return name
        case _:
            return step.robot
