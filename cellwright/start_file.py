"""How a run began: all that a controller's process needs beside the sources, as a file in the run's folder.

Law: the plan that stands beside it is unreleased. Whoever reads it reads the sources again and proves it again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cell.codec import CodecError, canonical, from_plain
from cell.diagnostic import Outcome, error
from cell.model import CellModel
from cell.orders import Order
from cell.plan_file import LARGEST_TEXT, read_plan, write_plan
from cell.released_plan import ReleasedPlan
from cell.scenario import Scenario
from cell.state import PlanningRequest
from cellwright.file_bytes import read_regular
from cellwright.reading import Reading, read
from cellwright.session import release_plan, request_for
from cellwright.workshop import Workshop
from controller.journal.folder import RunFolder
from controller.journal.journal import plan_path

FILE = "start.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Start:
    """`file` and `cell` as named from `folder`, which is as seen from the working folder `working`. `scenario` None: nothing is
    disturbed. `jobs`: processes for planning, None for all cores. `speed` times real time, None as fast as they can."""

    version: int
    plan_id: str
    working: str
    folder: str
    file: str
    cell: str | None
    settings: Mapping[str, str]
    seed: int
    without: tuple[str, ...]
    is_continuous: bool
    orders: tuple[Order, ...]
    scenario: Scenario | None
    speed: float | None
    jobs: int | None


def start_of(
    reading: Reading,
    request: PlanningRequest,
    plan_id: str,
    scenario: Scenario | None = None,
    speed: float | None = None,
    jobs: int | None = None,
) -> Start:
    return Start(
        version=VERSION,
        plan_id=plan_id,
        working=os.getcwd(),
        folder=str(reading.folder),
        file=reading.file,
        cell=reading.named_cell,
        settings=dict(reading.settings),
        seed=request.seed,
        without=tuple(sorted(request.without)),
        is_continuous=request.is_continuous,
        orders=request.state.orders,
        scenario=scenario,
        speed=speed,
        jobs=jobs,
    )


def write_start(folder: RunFolder, start: Start, plan: ReleasedPlan) -> None:
    """Raises OSError."""
    plan_path(folder.path, start.plan_id).write_text(write_plan(plan.motion_plan), encoding="utf-8")
    (folder.path / FILE).write_text(canonical(start), encoding="utf-8")


def read_start(folder: RunFolder) -> Outcome[Start]:
    path = folder.path / FILE
    try:
        start: Start = from_plain(Start, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, CodecError) as cause:
        return Outcome(None, (error("R724", f"{path}: {cause!s:.200}", help="Run again from the intent."),))
    if start.version != VERSION:
        text = f"{path} has version {start.version}, this program reads {VERSION}"
        return Outcome(None, (error("R724", text, help="Use the version of Cellwright that began the run."),))
    return Outcome(start)


@dataclass(frozen=True, slots=True)
class Ready:
    reading: Reading
    request: PlanningRequest
    released: ReleasedPlan


def read_again(start: Start) -> Reading:
    """Names of files are as they were: the process must stand in `start.working`. Raises OSError."""
    return read(start.file, start.settings, start.cell, folder=Path(start.folder))


def cell_again(folder: RunFolder) -> Outcome[CellModel]:
    """The cell of a run as its file is now, seen from wherever this process stands. Raises OSError."""
    start = read_start(folder)
    if start.value is None:
        return Outcome(None, start.diagnostics)
    reading = read_again(replace(start.value, folder=str(Path(start.value.working, start.value.folder))))
    return Outcome(reading.cell, reading.diagnostics)


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
    without = frozenset(start.without)
    request = request_for(reading, workshop, start.seed, None, without, start.orders, start.is_continuous)
    if request.value is None:
        return Outcome(None, request.diagnostics)
    proved = release_plan(loaded.value, request.value, workshop)
    if proved.value is None:
        return Outcome(None, (*request.diagnostics, *proved.diagnostics))
    return Outcome(Ready(reading, request.value, proved.value))
