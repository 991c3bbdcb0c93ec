"""The first picture waits for nothing that is not in it: pages, dialogs and the editor come when they are asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet
from textual.geometry import Size
from textual.pilot import Pilot

from controller.attached.messages import FromController, Told
from tests.tui.operate import test_requests
from tests.tui.operate.at_a_controller import controlled, until
from tests.tui.operate.on_record import HELD, TENDING, events_of, scene_of
from tests.tui.operate.seen import in_a_loop, text_of_screen
from tests.tui.operate.test_hostile import Still
from tui.operate import live as lives
from tui.operate.app import Operate
from tui.operate.live import LiveRun
from tui.operate.page import Page
from tui.operate.panel import Panel
from tui.operate.themes import LIGHT
from tui.operate.view import View

LATER = (
    "tui.operate.dialogs",
    "tui.operate.agreeing",
    "tui.operate.editing.page",
    "tui.operate.pages",
    "tui.operate.recorded",
    "tui.operate.choosing",
    "tui.operate.on_record",
    "textual.widgets._text_area",
    "controller.tally",
    "cellwright.cell_lock",
    "cellwright.reading",
    "numpy",
)


@asynccontextmanager
async def shown() -> AsyncIterator[tuple[Operate, Pilot[str]]]:
    app = Operate(Still(View(scene_of(TENDING, 400), "live", role="engineer")))
    async with app.run_test(size=(120, 36)) as pilot:
        yield app, pilot


def pages(app: Operate) -> list[str | None]:
    return [page.id for page in app.query(Page)]


@in_a_loop
async def test_a_page_is_made_when_it_is_first_opened_and_stays() -> None:
    async with shown() as (app, pilot):
        assert pages(app) == ["overview"]
        await pilot.press("2")
        assert pages(app) == ["overview", "plan"]
        assert app.focused is not None
        assert app.focused.id == "board"
        await pilot.press("down", "1", "2")
        assert pages(app) == ["overview", "plan"]


@in_a_loop
async def test_what_goes_by_a_page_that_nobody_has_opened_goes_without_it() -> None:
    async with shown() as (app, pilot):
        await pilot.press("ctrl+s")
        assert "save: open the intent first" in text_of_screen(app)
        await pilot.press("5")
        assert pages(app) == ["overview", "explain"]
        assert "running: began at" in text_of_screen(app)


@in_a_loop
async def test_all_is_given_its_styles_anew_only_where_the_form_of_the_screen_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown() as (app, _):
        main, given = app.screen_stack[0], []
        monkeypatch.setattr(main, "update_node_styles", lambda: given.append(main.classes))
        app._fit(Size(130, 40))
        assert given == []
        app._fit(Size(100, 24))
        assert given == [frozenset()]
        app._fit(Size(120, 36))
        assert given[1:] == [{"wide", "tall"}]


@in_a_loop
async def test_the_files_of_the_cell_are_read_when_what_has_happened_is_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_at: list[int] = []
    has_read, app = Event(), None

    def ground_of(*_: object) -> str:
        seen_at.append(0 if app is None else app.view.scene.seq)
        has_read.set()
        return "not wanted here"

    monkeypatch.setattr(lives, "ground_of", ground_of)
    with controlled(TENDING, tmp_path) as run:
        run.tell(300)
        live = LiveRun(run.folder, "view")
        app = Operate(live)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, has_read.is_set)
    assert seen_at[0] >= 300


def links_and_events(folder: Path, monkeypatch: pytest.MonkeyPatch, told_before: int, script: Sequence[int | None]) -> list[Any]:
    """What is shown after each message of a controller that tells those events, None for a silence, and has then gone."""
    monkeypatch.setattr(test_requests, "WELCOME", replace(test_requests.WELCOME, seq=told_before))
    events, seen = events_of(HELD), []

    def played(live: LiveRun) -> Iterator[FromController | None]:
        for number in script:
            yield None if number is None else Told(number, events[number - 1])
            seen.append((live.newest().link, live.newest().scene.seq))

    over = test_requests.Played(folder, played).to_the_end()
    return [*seen, (over.link, over.scene.seq)]


def test_what_had_happened_is_shown_at_once_and_what_happens_as_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = links_and_events(tmp_path, monkeypatch, 2, (1, 2, 3))
    assert seen == [("loading", 0), ("live", 2), ("live", 3), ("lost", 3)]


def test_of_a_controller_that_is_silent_before_it_has_told_all_what_it_has_told_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert links_and_events(tmp_path, monkeypatch, 9, (1, None, 2)) == [("loading", 0), ("live", 1), ("live", 2), ("lost", 2)]


def test_of_a_controller_that_goes_before_it_has_told_all_what_it_has_told_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert links_and_events(tmp_path, monkeypatch, 9, (1, 2)) == [("loading", 0), ("loading", 0), ("lost", 2)]


@in_a_loop
async def test_the_sheet_is_read_once_in_the_colours_that_were_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(Stylesheet, "reparse", lambda sheet: read.append(sheet._variables["background"]))
    async with shown() as (app, pilot):
        assert read == []
        app.theme = LIGHT
        await pilot.pause()
        assert read == ["#DADADA"]


@in_a_loop
async def test_news_are_looked_for_more_often_until_there_is_a_run_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Still(View(run_id="run-1"))
    app, ended = Operate(source), []
    async with app.run_test(size=(120, 36)):
        monkeypatch.setattr(app._first_looks, "stop", lambda: ended.append(app.view.link))
        app._look_at_first()
        source.view = View(scene_of(TENDING, 400), "live", role="engineer")
        app._look_at_first()
    assert set(ended) == {"live"}


@in_a_loop
async def test_the_first_picture_tells_what_has_come_while_the_screens_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Still(View(run_id="run-1"))
    app, links = Operate(source), []
    source.view = View(scene_of(TENDING, 400), "live", role="engineer")
    monkeypatch.setattr(app, "show", lambda: links.append(app.view.link))
    async with app.run_test(size=(120, 36)):
        assert links[0] == "live"


@in_a_loop
async def test_a_region_shows_what_there_is_before_it_is_told_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Panel, "on_resize", lambda panel, event: None)
    async with shown() as (app, _):
        assert "EXECUTE" in text_of_screen(app)


class Drawn(Still):
    """Of a run that stands still: nothing new comes."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.drawn_of: list[View] = []

    def drawn(self, view: View) -> None:
        self.drawn_of.append(view)


