"""Runs on record, chosen within the screens: the list, one of them over the run that goes on, whose STOP stays one key away."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from cell.events import Asked
from cellwright.begun import Begun, write_begun
from controller.journal.folder import RunFolder
from controller.journal.journal import FILE
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.at_a_controller import Controlled, controlled, until
from tests.tui.operate.on_record import ASSEMBLY, HELD, TENDING, scene_of
from tests.tui.operate.seen import in_a_loop, rows_of_screen, text_of_screen
from tests.tui.operate.test_hostile import Still
from tui.operate import on_record as listing
from tui.operate.app import Operate
from tui.operate.choosing import row_text
from tui.operate.lines import text_of
from tui.operate.live import LiveRun
from tui.operate.on_record import GOES_ON, Archive, CellRecords, Kept
from tui.operate.over import RecordOver
from tui.operate.requests import INSTEAD
from tui.operate.top_lines import alarm_line
from tui.operate.view import View

STOPPED, SLIPPED, FULL, SILENT, BY_HAND = (
    "gantry-stopped", "first-move-slipped", "gantry-full-disk", "gantry-silent", "by-hand-without-a-plan"
)  # fmt: skip
BEGUN = {
    name: f"20261128-08{number:02}00" for number, name in enumerate((SLIPPED, FULL, STOPPED, BY_HAND, HELD, SILENT, ASSEMBLY))
}
"""The runs on record, in the order in which they were begun."""
OURS, OTHERS = "/plant/tending.cell", "/plant/kitting.cell"


def on_record(name: str, runs: Path, cell: str | None = OURS) -> RunFolder:
    run = RunFolder(unpacked(FOLDER / f"{name}{ENDING}", runs).path.rename(runs / BEGUN[name]))
    if cell is not None:
        write_begun(run.path, Begun(None, None, True, (cell, "a device")))
    return run


def damaged(run: RunFolder) -> RunFolder:
    with sqlite3.connect(run.path / FILE) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE events SET at = at + 1 WHERE seq = 100")
        connection.execute("DELETE FROM snapshots")
    return run


@asynccontextmanager
async def at_the_screens(folder: Path) -> AsyncIterator[tuple[Operate, Pilot[str], Controlled]]:
    """A run that goes on, with one of its cell on record and one that is none."""
    runs = folder / "runs"
    runs.mkdir()
    on_record(STOPPED, runs)
    (on_record(HELD, runs).path / FILE).write_bytes(b"no journal" * 100)
    with controlled(TENDING, runs) as live:
        (live.folder.path / FILE).touch()
        write_begun(live.folder.path, Begun(None, None, True, (OURS,)))
        live.tell(200)
        app = Operate(LiveRun(live.folder, "operate"), records=lambda: Archive(folder, "operate"))
        try:
            async with app.run_test(size=(80, 24)) as pilot:
                await until(pilot, lambda: app.view.scene.seq == 200)
                await pilot.press("7")
                assert "H runs" in rows_of_screen(app)[-1]
                await pilot.press("H")
                await until(pilot, lambda: BEGUN[STOPPED] in text_of_screen(app))
                yield app, pilot, live
        finally:
            app.source.close()


@in_a_loop
async def test_a_record_is_shown_over_a_run_whose_stop_stays_one_key_away_and_one_key_leads_back(tmp_path: Path) -> None:
    async with at_the_screens(tmp_path) as (app, pilot, live):
        await pilot.press("enter")  # the newest cannot be read, and is not opened
        assert f"{BEGUN[HELD]} " in text_of_screen(app)
        assert "cannot be read: " in text_of_screen(app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "REPLAY 131/131" in rows_of_screen(app)[0])
        state, _, third, *_ = rows_of_screen(app)
        assert "■ STOPPED" in state
        assert state.endswith("[x STOP live run]")
        assert third.startswith("live run [► EXECUTE] ")
        for key in ("h", "A", "r", "R"):
            await pilot.press(key)
            assert "this is a record: " in rows_of_screen(app)[-1]
        await pilot.press("left_square_bracket")
        assert "REPLAY 130/131" in rows_of_screen(app)[0]
        live.tell(210)  # it is heard of all the while
        await until(pilot, lambda: app.view.attached.scene.seq == 210)
        await pilot.press("x")
        assert f"STOP: asked of live run, run {live.folder.id}" in rows_of_screen(app)[-1]
        await until(pilot, lambda: live.post.asked == ["quick stop"])
        await until(pilot, lambda: "asked: STOP, acknowledged" in rows_of_screen(app)[1])
        await pilot.press("L")
        assert "REPLAY" not in rows_of_screen(app)[0]
        assert "► EXECUTE" in rows_of_screen(app)[0]
        assert rows_of_screen(app)[0].endswith("[x STOP]")
        assert app.view.scene.seq == 210


@pytest.mark.slow
@in_a_loop
async def test_stop_is_asked_of_the_live_run_under_the_list_too_and_a_controller_that_goes_is_said_over_a_record(
    tmp_path: Path,
) -> None:
    async with at_the_screens(tmp_path) as (app, pilot, live):
        await pilot.press("x")
        await until(pilot, lambda: live.post.asked == ["quick stop"])
        await pilot.press("down", "enter")
        await until(pilot, lambda: "REPLAY" in rows_of_screen(app)[0])
        live.die()
        await until(pilot, lambda: "live run [? WAS " in rows_of_screen(app)[2])
        await pilot.press("x")
        assert f"STOP: there is no controller to ask. {INSTEAD}" in rows_of_screen(app)[-1]
        await pilot.press("8")
        assert "REPLAY" not in rows_of_screen(app)[0]


def test_the_list_has_the_runs_of_this_cell_newest_first_and_says_of_a_damaged_one_why(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    on_record(SLIPPED, runs, None)  # nothing says in which cell
    damaged(on_record(FULL, runs))
    on_record(STOPPED, runs, OTHERS)
    on_record(BY_HAND, runs).claim()  # it goes on
    (on_record(SILENT, runs).path / FILE).write_bytes(b"no journal" * 100)
    own = on_record(ASSEMBLY, runs)
    found = CellRecords(tmp_path, own.id, in_thread=False)
    assert found.note == ""
    rows = {row.run_id: row_text(row) for row in found.rows}
    assert list(rows) == [BEGUN[name] for name in (ASSEMBLY, SILENT, FULL, SLIPPED)]
    assert "Stopped, 10/" in rows[BEGUN[ASSEMBLY]]
    assert "42 parts" in rows[BEGUN[ASSEMBLY]]
    assert "held: R715" in rows[BEGUN[ASSEMBLY]]
    assert "cannot be read: " in rows[BEGUN[SILENT]]
    assert "is damaged or was written by another version" in rows[BEGUN[SILENT]]
    assert "; damaged: " in rows[BEGUN[FULL]]
    assert "damaged" not in rows[BEGUN[SLIPPED]]


def test_what_nobody_looks_at_any_more_is_read_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    names = [on_record(name, runs).id for name in ("first-move-slipped", "gantry-stopped")]
    begins, goes_on = Event(), Event()

    def slow(folder: RunFolder) -> Kept:
        begins.set()
        assert goes_on.wait(20)
        return Kept(folder.id, "", None)

    monkeypatch.setattr(listing, "kept", slow)
    found = CellRecords(tmp_path, "another")
    assert begins.wait(20)
    found.end()
    goes_on.set()
    found.thread.join(20)
    assert [row.run_id for row in found.rows] == names[-1:]


def test_what_goes_on_again_or_is_gone_is_not_opened_and_says_so(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    run = on_record("first-move-slipped", runs)
    archive = Archive(tmp_path, "operate")
    run.claim()
    assert archive.opened(run.id) == GOES_ON
    run.abandon()
    assert not isinstance(archive.opened(run.id), str)
    assert archive.opened("nosuch") == "it is not there any more"


def test_nothing_but_a_stop_is_asked_of_a_run_below_a_record() -> None:
    live, record = Still(View(scene_of(TENDING, 200), "live", role="operate")), Still(View(scene_of(HELD), "record"))
    over = RecordOver(live, record)
    asked: tuple[Asked, ...] = ("hold", "resume", "stop", "abort", "quick stop")
    for what in asked:
        over.ask(what)
    over.acknowledge("x")
    over.answer("x", "y")
    over.confirm(1)
    assert live.asked == ["quick stop"]
    assert (live.attended, live.answered, live.confirmed, record.asked) == ([], [], [], [])
    assert over.newest() is over.newest()
    assert text_of(alarm_line(over.newest(), 80)).startswith("live run [► EXECUTE] no alarm")
    live.view = replace(live.view, link="over")
    assert text_of(alarm_line(over.newest(), 80)).startswith("run behind [► EXECUTE] no alarm")
    live.view = replace(live.view, unheard="STOP NOT ACKNOWLEDGED")
    assert over.newest().unheard == "STOP NOT ACKNOWLEDGED"
