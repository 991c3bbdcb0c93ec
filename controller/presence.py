"""People in zones: what a run does when one steps in, while they are there, and when they have left. Supervisory only.

Law: in a zone with `stop`, whoever steps in stops all motion, and the run is suspended until they have left: it is not the cell's
own doing. Then it holds, for motion that was broken off goes on by itself never (decision 0147). No motion is started while
somebody is in one, whatever an operator says, and what is due then waits for them to leave. Where a robot hands over a person is
expected, as long as it stands still for them. With `slow`, see speeds.py. Where the distance of people is measured, whoever is
nearer than the separation distance (separation.py) counts as inside.
"""

from __future__ import annotations

from typing import assert_never

from cell.diagnostic import Span
from cell.events import SeparationSeen, TooFastSeen, ZoneReported
from cell.people import HANDOVER
from cell.run import SUSPENDS_FOR_PEOPLE, ZONES_NAME_LINES
from cell.steps import Await, Move, Step
from cell.zones import Zone
from controller import halts, nevers, recovery, speeds, stops
from controller.asked_by import lines_of, note_served
from controller.draft import Draft
from controller.run_state import PEOPLE, Failure, HoldReason
from controller.zone_waits import intruded_of, wanted_of

INTRUSION = "intrusion"
_AT_REST = ("Idle", "Starting", "Held")


def taken_in(d: Draft, event: ZoneReported | SeparationSeen | TooFastSeen) -> None:
    match event:
        case ZoneReported():
            _zone_reported(d, event)
            nevers.watch_as_before(d)
        case SeparationSeen():
            _separation_seen(d, event)
            nevers.watch_as_before(d)
        case TooFastSeen():
            _too_fast(d, event)
        case _:
            assert_never(event)


def _zone_reported(d: Draft, event: ZoneReported) -> None:
    if event.zone not in d.known.zones or d.belief.zones.get(event.zone) is event.is_occupied:
        return
    _reported(d, d.known.zones[event.zone], event.is_occupied, f"a person is in {event.zone}")


def _separation_seen(d: Draft, event: SeparationSeen) -> None:
    """Who is too near counts as inside."""
    if event.zone not in d.known.zones or d.belief.zones.get(event.zone) is event.is_short:
        return
    is_seen = "nobody knows how near a person is" if event.distance is None else f"a person is {event.distance:.2f} m away"
    is_needed = "how fast the robots go is not known" if event.needed is None else f"{event.needed:.2f} m are needed"
    _reported(d, d.known.zones[event.zone], event.is_short, f"{is_seen}, {is_needed} ({event.zone})")


def _reported(d: Draft, zone: Zone, is_occupied: bool, text: str) -> None:
    d.believe(zones=d.belief.zones.set(zone.name, is_occupied))
    note_served(d, f"zone {zone.name}", d.belief.robots if is_occupied else None)
    if not is_occupied:
        _left(d, zone)
    speeds.set_speeds(d, f"zone {zone.name} is {'occupied' if is_occupied else 'free'}")
    is_suspended = d.pack == "Suspended" and _suspends(d)
    is_at_rest = d.pack in _AT_REST or is_suspended or (d.pack == "Holding" and not _moves(d))
    if is_occupied and _stops(zone) and not is_at_rest and not _is_expected(d, zone):
        halts.stop_all(d)
        _raise(d, zone, text)


def _left(d: Draft, zone: Zone) -> None:
    """Whoever was there is gone. What stopped for them asks for a resume once nobody is left in any such zone."""
    intruded = intruded_of(zone.name)
    has_stopped = intruded in d.belief.short
    d.believe(short=tuple(what for what in d.belief.short if what not in (intruded, wanted_of(zone.name))))
    if has_stopped and not any(intruded_of(name) in d.belief.short for name in d.known.zones):
        text = f"a person was in {zone.name}" if zone.distance is None else f"a person was too near ({zone.name})"
        recovery.raise_hold(d, HoldReason(_code(zone), text, (*_broken_off(d), zone.span)))
        d.believe(served=d.belief.served.delete(PEOPLE) if PEOPLE in d.belief.served else d.belief.served)


def _broken_off(d: Draft) -> tuple[Span, ...]:
    """The lines that robots were at work for when they were stopped for people."""
    return d.belief.served.get(PEOPLE, ()) if d.known.rules >= ZONES_NAME_LINES else ()


def _code(zone: Zone) -> str:
    return "R715" if zone.distance is None else "R777"


def _raise(d: Draft, zone: Zone, text: str) -> None:
    """`intrusion` where the intent has a policy for it; else the run is suspended, and holds where it cannot be."""
    name = d.policies.called(zone.name, INTRUSION) if d.policies is not None else INTRUSION
    if d.policies is not None and name in d.policies.named:
        recovery.fail(d, Failure(name, _code(zone), text, block=d.policies.named[name]))
        return
    recovery.replan(d, f"{zone.name} was occupied")
    now = (*d.belief.served.get(PEOPLE, ()), *d.belief.served.get(f"zone {zone.name}", ()))
    d.believe(served=d.belief.served.set(PEOPLE, tuple(dict.fromkeys(now))))
    if _suspends(d) and (stops.go(d, "suspend", text) or d.pack == "Suspending"):
        d.believe(short=(*d.belief.short, intruded_of(zone.name)))
    else:
        recovery.raise_hold(d, HoldReason(_code(zone), text, (*_broken_off(d), zone.span)))
        d.believe(served=d.belief.served.delete(PEOPLE))


def _too_fast(d: Draft, event: TooFastSeen) -> None:
    """Somebody is in a zone that asks for less speed, and a robot does not slow down: everything stops."""
    halts.stop_all(d)
    recovery.replan(d, f"{event.robot} did not slow down")
    lines = lines_of(d, event.robot) if d.known.rules >= ZONES_NAME_LINES else ()
    text = f"{event.robot} was asked for {100 * event.asked:.0f} % of its planned speed and goes at {100 * event.share:.0f} %"
    spans = (zone.span for name, zone in d.known.zones.items() if d.belief.zones.get(name) and zone.when_occupied == "slow")
    recovery.raise_hold(d, HoldReason("R771", text, (*lines, *spans)))


def keeps_still(d: Draft, step: Step) -> str | None:
    """The zone because of which no motion is started now: somebody is in it."""
    if not isinstance(step.action, Move):
        return None
    return next((name for name, zone in d.known.zones.items() if _stops(zone) and d.belief.zones.get(name, False)), None)


def _suspends(d: Draft) -> bool:
    return d.known.rules >= SUSPENDS_FOR_PEOPLE


def _stops(zone: Zone) -> bool:
    return zone.when_occupied == "stop"


def _moves(d: Draft) -> bool:
    """Whether a robot may be on its way: a hold lets it end its motion."""
    return any(flight.device in d.belief.robots for flight in d.progress.flights.values())


def _is_expected(d: Draft, zone: Zone) -> bool:
    """Whether a robot stands there to hand over, and nothing else moves."""
    steps = [d.plan.steps[f.step].action for f in d.progress.flights.values() if f.step is not None]
    is_handed = any(isinstance(action, Await) and action.verb == HANDOVER for action in steps)
    return zone.handover and is_handed and not any(isinstance(action, Move) for action in steps)
