"""The folder that the controller and this driver both see: programs are put there whole."""

from __future__ import annotations

import os
from pathlib import Path

from cell_drivers.linuxcnc.program import Program

MOST = 200
"""Programs that stay; older ones are taken away."""


def write_program(folder: Path, program: Program) -> str:
    """Its path. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / program.file
    unfinished = path.with_suffix(".part")
    unfinished.write_text(program.text, encoding="ascii")
    os.replace(unfinished, path)
    for old in sorted(folder.glob("*.ngc"), key=lambda file: (file.stat().st_mtime_ns, file.name))[:-MOST]:
        old.unlink(missing_ok=True)
    return str(path)
