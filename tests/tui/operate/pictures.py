"""Every page of the screens as text, at three sizes: `python -m tests.tui.operate.pictures` writes them anew, to be looked at."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from controller.figures.figures import Takt
from controller.run_state import Manual
from controller.tally import figures_of
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.at_a_controller import until
from tests.tui.operate.on_record import ASSEMBLY, HELD, TENDING, events_of, scene_of
from tests.tui.operate.seen import rows_of_screen
from tests.tui.operate.site import Site
from tests.tui.operate.test_agreeing import LOOKED, asking, going_back, held, live, opened
from tests.tui.operate.test_hostile import Still
from tests.tui.operate.test_map import ground
from tui.operate.app import Operate
from tui.operate.cells import Cell
from tui.operate.editing.desk import Desk
from tui.operate.on_record import Kept, Listing, kept
from tui.operate.recorded import RecordedRun
from tui.operate.requests import INSTEAD
from tui.operate.source import Source
from tui.operate.view import View

KEPT = Path(__file__).parent / "kept_pictures"
SIZES = ((80, 24), (120, 36), (150, 50))
RUN = "20261128-101500"
LINK = "gantry-link-lost"
REFUSED = "R781 r1 touches lathe, and may only be moved straight away from it"
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


class Shelf:
    """Runs on record that are known at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", folder)
        whole = kept(self.folder)
        self.rows: tuple[Kept, ...] = (
            replace(whole, run_id="20261128-081200", what="kitting.intent"),
            replace(whole, run_id="20261127-220510", what="by hand", damage="what is behind event 299 is not whole"),
            Kept("20261127-214733", "kitting.intent", None, "journal.sqlite is damaged or was written by another version"),
        )
        self.note, self.is_ended = "", False

    def end(self) -> None:
        self.is_ended = True

    def of_cell(self, run_id: str) -> Listing:
        return self

    def opened(self, run_id: str) -> Source | str:
        return RecordedRun(self.folder, in_thread=False, looks_round=False)


async def drawn_records(size: tuple[int, int]) -> dict[str, str]:
    """The runs on record, and one of them over the run that goes on."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        view = View(scene_of(LINK, 30), "live", role="operate", run_id=RUN, intent="tending.intent")
        app = Operate(Still(view), records=lambda: shelf)
        async with app.run_test(size=size) as pilot:
            for page, keys in (("log", ["7"]), ("runs", ["H"]), ("over", ["enter"])):
                await pilot.press(*keys)
                await pilot.pause()
                found[page] = "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n"
    assert shelf.is_ended  # nobody looks at the list any more
    return found


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


def shown_live() -> Sequence[tuple[str, View, Sequence[str]]]:
    """What only a run that goes on has, each with the keys that lead there."""
    busy = scene_of(TENDING, 400)
    by_hand = replace(busy, run=replace(busy.run, pack="Held", manual=Manual(who="ann", refused=REFUSED)))
    figures = replace(figures_of(events_of(TENDING)), takts=(Takt("s", 36.0, 31.84, 4),))
    view = View(
        busy, "live", role="operate", target="real", run_id=RUN, intent="tending.intent", ground=ground(), figures=figures
    )
    unheard = f"STOP NOT ACKNOWLEDGED: no answer within a second. {INSTEAD}"
    cut = replace(view, scene=scene_of(LINK, 30), ground=None, no_ground="the cell is another one now")
    return (
        ("overview", view, ["1"]),
        ("jog", replace(view, scene=by_hand), ["3"]),
        ("explain", view, ["5"]),
        ("confirm", view, ["1", "A"]),
        ("palette", view, ["colon"]),
        ("alarms", cut, ["4"]),
        ("shelve", cut, ["4", "down", "s"]),
        ("answer", live(asking(held())), ["1", "q"]),
        ("unheard", replace(view, last_asked="asked: STOP", unheard=unheard), ["1"]),
        ("lost", replace(view, link="lost", note="the controller has gone without a word", is_left=True), ["1"]),
    )


async def drawn_live(size: tuple[int, int]) -> dict[str, str]:
    found, source = {}, Still(View())
    app = Operate(source)
    async with app.run_test(size=size) as pilot:
        for page, view, keys in shown_live():
            source.view = view
            app.look()
            await pilot.press(*keys)
            await pilot.pause()
            found[page] = "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n"
            if app.screen.is_modal:
                await pilot.press("escape")
    return found


async def drawn(story: str, size: tuple[int, int]) -> dict[str, str]:
    """The pages of a story, by name."""
    if story == "editor":
        return await drawn_editor(size)
    if story == "agreeing":
        return await drawn_agreeing(size)
    if story == "live":
        return await drawn_live(size)
    if story == "records":
        return await drawn_records(size)
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
    for story in (*STORIES, "several", "records", "editor", "agreeing", "live"):
        for size in SIZES:
            for page, text in asyncio.run(drawn(story, size)).items():
                path_of(story, page, size).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
