"""Every law of the driver contract, by what it binds. A module holds the laws of one matter; this file lists them all."""

from __future__ import annotations

from types import ModuleType

from cell_drivers.conformance.law import Law
from cell_drivers.conformance.laws import (
    aiming,
    declaring,
    doubting,
    following,
    gripping,
    halting,
    hushing,
    inspecting,
    linking,
    machining,
    measuring,
    moving,
    numbering,
    opening,
    powering,
    racing,
    refusing,
    remembering,
    returning,
    sampling,
    scaling,
    seeing,
    sensing,
    stopping,
    telling,
    timing,
    waiting,
    wiring,
)

_ROOMS: tuple[ModuleType, ...] = (
    opening, declaring, telling, measuring, sampling, timing, doubting, powering, refusing, numbering, moving, aiming, stopping,
    racing, scaling, linking, hushing, wiring, gripping, following, machining, halting, inspecting, sensing,
    waiting, seeing, returning, remembering,
)  # fmt: skip

LAWS: tuple[Law, ...] = tuple(found for room in _ROOMS for found in vars(room).values() if isinstance(found, Law))
"""In the order in which they are tried: reading first, then what moves."""
