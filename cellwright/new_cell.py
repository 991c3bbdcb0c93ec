"""A new cell from a template: two files that check, plan and run as they are, and say in comments what to change.

Laws: nothing that exists is written over, and where one file cannot be written none is left.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

TEMPLATES: Final[Mapping[str, str]] = {
    "pick_and_place": "one robot, two trays, blocks from one to the other",
    "machine_tending": "one robot, a lathe, a gauge; good parts into a tray, rejects into a bin",
}
"""Name -> what is in it. The first one is taken where nobody says which."""


def template_files(template: str) -> Mapping[str, str]:
    """The files of a template by their names, the cell first. Raises KeyError for one that there is not."""
    if template not in TEMPLATES:
        raise KeyError(template)
    folder = files("cellwright").joinpath("templates", template)
    return {name: folder.joinpath(name).read_text("utf-8") for name in (f"{template}.cell", f"{template}.intent")}


def write_new(folder: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Writes the files into `folder`, made where there is none. Raises OSError, FileExistsError for a name that is taken."""
    taken = [name for name in texts if os.path.lexists(folder / name)]
    if taken:
        raise FileExistsError(errno.EEXIST, "it is there already, and nothing is written over", str(folder / taken[0]))
    made_folders = _made(folder)
    written: list[Path] = []
    try:
        for name, text in texts.items():
            with open(folder / name, "x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(text)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for path in made_folders:
            path.rmdir()
        raise
    return tuple(written)


def _made(folder: Path) -> tuple[Path, ...]:
    """The folders that had to be made, the innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(missing)