@in_a_loop
async def test_what_was_there_before_the_screens_were_is_said_to_be_drawn() -> None:
    source = Drawn(View(scene_of(TENDING, 400), "live", role="engineer"))
    async with Operate(source).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: bool(source.drawn_of))
    assert source.drawn_of == [source.newest()]


class DrawnAtOnce(LiveRun):
    """Its first view is drawn before anything else is done, and no other."""

    is_attached = Event()

    def _write(self, **changes: Any) -> None:
        super()._write(**changes)
        if changes.get("link") == "live":
            self.drawn(self._view)
            self.is_attached.set()


def test_a_first_view_that_is_drawn_at_once_counts_as_drawn(tmp_path: Path) -> None:
    with controlled(TENDING, tmp_path) as run:
        live = DrawnAtOnce(run.folder, "view")
        assert live.is_attached.wait(60)
        run.end()
        live._thread.join(60)
        live.close()
        assert live._is_drawn


UNTIL_DRAWN = """
import os, sys
from pathlib import Path

import tui.operate.cells
from controller.journal.folder import RunFolder
from tui.operate.shown import opened

print(*({'textual', 'rich'} & sys.modules.keys()))
from tui.operate.live import LiveRun

folder, events, later = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]


def drawn(self, view):
    if view.scene.seq >= events:
        print(view.scene.seq, *(name for name in later if name in sys.modules), file=sys.__stdout__, flush=True)
        os._exit(0)


LiveRun.drawn = drawn  # with which all begins that is not in the first picture
opened(RunFolder(folder), True, "view", {}, "grey")[0].run(headless=True, size=(120, 36))
"""


def test_what_is_not_in_the_first_picture_is_not_loaded_for_it(tmp_path: Path) -> None:
    with controlled(TENDING, tmp_path) as run:
        run.tell(400)
        words = [sys.executable, "-c", UNTIL_DRAWN, str(run.folder.path), "400", *LATER]
        ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=600)
    assert ran.stdout.split() == ["400"]
