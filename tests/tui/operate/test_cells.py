"""Several cells: a list of those that run, live; the one under the cursor is the one that is shown, and that STOP means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from controller.attached.messages import Role
from controller.journal.journal import FILE
from tests.tui.operate.at_a_controller import Controlled, controlled, until
from tests.tui.operate.on_record import ASSEMBLY, TENDING, scene_of
from tests.tui.operate.seen import in_a_loop, leaves, rows_of_screen, text_of_screen
from tests.tui.operate.test_hostile import Still
from tui.operate import cells as listing
from tui.operate.app import Operate
from tui.operate.cells import Cell, Cells
from tui.operate.lines import text_of, width_of
from tui.operate.panels.cell_rows import cell_rows
from tui.operate.view import View

FIRST, SECOND = "kitting", "tending"
"""As the files of the two cells are called: in this order in the list."""


@dataclass
class Two:
    state: Path
    assembly: Controlled
    tending: Controlled


@contextmanager
def two_cells(folder: Path) -> Iterator[Two]:
    runs = folder / "runs"
    runs.mkdir()
    with controlled(ASSEMBLY, runs) as assembly, controlled(TENDING, runs) as tending:
        for run in (assembly, tending):
            (run.folder.path / FILE).touch()  # a run that has begun has one
            run.tell(200)
        yield Two(folder, assembly, tending)


@asynccontextmanager
async def listed(two: Two, role: Role = "operate", size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Operate, Pilot[str]]]:
    """The screens, once they show what both have told."""
    cells = Cells(two.state, role, two.tending.folder)
    app = Operate(cells.source(two.tending.folder.id), cells=cells)
    try:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: [c.view.scene.seq for c in app.cells_seen] == [two.assembly.told, two.tending.told])
            yield app, pilot
    finally:
        cells.close()


@pytest.mark.parametrize(
    "size", [(80, 24), pytest.param((120, 36), marks=pytest.mark.slow), pytest.param((150, 50), marks=pytest.mark.slow)]
)
@in_a_loop
async def test_stop_is_asked_of_the_cell_under_the_cursor_alone_and_says_its_name(tmp_path: Path, size: tuple[int, int]) -> None:
    with two_cells(tmp_path) as two:
        async with listed(two, size=size) as (app, pilot):
            rows = rows_of_screen(app)
            assert rows[0].endswith(f"[x STOP {SECOND}]")
            assert [row.split()[2] for row in rows[3:] if "EXECUTE" in row] == [FIRST, SECOND]
            regions = [widget.region for widget in leaves(app)]
            assert not any(a.overlaps(b) for a, b in combinations(regions, 2))
            assert sum(region.area for region in regions) == size[0] * size[1]
            await pilot.press("up")
            await until(pilot, lambda: rows_of_screen(app)[0].endswith(f"[x STOP {FIRST}]"))
            await pilot.press("x")
            assert f"STOP: asked of {FIRST}, run {two.assembly.folder.id}" in text_of_screen(app)
            await until(pilot, lambda: two.assembly.post.asked == ["quick stop"])
            assert two.tending.post.asked == []


@pytest.mark.slow
@in_a_loop
async def test_enter_shows_a_cell_one_key_leads_back_and_what_is_asked_there_is_asked_of_it(tmp_path: Path) -> None:
    with two_cells(tmp_path) as two:
        async with listed(two) as (app, pilot):
            await pilot.press("home", "enter")
            await until(pilot, lambda: " from above" in text_of_screen(app))
            assert rows_of_screen(app)[0].endswith(f"[x STOP {FIRST}]")
            await pilot.press("A")
            await until(pilot, lambda: f"{FIRST}: Abort" in text_of_screen(app))
            await pilot.press("escape", "8")
            await until(pilot, lambda: " top alarm" in text_of_screen(app))
            await pilot.press("down", "h")
            await until(pilot, lambda: two.tending.post.asked == ["hold"])
            assert two.assembly.post.asked == []


@pytest.mark.slow
@in_a_loop
async def test_the_list_is_live_one_that_begins_comes_and_one_that_is_over_stays(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    with controlled(TENDING, runs) as tending:
        (tending.folder.path / FILE).touch()
        tending.tell(200)
        cells = Cells(tmp_path, "operate", tending.folder)
        app = Operate(cells.source(tending.folder.id), cells=cells)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.view.scene.seq == 200)
            await until(pilot, lambda: " from above" in text_of_screen(app))  # of one alone there is nothing to choose
            assert rows_of_screen(app)[0].endswith("[x STOP]")
            with controlled(ASSEMBLY, runs) as assembly:
                (assembly.folder.path / FILE).touch()
                assembly.tell(100)
                await pilot.press("8")
                await until(pilot, lambda: len(app.cells_seen) == 2 and app.cells_seen[0].view.scene.seq == 100)
                assert rows_of_screen(app)[0].endswith(f"[x STOP {SECOND}]")
                assembly.tell(len(assembly.events))
                assembly.end()
                await until(pilot, lambda: any(FIRST in row and "over" in row for row in rows_of_screen(app)))
        cells.close()


def test_cells_of_one_name_are_told_apart_by_their_runs_and_each_row_says_what_there_is() -> None:
    view = View(scene_of(ASSEMBLY), "live", run_id="one")
    cells = [
        Cell("one", "one", view),
        Cell("two", "two", View(link="lost", run_id="two", note="gone")),
        Cell("x" * 99, "x" * 99, View()),
    ]
    for width in (78, 148):
        head, rows = cell_rows(cells, width)
        assert [key for key, _ in rows] == ["one", "two", "x" * 99]
        texts = [text_of(row) for _, row in rows]
        assert "■ STOPPED" in texts[0]
        assert "R715" in texts[0]
        assert "? was IDLE" in texts[1]
        assert "no controller: gone" in texts[1]
        assert "? NOT KNOWN" in texts[2]
        assert "…" in texts[2]
        columns = {text.index(word) for text, word in ((texts[0], "one"), (texts[1], "two"), (texts[2], "xxx"))}
        assert columns == {cell_len("  state          ")} == {text_of(head[0]).index("cell")}
        assert all(width_of(row) < width for _, row in rows[2:])


@dataclass
class Folder:
    id: str

    def pid(self) -> int:
        return 1


class Run:
    """One that is told nothing by anybody."""

    def __init__(self, folder: Folder, role: Role, *, is_attended: bool = True) -> None:
        self.view = View(link="live", run_id=folder.id)

    def newest(self) -> View:
        return self.view

    def attend(self) -> None: ...

    def close(self) -> str:
        return ""


def test_what_is_over_makes_way_for_what_goes_on_but_not_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [Folder("a")]
    monkeypatch.setattr(listing, "MOST", 3)
    monkeypatch.setattr(listing, "PERIOD", 3_600.0)
    monkeypatch.setattr(listing, "LiveRun", Run)
    monkeypatch.setattr(listing, "run_folders", lambda _: reversed(folders))
    cells = Cells(tmp_path, "operate", folders[0])  # type: ignore[arg-type]

    def seen(*begun: str) -> set[str]:
        folders.extend(map(Folder, begun))
        cells.look()
        return {cell.run_id for cell in cells.newest()}

    def end(run_id: str) -> None:
        run: Any = cells.source(run_id)
        run.view = replace(run.view, link="over")

    try:
        assert seen("b", "c", "d") == {"a", "c", "d"}  # the newest; nothing is over
        for run_id in ("c", "a"):
            end(run_id)
        folders[:] = [one for one in folders if one.id != "b"]
        assert seen("e") == {"a", "d", "e"}  # a is over too, and shown
        assert seen("f") == {"a", "d", "e"}
        assert cells.source("c") is cells.source("a")
        cells.source("d")
        assert seen() == {"d", "e", "f"}
    finally:
        cells.close()


def test_a_folder_that_goes_while_it_is_looked_for_does_not_end_the_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, goes_on = [0], Event()

    def found(_: Path) -> list[Folder]:
        looks[0] += 1
        if looks[0] == 2:
            raise FileNotFoundError("gone")
        if looks[0] > 2:
            goes_on.set()
        return []

    monkeypatch.setattr(listing, "PERIOD", 0.001)
    monkeypatch.setattr(listing, "LiveRun", Run)
    monkeypatch.setattr(listing, "run_folders", found)
    cells = Cells(tmp_path, "operate", Folder("a"))  # type: ignore[arg-type]
    try:
        assert goes_on.wait(20)
    finally:
        cells.close()


class Listed(Cells):
    """Two cells that stand still."""

    def __init__(self, *found: Cell) -> None:
        self.found = found

    def newest(self) -> tuple[Cell, ...]:
        return self.found


@in_a_loop
async def test_a_stop_of_a_cell_that_was_left_and_is_not_acknowledged_is_told_above_all_else_with_its_name() -> None:
    scene = scene_of(ASSEMBLY)
    unheard = View(
        scene, "lost", run_id="one", unheard="STOP NOT ACKNOWLEDGED: the controller is gone. Press the hardware e-stop."
    )
    shown = View(scene, "live", role="operate", run_id="two")
    source = Still(shown)
    app = Operate(source, cells=Listed(Cell("one", FIRST * 9, unheard), Cell("two", SECOND, shown)))
    async with app.run_test(size=(80, 24)):
        first, _, third, *rows = rows_of_screen(app)
        assert first.endswith(f"[x STOP {SECOND}]")
        assert third.startswith(f"! {FIRST}")
        assert third.rstrip().endswith("…: STOP NOT ACKNOWLEDGED. Press the hardware e-stop.")
        assert any("! STOP NOT ACKNOWLEDGED" in row for row in rows)
        for view, tells in ((unheard, True), (shown, False)):  # who has gone there has seen it
            source.view = view
            app.look()
            third = rows_of_screen(app)[2]
            assert ("STOP NOT ACKNOWLEDGED" in third) is tells
        assert any("! STOP NOT ACKNOWLEDGED" in row for row in rows_of_screen(app)[3:])
