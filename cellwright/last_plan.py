"""The plan that was run last in a cell, and what it was made from: with it somebody who is asked to run another one compares it.

Law: only a run that has begun counts, so a plan that somebody has refused is no measure of the next one; and of real devices only
one that was run on them. Nothing is proved here, and what cannot be read is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cell.motion_plan import MotionPlan
from cell.plan_file import LARGEST_TEXT, read_plan
from cellwright.begun import Begun, read_begun
from cellwright.file_bytes import read_regular
from cellwright.same_sources import same_cell, same_texts
from cellwright.start_file import Start, read_start
from controller.journal.folder import RunFolder, run_folders
from controller.journal.journal import plan_path

if TYPE_CHECKING:  # who shows records reads no source
    from cellwright.plan_inputs_difference import Sources
    from cellwright.reading import Reading

FILE: Final = "sources.json"


@dataclass(frozen=True, slots=True)
class LastPlan:
    """Of the run `run_id`."""

    run_id: str
    plan: MotionPlan
    sources: Sources


def write_sources(run: Path, texts: Mapping[str, str]) -> None:
    """Those that the run's plan was made from, by name. Raises OSError."""
    (run / FILE).write_text(json.dumps(dict(texts)), encoding="utf-8")


def last_plan(state_dir: Path, cell_file: str, is_simulated: bool) -> LastPlan | None:
    """The newest of a cell, by its file's real path; None where none was run there, or only by hand, with nothing planned."""
    for folder in run_folders(state_dir):
        begun = read_begun(folder.path)
        if begun is None or not _is_of(begun, cell_file, is_simulated):
            continue
        start = read_start(folder).value
        plan = None if start is None or start.is_manual else _plan(folder, start)
        if start is not None and plan is not None:
            return LastPlan(folder.id, plan, _sources(folder, start, plan))
    return None


def _is_of(begun: Begun, cell_file: str, is_simulated: bool) -> bool:
    return cell_file in begun.drives and begun.is_simulated == is_simulated


def _plan(folder: RunFolder, start: Start) -> MotionPlan | None:
    path = plan_path(folder.path, start.plan_id)
    try:
        text = read_regular(str(path), LARGEST_TEXT).content.decode("utf-8", "replace")
    except OSError:
        return None
    return read_plan(text, str(path)).value


def _sources(folder: RunFolder, start: Start, plan: MotionPlan) -> Sources:
    """Read again from the texts that were kept, whatever stands in their files now."""
    from cellwright.plan_inputs_difference import Sources

    reading = _read_as_it_was(folder, start, plan)
    return Sources({}, None) if reading is None else Sources(same_texts(plan, reading), same_cell(plan, reading))


def _read_as_it_was(folder: RunFolder, start: Start, plan: MotionPlan) -> Reading | None:
    from cellwright.kept_sources import with_its_mark
    from cellwright.reading import read

    try:
        texts = json.loads((folder.path / FILE).read_text(encoding="utf-8"))
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            return None
        hashes = dict(plan.sources)
        drafts = {name: with_its_mark(text, hashes.get(name, "")) for name, text in texts.items()}
        return read(start.file, start.settings, start.cell, folder=Path(start.working, start.folder), drafts=drafts)
    except (OSError, ValueError):
        return None
