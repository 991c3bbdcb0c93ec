"""What is watched while a plan runs: `never`, `within`, silence, robots that do not follow.

Supervisory only: none of this protects a person. Law (SEMANTICS, Conditions): a condition on an unknown value is neither true
nor false, and a `never` counts that as broken; but a conjunct that is known to be false settles it (Kleene's logic).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from immutables import Map

from cell.commands import SetSpeed, StopAll
from cell.events import ClauseBroken, DeviceSilent, ForceSeen, JointSpeedSeen, NoProgressSeen, TrackingErrorSeen
from cell.program import AllOf, AnyOf, Compare, Condition, IsIn, IsState, Never, Ref
from cell.steps import Move, RunProgram, Step
from controller import forces, recovery, speeds
from controller.asked_by import lines_of
from controller.draft import SECOND, Draft
from controller.run_state import DeviceBelief, Failure, HoldReason

SILENCE = 2.0  # s that a device may be silent before the run is held

# --- never -------------------------------------------------------------------------------------------------------------


def forbidding(d: Draft, step: Step) -> Never | None:
    """The `never` that starting this step would break, or that nobody could tell to be kept."""
    if not d.known.program.nevers or not isinstance(step.action, Move | RunProgram):
        return None
    return _broken(d, step)


def watch_nevers(d: Draft) -> None:
    """Motion stops and the run holds when the world makes a `never` true, or takes away the knowledge that it is not."""
    if d.pack not in ("Execute", "Suspended", "Unsuspending") or d.trouble.hold is not None:
        return
    never = _broken(d, None)
    if never is None:
        return
    d.mend(violations=d.trouble.violations + 1)
    d.say(ClauseBroken(d.now, d.subject, "never", _words(never.condition), (never.span,)))
    if occupied_in(d, never) is not None:
        halt(d, _robots_of(never))
    else:
        stop_all(d)
        recovery.replan(d, "a never was broken")
    _hold_for(d, never)


def _hold_for(d: Draft, never: Never) -> None:
    recovery.raise_hold(d, HoldReason("R712", f"never {_words(never.condition)}", (never.span,)))


# --- standing still on the path ----------------------------------------------------------------------------------------


def halt(d: Draft, robots: Iterable[str]) -> None:
    """They stand still where they are on their paths; their motions are not over, and nothing has to be planned again for it. A
    driver that cannot do that refuses, and then everything is stopped (reports.py)."""
    d.mend(halted=d.trouble.halted.update({name: "" for name in robots if name not in d.trouble.halted}))
    speeds.set_speeds(d, "a never is broken")
    sent = {c.robot: c.id for c in d.send if isinstance(c, SetSpeed)}
    d.mend(halted=d.trouble.halted.update({name: sent[name] for name in d.trouble.halted if name in sent}))


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


def cannot_halt(d: Draft, why: str) -> None:
    """The driver does not stand still on its path: so everything is stopped."""
    d.mend(halted=Map())
    stop_all(d)
    recovery.replan(d, why)


def _robots_of(never: Never) -> tuple[str, ...]:
    parts = never.condition.parts if isinstance(never.condition, AllOf) else (never.condition,)
    return tuple(p.subject.text for p in parts if isinstance(p, IsIn))


def _broken(d: Draft, step: Step | None) -> Never | None:
    return next((n for n in d.known.program.nevers if _value(d, n.condition, step) is not False), None)


def _value(d: Draft, condition: Condition, step: Step | None) -> bool | None:
    """True, false or not known; with `step` as if it had started."""
    match condition:
        case AllOf(parts=parts):
            values = [_value(d, part, step) for part in parts]
            return False if False in values else None if None in values else True
        case AnyOf(parts=parts):
            values = [_value(d, part, step) for part in parts]
            return True if True in values else None if None in values else False
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
    if robot is None or zone not in d.known.zones:
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
    seen = d.belief.devices.get(thing, DeviceBelief())
    match what:
        case "spindle":
            starts = step is not None and isinstance(step.action, RunProgram) and step.action.machine == thing
            return _is(True if starts else seen.running, value == "running")
        case "door":
            return _is(seen.door_open, value == "open")
        case "clamp":
            return _is(None if seen.clamped is None else not seen.clamped, value == "open")
    return None


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


# --- silence, tracking -------------------------------------------------------------------------------------------------


def device_silent(d: Draft, event: DeviceSilent) -> None:
    """Nothing is sent to a silent device; when it stays silent, the run holds."""
    others = tuple(name for name in d.belief.silent if name != event.device)
    d.believe(silent=(*others, event.device) if event.is_silent else others)
    if event.is_silent:
        d.set_timer(f"silent {event.device}", SILENCE)
    else:
        d.clear_timer(f"silent {event.device}")


def still_silent(d: Draft, device: str) -> None:
    if device in d.belief.silent:
        recovery.replan(d, f"{device} was silent")
        recovery.raise_hold(d, HoldReason("R713", f"{device} gives no fresh samples", lines_of(d, device)))


def taken_in(d: Draft, event: TrackingErrorSeen | NoProgressSeen | JointSpeedSeen | ForceSeen) -> None:
    """A robot does not go as it should: everything stops."""
    match event:
        case TrackingErrorSeen():
            _tracking_error(d, event)
        case NoProgressSeen():
            _no_progress(d, event)
        case JointSpeedSeen():
            _joint_speed(d, event)
        case ForceSeen():
            _force(d, event)
        case _:
            assert_never(event)


def _tracking_error(d: Draft, event: TrackingErrorSeen) -> None:
    stop_all(d)
    recovery.replan(d, f"{event.robot} did not follow")
    text = f"{event.robot} is {event.error:.4g} from its setpoint, {event.limit:.4g} is allowed"
    recovery.raise_hold(d, HoldReason("R714", text, lines_of(d, event.robot)))


def _no_progress(d: Draft, event: NoProgressSeen) -> None:
    stop_all(d)
    recovery.replan(d, f"{event.robot} did not move on")
    text = f"{event.robot} says that it runs, and has stood still on its path for {event.seconds:.0f} s"
    recovery.raise_hold(d, HoldReason("R741", text, lines_of(d, event.robot)))


def _joint_speed(d: Draft, event: JointSpeedSeen) -> None:
    stop_all(d)
    recovery.replan(d, f"{event.robot} was too fast")
    text = f"{event.joint} of {event.robot} goes at {event.speed:.4g} and {event.limit:.4g} is its limit"
    recovery.raise_hold(d, HoldReason("R772", text, lines_of(d, event.robot)))


def _force(d: Draft, event: ForceSeen) -> None:
    """Nobody knows what it met. Where a line of the intent says how much may be, that is broken; else the run holds."""
    flight = d.progress.flights.get(d.progress.busy.get(event.robot, ""))
    step = flight.step if flight is not None else None
    lines = lines_of(d, event.robot)
    stop_all(d)
    recovery.replan(d, f"{event.robot} met too much force")
    text = f"{event.robot} meets {event.force:.4g} N, {event.limit:.4g} N are allowed"
    clauses = forces.clauses_of(d.known.program)
    said = forces.allowed(clauses, d.known, d.progress, step, event.robot, event.s).clause if step is not None else None
    if step is None or said is None:
        recovery.raise_hold(d, HoldReason("R776", text, lines))
        return
    of = d.about(step)
    d.mend(violations=d.trouble.violations + 1)
    d.say(ClauseBroken(d.now, of, "ensure", text, (said.span,)))
    recovery.fail(d, Failure("violated", "R776", text, step=step, goal=of.goal, part=of.part))


def stop_all(d: Draft) -> None:
    """Asks every robot to stop on its path. What this breaks off is no failure of its own."""
    d.proceed(flights=d.progress.flights.update({c: replace(f, is_stopped=True) for c, f in d.progress.flights.items()}))
    d.command(StopAll(d.fresh_id("stop"), d.subject, "hold"))


# --- within ------------------------------------------------------------------------------------------------------------


def open_deadlines(d: Draft, step: Step) -> None:
    """The first step of a block opens it: from then on its `within` runs, once for each iteration."""
    operation = d.plan.operation.get(step.id)
    if operation is None or d.policies is None:
        return
    for enclosure, within in d.policies.deadlines(operation.goal):
        members = [f"{loop}={member}" for loop, member in operation.serves if loop in enclosure.loops]
        name = " ".join(["within", enclosure.id or "-", *members])
        if name not in d.timers and name not in d.trouble.opened:
            d.mend(opened=d.trouble.opened.set(name, d.now))
            d.set_timer(name, within.limit.quantity.value)


def deadline(d: Draft, timer: str) -> None:
    """A `within` has run out. If its block is still open that is a `timeout`."""
    _, block, *members = timer.split(" ")
    block = "" if block == "-" else block
    assert d.policies is not None
    enclosure = d.policies.outward[block][0]
    if not _is_open(d, block, members) or enclosure.block.within is None:
        return
    within = enclosure.block.within
    taken = (d.now - d.trouble.opened[timer]) / SECOND
    text = f"within {within.limit.quantity.text or within.limit.quantity.value}: {taken:.1f} s and not done"
    d.mend(violations=d.trouble.violations + 1)
    d.say(ClauseBroken(d.now, d.subject, "within", text, (within.span,)))
    iteration = _pair(members[-1]) if members else None
    part = iteration[1] if iteration else None
    recovery.fail(d, Failure("timeout", "R711", text, block=block, iteration=iteration, part=part, keeps_plan=True))


def _is_open(d: Draft, block: str, members: list[str]) -> bool:
    """Whether anything of that activation is left to do."""
    assert d.policies is not None
    if not block:
        return True
    wanted = {_pair(member) for member in members}
    return any(
        wanted <= set(operation.serves)
        and any(e.id == block for e in d.policies.around.get(operation.goal, ()))
        and any(d.progress.status.get(step) not in ("confirmed", "dropped") for step in operation.steps)
        for operation in d.plan.plan.tasks.operations
    )


def _pair(member: str) -> tuple[str, str]:
    loop, _, name = member.partition("=")
    return loop, name
