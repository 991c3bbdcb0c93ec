"""When a command that was written down must not go out any more.

Law: between the fold of a command and its going out the disk is waited for, and meanwhile the world goes on. What would not be
started now is not started late. It is reported as not begun, so its step is due again, under the same id.
"""

from __future__ import annotations

from cell.commands import Acknowledge, Activate, CallOff, Command, RequestJog, RequestPlan, SetSpeed, StopAll, Withdraw
from controller import carried_on, nevers, presence, progress
from controller.draft import Draft, draft_of
from controller.run_state import RunState


def unwanted(state: RunState, command: Command) -> str | None:
    """Why `command`, which the fold has called for, must not go out any more; None: it may."""
    if isinstance(command, RequestPlan | RequestJog | SetSpeed | Withdraw | CallOff | StopAll):
        return None
    if state.is_over:
        return "the run is over"
    if state.trouble.unwritten:
        return "the journal cannot be written"
    if isinstance(command, Acknowledge | Activate):
        return None
    if command.id not in state.progress.flights:
        return "nobody waits for it any more"
    if state.manual is not None and command.id == state.manual.flight:
        return state.manual.stopping or None
    if state.pack != "Execute" or state.trouble.hold is not None:
        return "the run is held" if state.trouble.hold is not None else f"the run is in {state.pack}"
    flight = state.progress.flights[command.id]
    if flight.step is None:
        return None if command.of.step is None else "its step is given up"
    d = draft_of(state, state.now)
    if d.trouble.mode != "running" and not (flight.step in d.trouble.going_on and carried_on.is_proved(d)):
        return "what runs is let end, and nothing new is begun"
    d.proceed(busy=d.progress.busy.delete(flight.device))  # what has not gone out yet is not in its own way
    return _hindrance(d, flight.step)


def _hindrance(d: Draft, name: str) -> str | None:
    step = d.plan.steps[name]
    if (fact := progress.unmet(d, step)) is not None:
        return f"it is no longer observed that {fact.text}"
    if progress.is_silent(d, step):
        return "its device is silent"
    if (zone := presence.keeps_still(d, step)) is not None:
        return f"somebody is in {zone}"
    return "a never forbids it" if nevers.forbidding(d, step) is not None else None
