"""A device or a robot is not as it should be: silent, off its setpoint, standing still, too fast, or met by too much force.

Supervisory only: none of this protects a person. Whatever it is, nothing goes on by itself.
"""

from __future__ import annotations

from typing import assert_never

from cell.events import ClauseBroken, DeviceSilent, ForceSeen, JointSpeedSeen, NoProgressSeen, TrackingErrorSeen
from controller import forces, recovery
from controller.asked_by import lines_of, note_served
from controller.draft import Draft
from controller.halts import stop_all
from controller.run_state import Failure, HoldReason

SILENCE = 2.0  # s that a device may be silent before the run is held


def device_silent(d: Draft, event: DeviceSilent) -> None:
    """Nothing is sent to a silent device; when it stays silent, the run holds."""
    others = tuple(name for name in d.belief.silent if name != event.device)
    d.believe(silent=(*others, event.device) if event.is_silent else others)
    note_served(d, f"silent {event.device}", (event.device,) if event.is_silent else None)
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
    text = f"{event.robot} is {event.error:.4g} from its setpoint, {event.limit:.4g} is allowed"
    _hold(d, event.robot, "did not follow", "R714", text)


def _no_progress(d: Draft, event: NoProgressSeen) -> None:
    text = f"{event.robot} says that it runs, and has stood still on its path for {event.seconds:.0f} s"
    _hold(d, event.robot, "did not move on", "R741", text)


def _joint_speed(d: Draft, event: JointSpeedSeen) -> None:
    text = f"{event.joint} of {event.robot} goes at {event.speed:.4g} and {event.limit:.4g} is its limit"
    _hold(d, event.robot, "was too fast", "R772", text)


def _hold(d: Draft, robot: str, did: str, code: str, text: str) -> None:
    stop_all(d)
    recovery.replan(d, f"{robot} {did}")
    recovery.raise_hold(d, HoldReason(code, text, lines_of(d, robot)))


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
