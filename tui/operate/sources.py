"""The texts that a run was made from, where they still are what they were: a line of intent is only shown as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from cell.program import IntentProgram
from controller.journal.folder import RunFolder


def texts_of(folder: RunFolder, program: IntentProgram | None) -> Mapping[str, str]:
    """By name as in the run's spans. One that has changed since, or is gone, is not among them."""
    if program is None:
        return {}
    found = {}
    for name, digest in program.sources:
        for path in _where(folder, name):
            try:
                content = path.read_bytes()
            except OSError:
                continue
            if hashlib.sha256(content).hexdigest() == digest:
                found[name] = content.decode("utf-8", "replace")
                break
    return found


def _where(folder: RunFolder, name: str) -> Iterator[Path]:
    """Where a source may be: as the run named it, from where it was begun."""
    from cellwright.start_file import read_start

    start = read_start(folder).value
    if start is not None:
        yield Path(start.working, start.folder, name)
    yield Path(name)
