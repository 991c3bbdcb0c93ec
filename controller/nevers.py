"""What must never be: no step is started that makes it true, and no motion goes on that does or keeps it so.

Supervisory only: none of this protects a person. Laws (SEMANTICS, Conditions): it binds the whole run, also while that is held;
where the world makes it true, motion stops and `violated` is raised. A condition on an unknown value is neither true nor false,
and a `never` counts that as broken; but a conjunct that is known to be false settles it (Kleene's logic). What a device said last
is not known any more while it is silent or cut off, nor in which zones a robot is that was broken off on its way through them.
"""

from __future__ import annotations

from typing import assert_never

from immutables import Map

from cell.events import ClauseBroken
from cell.kleene import all_of, any_of
from cell.program import AllOf, AnyOf, Compare, Condition, IsIn, IsState, Never, Ref
from cell.run import WATCHES_NEVERS_ALWAYS
from cell.steps import Move, RunProgram, Step
from controller import halts, recovery, speeds
from controller.asked_by import broken_clause
from controller.draft import Draft, draft_of
from controller.run_state import DeviceBelief, Failure, HoldReason, RunState

WATCHED_BEFORE = ("Execute", "Suspended", "Unsuspending")
"""The states in which a run of before is watched, by WATCHES_NEVERS_ALWAYS."""


def forbidding(d: Draft, step: Step) -> Never | None:
    """The `never` that starting this step would break, or that nobody could tell to be kept."""
    if not d.known.program.nevers or not isinstance(step.action, Move | RunProgram):
        return None
    return _broken(d, step)


def watch(d: Draft, before: RunState) -> None:
    """Called behind what each event has changed. One that is broken stops what moves; it is told once for each time, and again
    where something moves all the same that it is to stop. One that is waited out hides no other."""
    if d.context is None or not d.known.program.nevers or d.known.rules < WATCHES_NEVERS_ALWAYS:
        return
    if d.belief is before.belief and d.progress is before.progress:
        return
    broken = _all_broken(d, None)
    is_begun = bool(broken) and _is_begun(d, before)
    for never in broken:
        if is_begun or _is_on_its_way(d, never):
            is_begun = False
            _violated(d, never)


def _is_on_its_way(d: Draft, never: Never) -> bool:
    """Whether a step moves a robot that this one stops, and that was not told to stand still yet."""
    under_way = (f.device for f in d.progress.flights.values() if f.step is not None and not f.is_stopped)
    stopped = _stood_still(d, never) or d.belief.robots
    return any(robot in stopped and robot in d.belief.robots and robot not in d.trouble.halted for robot in under_way)


def _is_begun(d: Draft, before: RunState) -> bool:
    """Whether all was well before this event, in a run that is at work."""
    return d.pack in WATCHED_BEFORE and d.trouble.hold is None and _broken(draft_of(before, d.now), None) is None


def watch_as_before(d: Draft) -> None:
    """Motion stops and the run holds, in a run of before."""
    is_watched = d.known.rules < WATCHES_NEVERS_ALWAYS and d.pack in WATCHED_BEFORE and d.trouble.hold is None
    never = _broken(d, None) if is_watched else None
    if never is not None:
        _violated(d, never)


def _violated(d: Draft, never: Never) -> None:
    """Who is in a zone is waited for by robots that stand still on their paths; for anything else, or where a policy says what
    then, everything stops."""
    d.mend(violations=d.trouble.violations + 1)
    d.say(ClauseBroken(d.now, d.subject, "never", words_of(never), (never.span,)))
    has_policy = _has_policy(d)
    if robots := _stood_still(d, never):
        halts.halt(d, robots)
    else:
        halts.stop_all(d)
        recovery.replan(d, "a never was broken")
    if has_policy:
        because = broken_clause(d, never.span)
        recovery.fail(d, Failure("violated", "R712", f"never {words_of(never)}", block="", because=because))
    else:
        _hold_for(d, never)


def _has_policy(d: Draft) -> bool:
    if d.known.rules < WATCHES_NEVERS_ALWAYS or d.policies is None:
        return False
    return d.policies.policy_from("", "violated") is not None


def _stood_still(d: Draft, never: Never) -> tuple[str, ...]:
    """The robots that stand still on their paths for it; none where everything is stopped."""
    return () if _has_policy(d) or occupied_in(d, never) is None else _robots_of(never)


def _hold_for(d: Draft, never: Never) -> None:
    recovery.raise_hold(d, HoldReason("R712", f"never {words_of(never)}", (never.span,)))


