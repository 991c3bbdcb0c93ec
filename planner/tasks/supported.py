"""Says which clauses planning does not cover yet, with their spans; what is covered passes in silence.

Law: a clause is either kept by construction, checked, left to the controller that watches it, or refused here. None is ignored.
"""

from __future__ import annotations

from typing import assert_never

from cell.amended import SETTINGS
from cell.model import CellModel
from cell.program import (
    AllOf,
    Amount,
    Compare,
    Condition,
    Ensure,
    Goal,
    Hold,
    IntentProgram,
    IsIn,
    IsState,
    Policy,
    Prefer,
    Retry,
    Skip,
)
from cell.program_walk import blocks_in
from planner.tasks.findings import Findings
from planner.tasks.right_of_way import InZone
from planner.tasks.route import ForceLimit

HANDS_ARE_EMPTY = ("part_missing", "grip_lost", "vacuum_lost", "empty")
"""Events after which the failed part is in no hand, clamp or door, so that its iteration may be skipped."""


def check_supported(cell: CellModel, program: IntentProgram, found: Findings) -> None:
    for never in program.nevers:
        is_kept = is_guarded(cell, never.condition) or is_watched(cell, never.condition)
        if not is_kept and zone_pair(cell, never.condition) is None:
            what = "the machine that it serves, another robot in a zone, or a person in one"
            help_ = "To keep robots out of a zone altogether, write `keep_out` in its declaration."
            found.unsupported(f"a `never` of anything but a robot in a zone and {what}", never.span, help=help_)
    for block in blocks_in(program.block):
        for ensure in block.ensures:
            _check_ensure(cell, ensure, found)
        for policy in block.policies:
            _check_policy(policy, found)
        for prefer in block.prefers:
            _check_prefer(cell, prefer, found)


def is_guarded(cell: CellModel, condition: Condition) -> bool:
    """`r in zone and machine is running` where the zone is that machine's guard: kept by construction, because a motion into
    the machine needs it idle and a program needs the robot out. Door open while running likewise."""
    if not isinstance(condition, AllOf):
        return False
    running = [p for p in condition.parts if isinstance(p, IsState) and _says_running(cell, p)]
    for state in running:
        machine = state.subject.path[0]
        for other in condition.parts:
            if isinstance(other, IsIn) and not other.negated and _is_guard(cell, other, machine):
                return True
            if isinstance(other, IsState) and _says_door_open(cell, other, machine):
                return True
    return False


def zones_apart(cell: CellModel, program: IntentProgram) -> tuple[tuple[InZone, InZone], ...]:
    """The pairs (robot, zone) that the text forbids together."""
    pairs = [zone_pair(cell, never.condition) for never in program.nevers if not is_guarded(cell, never.condition)]
    return tuple(dict.fromkeys(pair for pair in pairs if pair is not None))


def zone_pair(cell: CellModel, condition: Condition) -> tuple[InZone, InZone] | None:
    """`a in z and b in y`, of two robots; whatever else has to be true besides only makes it rarer."""
    if not isinstance(condition, AllOf):
        return None
    inside = [(p.subject.text, p.place.text) for p in condition.parts if isinstance(p, IsIn) and not p.negated]
    known = [(robot, zone) for robot, zone in inside if robot in cell.robots and zone in cell.zones]
    return next(((a, b) for a in known for b in known if a[0] < b[0]), None)


def is_watched(cell: CellModel, condition: Condition) -> bool:
    """`r in zone and zone is occupied`: who is in a zone no plan can know, so it is kept while running. No step into the zone is
    started then, and motion stops where somebody comes (controller/nevers.py)."""
    if not isinstance(condition, AllOf):
        return False
    inside = any(isinstance(p, IsIn) and not p.negated and p.subject.text in cell.robots for p in condition.parts)
    return inside and any(isinstance(p, IsState) and _says_occupied(cell, p) for p in condition.parts)


def _says_occupied(cell: CellModel, state: IsState) -> bool:
    zone = cell.zones.get(state.subject.text)
    return zone is not None and zone.occupied is not None and (state.value == "occupied") is not state.negated


