"""`cellwright.toml`: found upwards from a file, it marks the project's root. Nothing in it is needed yet but its place."""

from __future__ import annotations

import os
from pathlib import Path

FILE = "cellwright.toml"


def project_root(file: Path) -> Path:
    """The real path of the nearest folder at or above `file` that holds a cellwright.toml, else the folder of `file`."""
    folder = real_path(file).parent
    return next((f for f in (folder, *folder.parents) if (f / FILE).is_file()), folder)


def real_path(file: Path | str) -> Path:
    """`file` with its links followed, as far as they lead: a link that goes round, or a name that no folder can hold, is told by
    whoever reads it (`Path.resolve` raises a RuntimeError)."""
    return Path(os.path.realpath(file))
