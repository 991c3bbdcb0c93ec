"""What is asked of people while a plan runs, and what becomes of it when the plan changes or nobody comes.

Law: a person is awaited and never commanded. What they have begun they may end; what they have not is withdrawn as soon as the
plan in hand is of no use, so that nobody waits for a person who waits for nothing. Where their driver does not say that it is
withdrawn it is under way, for they may do it still: nobody is asked anew, and the run holds and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cell.commands import Withdraw
from cell.people import CLEAR
from cell.run import TELLS_WHO_IS_STILL_ASKED
from cell.steps import Await
from controller import progress, recovery
from controller.asked_by import lines_of_step
from controller.draft import Draft
from controller.run_state import Failure, Flight, HoldReason, RunState

WITHDRAWN = 10.0  # s within which a driver says that what was withdrawn is over


def withdraw(d: Draft) -> None:
    """Dispatch has ended: of people who have not begun nothing is asked any more, and of nobody where time has run out."""
    for command, flight in _open(d):
        has_begun = flight.step is not None and d.progress.status.get(flight.step) == "started"
        if not has_begun or any(failure.event == "timeout" for failure in d.trouble.failures):
            _withdraw(d, command, flight)


def nobody_came(d: Draft, command: str) -> None:
    """Waited for long enough: it is somebody else's turn to decide."""
    flight = d.progress.flights[command]
    if flight.is_withdrawn and d.known.rules >= TELLS_WHO_IS_STILL_ASKED:
        _still_asked(d, flight)
        return
    _withdraw(d, command, flight)
    text = f"{flight.device} has not come, and was waited for long enough"
    recovery.fail(d, Failure("timeout", "R728", text, step=flight.step, device=flight.device))


def _still_asked(d: Draft, flight: Flight) -> None:
    """As far as is heard. What holds already says why, and the resume withdraws it once more."""
    if d.trouble.hold is None:
        step = d.plan.steps[flight.step] if flight.step is not None else None
        what = f" to {_what(step.action)}" if step is not None and isinstance(step.action, Await) else ""
        text = f"{flight.device} is still asked{what}, though it was withdrawn: see that it is done or taken off their screen"
        recovery.raise_hold(d, HoldReason("R728", text, lines_of_step(d, flight.step)))


def refused(d: Draft, step: str, person: str) -> None:
    """The person has said no, which is theirs to say."""
    action = d.plan.steps[step].action
    what = f"{action.verb} {action.part}" if isinstance(action, Await) else "this"
    text = f"{person} refuses: {what}"
    progress.fail(d, step, "refused", "R736", text)
    recovery.fail(d, Failure("refused", "R736", text, step=step, device=person))


def asked_of_people(state: RunState) -> tuple[str, ...]:
    """In words, for whoever looks at the run: who is waited for, and for what."""
    plan, progress = state.progress.plan, state.progress
    if plan is None:
        return ()
    steps = [plan.steps[f.step] for f in progress.flights.values() if f.step is not None]
    return tuple(
        _words(step.action, progress.status.get(step.id) == "started") for step in steps if isinstance(step.action, Await)
    )


def _words(action: Await, has_begun: bool) -> str:
    return f"{action.person}: {_what(action)}" + (", begun" if has_begun else "")


def _what(action: Await) -> str:
    return f"carry {action.part} to {action.place}" if action.verb == CLEAR else f"{action.verb} {action.part}"


def _open(d: Draft) -> Iterator[tuple[str, Flight]]:
    """What is not withdrawn yet, and what was and nobody waits any more for a word of it."""
    for command, flight in tuple(d.progress.flights.items()):
        if flight.device in d.known.people and not _is_withdrawn(d, command, flight):
            yield command, flight


def _is_withdrawn(d: Draft, command: str, flight: Flight) -> bool:
    if d.known.rules < TELLS_WHO_IS_STILL_ASKED:
        return flight.is_stopped
    return flight.is_withdrawn and f"late {command}" in d.timers


def _withdraw(d: Draft, command: str, flight: Flight) -> None:
    d.proceed(flights=d.progress.flights.set(command, replace(flight, is_stopped=True, is_withdrawn=True)))
    if d.known.rules >= TELLS_WHO_IS_STILL_ASKED:
        d.set_timer(f"late {command}", WITHDRAWN)
    d.command(Withdraw(d.fresh_id(f"withdraw {flight.device}"), d.subject, flight.device))
