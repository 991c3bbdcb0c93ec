"""Opens the screens in this process, in whichever terminal it has, and closes their sources behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from controller.attached.messages import Role
from controller.journal.folder import RunFolder, find_run

if TYPE_CHECKING:
    from tui.operate.editing.desk import Desk


def shown(folder: RunFolder, is_named: bool, role: Role, keys: Mapping[str, str], theme: str) -> str:
    """Gives what is to be said afterwards, "" for nothing. Where nobody has named the run there are all that go on to choose
    from."""
    from cellwright.folders import state_folder
    from tui.operate.app import Operate
    from tui.operate.cells import Cells
    from tui.operate.live import LiveRun
    from tui.operate.recorded import RecordedRun

    def desk_of(run_id: str) -> Desk:
        from tui.operate.editing.desk import Desk

        return Desk(find_run(state_folder(), run_id))

    theme = f"cellwright-{theme}"
    if not is_named:
        cells = Cells(state_folder(), role, folder)
        said = ""
        try:
            said = Operate(cells.source(folder.id), keys, theme, cells=cells, desk_of=desk_of).run() or ""
        finally:
            unheard = cells.close()
        return "  ".join(text for text in (unheard, said) if text)
    source = LiveRun(folder, role) if folder.pid() is not None else RecordedRun(folder, role=role)
    app, said = Operate(source, keys, theme, desk_of=desk_of), ""
    try:
        said = app.run() or ""
    finally:
        unheard = app.source.close()  # another one, where the run was taken over
    return "  ".join(text for text in (unheard, said) if text)
