"""The world's record on disk, while the world goes on: one line of JSON for each thing that happened, at the moment it happens.

Law: a line is written in one piece before anybody is told of the effect, so whoever is killed, and when, the file has all that
was so. The last line may be torn where the machine itself went down.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cell.codec import CodecError, canonical, from_plain
from cell.scenario import Scenario
from cell.world_record import Execution, Happening


@dataclass(frozen=True, slots=True)
class Began:
    """The first line: a new world, of that scenario."""

    scenario: Scenario


class RecordFile:
    def __init__(self, path: Path, scenario: Scenario) -> None:
        """Raises OSError where there is a file of that name already, or it cannot be made."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._line(canonical(Began(scenario)))

    def write(self, happened: Happening) -> None:
        self._line(canonical(happened))

    def _line(self, text: str) -> None:
        os.write(self._file, text.encode() + b"\n")


def read_record(path: Path) -> Iterator[Began | Happening]:
    """In the order in which it happened. Raises OSError, and CodecError for what is no such file."""
    lines = path.read_text("utf-8").split("\n")
    for line in lines[:-1]:
        try:
            happened: Began | Happening = from_plain(Began | Happening, json.loads(line))
        except json.JSONDecodeError as cause:
            raise CodecError("", f"no line of a world's record: {cause}") from None
        yield happened


def executions(happened: Iterator[Began | Happening]) -> dict[str, int]:
    """How often each command was truly begun."""
    found: dict[str, int] = {}
    for one in happened:
        if isinstance(one, Execution):
            found[one.command] = found.get(one.command, 0) + 1
    return found
