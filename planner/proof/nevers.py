"""`never`, and zones for one robot: what must not be true together is kept apart by the order of the steps, for all durations.

A robot counts as in a zone from the start of a motion that visits it to the end of the motion that leaves it; a machine as
running for the whole of its program's step, and one that runs when the plan starts until the end of the step that awaits it.
Which zones a motion visits is proved on its geometry (zone_rules.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan
from cell.program import AllOf, AnyOf, Condition, IsIn, IsState, Never
from cell.state import PlanningRequest
from cell.steps import RunProgram, Step
from planner.proof.coincidence import Spell, at_once, may_coincide
from planner.proof.precedence import Precedence
from planner.proof.right_of_way import InZone, forbidden_together, is_robot_in_zone
from planner.proof.standing import stands_in

_AT_END = 1e-9


def check_nevers(plan: MotionPlan, request: PlanningRequest, order: Precedence) -> tuple[Diagnostic, ...]:
    judge = _Judge(plan, request, order)
    return tuple(d for never in request.program.nevers for d in judge.check(never.condition, never))


def presences(plan: MotionPlan, request: PlanningRequest, order: Precedence, robot: str, zone: str) -> tuple[Spell, ...]:
    """When the robot may be in the zone: from the start of step `first` (None: of the plan) to the end of step `last` (None: for
    good)."""
    moves = [
        (i, plan.motions[s.motion or ""]) for i, s in enumerate(plan.tasks.steps) if s.robot == robot and s.motion in plan.motions
    ]
    if not moves:
        return (Spell(robot, None, None, 0),) if stands_in(request, robot, request.cell.zones[zone]) else ()
    found = []
    for k, (i, motion) in enumerate(moves):
        length = sum(segment.length for segment in motion.segments)
        for visit in (v for v in motion.visits if v.zone == zone):
            stays = visit.last >= length - _AT_END
            last = _next_move(i, plan.tasks.steps, order, moves) if stays else i
            found.append(Spell(robot, i, last, order.apart[i]))
            if visit.first <= _AT_END and not any(order.before[i] >> j & 1 for j, _ in moves[:k]):
                found.append(Spell(robot, None, i, order.apart[i]))
    return tuple(found)


def _next_move(i: int, steps: Sequence[Step], order: Precedence, moves: Sequence[tuple[int, Motion]]) -> int | None:
    """The robot's next motion, where it lies in the same branch; None where it is not certain which one that is."""
    return next((j for j, _ in moves if order.after[i] >> j & 1 and steps[j].branch == steps[i].branch), None)


@dataclass(slots=True)
class _Judge:
    plan: MotionPlan
    request: PlanningRequest
    order: Precedence

    @property
    def cell(self) -> CellModel:
        return self.request.cell

    def inside(self, robot: str, zone: str) -> tuple[Spell, ...]:
        return presences(self.plan, self.request, self.order, robot, zone)

    def check(self, condition: Condition, never: Never) -> Iterator[Diagnostic]:
        match condition:
            case AnyOf(parts=parts):
                for part in parts:
                    yield from self.check(part, never)
            case AllOf(parts=parts):
                yield from self._together(parts, never)
            case _:
                yield from self._together((condition,), never)

    def _together(self, parts: tuple[Condition, ...], never: Never) -> Iterator[Diagnostic]:
        """One conjunct that is never true, or two that never are together, will do."""
        inside = [p for p in parts if isinstance(p, IsIn) and is_robot_in_zone(p, self.cell)]
        running = [p for p in parts if isinstance(p, IsState) and _machine_running(p, self.cell) is not None]
        doors = [p for p in parts if isinstance(p, IsState) and _door_open(p, self.cell) is not None]
        for state in running:
            if any(_door_open(door, self.cell) == state.subject.path[0] for door in doors):
                return  # a program needs the door shut and shares the machine with the door: needs.py, exclusion.py
        if is_watched(parts, self.cell):
            return
        if not inside:
            yield error("E690", "this `never` cannot be proved yet", never.span)
            return
        clashes = [self._clash(place, running) for place in inside]
        if (pair := forbidden_together(parts, self.cell)) is not None:
            clashes = [self.met(*pair), *clashes]
        if all(clash is not None for clash in clashes):
            zone = self.cell.zones[inside[0].place.text]
            yield error("E450", f"the plan does not keep this `never`: {clashes[0]}", never.span, zone.span)

    def met(self, one: InZone, other: InZone) -> str | None:
        """None when the two robots are never in those zones at once."""
        mine, theirs = (self.inside(*each) for each in (one, other))
        if not mine or not theirs:
            return None
        found = np.argwhere(may_coincide(mine, theirs, self.order))
        if not len(found):
            return None
        first, second = mine[found[0, 0]], theirs[found[0, 1]]
        return f"{self.named(first)} and {self.named(second)} may be there at once"

    def named(self, spell: Spell) -> str:
        return f"{spell.robot} in {'the beginning' if spell.first is None else self.plan.tasks.steps[spell.first].id}"

    def _clash(self, inside: IsIn, running: Sequence[IsState]) -> str | None:
        """None when the robot is never in the zone, or never while one of the machines runs."""
        found = self.inside(inside.subject.text, inside.place.text)
        if not found:
            return None
        steps, clashes = self.plan.tasks.steps, []
        for state in running:
            machine = state.subject.path[0]
            clash = self.overlap(found, machine)
            if clash is None:
                return None
            clashes.append(clash)
        if clashes:
            entry, program = clashes[0]
            return f"{'the start' if entry is None else steps[entry].id} and {program} may overlap"
        first = found[0].first
        return f"{inside.subject.text} is there in {'the beginning' if first is None else steps[first].id}"

    def overlap(self, found: Sequence[Spell], machine: str) -> tuple[int | None, str] | None:
        """(entry, program) of the first presence that may overlap with a program of the machine."""
        steps = self.plan.tasks.steps
        programs = [i for i, s in enumerate(steps) if isinstance(s.action, RunProgram) and s.action.machine == machine]
        device = self.request.state.devices.get(machine)
        is_running = device is not None and bool(device.running)
        for presence in found:
            before, after = self._apart(presence)
            if is_running and not (programs and before >> programs[0] & 1):
                return presence.first, f"the program that {machine} is running at the start"
            for i in programs:
                if not (before | after) >> i & 1:
                    return presence.first, steps[i].id
        return None

    def _apart(self, presence: Spell) -> tuple[int, int]:
        """Steps that have ended before the presence (or exclude it), and steps that begin after it."""
        before = 0 if presence.first is None else self.order.before[presence.first] | self.order.apart[presence.first]
        return before, 0 if presence.last is None else self.order.after[presence.last]


