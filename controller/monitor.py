"""What is watched while a plan runs: `within`, silence, robots that do not follow. What must never be is in nevers.py.

Supervisory only: none of this protects a person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from cell.commands import StopAll
from cell.events import ClauseBroken, DeviceSilent, ForceSeen, JointSpeedSeen, NoProgressSeen, TrackingErrorSeen
from cell.steps import Step
from controller import forces, recovery
from controller.asked_by import lines_of
from controller.draft import SECOND, Draft
from controller.run_state import Failure, HoldReason

SILENCE = 2.0  # s that a device may be silent before the run is held

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
