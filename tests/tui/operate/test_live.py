"""The screens as a client of a controller: told events are shown, what is asked reaches it, and what becomes of the line is
said."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from controller.attached import chronicle, client, reception
from controller.attached.messages import Role
from tests.tui.operate.at_a_controller import Controlled, controlled, until
from tests.tui.operate.on_record import TENDING
from tests.tui.operate.seen import in_a_loop, rows_of_screen, text_of_screen
from tui.operate.app import Operate
from tui.operate.live import LiveRun
from tui.operate.passing import Passing
from tui.operate.planned import moment_in_plan


@asynccontextmanager
async def attached(run: Controlled, role: Role = "operate") -> AsyncIterator[tuple[Operate, Pilot[str]]]:
    """The screens, once they show all that was told."""
    app = Operate(LiveRun(run.folder, role))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.view.link == "live" and app.view.scene.seq == run.told)
        yield app, pilot


@in_a_loop
async def test_it_shows_what_is_told_and_stop_reaches_the_controller_by_one_key_also_under_a_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "SAME_STOP", 0.0)  # each is a stop of its own, however quick the keys
    with controlled(TENDING, tmp_path) as run:
        run.tell(200)
        async with attached(run) as (app, pilot):
            assert "► EXECUTE" in text_of_screen(app)
            await pilot.press("x")
            await until(pilot, lambda: run.post.asked == ["quick stop"])
            await pilot.press("A")
            assert isinstance(app.focused, Button)
            assert app.focused.id == "cancel"
            assert "► EXECUTE" in text_of_screen(app)
            await pilot.press("x")
            await until(pilot, lambda: run.post.asked == ["quick stop"] * 2)
            await pilot.press("enter")
            assert run.post.asked == ["quick stop"] * 2
            await pilot.press("colon", "h", "o", "ctrl+x")
            await until(pilot, lambda: run.post.asked == ["quick stop"] * 3)
            await pilot.press("enter")
            await until(pilot, lambda: run.post.asked[3:] == ["hold"])


@in_a_loop
async def test_a_terminal_that_only_looks_asks_for_nothing_and_says_why(tmp_path: Path) -> None:
    with controlled(TENDING, tmp_path) as run:
        run.tell(200)
        async with attached(run, "view") as (app, pilot):
            await pilot.press("h")
            assert "this terminal only looks" in text_of_screen(app)
            assert "(h hold)" not in text_of_screen(app)
            await pilot.press("1")
            assert "(h hold)" in text_of_screen(app)
        assert run.post.asked == []


@in_a_loop
async def test_while_nothing_is_told_the_plan_is_drawn_to_the_moment_that_it_is_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with controlled(TENDING, tmp_path) as run:
        run.tell(200)
        async with attached(run) as (app, pilot):
            now = app.view.now
            monkeypatch.setattr(Passing, "by_now", lambda self, kind, speed: now + 30_000_000_000)
            await until(pilot, lambda: app.view.now == now + 30_000_000_000)
            passed = moment_in_plan(app.view.scene, now) + 30.0
            await until(pilot, lambda: f"now {passed:.1f} s" in text_of_screen(app))


@pytest.mark.slow
@in_a_loop
async def test_a_controller_that_dies_is_said_and_one_that_comes_back_is_attached_to_again(tmp_path: Path) -> None:
    with controlled(TENDING, tmp_path) as run:
        run.tell(100)
        async with attached(run) as (app, pilot):
            run.die()
            await until(pilot, lambda: app.view.link == "lost")
            assert "? WAS EXECUTE" in text_of_screen(app)
            assert "the controller has gone without a word" in text_of_screen(app)
            await pilot.press("h")
            assert "there is no controller to ask" in text_of_screen(app)
            await pilot.press("x")
            await until(pilot, lambda: "STOP NOT SENT: there is no controller to ask" in rows_of_screen(app)[2])
            await pilot.press("1")
            assert "STOP NOT SENT" in rows_of_screen(app)[2]  # until there is one again
            run.come_back()
            run.tell(250)
            await pilot.press("n")
            await until(pilot, lambda: app.view.scene.seq == 250)
            assert app.view.link == "live"


@in_a_loop
async def test_a_controller_whose_process_ends_after_its_line_leaves_the_run_to_be_taken_over(tmp_path: Path) -> None:
    with controlled(TENDING, tmp_path) as run:
        run.tell(100)
        async with attached(run) as (app, pilot):
            run.lose_its_line()
            await until(pilot, lambda: app.view.link == "lost")
            assert not app.view.is_left, "its process is there"
            await until(pilot, lambda: "the controller has gone without a word" in text_of_screen(app))
            assert "cellwright resume" not in text_of_screen(app), "it would be refused (R763); the screens have R for it"
            run.folder.abandon()
            await until(pilot, lambda: app.view.is_left)


@pytest.mark.slow
@in_a_loop
async def test_the_end_of_a_run_is_said_and_detaching_from_one_that_goes_on_ends_nothing(tmp_path: Path) -> None:
    with controlled(TENDING, tmp_path) as run:
        run.tell(100)
        async with attached(run) as (first, pilot):
            await pilot.press("d")
        assert "The run goes on" in (first.return_value or "")
        async with attached(run) as (second, pilot):
            run.tell(len(run.events))
            await until(pilot, lambda: second.view.scene.seq == len(run.events))
            run.end()
            await until(pilot, lambda: second.view.link == "over")
            assert "RUN OVER" in text_of_screen(second)


def test_screens_that_go_wait_no_longer_for_the_process_of_a_controller_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "VERSION", 99)  # there is no line, and its process is there
    with controlled(TENDING, tmp_path) as run:
        live = LiveRun(run.folder, "operate")
        live._thread.join(60)
        (waits,) = (thread for thread in threading.enumerate() if getattr(thread, "_target", None) == live._see_it_end)
        live.close()
        waits.join(60)
        assert not waits.is_alive()


def test_a_controller_of_another_version_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "VERSION", 99)
    with controlled(TENDING, tmp_path) as run:
        live = LiveRun(run.folder, "operate")
        live._thread.join(60)
        view = live.newest()
        live.close()
        assert view.link == "lost"
        assert "R767" in view.note
        assert "version 99" in view.note


def test_what_a_controller_tells_and_this_program_does_not_know_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a newer one might."""
    monkeypatch.setattr(chronicle, "told_line", lambda seq, body: b'{"type":"Told","seq":1,"event":{"type":"Levitated"}}\n')
    with controlled(TENDING, tmp_path) as run:
        run.tell(1)
        live = LiveRun(run.folder, "operate")
        live._thread.join(60)
        view = live.newest()
        live.close()
        assert view.link == "lost"
        assert "this program does not know" in view.note
