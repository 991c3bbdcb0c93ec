"""Recorded runs as the screens see them."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from cell.events import Event
from tests.journals.packing import ENDING, FOLDER, unpacked
from tui.operate.recorded import Record
from tui.operate.scene import Scene, all_taken

TENDING = "tending-rejects-and-a-missing-part"
ASSEMBLY = "assembly-jams"
HELD = "gantry-held-and-resumed"


@cache
def events_of(name: str) -> tuple[Event, ...]:
    with tempfile.TemporaryDirectory() as folder:
        return unpacked(FOLDER / f"{name}{ENDING}", Path(folder)).events()


def scene_of(name: str, number: int | None = None) -> Scene:
    """After so many events; None: all."""
    return all_taken(Scene(), enumerate(events_of(name)[:number], 1))


@cache
def record_of(name: str) -> Record:
    return Record(events_of(name))
