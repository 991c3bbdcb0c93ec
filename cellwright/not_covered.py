"""What `plan` would answer *unsupported* to, for whoever only checks: no robot's model is loaded for it."""

from __future__ import annotations

from dataclasses import replace

from cell.declared_state import declared_state
from cell.diagnostic import Diagnostic
from cell.orders import Order
from cell.state import PlanningRequest
from cellwright.reading import Reading
from planner.tasks.not_covered import not_covered


def not_planned(reading: Reading, orders: tuple[Order, ...] = ()) -> tuple[Diagnostic, ...]:
    """Warnings; none for a text with errors, which come first."""
    if reading.program is None or reading.cell is None or not reading.is_ok:
        return ()
    start = replace(declared_state(reading.cell), orders=orders)
    return not_covered(PlanningRequest(reading.program, reading.cell, {}, start))
