"""Which lines of the intent devices are at work for: of the steps that are under way there, each line once, in the plan's order.

Law: what was asked, never what is guessed. A device at rest is at work for nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from cell.diagnostic import Span
from controller.run_state import Progress


def served(progress: Progress, devices: Iterable[str]) -> tuple[Span, ...]:
    """`devices` are robots, tools with their hands, machines or stations."""
    plan, names = progress.plan, frozenset(devices)
    if plan is None:
        return ()
    flights = (f for f in progress.flights.values() if not names.isdisjoint((f.device, f.device.split(".")[0])))
    steps = sorted((f.step for f in flights if f.step is not None), key=lambda name: plan.position.get(name, 0))
    return tuple(dict.fromkeys(plan.operation[name].because.span for name in steps if name in plan.operation))
