"""`cellwright.toml`: found upwards from a file, it marks the project's root. Nothing in it is needed yet but its place."""

from __future__ import annotations

from pathlib import Path

FILE = "cellwright.toml"


def project_root(file: Path) -> Path:
    """The real path of the nearest folder at or above `file` that holds a cellwright.toml, else the folder of `file`."""
    folder = file.resolve().parent
    return next((f for f in (folder, *folder.parents) if (f / FILE).is_file()), folder)
