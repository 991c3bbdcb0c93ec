"""Every page of the screens as text, at three sizes: `python -m tests.tui.operate.pictures` writes them anew, to be looked at."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.at_a_controller import until
from tests.tui.operate.on_record import ASSEMBLY, HELD, TENDING, scene_of
from tests.tui.operate.seen import rows_of_screen
from tests.tui.operate.site import Site
from tests.tui.operate.test_agreeing import LOOKED, going_back, held, live, opened
from tests.tui.operate.test_hostile import Still
from tests.tui.operate.test_map import ground
from tui.operate.app import Operate
from tui.operate.cells import Cell
from tui.operate.editing.desk import Desk
from tui.operate.recorded import RecordedRun
from tui.operate.view import View

KEPT = Path(__file__).parent / "kept_pictures"
SIZES = ((80, 24), (120, 36), (150, 50))
STORIES = {
    "tending": (TENDING, -380, {"overview": "1", "plan": "2", "log": "7"}),
    "held": (ASSEMBLY, -4, {"overview": "1", "alarms": "4", "help": "question_mark"}),
}


class Listed:
    """Several cells, each a record, as those are that go on."""

    def __init__(self, folder: Path) -> None:
        self._sources = {}
        for name, by in ((ASSEMBLY, -4), (TENDING, -380), (HELD, -200)):
            source = RecordedRun(unpacked(FOLDER / f"{name}{ENDING}", folder), in_thread=False, looks_round=False)
            source.move("event", by)
            self._sources[name] = source
        self._cells = tuple(Cell(name, name.partition("-")[0], source.newest()) for name, source in self._sources.items())

    def newest(self) -> tuple[Cell, ...]:
        return self._cells

    def source(self, run_id: str) -> RecordedRun:
        return self._sources[run_id]


async def drawn_cells(size: tuple[int, int]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        cells = Listed(Path(folder))
        app = Operate(cells.source(TENDING), cells=cells)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            return {"cells": "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n"}


async def drawn_editor(size: tuple[int, int]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site.in_folder(Path(folder))
        site.intent.write_text(site.intent.read_text().replace("to right", "to rigth") + "# a note\nwithin 60\n")
        source = Still(View(scene_of(ASSEMBLY, 300), "live", role="engineer", run_id="20261128-101500"))
        app = Operate(source, desk_of=lambda run_id: Desk(site.folder))
        async with app.run_test(size=size) as pilot:
            await pilot.press("6")
            await until(pilot, lambda: "✗ error" in "".join(rows_of_screen(app)))
            await pilot.press("g")
            jump = "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n"
            await pilot.press("escape")
            return {"intent": "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n", "letters": jump}


async def drawn_agreeing(size: tuple[int, int]) -> dict[str, str]:
    """Before robots move: behind a hold with somebody in the cell; a way back that is asked about; another controller."""
    back = going_back()[2]
    back = replace(back, run=replace(back.run, pack="Held"))
    shown = {
        "hold": live(opened(held())),
        "way-back": replace(live(back), ground=ground()),
        "taken-over": live(looked=LOOKED),
    }
    found = {}
    for page, view in shown.items():
        app = Operate(Still(view))
        async with app.run_test(size=size) as pilot:
            await pilot.press("r")
            await pilot.pause()
            found[page] = "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n"
    return found


async def drawn(story: str, size: tuple[int, int]) -> dict[str, str]:
    """The pages of a story, by name."""
    if story == "editor":
        return await drawn_editor(size)
    if story == "agreeing":
        return await drawn_agreeing(size)
    if story == "several":
        return await drawn_cells(size)
    name, by, pages = STORIES[story]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        source = RecordedRun(unpacked(FOLDER / f"{name}{ENDING}", Path(folder)), in_thread=False, looks_round=False)
        source.move("event", by)
        app = Operate(source)
        async with app.run_test(size=size) as pilot:
            for page, key in pages.items():
                await pilot.press(key)
                await pilot.pause()
                found[page] = "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n"
    return found


def path_of(story: str, page: str, size: tuple[int, int]) -> Path:
    return KEPT / f"{story}-{page}-{size[0]}x{size[1]}.txt"


def main() -> None:
    KEPT.mkdir(exist_ok=True)
    for story in (*STORIES, "several", "editor", "agreeing"):
        for size in SIZES:
            for page, text in asyncio.run(drawn(story, size)).items():
                path_of(story, page, size).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
