"""Which lines of the intent a device is at work for, so that an alarm about it names them.

Law: what was asked, never what is guessed: of the steps that are under way there, each line once, in the plan's order. A device
at rest is at work for nobody.
"""

from __future__ import annotations

from cell.diagnostic import Span
from cell.run import ALARMS_NAME_LINES
from controller.draft import Draft


def lines_of(d: Draft, device: str) -> tuple[Span, ...]:
    """`device` is a robot, a tool with its hands, a machine or a station."""
    if d.known.rules < ALARMS_NAME_LINES or d.progress.plan is None:
        return ()
    flights = (f for f in d.progress.flights.values() if f.step is not None and device in (f.device, f.device.split(".")[0]))
    steps = sorted((f.step for f in flights if f.step is not None), key=lambda name: d.plan.position.get(name, 0))
    return tuple(dict.fromkeys(d.plan.operation[name].because.span for name in steps if name in d.plan.operation))
