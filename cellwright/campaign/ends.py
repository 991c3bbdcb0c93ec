"""How a rehearsal under a scenario ended, and what is wrong with that: the standard that every run is held to.

A run ends complete, held or stopped, with its cause. Whatever happened, the world saw nothing that no plan may do and carried
out no command twice, and the rules of zones were kept while somebody was in them. Of a complete run every part is where it is
believed to be, and every goal is reached or given up as the intent says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from cell.asked import STOPS
from cell.events import Event, HoldRaised, LinkReported, OperatorAsked, RunEnded
from cell.model import CellModel
from cell.robot import RobotModel
from cell.run import RunSummary
from cell.scenario import MissingPart, Scenario
from cell.world_record import Fallen, HeldBy, JoinedTo, RestsIn, Whereabouts, WorldRecord
from cellwright.campaign.people_rules import Watched, broken_rules

Way = Literal["complete", "held", "stopped", "faulty"]
STOPPED = ("Stopped", "Aborted")


@dataclass(frozen=True, slots=True)
class End:
    """`cause` is why it did not complete, "" where it did. `faults` in words, none for a run as it should be."""

    scenario: Scenario
    way: Way
    cause: str
    faults: tuple[str, ...]
    makespan: float = 0.0
    plans: int = 0


@dataclass(frozen=True, slots=True)
class Yard:
    """What a record is held against. `standstill` as in people_rules.Watched."""

    cell: CellModel
    robots: Mapping[str, RobotModel]
    standstill: Mapping[str, float]


def ended(yard: Yard, scenario: Scenario, events: Sequence[Event], summary: RunSummary, world: WorldRecord, plans: int) -> End:
    way, cause = _way(events, summary)
    faults = tuple(_faults(yard, events, summary, world, way, cause))
    return End(scenario, "faulty" if faults else way, cause, faults, summary.makespan_s, plans)


def broken_off(scenario: Scenario, why: str) -> End:
    """A run that did not come to an end of its own."""
    return End(scenario, "faulty", "", (why,))


def _way(events: Sequence[Event], summary: RunSummary) -> tuple[Way, str]:
    if summary.state == "Complete":
        return "complete", ""
    if summary.state in STOPPED:
        asked = [e for e in events if isinstance(e, OperatorAsked) and e.what in STOPS]
        return "stopped", f"{asked[-1].who} asked to {asked[-1].what}" if asked else ""
    if summary.state == "Held":
        return "held", summary.held_because or ""
    return "faulty", summary.state


def _faults(yard: Yard, events: Sequence[Event], summary: RunSummary, world: WorldRecord, way: Way, cause: str) -> Iterator[str]:
    if way == "faulty":
        yield f"it ends {summary.state}, which is no end"
    elif way != "complete" and not cause:
        yield f"it ends {summary.state} without a cause"
    if way == "held" and not any(isinstance(event, HoldRaised) for event in events):
        yield "it holds, and no event says so"
    if way in ("complete", "stopped") and not isinstance(events[-1], RunEnded):
        yield f"it ends {summary.state}, and its last event is {type(events[-1]).__name__}"
    twice = sorted(command for command, times in world.executions.items() if times > 1)
    if twice:
        yield f"carried out twice: {', '.join(twice)}"
    for violation in world.violations[:3]:
        yield f"the world saw: {violation.text} ({violation.time / 1e9:.3f} s)"
    if way == "complete":
        yield from _incomplete(summary)
        yield from disagreements(summary, world)
    yield from broken_rules(Watched(yard.cell, yard.robots, yard.standstill, unreachable(events, world)), world)


def _incomplete(summary: RunSummary) -> Iterator[str]:
    if summary.goals_met + summary.goals_skipped < summary.goals_total:
        yield f"complete with {summary.goals_met} of {summary.goals_total} goals, {summary.goals_skipped} given up"


def disagreements(summary: RunSummary, world: WorldRecord) -> Iterator[str]:
    """Parts that the world has elsewhere than the run believes; what fell is nowhere for the run. A part that never was there,
    and that nobody reached for, is believed to be where the cell file declares it. What a run without end has left behind it
    only counts, by kind and place: so many have to lie there, or have been taken away from there."""
    missing = {d.place for d in world.scenario.disturbances if isinstance(d, MissingPart)}
    gone = Counter({place: count for _, place, count in world.forgotten.parts})
    left = Counter({(one.kind, one.place): one.count for one in summary.left})
    kinds = {part.id: part.kind for part in world.parts}
    truth = {part.id: whereabouts(part.where) for part in world.parts}
    believed = {part.id: part.where for part in summary.parts}
    for part in sorted(truth.keys() | believed.keys()):
        where = believed.get(part, "")
        was_never_there = part not in truth and where in missing
        if part not in truth and gone[where] > 0:  # it was taken away from there
            gone[where] -= 1
            continue
        if part not in believed and left[kinds[part], truth[part]] > 0:
            left[kinds[part], truth[part]] -= 1
            continue
        if truth.get(part, "") != where and not was_never_there:
            yield f"{part} is at {truth.get(part) or 'no place'}, the run has it at {where or 'no place'}"
    for (kind, place), count in sorted(left.items()):
        if (more := count - gone[place]) > 0:
            yield f"{more} {kind} that the run has left at {place} never were there"
        gone[place] = max(0, gone[place] - count)


def unreachable(events: Sequence[Event], world: WorldRecord) -> Mapping[str, Sequence[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    down: dict[str, int] = {}
    for event in events:
        if isinstance(event, LinkReported):
            if not event.is_up:
                down.setdefault(event.device, event.at)
            elif event.device in down:
                found.setdefault(event.device, []).append((down.pop(event.device), event.at))
    for device, since in down.items():
        found.setdefault(device, []).append((since, world.time))
    return found


def whereabouts(where: Whereabouts) -> str:
    match where:
        case RestsIn(place):
            return place
        case HeldBy(hand):
            return hand
        case JoinedTo(base, seat):
            return f"{base}.{seat}"
        case Fallen():
            return ""
    assert_never(where)