def is_watched(parts: tuple[Condition, ...], cell: CellModel) -> bool:
    """A robot in a zone where somebody is: nobody can know that beforehand, so it is kept while running, which the proof says."""
    told = (p for p in parts if isinstance(p, IsState) and p.subject.text in cell.zones)
    is_told = any(cell.zones[p.subject.text].occupied is not None and (p.value == "occupied") is not p.negated for p in told)
    return is_told and any(isinstance(p, IsIn) and is_robot_in_zone(p, cell) for p in parts)


def _machine_running(state: IsState, cell: CellModel) -> str | None:
    """The machine of `machine.spindle is running` (or `is not stopped`)."""
    path = state.subject.path
    if len(path) != 2 or path[0] not in cell.equipment or path[1] != "spindle":
        return None
    return path[0] if (state.value, state.negated) in (("running", False), ("stopped", True)) else None


def _door_open(state: IsState, cell: CellModel) -> str | None:
    path = state.subject.path
    if len(path) != 2 or path[0] not in cell.equipment or path[1] != "door" or "door" not in cell.equipment[path[0]].signals:
        return None
    return path[0] if (state.value, state.negated) in (("open", False), ("closed", True)) else None


def check_capacities(plan: MotionPlan, request: PlanningRequest, order: Precedence) -> tuple[Diagnostic, ...]:
    """Never more robots in a zone than it takes: of any more of them, some two stays are never at once."""
    judge, found = _Judge(plan, request, order), []
    for zone in request.cell.zones.values():
        if zone.capacity is None or zone.capacity >= len(request.cell.robots):
            continue
        visits = {robot: judge.inside(robot, zone.name) for robot in request.cell.robots}
        for crowd in combinations([robot for robot, stays in visits.items() if stays], zone.capacity + 1):
            met = at_once([visits[robot] for robot in crowd], order)
            if met is not None:
                names = [judge.named(stay) for stay in met]
                clash = (
                    f"{', '.join(names[:-1])} and {names[-1]} may be there at once" if len(names) > 1 else f"{names[0]} is there"
                )
                takes = "one robot" if zone.capacity == 1 else f"{zone.capacity} robots"
                found.append(error("E450", f"{zone.name} takes {takes}: {clash}", zone.span))
    return tuple(found)


def guarded(cell: CellModel) -> Mapping[str, str]:
    """Guard zone of each machine that has one: implied for every machine, `never` or not."""
    return {e.name: e.guard for e in cell.equipment.values() if e.guard is not None}


def check_guards(plan: MotionPlan, request: PlanningRequest, order: Precedence) -> tuple[Diagnostic, ...]:
    """No robot in a machine's guard zone while it runs a program."""
    judge, found, cell = _Judge(plan, request, order), [], request.cell
    for machine, zone in guarded(cell).items():
        for robot in sorted(cell.robots):
            clash = judge.overlap(judge.inside(robot, zone), machine)
            if clash is not None:
                entry = "the start" if clash[0] is None else plan.tasks.steps[clash[0]].id
                message = f"{robot} may be in {zone} in {entry} while {machine} runs {clash[1]}"
                found.append(error("E450", message, cell.zones[zone].span, cell.equipment[machine].span))
    return tuple(found)
