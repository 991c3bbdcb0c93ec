"""Draws the picture of the operator's screens from a run on record: `python docs/pictures/screens.py`.

The run is made as `cellwright run` makes it, on simulated devices, and looked at as `cellwright operate RUN` looks at one that is
over, at one moment. Nothing is drawn by hand, and the SVG asks for nothing from outside (make.py says how).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from make import FONTS, INTENT, ROOT, TEMPLATE
from rich.console import Console
from rich.terminal_theme import MONOKAI

from controller.journal.folder import RunFolder, run_folders
from tui.operate.app import Operate
from tui.operate.recorded import RecordedRun

TARGET = ROOT / "docs" / "pictures" / "screens.svg"
SIZE = 120, 36
BACK = 900  # events before the run's end: robots are under way, and much is done


def main() -> int:
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as state:
        words = [sys.executable, "-m", "tui.cli", "run", INTENT, "--yes"]
        environment = {**os.environ, "CELLWRIGHT_STATE": state}
        subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        TARGET.write_text(asyncio.run(seen(next(iter(run_folders(Path(state)))))), encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}\n")
    return 0


async def seen(run: RunFolder) -> str:
    source = RecordedRun(run, in_thread=False)
    source.move("event", -BACK)
    app = Operate(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        return picture(app)


def picture(app: Operate) -> str:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=SIZE[0], file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(app.screen._compositor.render_update(full=True))
        return console.export_svg(
            title="cellwright operate", theme=MONOKAI, code_format=TEMPLATE.replace("@FONTS@", FONTS), unique_id="screens"
        )


if __name__ == "__main__":
    raise SystemExit(main())