def _says_running(cell: CellModel, state: IsState) -> bool:
    known = len(state.subject.path) == 2 and state.subject.path[0] in cell.equipment
    if not known or state.subject.path[1] != "spindle":
        return False
    return (state.value, state.negated) in (("running", False), ("stopped", True))


def _is_guard(cell: CellModel, inside: IsIn, machine: str) -> bool:
    return inside.subject.text in cell.robots and cell.equipment[machine].guard == inside.place.text


def _says_door_open(cell: CellModel, state: IsState, machine: str) -> bool:
    if state.subject.path != (machine, "door") or "door" not in cell.equipment[machine].signals:
        return False
    return (state.value, state.negated) in (("open", False), ("closed", True))


def _check_ensure(cell: CellModel, ensure: Ensure, found: Findings) -> None:
    if ensure.kind == "monitor" or speed_limit_on(cell, ensure) is not None or _is_stack_limit(cell, ensure):
        return
    if force_limit_on(cell, ensure) is None:
        found.unsupported("this limit", ensure.span, help="Limit the speed or the force of a robot, or what a pallet carries.")


def force_limit_on(cell: CellModel, ensure: Ensure) -> ForceLimit | None:
    """`ensure r.force <= f`: which robots can grip then, and what the proof holds contact against."""
    c = ensure.condition
    if not isinstance(c, Compare) or c.operator not in ("<", "<=") or not isinstance(c.limit, Amount):
        return None
    robot = c.subject.path[0]
    return (
        ForceLimit(robot, c.limit.quantity.value, ensure.span) if robot in cell.robots and c.subject.path[-1] == "force" else None
    )


def _is_stack_limit(cell: CellModel, ensure: Ensure) -> bool:
    """`ensure pallet.height <= h`: checked against all that is laid there (planner/tasks/stacks.py)."""
    c = ensure.condition
    if not isinstance(c, Compare) or c.operator not in ("<", "<=") or len(c.subject.path) != 2 or not isinstance(c.limit, Amount):
        return False
    thing = cell.equipment.get(c.subject.path[0])
    return thing is not None and cell.kind_of(thing).layout == "layers" and c.subject.path[1] in ("height", "mass")


def speed_limit_on(cell: CellModel, ensure: Ensure) -> tuple[str, float] | None:
    """(robot, m/s) of `ensure r.speed <= v`."""
    c = ensure.condition
    if not isinstance(c, Compare) or c.operator not in ("<", "<=") or len(c.subject.path) != 2:
        return None
    robot, name = c.subject.path
    if robot not in cell.robots or name != "speed" or not isinstance(c.limit, Amount):
        return None
    return robot, c.limit.quantity.value


def _check_policy(policy: Policy, found: Findings) -> None:
    for rung in policy.ladder:
        match rung:
            case Skip():
                _check_skip(policy, rung, found)
            case Retry(settings=settings):
                for odd in (setting for setting in settings if setting.name not in SETTINGS):
                    found.unsupported(f"a retry with another {odd.name}", odd.span, help=f"It may change {', '.join(SETTINGS)}.")
            case Goal() | Hold():
                pass  # of goals planner/tasks/rungs.py says whether they can be done
            case _:
                assert_never(rung)


def _check_skip(policy: Policy, skip: Skip, found: Findings) -> None:
    put_away = any(isinstance(rung, Goal) and rung.verb == "move" for rung in policy.ladder[: policy.ladder.index(skip)])
    for event in policy.events:
        if event.path[-1] not in HANDS_ARE_EMPTY and not put_away:
            message = f"after {event.text}, `skip` may leave the part in a hand, a clamp or the place of others"
            found.error("E606", message, skip.span, event.span, help="end this ladder with `hold`")


def _check_prefer(cell: CellModel, prefer: Prefer, found: Findings) -> None:
    if prefer.objective in ("throughput", "busy", "carrying") or (prefer.objective == "urgent" and cell.queues):
        return
    known = "" if prefer.objective in cell.vocabulary.objectives else "unknown "
    found.warning("W690", f"the {known}objective {prefer.objective} is not followed yet", prefer.span)
