"""Opens the screens in this process, in whichever terminal it has, and closes their sources behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cellwright.sparing import loading
from controller.attached.messages import Role
from controller.journal.folder import RunFolder, find_run

if TYPE_CHECKING:
    from tui.operate.app import Operate
    from tui.operate.cells import Cells
    from tui.operate.editing.desk import Desk
    from tui.operate.on_record import Records
    from tui.operate.source import Source


def shown(folder: RunFolder, is_named: bool, role: Role, keys: Mapping[str, str], theme: str) -> str:
    """Gives what is to be said afterwards, "" for nothing. Where nobody has named the run there are all that go on to choose
    from."""
    with loading():
        app, cells = opened(folder, is_named, role, keys, theme)
    said = ""
    try:
        said = app.run() or ""
    finally:
        unheard = app.source.close() if cells is None else cells.close()  # another source, where the run was taken over
    return "  ".join(text for text in (unheard, said) if text)


def opened(folder: RunFolder, is_named: bool, role: Role, keys: Mapping[str, str], theme: str) -> tuple[Operate, Cells | None]:
    """The application, and the cells that there are to choose from. The controller answers while the library of screens is
    loaded."""
    from cellwright.folders import state_folder
    from tui.operate.cells import Cells

    cells = None if is_named else Cells(state_folder(), role, folder)
    source = _source(folder, role) if cells is None else cells.source(folder.id)
    from tui.operate.app import Operate

    def desk_of(run_id: str) -> Desk:
        from tui.operate.editing.desk import Desk

        return Desk(find_run(state_folder(), run_id))

    def records() -> Records:
        from tui.operate.on_record import Archive

        return Archive(state_folder(), role)

    return Operate(source, keys, f"cellwright-{theme}", cells=cells, desk_of=desk_of, records=records), cells


def _source(folder: RunFolder, role: Role) -> Source:
    if folder.pid() is not None:
        from tui.operate.live import LiveRun

        return LiveRun(folder, role)
    from tui.operate.recorded import RecordedRun

    return RecordedRun(folder, role=role)
