"""The link to a device goes down, or comes up again; or it is worse than the cell file lets it be.

Law: of one that is down, what ran there is unknown and nothing of it is ever sent again; the run holds and says which device, and
why. A link comes up by the operator's doing: the resume acknowledges the fault that came with it. Then everything is looked at
anew before anything is planned. Over one that is only bad nothing is lost: the run holds, and the same plan goes on; that it is
bad is an alarm until it has been good for a whole window, whatever else the run is held for. A robot that
is moved by hand is stopped over it, and moved no more until it has been good for a whole window: the key that is let go would be
heard late.
"""

from __future__ import annotations

from dataclasses import replace

from cell.driven_by import LinkBound
from cell.events import LinkMeasured, LinkReported
from cell.run import BAD_LINKS_ARE_ALARMS
from controller import jogging, ledger, progress, recovery, stops
from controller.asked_by import lines_of, note_served
from controller.draft import Draft
from controller.run_state import HoldReason

LEAST = 20  # answers, below which no share of them says anything


def is_worse(measured: LinkMeasured, bound: LinkBound) -> bool:
    return measured.asked >= LEAST and measured.lost + measured.late > bound.loss * measured.asked


def measured(d: Draft, event: LinkMeasured) -> None:
    """Whatever of a plan is under way ends: a device that is answered late is no reason to stop one that is not."""
    bound = d.known.links.get(event.device, LinkBound())
    if not is_worse(event, bound):
        if event.asked >= LEAST and event.device in d.belief.badly_heard:
            d.believe(badly_heard=d.belief.badly_heard.delete(event.device))
            note_served(d, f"quality {event.device}", None)
        return
    text = (
        f"{event.lost + event.late} of {event.asked} answers of {event.device} did not come within {1e3 * event.within:g} ms "
        f"({event.lost} not at all, the slowest after {1e3 * event.longest:.0f} ms); {100 * bound.loss:g} % may"
    )
    if event.device not in d.belief.badly_heard and d.known.rules >= BAD_LINKS_ARE_ALARMS:
        note_served(d, f"quality {event.device}", (event.device,))
    d.believe(badly_heard=d.belief.badly_heard.set(event.device, text))
    jogging.heard_badly(d, event.device, text)
    if d.trouble.hold is not None:
        return
    declared = () if bound.span is None else (bound.span,)
    recovery.raise_hold(d, HoldReason("R775", text, (*lines_of(d, event.device), *declared)))


def reported(d: Draft, event: LinkReported) -> None:
    if event.is_up:
        _up(d, event.device)
    elif event.device not in d.belief.cut:
        _down(d, event.device, event.why)


def _down(d: Draft, device: str, why: str) -> None:
    text, lines = f"{device}: {why or 'its link is down'}", lines_of(d, device)
    d.believe(cut=d.belief.cut.set(device, why))
    note_served(d, f"link {device}", (device,))
    d.clear_timer(f"silent {device}")
    for command, flight in tuple(d.progress.flights.items()):
        if flight.device == device or flight.device.split(".")[0] == device:
            progress.land(d, command)
            if flight.step is not None:
                progress.lose_sight(d, flight.step, text)
    _forget(d, device)
    recovery.replan(d, text)
    if d.trouble.hold is None:  # of a driver's devices the first one says it
        recovery.raise_hold(d, HoldReason("R740", text, lines))


def _forget(d: Draft, device: str) -> None:
    """Where it stands and how its jaws are is to be seen again."""
    if device in d.belief.robots:
        ledger.leave_stance(d, device)
    own = {name: seen for name, seen in d.belief.hands.items() if name.split(".")[0] == device}
    d.believe(hands=d.belief.hands.update({name: replace(seen, grip=None) for name, seen in own.items()}))


def _up(d: Draft, device: str) -> None:
    if device in d.belief.cut:
        d.believe(cut=d.belief.cut.delete(device))
        note_served(d, f"link {device}", None)
        if device in d.known.robots and d.pack in ("Unholding", "Execute"):  # else the resume powers it with the others
            stops.power(d, device)