def go_on(d: Draft) -> None:
    """An operator has resumed: what stood still on its path moves on, unless the cause is still there."""
    if not d.trouble.halted:
        return
    never = _broken(d, None)
    if never is not None:
        _hold_for(d, never)
        return
    d.mend(halted=Map())
    speeds.set_speeds(d, "an operator has resumed")


# --- whether it is so --------------------------------------------------------------------------------------------------


def _robots_of(never: Never) -> tuple[str, ...]:
    parts = never.condition.parts if isinstance(never.condition, AllOf) else (never.condition,)
    return tuple(p.subject.text for p in parts if isinstance(p, IsIn))


def _broken(d: Draft, step: Step | None) -> Never | None:
    return next(iter(_all_broken(d, step)), None)


def _all_broken(d: Draft, step: Step | None) -> tuple[Never, ...]:
    return tuple(n for n in d.known.program.nevers if _value(d, n.condition, step) is not False)


def _value(d: Draft, condition: Condition, step: Step | None) -> bool | None:
    """True, false or not known; with `step` as if it had started."""
    match condition:
        case AllOf(parts=parts):
            return all_of(_value(d, part, step) for part in parts)
        case AnyOf(parts=parts):
            return any_of(_value(d, part, step) for part in parts)
        case IsIn(subject=subject, place=place, negated=negated):
            return _negated(_is_inside(d, subject, place.text, step), negated)
        case IsState(subject=subject, value=value, negated=negated):
            return _negated(_is_state(d, subject, value, step), negated)
        case Compare():
            return None
    assert_never(condition)


def may_hold(d: Draft, never: Never) -> bool:
    """Whether what must never be is so, or nobody can tell that it is not."""
    return _value(d, never.condition, None) is not False


def words_of(never: Never) -> str:
    return _words(never.condition)


def _negated(value: bool | None, negated: bool) -> bool | None:
    return (not value) if value is not None and negated else value


def _is_inside(d: Draft, subject: Ref, zone: str, step: Step | None) -> bool | None:
    robot = d.belief.robots.get(subject.text)
    if robot is None or zone not in d.known.zones or _is_unheard(d, subject.text):
        return None
    moves = [d.plan.steps[f.step] for f in d.progress.flights.values() if f.device == subject.text and f.step is not None]
    if step is not None and isinstance(step.action, Move) and step.action.need.robot == subject.text:
        moves.append(step)
    visited = {v.zone for s in moves if s.motion is not None for v in d.plan.plan.motions[s.motion].visits}
    return zone in robot.inside or zone in visited


def _is_state(d: Draft, subject: Ref, value: str, step: Step | None) -> bool | None:
    thing, what = subject.path[0], subject.path[-1]
    if thing in d.known.zones:
        occupied = d.belief.zones.get(thing)
        return None if occupied is None else occupied is (value == "occupied")
    seen = d.belief.devices.get(thing, DeviceBelief()) if not _is_unheard(d, thing) else DeviceBelief()
    match what:
        case "spindle":
            starts = step is not None and isinstance(step.action, RunProgram) and step.action.machine == thing
            return _is(True if starts else seen.running, value == "running")
        case "door":
            return _is(seen.door_open, value == "open")
        case "clamp":
            return _is(None if seen.clamped is None else not seen.clamped, value == "open")
    return None


def _is_unheard(d: Draft, device: str) -> bool:
    """Whether what it said last may be so no more. A robot that is silent goes on along its motion, as far as anybody knows."""
    if d.known.rules < WATCHES_NEVERS_ALWAYS:
        return False
    return device in d.belief.cut or (device in d.belief.silent and device not in d.belief.robots)


def _is(seen: bool | None, wanted: bool) -> bool | None:
    return None if seen is None else seen is wanted


def _words(condition: Condition) -> str:
    match condition:
        case AllOf(parts=parts):
            return " and ".join(_words(part) for part in parts)
        case AnyOf(parts=parts):
            return " or ".join(_words(part) for part in parts)
        case IsIn(subject=subject, place=place, negated=negated):
            return f"{subject.text} {'not ' if negated else ''}in {place.text}"
        case IsState(subject=subject, value=value, negated=negated):
            return f"{subject.text} is {'not ' if negated else ''}{value}"
        case Compare(subject=subject, operator=operator):
            return f"{subject.text} {operator} …"
    assert_never(condition)


def occupied_in(d: Draft, never: Never) -> str | None:
    """The zone in which somebody is, where that alone keeps a step from being started: it is waited for, and nothing is wrong."""
    parts = never.condition.parts if isinstance(never.condition, AllOf) else ()
    asked = (p.subject.text for p in parts if isinstance(p, IsState) and p.subject.text in d.known.zones)
    return next((zone for zone in asked if d.belief.zones.get(zone)), None)
