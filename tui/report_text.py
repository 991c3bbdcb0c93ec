"""A readable account of a run, from its events: how it ended, how busy everything was, where every part is, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.events import Event, GoalReached, OutcomeTold, PlanReleased, RunOpened, StepConfirmed, StepStarted
from cell.run import PartSummary, RunSummary
from cell.steps import Inspect, RunProgram, Step
from tui.event_text import event_line
from tui.run_text import run_text
from tui.speech import bold, clock_time, printable

SECOND = 1e9


def report_text(summary: RunSummary, events: Sequence[Event], colour: bool) -> str:
    sections = [run_text(summary, colour).rstrip(), *_opened(events)]
    for title, lines in (
        ("plans", list(_plans(events))),
        ("busy", list(_busy(events))),
        ("parts", [_part(part) for part in summary.parts]),
        ("what happened, minutes:seconds", list(_story(events))),
        ("assumed", list(_assumed(events))),
    ):
        if lines:
            sections += ["", bold(title, colour), *(f"  {line}" for line in lines)]
    return "\n".join(sections) + "\n"


def _opened(events: Sequence[Event]) -> Iterator[str]:
    for event in events[:1]:
        if isinstance(event, RunOpened):
            yield f"  opened    {printable(event.utc)}, {event.clock} time"


def _plans(events: Sequence[Event]) -> Iterator[str]:
    for event in events:
        if isinstance(event, PlanReleased):
            planned = "" if event.plan is None else f", planned makespan {clock_time(event.plan.tasks.bounds.makespan)}"
            yield f"{event.number}: {(event.of.plan or '')[:12]}, {event.obligations} obligations proved{planned}"


def _busy(events: Sequence[Event]) -> Iterator[str]:
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
        yield f"{printable(resource):<{width}}  {'█' * round(30 * share):·<30}  {100 * share:.0f} %"


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


def _part(part: PartSummary) -> str:
    told = ", ".join(f"{outcome} {value}" for outcome, value in part.outcomes)
    where = part.where or "lost"
    notes = [printable(n) for n in (told, "given up" if part.given_up else "", part.note) if n]
    return f"{printable(part.id):<12} {printable(where):<16} {'; '.join(notes)}".rstrip()


def _story(events: Sequence[Event]) -> Iterator[str]:
    """Without what every part goes through; that stands under its part."""
    zero = events[0].at if events else 0
    for event in events:
        line = None if isinstance(event, GoalReached | OutcomeTold) else event_line(event)
        if line is not None:
            yield f"{moment(event.at - zero)}  {line}"


def moment(nanoseconds: int) -> str:
    minutes, seconds = divmod(nanoseconds / SECOND, 60.0)
    return f"{int(minutes):3d}:{seconds:04.1f}"


def _assumed(events: Sequence[Event]) -> Iterator[str]:
    plans = [event for event in events if isinstance(event, PlanReleased)]
    return (printable(a) for a in dict.fromkeys(a for event in plans for a in event.assumptions))
