"""Room where a part is to be put that somebody else takes away: a belt that carries parts off, a box that is changed.

Law: nothing sets out for it while it has no room for one more, by the newest count of its signal and by what is under way to it
already. Where nobody has counted, or the count is old, there is none. Robots wait where they stand and go above it for nothing:
somebody may be at it. One that has put the last part there has come out to above it, and stands there where nothing else is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from cell.outfeeds import fed_by
from cell.run import RunContext
from cell.steps import AtHub, AtPlace, MotionNeed, Move, Stance, Step
from controller.run_state import Belief, HandBelief, Progress, Trouble


class Knowing(Protocol):
    """A state, or its draft."""

    @property
    def context(self) -> RunContext | None: ...
    @property
    def belief(self) -> Belief: ...
    @property
    def progress(self) -> Progress: ...
    @property
    def trouble(self) -> Trouble: ...


def has_room(run: Knowing, thing: str) -> bool:
    """For one more than lie there and are under way."""
    assert run.context is not None
    lying = run.belief.waiting.get(thing) if thing not in run.belief.silent else None
    return lying is not None and lying + _under_way(run, run.context, thing) < run.context.outfeeds[thing]


def awaited_by(run: Knowing, step: Step) -> str | None:
    """The outfeed for which the step would set out, and which has no room; None where nothing keeps it for want of room."""
    context = run.context
    thing = None if context is None or not context.outfeeds else _goes_to(context, step)
    return thing if thing is not None and not has_room(run, thing) else None


def blocked(run: Knowing) -> Mapping[str, Step]:
    """The outfeeds without room that the run waits for, each with the first step that is due for it; none while anything is under
    way, for what follows may need no room."""
    if run.progress.plan is None or run.progress.flights or run.trouble.mode != "running":
        return {}
    found: dict[str, Step] = {}
    for thing, step in _waiting(run):
        found.setdefault(thing, step)
    return found


def short_in_words(run: Knowing, what: str) -> str:
    """Of what the cell is short of."""
    context = run.context
    if context is not None and what in context.outfeeds:
        return f"blocked: {what} is full"
    return f"starved: {what}" if context is not None and what in context.endless else f"waits: {what}"


def _waiting(run: Knowing) -> Iterator[tuple[str, Step]]:
    assert run.progress.plan is not None
    for name in run.progress.due:
        step = run.progress.plan.steps[name]
        if (thing := awaited_by(run, step)) is not None:
            yield thing, step


def _goes_to(context: RunContext, step: Step) -> str | None:
    """To the hub over it, or from there to its place; not the way back out."""
    match step.action:
        case Move(MotionNeed(start=start, end=AtHub(equipment=over))) if over in context.outfeeds:
            return None if _is_in(context, start, over) else over
        case action:
            touched = fed_by(action)
            fed = context.places.get(touched.place) if touched is not None else None
            return fed if fed in context.outfeeds else None


def _under_way(run: Knowing, context: RunContext, thing: str) -> int:
    """Hands on the way into its place with a part, or there and not yet open."""
    steps = run.progress.plan.steps if run.progress.plan is not None else {}
    flights = run.progress.flights.values()
    flying = (steps[flight.step].action for flight in flights if flight.step is not None and flight.step in steps)
    hands = {touched.hand for action in flying if (touched := fed_by(action)) and context.places.get(touched.place) == thing}
    for robot in run.belief.robots.values():
        match robot.stance:
            case AtPlace(hand=hand) if _is_in(context, robot.stance, thing):
                hands |= {hand} if run.belief.hands.get(hand, HandBelief()).part is not None else set()
            case _:
                pass
    return len(hands)


def _is_in(context: RunContext, stance: Stance, thing: str) -> bool:
    return isinstance(stance, AtPlace) and context.places.get(stance.place) == thing
