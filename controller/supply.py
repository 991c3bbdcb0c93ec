"""Whether a run is starved: all that it waits for are parts that should have come by now, and none has. Or blocked: all that is
due waits for room where somebody else takes parts away.

Law: said once when it begins and once when it ends, with what says so: the signal that counts what waits there, or the device
that was asked for one. A device that has parts waiting and presents none is not starved; its command is late.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.commands import Subject
from cell.events import SupplyReported
from cell.run import RunContext
from cell.steps import Present
from controller import room
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


def outfeeds_seen(state: RunState, now: int) -> Iterator[SupplyReported]:
    """What has no room, and has again. It goes on being said where the run was held and goes on, and waits for the same."""
    if state.context is None or not state.context.outfeeds:
        return
    waited = room.blocked(state)
    for name in state.context.outfeeds:
        is_short = name in state.belief.short
        if is_short and (room.has_room(state, name) or (state.pack == "Execute" and name not in waited)):
            yield SupplyReported(now, Subject(state.run), "blocked", name, True, _source(state.context, name))
        elif state.pack == "Execute" and name in waited and _is_counted(state, name):
            of = Subject(state.run, step=waited[name].id, part=waited[name].part)
            yield SupplyReported(now, of, "blocked", name, False, _source(state.context, name))


def _is_counted(state: RunState, name: str) -> bool:
    """Else it is no matter of room, and the run holds for that."""
    return name in state.belief.waiting and name not in state.belief.silent


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
