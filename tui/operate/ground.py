"""The cell that a run is in, read from its files again where they are still what they were: for maps and joints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from cell.dataclass import dataclass
from cell.model import CellModel
from cell.robot import RobotModel
from controller.journal.folder import RunFolder
from tui.operate.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """`models` by robot; one whose model cannot be read is not among them."""

    cell: CellModel
    models: Mapping[str, RobotModel]


def ground_of(folder: RunFolder, scene: Scene) -> Ground | str:
    """Why there is none, where there is none. Loads a compiler and robot models: not for the thread that draws."""
    plan, context = scene.run.progress.plan, scene.run.context
    if plan is None or context is None or not context.program.sources:
        return "no plan yet"
    from cellwright.folders import cache_folder
    from cellwright.robot_models import load_robot_model

    why = "the files of the cell are not there"
    for seen_from, cell in _readings(folder, context.program.sources[0][0]):
        if cell.revision != plan.plan.cell_revision:
            why = "the files of the cell have changed since"
            continue
        beside = (seen_from / cell.file).parent
        loaded = {
            unit.name: load_robot_model(unit.model, beside, cache_folder() / "robots").value for unit in cell.robots.values()
        }
        return Ground(cell, {name: model for name, model in loaded.items() if model is not None})
    return why


def _readings(folder: RunFolder, intent: str) -> Iterator[tuple[Path, CellModel]]:
    from cellwright.reading import read
    from cellwright.start_file import read_start

    start = read_start(folder).value
    named: list[tuple[Path, str, dict[str, str], str | None]] = [(Path("."), intent, {}, None)]
    if start is not None:
        named.insert(0, (Path(start.working, start.folder), start.file, dict(start.settings), start.cell))
    for seen_from, file, settings, cell in named:
        try:
            reading = read(file, settings, cell, folder=seen_from)
        except OSError:
            continue
        if reading.cell is not None:
            yield seen_from, reading.cell
