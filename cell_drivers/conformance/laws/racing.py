"""The law of a stop that comes from another thread while a motion is being started, as the controller's own may."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import Rig, rig
from cell_drivers.conformance.seen import demand

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of what a start takes: when the stop comes."""
BEHIND = (0.005, 0.02)
"""s after the start has begun: the call may be over, and the motion still be on its way to the robot."""


def one_thread(bed: Bed, robot: str) -> str:
    return "" if bed.drivers.virtual is None else "exempt because its time is simulated, and one thread at a time has it"


@law("motion", "A stop that comes beside a start is not lost, whichever of the two goes out first.", exempt=one_thread)
def a_stop_beside_a_start_is_not_lost(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    whole = _takes(moving)
    moments = (*(share * whole for share in SHARES), *BEHIND)
    for after in moments:
        _is_stopped(moving, after)
    return f"stopped {len(moments)} times, 0 to {1e3 * max(moments):.3g} ms after a start had begun"


def _takes(moving: Rig) -> float:
    """s of a start by itself, whose motion goes to its end."""
    prepared, began = moving.prepared(), moving.bed.now()
    moving.robot.start(prepared)
    took = (moving.bed.now() - began) / SECOND
    moving.bed.done(moving.name, prepared.command)
    return took


def _is_stopped(moving: Rig, after: float) -> None:
    """Raises Broken where the robot goes to the end of what was started."""
    way = moving.way()
    prepared = moving.prepared(way)

    def start() -> None:
        with suppress(Exception):  # that it is refused is right: the stop was first
            moving.robot.start(prepared)

    other = threading.Thread(target=start, daemon=True)
    other.start()
    time.sleep(after)  # in real time, and with nobody looking: bed.wait would speak to the robot meanwhile
    moving.robot.stop("hold")
    other.join()
    moving.watch(prepared.duration + moving.declared.standstill["hold"] + 0.5)
    away = moving.distance(moving.q(), way.segments[-1].control[-1])
    when = f"a stop came {1e3 * after:.3g} ms after `start` was called from another thread"
    demand(
        away > moving.declared.start_tolerance,
        f"{when}, and the robot went to its end: a stop that goes out ahead of the motion has to be said again behind it",
    )
    state = moving.bed.status(moving.name, prepared.command).state
    demand(state in ("aborted", "unknown"), f"{when}; the robot stands on its way, and the command is {state}")
