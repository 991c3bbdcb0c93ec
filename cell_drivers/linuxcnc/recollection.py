"""Commands of a driver that is no more, found again: their programs still stand in the folder, and the controller has kept
which began last and which was finished last. Of older ones nobody knows what became of them.
"""

from __future__ import annotations

from pathlib import Path

from cell.device import CommandStatus, Prepared
from cell.geometry import Array
from cell_drivers.linuxcnc.commands import NOT_SEEN, Motion
from cell_drivers.linuxcnc.fate import fate_of
from cell_drivers.linuxcnc.program import file_of, read_program
from cell_drivers.linuxcnc.scripts import Memory
from cell_drivers.linuxcnc.shell import Reading

UNKNOWN = CommandStatus("unknown")


def recalled(device: str, command: str, folder: Path) -> Motion | None:
    """What was prepared under this id by whoever drove before. None: nothing."""
    path = folder / file_of(command)
    try:
        program = read_program(path.read_text(encoding="ascii"), path.name)
    except (OSError, ValueError):
        return None
    return Motion(command, Prepared(device, command, "", program.duration), program, str(path))


def status_of(motion: Motion | None, memory: Memory, reading: Reading, q: Array) -> CommandStatus:
    """`q` (n,) rad. Running only where the controller runs it."""
    if motion is None:
        return NOT_SEEN
    if reading.status != "idle":
        return (
            CommandStatus("running", motion.program.track.parameter(q, reading.line))
            if reading.program == motion.path
            else UNKNOWN
        )
    if motion.program.number in (memory.begun, memory.finished):
        return fate_of(motion, memory, q)
    return UNKNOWN
