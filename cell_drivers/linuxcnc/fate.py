"""What became of a program that runs no more, from what the controller has written down and from where the robot stands. Pure."""

from __future__ import annotations

import numpy as np

from cell.device import CommandStatus
from cell.geometry import Array
from cell_drivers.linuxcnc.commands import Motion
from cell_drivers.linuxcnc.program import Track
from cell_drivers.linuxcnc.scripts import Memory

ARRIVED = 1e-5
"""rad from the last point: a robot that has run everything is no further away."""


def is_at_end(track: Track, q: Array) -> bool:
    return float(np.max(np.abs(q - track.q[-1]))) <= ARRIVED


def fate_of(motion: Motion, memory: Memory, q: Array) -> CommandStatus:
    """`q` (n,) rad. Done only where all of it was run; one that never began stands at its start."""
    number, track = motion.program.number, motion.program.track
    is_there = motion.has_begun and is_at_end(track, q)
    if memory.finished == number or (memory.begun is None and is_there):
        return CommandStatus("done", track.length)
    if memory.begun == number or (memory.begun is None and motion.has_begun):
        at = track.parameter(q, None) if motion.s == 0.0 else max(motion.s, track.parameter(q, None))
        return CommandStatus(
            "aborted", min(at, track.length), motion.stopped_by or motion.complaint or "stopped at the controller"
        )
    return CommandStatus("aborted", 0.0, motion.stopped_by or motion.complaint or "the controller has not begun it")
