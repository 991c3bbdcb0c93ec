"""A run as it was begun from the files of an example, for who edits its text."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from cell.codec import canonical
from cellwright.start_file import FILE, VERSION, Start
from controller.journal.folder import RunFolder

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "01_first_move"
INTENT = "first_move.intent"


@dataclass
class Site:
    """A run that was begun from an intent, and the screens on it."""

    folder: RunFolder
    intent: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Site:
        for name in (INTENT, "first_move.cell"):
            shutil.copy(EXAMPLE / name, folder / name)
        run = RunFolder(folder / "run")
        run.path.mkdir()
        start = Start(VERSION, "none", str(folder), ".", INTENT, None, {}, 0, (), False, (), None, None, 1)
        (run.path / FILE).write_text(canonical(start), encoding="utf-8")
        return cls(run, folder / INTENT)
