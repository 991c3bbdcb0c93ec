"""Opens the screens in this process, in whichever terminal it has, and closes their source behind them."""

from __future__ import annotations

from collections.abc import Mapping

from controller.attached.messages import Role
from controller.journal.folder import RunFolder


def shown(folder: RunFolder, role: Role, keys: Mapping[str, str], theme: str) -> str:
    """Gives what is to be said afterwards, "" for nothing."""
    from tui.operate.app import Operate
    from tui.operate.live import LiveRun
    from tui.operate.recorded import RecordedRun

    source = LiveRun(folder, role) if folder.pid() is not None else RecordedRun(folder)
    try:
        return Operate(source, keys, theme=f"cellwright-{theme}").run() or ""
    finally:
        source.close()
