"""The editor of the intent: checked while it is typed, mended by a key, saved whole and over nobody, and never read as keys."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from textual.pilot import Pilot

from controller.attached.messages import Role
from controller.journal.folder import RunFolder
from intentlang.source import MAX_BYTES
from tests.tui.operate.at_a_controller import until
from tests.tui.operate.on_record import ASSEMBLY, scene_of
from tests.tui.operate.seen import in_a_loop, leaves, rows_of_screen, text_of_screen
from tests.tui.operate.site import Site
from tests.tui.operate.test_hostile import NAMES, Still
from tui.operate.app import Operate
from tui.operate.dialogs import Confirm
from tui.operate.editing.desk import Desk
from tui.operate.editing.on_disk import Conflict, OnDisk, read_text, write_text
from tui.operate.editing.page import IntentPage
from tui.operate.editing.text import IntentText
from tui.operate.view import View

SIZES = [(80, 24), (120, 36), (150, 50)]


@asynccontextmanager
async def edited(
    site: Site, role: Role = "engineer", size: tuple[int, int] = (80, 24), link: str = "live"
) -> AsyncIterator[tuple[Operate, Pilot[str], Still]]:
    """The page of the intent, once it shows the text."""
    source = Still(View(scene_of(ASSEMBLY, 300), link, role=role, run_id="run"))  # type: ignore[arg-type]
    app = Operate(source, desk_of=lambda run_id: Desk(site.folder))
    async with app.run_test(size=size) as pilot:
        await pilot.press("6")
        await until(pilot, lambda: "move block to right" in text_of_screen(app))
        yield app, pilot, source


def text(app: Operate) -> str:
    return app.query_one(IntentText).text


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@in_a_loop
async def test_what_is_typed_is_checked_mended_by_a_key_and_saved_whole(size: tuple[int, int], tmp_path: Path) -> None:
    site = Site.in_folder(tmp_path)
    whole = site.intent.read_text()
    async with edited(site, size=size, link="over") as (app, pilot, _):
        await until(pilot, lambda: "nothing is wrong with it" in text_of_screen(app))
        await until(pilot, lambda: "first_move.intent, as in the file" in text_of_screen(app))
        await pilot.press("enter", "ctrl+end", "up", "end", "backspace")
        await until(pilot, lambda: "changed, not saved" in text_of_screen(app))
        await until(pilot, lambda: "✗ error" in text_of_screen(app))
        rows = rows_of_screen(app)
        assert any("4:15" in row and "✗ error" in row for row in rows)
        regions = [widget.region for widget in leaves(app)]
        assert not any(a.overlaps(b) for a, b in combinations(regions, 2))
        assert "^x STOP" in rows[-1]
        await pilot.press("escape")
        for _ in range(2):  # two presses in one breath: the second knows nothing of this text yet
            app.action_deed("fix")
        assert text(app) == whole
        await until(pilot, lambda: "nothing is wrong with it" in text_of_screen(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "save: nothing has changed" in text_of_screen(app))
        await pilot.press("enter", "ctrl+end", *"within 60 s", "ctrl+s")
        await until(pilot, lambda: "first_move.intent is saved" in text_of_screen(app))
        assert site.intent.read_text() == f"{whole}within 60 s" == text(app)
        await until(pilot, lambda: "as in the file" in text_of_screen(app))


@in_a_loop
async def test_letters_are_text_there_and_stop_is_still_one_key_away(tmp_path: Path) -> None:
    async with edited(Site.in_folder(tmp_path)) as (app, pilot, source):
        before = text(app)
        await pilot.press("enter", "x", "h", "A", "8", "question_mark")
        assert sorted(text(app)) == sorted(f"{before}xhA8?")
        assert source.asked == []
        assert rows_of_screen(app)[0].endswith("[^x STOP]")
        await pilot.press("ctrl+x")
        assert source.asked == ["quick stop"]
        await pilot.press("escape", "x")
        assert source.asked == ["quick stop"] * 2


@in_a_loop
async def test_nothing_that_was_typed_at_any_cell_is_lost_by_leaving_without_a_question(tmp_path: Path) -> None:
    async with edited(Site.in_folder(tmp_path)) as (app, pilot, source):
        await pilot.press("enter", "x")
        await pilot.press("ctrl+q")
        assert isinstance(app.screen, Confirm)
        assert "not saved" in text_of_screen(app)
        await pilot.press("escape")
        source.view = replace(source.view, run_id="another")
        app.look()
        await pilot.pause()
        assert not app.query_one(IntentPage).is_changed
        await pilot.press("escape", "d")
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")  # Cancel has the focus
        assert app.is_running
        source.view = replace(source.view, run_id="run")
        app.look()
        await pilot.pause()
        assert app.query_one(IntentPage).is_changed


@pytest.mark.slow
@in_a_loop
async def test_what_another_has_written_is_shown_and_not_written_over_unseen(tmp_path: Path) -> None:
    site = Site.in_folder(tmp_path)
    whole = site.intent.read_text()
    async with edited(site, link="over") as (app, pilot, _):
        await pilot.press("enter", "ctrl+end", *"within 60 s")
        site.intent.write_text(whole + "within 50 s\n")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "another has changed the file" in text_of_screen(app))
        await pilot.press("escape", "end")
        await until(pilot, lambda: "+within 50 s" in text_of_screen(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "keep yours, or load theirs" in text_of_screen(app))
        assert site.intent.read_text() == whole + "within 50 s\n"
        await pilot.press("f10", "enter")  # Cancel has the focus
        await pilot.press("ctrl+s")
        assert site.intent.read_text() == whole + "within 50 s\n"
        await pilot.press("f10", "right", "enter", "ctrl+s")
        await until(pilot, lambda: "is saved" in text_of_screen(app))
        assert site.intent.read_text() == whole + "within 60 s"
        site.intent.write_text(whole)
        await pilot.press("f9")
        await until(pilot, lambda: text(app) == whole)


@pytest.mark.slow
@in_a_loop
async def test_what_another_has_written_is_written_over_also_by_the_text_as_it_was_once_that_is_wanted(tmp_path: Path) -> None:
    site = Site.in_folder(tmp_path)
    whole = site.intent.read_text()
    async with edited(site, link="over") as (app, pilot, _):
        await pilot.press("enter", "ctrl+end", "w")
        site.intent.write_text(whole + "within 50 s\n")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "another has changed the file" in text_of_screen(app))
        await pilot.press("f10", "right", "enter")
        await until(pilot, lambda: "another has changed the file" not in text_of_screen(app))
        await pilot.press("backspace", "ctrl+s")
        await until(pilot, lambda: "is saved" in text_of_screen(app))
        assert site.intent.read_text() == whole
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "save: nothing has changed" in text_of_screen(app))


@in_a_loop
async def test_ends_of_lines_that_an_editor_has_one_kind_of_stay_as_they_were(tmp_path: Path) -> None:
    site = Site.in_folder(tmp_path)
    whole = site.intent.read_text().replace("\n", "\r\n", 1) + "# one\x85# two\r# three\n"
    site.intent.write_bytes(whole.encode())
    async with edited(site, link="over") as (app, pilot, _):
        await pilot.press("enter", "ctrl+end", "w", "ctrl+s")
        await until(pilot, lambda: "is saved" in text_of_screen(app))
        assert site.intent.read_bytes() == f"{whole}w".encode()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "save: nothing has changed" in text_of_screen(app))


@pytest.mark.slow
@in_a_loop
async def test_beside_a_run_it_is_said_what_saving_means_and_asked(tmp_path: Path) -> None:
    site = Site.in_folder(tmp_path)
    whole = site.intent.read_text()
    async with edited(site) as (app, pilot, source):
        await pilot.press("enter", "ctrl+end", *"within 60 s", "ctrl+s")
        await until(pilot, lambda: "R719" in text_of_screen(app))
        assert rows_of_screen(app)[0].endswith("STOP]")
        await pilot.press("enter")
        assert site.intent.read_text() == whole
        await pilot.press("ctrl+s", "right", "enter")
        await until(pilot, lambda: "is saved" in text_of_screen(app))
        assert site.intent.read_text() == whole + "within 60 s"
        assert source.asked == []
        await pilot.press("enter", "ctrl+end", "a", "escape", "d")
        await until(pilot, lambda: "what was typed is lost" in text_of_screen(app))
        await pilot.press("escape")
        assert app.is_running


@pytest.mark.slow
@in_a_loop
async def test_who_is_no_engineer_reads_the_text_and_is_told_why_not_more(tmp_path: Path) -> None:
    async with edited(Site.in_folder(tmp_path), "operate") as (app, pilot, source):
        before = text(app)
        await pilot.press("enter", "z")
        assert text(app) == before
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "save: that is for the role engineer" in text_of_screen(app))
        await pilot.press("x")  # no letter is text here
        assert source.asked == ["quick stop"]


@pytest.mark.slow
@in_a_loop
async def test_whatever_a_text_holds_is_shown_harmlessly(tmp_path: Path) -> None:
    site = Site.in_folder(tmp_path)
    hostile = "".join(f"# {name}\n".replace("\ud800", "") for name in NAMES.values() if name != NAMES["long"])
    site.intent.write_text(site.intent.read_text() + hostile, encoding="utf-8")
    async with edited(site) as (app, pilot, _):
        await until(pilot, lambda: "E108" in text_of_screen(app))
        for keys in (("enter", "ctrl+end"), ("ctrl+home",), ("escape", "f4")):
            await pilot.press(*keys)
            rows = rows_of_screen(app)
            assert len(rows) == 24
            assert [row for row in rows if not row.isprintable()] == []


@pytest.mark.slow
@in_a_loop
async def test_a_run_whose_text_is_not_to_be_had_says_so(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    app = Operate(Still(View(run_id="run", role="engineer")), desk_of=lambda run_id: Desk(folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6")
        await until(pilot, lambda: "so neither is its text" in text_of_screen(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "save: how this run was begun is not known here" in text_of_screen(app))


def test_a_file_is_written_whole_or_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.intent"
    path.write_bytes(b"\xef\xbb\xbfone\r\n")
    path.chmod(0o640)
    had = read_text("a.intent", path)
    assert had == OnDisk("a.intent", path, "one\r\n")
    assert isinstance(had, OnDisk)
    assert write_text(had, "two\r\n") == OnDisk("a.intent", path, "two\r\n")
    assert path.read_bytes() == b"\xef\xbb\xbftwo\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert isinstance(write_text(had, "three"), Conflict)
    for mark in (b"", BOM_UTF8):
        path.write_bytes(mark + b"one\r\n")
        largest = "é" * ((MAX_BYTES - len(mark)) // 2) + "!" * (len(mark) % 2)
        why = f"it has {MAX_BYTES + 1} bytes, and at most {MAX_BYTES} are read"
        assert write_text(replace(had, text="one\r\n"), largest + "!") == f"not saved: a.intent: {why}"
        assert path.read_bytes() == mark + b"one\r\n"
        saved = write_text(replace(had, text="one\r\n"), largest)
        assert saved == read_text("a.intent", path) == OnDisk("a.intent", path, largest)
    path.unlink()
    assert write_text(had, "three") == "not saved: a.intent: no such file or directory"
    path.write_bytes(b"\xff\xfe")
    assert "is not UTF-8" in str(read_text("a.intent", path))
    path.unlink()
    os.mkfifo(path)
    assert "pipe" in str(read_text("a.intent", path))
