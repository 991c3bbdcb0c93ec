"""A recorded run as one small file: its journal as it was written and its plans, without samples. Equal runs give equal bytes."""

from __future__ import annotations

import io
import lzma
import sqlite3
import tarfile
from pathlib import Path

from controller.journal.folder import RunFolder
from controller.journal.journal import FILE

FOLDER = Path(__file__).parent
ENDING = ".tar.xz"


def packed(run: RunFolder) -> bytes:
    """Of a run that is over, or whose controller is gone."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in sorted(_files(run)):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return lzma.compress(held.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def unpacked(recorded: Path, folder: Path) -> RunFolder:
    run = RunFolder(folder / recorded.name.removesuffix(ENDING))
    run.path.mkdir()
    with tarfile.open(recorded, "r:xz") as tar:
        tar.extractall(run.path, filter="data")
    return run


def recordings() -> list[Path]:
    return sorted(FOLDER.glob(f"*{ENDING}"))


def _files(run: RunFolder) -> list[tuple[str, bytes]]:
    plans = [(path.name, path.read_bytes()) for path in run.path.glob("plan-*.json")]
    return [(FILE, _journal(run)), *plans]


def _journal(run: RunFolder) -> bytes:
    """The database with what still stands in its log."""
    source, whole = sqlite3.connect(f"{(run.path / FILE).resolve().as_uri()}?mode=ro", uri=True), sqlite3.connect(":memory:")
    source.backup(whole)
    source.close()
    data = whole.serialize()
    whole.close()
    return data
