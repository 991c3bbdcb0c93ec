"""People in zones: what a run does when one steps in, while they are there, and when they have left. Supervisory only.

Law: in a zone with `stop`, whoever steps in stops all motion, and the run is suspended until they have left: it is not the cell's
own doing. Then it holds, for motion that was broken off goes on by itself never (decision 0147). No motion is started while
somebody is in one, whatever an operator says, and what is due then waits for them to leave. Where a robot hands over a person is
expected, as long as it stands still for them. With `slow`, see speeds.py.
"""

from __future__ import annotations

from cell.events import TooFastSeen, ZoneReported
from cell.people import HANDOVER
from cell.run import SUSPENDS_FOR_PEOPLE
from cell.steps import Await, Move, Step
from cell.zones import Zone
from controller import monitor, recovery, speeds, stops
from controller.draft import Draft
from controller.run_state import Failure, HoldReason

INTRUSION = "intrusion"
_AT_REST = ("Idle", "Starting", "Held")


def zone_reported(d: Draft, event: ZoneReported) -> None:
    if event.zone not in d.known.zones or d.belief.zones.get(event.zone) is event.is_occupied:
        return
    zone = d.known.zones[event.zone]
    d.believe(zones=d.belief.zones.set(event.zone, event.is_occupied))
    if not event.is_occupied:
        _left(d, zone)
    speeds.set_speeds(d, f"zone {event.zone} is {'occupied' if event.is_occupied else 'free'}")
    is_suspended = d.pack == "Suspended" and _suspends(d)
    is_at_rest = d.pack in _AT_REST or is_suspended or (d.pack == "Holding" and not _moves(d))
    if event.is_occupied and _stops(zone) and not is_at_rest and not _is_expected(d, zone):
        monitor.stop_all(d)
        _raise(d, zone)


def wanted_of(zone: str) -> str:
    """What the cell is short of while somebody stands where something is to move."""
    return f"nobody in {zone}"


def _intruded(zone: str) -> str:
    """The same, of a zone in which somebody has broken off a motion."""
    return f"{zone} left again"


def zone_of(what: str) -> str | None:
    """Of something that the cell is short of: the zone that somebody is in, None where it is no matter of people."""
    for words in (wanted_of, _intruded):
        before, after = words("|").split("|")
        if what.startswith(before) and what.endswith(after):
            return what[len(before) : len(what) - len(after)]
    return None


def _left(d: Draft, zone: Zone) -> None:
    """Whoever was there is gone. What stopped for them asks for a resume once nobody is left in any such zone."""
    intruded = _intruded(zone.name)
    has_stopped = intruded in d.belief.short
    d.believe(short=tuple(what for what in d.belief.short if what not in (intruded, wanted_of(zone.name))))
    if has_stopped and not any(_intruded(name) in d.belief.short for name in d.known.zones):
        recovery.raise_hold(d, HoldReason("R715", f"a person was in {zone.name}", (zone.span,)))


def _raise(d: Draft, zone: Zone) -> None:
    """`intrusion` where the intent has a policy for it; else the run is suspended, and holds where it cannot be."""
    text = f"a person is in {zone.name}"
    name = d.policies.called(zone.name, INTRUSION) if d.policies is not None else INTRUSION
    if d.policies is not None and name in d.policies.named:
        recovery.fail(d, Failure(name, "R715", text, block=d.policies.named[name]))
        return
    recovery.replan(d, f"{zone.name} was occupied")
    if _suspends(d) and (stops.go(d, "suspend", text) or d.pack == "Suspending"):
        d.believe(short=(*d.belief.short, _intruded(zone.name)))
    else:
        recovery.raise_hold(d, HoldReason("R715", text, (zone.span,)))


def too_fast(d: Draft, event: TooFastSeen) -> None:
    """Somebody is in a zone that asks for less speed, and a robot does not slow down: everything stops."""
    monitor.stop_all(d)
    recovery.replan(d, f"{event.robot} did not slow down")
    text = f"{event.robot} was asked for {100 * event.asked:.0f} % of its planned speed and goes at {100 * event.share:.0f} %"
    spans = (zone.span for name, zone in d.known.zones.items() if d.belief.zones.get(name) and zone.when_occupied == "slow")
    recovery.raise_hold(d, HoldReason("R771", text, tuple(spans)))


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
