"""Whether a run is starved: all that it waits for are parts that should have come by now, and none has.

Law: said once when it begins and once when it ends, with what says so: the signal that counts what waits there, or the device
that was asked for one. A device that has parts waiting and presents none is not starved; its command is late.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.commands import Subject
from cell.events import SupplyReported
from cell.run import RunContext
from cell.steps import Present
from controller.run_state import Flight, RunState

GRACE = 5.0  # s beyond the time within which the next part comes
NANOSECONDS = 1e9


def supplies_seen(state: RunState, now: int) -> Iterator[SupplyReported]:
    if state.context is None or not state.context.endless:
        return
    missing = _missing(state, state.context, now)
    for name in state.context.endless:
        is_short = name in state.belief.short
        if (name in missing) is not is_short:
            of = Subject(state.run, part=missing.get(name))
            yield SupplyReported(now, of, "starved", name, is_short, _source(state.context, name))


def _missing(state: RunState, context: RunContext, now: int) -> dict[str, str]:
    """What brings no more, with the part that is waited for; nothing while anything else is under way."""
    found: dict[str, str] = {}
    for flight in state.progress.flights.values():
        asked = _asked(state, flight)
        if asked is None or asked.supply not in context.endless or state.belief.waiting.get(asked.supply, 0.0) > 0.0:
            return {}
        if (now - flight.sent) / NANOSECONDS <= context.endless[asked.supply].every + GRACE:
            return {}
        found[asked.supply] = asked.part
    return found


def _asked(state: RunState, flight: Flight) -> Present | None:
    plan = state.progress.plan
    action = plan.steps[flight.step].action if plan is not None and flight.step is not None else None
    return action if isinstance(action, Present) else None


def _source(context: RunContext, supply: str) -> str:
    return next((signal for signal, thing in context.waiting.items() if thing == supply), supply)
