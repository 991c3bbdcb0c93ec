"""`never`: what must not be true together is kept apart by the order of the steps, for all durations.

A robot counts as in a zone from the start of a motion that visits it to the end of the motion that leaves it; a machine as
running for the whole of its program's step, and one that runs when the plan starts until the end of the step that awaits it.
Which zones a motion visits is proved on its geometry (zone_rules.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan
from cell.program import AllOf, AnyOf, Condition, IsIn, IsState, Never
from cell.state import CellState
from cell.steps import Move, RunProgram, Step
from planner.proof.precedence import Precedence

_AT_END = 1e-9


@dataclass(frozen=True, slots=True)
class Presence:
    """From the start of step `entry` (None: from the start of the plan) to the end of step `exit` (None: for good)."""

    entry: int | None
    exit: int | None


def check_nevers(
    nevers: Sequence[Never], plan: MotionPlan, cell: CellModel, state: CellState, order: Precedence
) -> tuple[Diagnostic, ...]:
    judge = _Judge(plan, cell, state, order)
    return tuple(d for never in nevers for d in judge.check(never.condition, never))


def presences(plan: MotionPlan, order: Precedence, robot: str, zone: str) -> tuple[Presence, ...]:
    """When the robot may be in the zone."""
    moves = [
        (i, plan.motions[s.motion or ""]) for i, s in enumerate(plan.tasks.steps) if s.robot == robot and s.motion in plan.motions
    ]
    found = []
    for k, (i, motion) in enumerate(moves):
        length = sum(segment.length for segment in motion.segments)
        for visit in (v for v in motion.visits if v.zone == zone):
            stays = visit.last >= length - _AT_END
            found.append(Presence(i, _next_move(i, plan.tasks.steps, order, moves) if stays else i))
            if visit.first <= _AT_END and not any(order.before[i] >> j & 1 for j, _ in moves[:k]):
                found.append(Presence(None, i))
    return tuple(found)


def _next_move(i: int, steps: Sequence[Step], order: Precedence, moves: Sequence[tuple[int, Motion]]) -> int | None:
    """The robot's next motion, where it lies in the same branch; None where it is not certain which one that is."""
    return next((j for j, _ in moves if order.after[i] >> j & 1 and steps[j].branch == steps[i].branch), None)


@dataclass(slots=True)
class _Judge:
    plan: MotionPlan
    cell: CellModel
    state: CellState
    order: Precedence

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
        inside = [p for p in parts if isinstance(p, IsIn) and self._is_zone(p)]
        running = [p for p in parts if isinstance(p, IsState) and _machine_running(p, self.cell) is not None]
        doors = [p for p in parts if isinstance(p, IsState) and _door_open(p, self.cell) is not None]
        for state in running:
            if any(_door_open(door, self.cell) == state.subject.path[0] for door in doors):
                return  # a program needs the door shut and shares the machine with the door: needs.py, exclusion.py
        if not inside:
            yield error("E690", "this `never` cannot be proved yet", never.span)
            return
        clashes = [self._clash(place, running) for place in inside]
        if all(clash is not None for clash in clashes):
            zone = self.cell.zones[inside[0].place.text]
            yield error("E450", f"the plan does not keep this `never`: {clashes[0]}", never.span, zone.span)

    def _is_zone(self, inside: IsIn) -> bool:
        return not inside.negated and inside.subject.text in self.cell.robots and inside.place.text in self.cell.zones

    def _clash(self, inside: IsIn, running: Sequence[IsState]) -> str | None:
        """None when the robot is never in the zone, or never while one of the machines runs."""
        found = presences(self.plan, self.order, inside.subject.text, inside.place.text)
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
        first = found[0].entry
        return f"{inside.subject.text} is there in {'the beginning' if first is None else steps[first].id}"

    def overlap(self, found: Sequence[Presence], machine: str) -> tuple[int | None, str] | None:
        """(entry, program) of the first presence that may overlap with a program of the machine."""
        steps = self.plan.tasks.steps
        programs = [i for i, s in enumerate(steps) if isinstance(s.action, RunProgram) and s.action.machine == machine]
        device = self.state.devices.get(machine)
        is_running = device is not None and bool(device.running)
        for presence in found:
            before, after = self._apart(presence)
            if is_running and not (programs and before >> programs[0] & 1):
                return presence.entry, f"the program that {machine} is running at the start"
            for i in programs:
                if not (before | after) >> i & 1:
                    return presence.entry, steps[i].id
        return None

    def _apart(self, presence: Presence) -> tuple[int, int]:
        """Steps that have ended before the presence (or exclude it), and steps that begin after it."""
        entry, leave = presence.entry, presence.exit
        before = 0 if entry is None else self.order.before[entry] | self.order.apart[entry]
        return before, 0 if leave is None else self.order.after[leave]


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


def guarded(cell: CellModel) -> Mapping[str, str]:
    """Guard zone of each machine that has one: implied for every machine, `never` or not."""
    return {e.name: e.guard for e in cell.equipment.values() if e.guard is not None}


def check_guards(plan: MotionPlan, cell: CellModel, state: CellState, order: Precedence) -> tuple[Diagnostic, ...]:
    """No robot in a machine's guard zone while it runs a program."""
    judge, robots = _Judge(plan, cell, state, order), {s.robot for s in plan.tasks.steps if isinstance(s.action, Move)}
    found = []
    for machine, zone in guarded(cell).items():
        for robot in sorted(r for r in robots if r is not None):
            clash = judge.overlap(presences(plan, order, robot, zone), machine)
            if clash is not None:
                entry = "the start" if clash[0] is None else plan.tasks.steps[clash[0]].id
                message = f"{robot} may be in {zone} in {entry} while {machine} runs {clash[1]}"
                found.append(error("E450", message, cell.zones[zone].span, cell.equipment[machine].span))
    return tuple(found)
