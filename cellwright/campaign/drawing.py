"""Scenarios drawn from a seed for one cell and one plan: what may go wrong there, when, and how often.

Law: the same seed, cell, plan and choice of tables draw the same scenario on any machine. What cannot happen in the cell is never
drawn. In every second scenario an operator resumes whatever holds; in the others nobody does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final

from cell.model import CellModel
from cell.outfeeds import fed_by, is_outfeed
from cell.scenario import (
    Bump,
    ClockJump,
    CouplingFails,
    DiskFull,
    DiskSlow,
    Disturbance,
    Drift,
    DriveSpoiled,
    EmergencyStop,
    FrozenState,
    GripLost,
    Jam,
    Late,
    LinkCut,
    LinkSlow,
    MachineAlarm,
    MissingPart,
    OperatorAsks,
    OutfeedStops,
    PersonAway,
    PersonEnters,
    PersonNears,
    PersonRefuses,
    ProtectiveStop,
    Reject,
    Scenario,
    Stall,
    Stretched,
    Stuck,
)
from cell.steps import Await, Couple, Drive, Grip, Inspect, Move, RunProgram, Service, Step, Treat, Uncouple
from cell.task_plan import TaskPlan

MOST = 3
BESIDE: Final = ("outfeed_stops",)
"""Tables that are drawn beside the others, in OFTEN of the scenarios in which they can happen."""
OFTEN = 0.3
RESUMES_EVERY = 30.0  # s
HOUR = 3600.0

Draw = Callable[["Stage", Random], Disturbance]


@dataclass(frozen=True)
class Stage:
    """What is disturbed: a cell and the first plan of the run in it."""

    cell: CellModel
    plan: TaskPlan

    @property
    def makespan(self) -> float:
        """s, at the declared durations; never 0."""
        return max(self.plan.bounds.makespan, 1.0)

    @cached_property
    def robots(self) -> tuple[str, ...]:
        return tuple(sorted({s.action.need.robot for s in self.plan.steps if isinstance(s.action, Move)}))

    @cached_property
    def works(self) -> Mapping[str, int]:
        """How often each machine or station is asked for a work."""
        asked = [_worked(step) for step in self.plan.steps]
        return {name: asked.count(name) for name in sorted({name for name in asked if name})}

    @cached_property
    def grips(self) -> Mapping[str, int]:
        asked = [s.action.tool for s in self.plan.steps if isinstance(s.action, Grip)]
        return {name: asked.count(name) for name in sorted(set(asked))}

    @cached_property
    def drives(self) -> Mapping[str, int]:
        asked = [s.action.tool for s in self.plan.steps if isinstance(s.action, Drive)]
        return {name: asked.count(name) for name in sorted(set(asked))}

    @cached_property
    def inspections(self) -> int:
        return sum(isinstance(s.action, Inspect) for s in self.plan.steps)

    @cached_property
    def couplings(self) -> Mapping[str, int]:
        asked = [s.action.robot for s in self.plan.steps if isinstance(s.action, Couple | Uncouple)]
        return {name: asked.count(name) for name in sorted(set(asked))}

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """Places from which the plan takes parts, but for what lies under others: that cannot be missing there."""
        found = {part.start for part in self.plan.parts if part.start in self.cell.places}
        under = {below for name in found for below in self.cell.places[name].lies_on}
        return tuple(sorted(found - under))

    @cached_property
    def filled(self) -> tuple[str, ...]:
        """What the plan puts parts into and somebody else empties."""
        touched = [touch.place for step in self.plan.steps if (touch := fed_by(step.action)) is not None]
        things = dict.fromkeys(self.cell.places[place].equipment for place in touched)
        return tuple(sorted(name for name in things if name in self.cell.equipment and is_outfeed(self.cell.equipment[name])))

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """Zones of which something tells whether somebody is in them."""
        return tuple(zone.name for zone in self.cell.zones.values() if zone.occupied is not None)

    @cached_property
    def measured(self) -> tuple[str, ...]:
        """Zones of which something measures how near people are."""
        return tuple(zone.name for zone in self.cell.zones.values() if zone.distance is not None)

    @cached_property
    def people(self) -> Mapping[str, int]:
        asked = [s.action.person for s in self.plan.steps if isinstance(s.action, Await)]
        return {name: asked.count(name) for name in sorted(set(asked))}

    @cached_property
    def linked(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.robots, *self.grips, *self.works)))


def _worked(step: Step) -> str:
    match step.action:
        case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name) | Service(station=name):
            return name
    return ""


def drawn(seed: int, stage: Stage, tables: Sequence[str] = ()) -> Scenario:
    """One to MOST disturbances, of `tables` where any are named. Raises ValueError where none of them can happen in the cell."""
    possible = {name: draw for name, draw in possible_in(stage).items() if not tables or name in tables}
    if not possible:
        raise ValueError(f"none of {', '.join(tables)} can happen in {stage.cell.file}")
    random = Random(seed)
    beside = [name for name in BESIDE if name in possible]
    names = sorted(possible.keys() - set(BESIDE)) or beside
    chosen = [names[seed % len(names)], *(random.choice(names) for _ in range(random.randrange(MOST)))]
    found = [possible[name](stage, random) for name in chosen]
    resumes = tuple(_resumes(stage)) if random.random() < 0.5 else ()
    return Scenario(seed, (*found, *_drawn_beside(seed, stage, [name for name in beside if name not in chosen]), *resumes))


def _drawn_beside(seed: int, stage: Stage, names: Sequence[str]) -> Iterator[Disturbance]:
    """Each by a chance of its own, so that the rest of a scenario is the one that this seed had before there were these."""
    for name in names:
        random = Random(f"{seed} {name}")
        if random.random() < OFTEN:
            yield DRAWS[name][0](stage, random)


def possible_in(stage: Stage) -> Mapping[str, Draw]:
    """By table, what can happen in that cell under that plan."""
    return {name: draw for name, (draw, wanted) in DRAWS.items() if wanted(stage)}


def _resumes(stage: Stage) -> Iterator[Disturbance]:
    longest = 2.0 * stage.makespan + 120.0
    yield from (OperatorAsks(k * RESUMES_EVERY, "resume") for k in range(1, int(longest / RESUMES_EVERY) + 1))


# --- one of each -------------------------------------------------------------------------------------------------------


def _when(stage: Stage, random: Random) -> float:
    """At some step: an instant of its duration. Rounded, so that a file says it in few digits."""
    step = random.choice(stage.plan.steps)
    return max(round(float(step.start + random.random() * step.duration), 3), 0.05)


def _spell(stage: Stage, random: Random, longest: float = 60.0) -> tuple[float, float]:
    start = _when(stage, random)
    return start, round(start + 0.2 + (longest - 0.2) * random.random() ** 2, 3)


def _one(random: Random, counts: Mapping[str, int]) -> tuple[str, int]:
    """A name, and which of the times that it is asked."""
    name = random.choice(tuple(counts))
    return name, 1 + random.randrange(counts[name])


def _grip_lost(stage: Stage, random: Random) -> Disturbance:
    tool, nth = _one(random, stage.grips)
    return GripLost(tool, nth, "at grip" if random.random() < 0.5 else "on the way")


def _drive_spoiled(stage: Stage, random: Random) -> Disturbance:
    tool, nth = _one(random, stage.drives)
    return DriveSpoiled(tool, nth, random.choice(("jam", "cross_threaded", "over_turned")))


def _alarm(stage: Stage, random: Random) -> Disturbance:
    machine, nth = _one(random, stage.works)
    clears = None if random.random() < 0.5 else round(1.0 + 60.0 * random.random(), 1)
    return MachineAlarm(machine, nth, round(random.random(), 3), clears)


def _late(stage: Stage, random: Random) -> Disturbance:
    return Late(random.choice((*stage.works, *stage.people)), round(1.5 + 8.5 * random.random(), 2))


def _stretched(stage: Stage, random: Random) -> Disturbance:
    return Stretched(1.0, round(1.2 + 2.0 * random.random(), 2))


def _reject(stage: Stage, random: Random) -> Disturbance:
    return Reject(1 + random.randrange(stage.inspections), 1 if random.random() < 0.5 else None)


def _clock_jump(stage: Stage, random: Random) -> Disturbance:
    return ClockJump(_when(stage, random), random.choice((-HOUR, HOUR)))


def _disk_slow(stage: Stage, random: Random) -> Disturbance:
    return DiskSlow(*_spell(stage, random), delay=round(0.05 + 2.0 * random.random(), 2))


def _drift(stage: Stage, random: Random) -> Disturbance:
    return Drift(random.choice(stage.robots), *_spell(stage, random), rate=round(0.05 + 0.5 * random.random(), 3))


def _frozen(stage: Stage, random: Random) -> Disturbance:
    return FrozenState(random.choice((*stage.linked, "signals", "people")), *_spell(stage, random, 20.0))


def _asks(stage: Stage, random: Random) -> Disturbance:
    return OperatorAsks(_when(stage, random), random.choice(("hold", "hold", "hold", "stop", "quick stop", "abort")))


def _person_enters(stage: Stage, random: Random) -> Disturbance:
    return PersonEnters(random.choice(stage.watched), *_spell(stage, random, 30.0))


def _link_slow(stage: Stage, random: Random) -> Disturbance:
    latency, share = round(0.01 + 1.5 * random.random() ** 3, 3), round(0.3 * random.random() ** 3, 3)
    return LinkSlow(random.choice(stage.linked), *_spell(stage, random), latency, share)


def _outfeed_stops(stage: Stage, random: Random) -> Disturbance:
    return OutfeedStops(random.choice(stage.filled), *_spell(stage, random, 120.0))


def _bump(stage: Stage, random: Random) -> Disturbance:
    duration, force = round(0.01 + random.random() ** 3, 3), round(20.0 + 380.0 * random.random() ** 2, 1)
    return Bump(random.choice(stage.robots), _when(stage, random), duration, force)


def _person_nears(stage: Stage, random: Random) -> Disturbance:
    return PersonNears(random.choice(stage.measured), *_spell(stage, random, 30.0), round(8.0 * random.random(), 2))


DRAWS: Final[Mapping[str, tuple[Draw, Callable[[Stage], object]]]] = {
    "missing_part": (lambda s, r: MissingPart(r.choice(s.starts)), lambda s: s.starts),
    "grip_lost": (_grip_lost, lambda s: s.grips),
    "reject": (_reject, lambda s: s.inspections),
    "drive_spoiled": (_drive_spoiled, lambda s: s.drives),
    "jam": (lambda s, r: Jam(r.choice(s.robots), 1 + r.randrange(3)), lambda s: s.robots),
    "coupling_fails": (lambda s, r: CouplingFails(*_one(r, s.couplings)), lambda s: s.couplings),
    "machine_alarm": (_alarm, lambda s: s.works),
    "late": (_late, lambda s: s.works or s.people),
    "stretched": (_stretched, lambda s: True),
    "stall": (lambda s, r: Stall(r.choice(s.robots), _when(s, r), round(0.2 + 20.0 * r.random() ** 2, 2)), lambda s: s.robots),
    "stuck": (lambda s, r: Stuck(r.choice(s.robots), _when(s, r), round(0.2 + 20.0 * r.random(), 2)), lambda s: s.robots),
    "drift": (_drift, lambda s: s.robots),
    "protective_stop": (lambda s, r: ProtectiveStop(r.choice(s.robots), _when(s, r)), lambda s: s.robots),
    "emergency_stop": (lambda s, r: EmergencyStop(r.choice(s.robots), *_spell(s, r)), lambda s: s.robots),
    "person_enters": (_person_enters, lambda s: s.watched),
    "person_away": (lambda s, r: PersonAway(r.choice(tuple(s.people)), *_spell(s, r)), lambda s: s.people),
    "person_refuses": (lambda s, r: PersonRefuses(*_one(r, s.people)), lambda s: s.people),
    "frozen_state": (_frozen, lambda s: s.linked),
    "link_cut": (lambda s, r: LinkCut(r.choice(s.linked), *_spell(s, r)), lambda s: s.linked),
    "link_slow": (_link_slow, lambda s: s.linked),
    "bump": (_bump, lambda s: s.robots),
    "outfeed_stops": (_outfeed_stops, lambda s: s.filled),
    "person_nears": (_person_nears, lambda s: s.measured),
    "clock_jump": (_clock_jump, lambda s: True),
    "disk_slow": (_disk_slow, lambda s: True),
    "disk_full": (lambda s, r: DiskFull(*_spell(s, r)), lambda s: True),
    "operator_asks": (_asks, lambda s: True),
}
"""By table: how one is drawn, and whether there is anything in the cell that it could befall."""
