"""What a run was begun with, read again from its sources and proved again, by any process that has its folder (start_file.py)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cell.dataclass import dataclass
from cell.diagnostic import Outcome, error
from cell.model import CellModel
from cell.plan_file import LARGEST_TEXT, read_plan
from cell.released_plan import ReleasedPlan
from cell.state import CellState, PlanningRequest
from cellwright.by_hand import read_by_hand, state_by_hand
from cellwright.file_bytes import read_regular
from cellwright.reading import Reading, read
from cellwright.session import release_plan, request_for
from cellwright.start_file import Start, read_start
from cellwright.workshop import Workshop
from controller.journal.folder import RunFolder
from controller.journal.journal import plan_path


@dataclass(frozen=True, slots=True)
class Ready:
    reading: Reading
    request: PlanningRequest
    released: ReleasedPlan


def read_again(start: Start) -> Reading:
    """Names of files are as they were: the process must stand in `start.working`. Raises OSError."""
    reads = read_by_hand if start.is_manual else read
    return reads(start.file, start.settings, start.cell, folder=Path(start.folder))


def cell_again(folder: RunFolder) -> Outcome[CellModel]:
    """The cell of a run as its file is now, seen from wherever this process stands. Raises OSError."""
    start = read_start(folder)
    if start.value is None:
        return Outcome(None, start.diagnostics)
    reading = read_again(replace(start.value, folder=str(Path(start.value.working, start.value.folder))))
    return Outcome(reading.cell, reading.diagnostics)


def begun_in(is_manual: bool, reading: Reading, holds: Iterable[tuple[str, str]]) -> Outcome[CellState]:
    """None where it is what the cell declares, or where what hands hold is wrong, which is told then."""
    return state_by_hand(reading.cell, holds) if is_manual and reading.cell is not None else Outcome(None)


def released_again(folder: RunFolder, start: Start, reading: Reading, workshop: Workshop) -> Outcome[Ready]:
    """The plan in the run's folder, released by a proof in this process, or why it is refused: for another text, cell, revision
    or state. Raises OSError."""
    path = plan_path(folder.path, start.plan_id)
    loaded = read_plan(read_regular(str(path), LARGEST_TEXT).content.decode("utf-8", "replace"), str(path))
    if loaded.value is None:
        return Outcome(None, loaded.diagnostics)
    if loaded.value.plan_id != start.plan_id:
        text = f"{path} is not the plan that the run was to begin with"
        return Outcome(None, (error("R724", text, help="Run again from the intent."),))
    workshop.progress("robots", 0, 0)
    without = frozenset(start.without)
    begins_in = begun_in(start.is_manual, reading, start.holds)
    request = request_for(reading, workshop, start.seed, begins_in.value, without, start.orders, start.is_continuous)
    if request.value is None or begins_in.diagnostics:
        return Outcome(None, (*begins_in.diagnostics, *request.diagnostics))
    proved = release_plan(loaded.value, request.value, workshop)
    if proved.value is None:
        return Outcome(None, (*request.diagnostics, *proved.diagnostics))
    return Outcome(Ready(reading, request.value, proved.value))
