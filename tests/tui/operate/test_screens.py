"""Every page at every size: three lines in sight, nothing over anything else, nothing cut without an ellipsis."""

from __future__ import annotations

import asyncio
import sqlite3
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest

from cell.run import PackState
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.at_a_controller import until
from tests.tui.operate.on_record import ASSEMBLY, TENDING, scene_of
from tests.tui.operate.pictures import drawn, path_of
from tests.tui.operate.seen import in_a_loop, leaves, rows_of_screen, text_of_screen
from tests.tui.operate.test_hostile import Still
from tests.tui.operate.test_map import ground
from tui.operate.app import Operate
from tui.operate.dialogs import Palette
from tui.operate.lines import text_of
from tui.operate.panel import Panel
from tui.operate.panels.cell_map import Plane, scale_of
from tui.operate.recorded import RecordedRun
from tui.operate.state_words import ALARM_STATES, PRIORITIES, SIGNS
from tui.operate.top_lines import job_line
from tui.operate.view import View

SIZES = [(80, 24), pytest.param((120, 36), marks=pytest.mark.slow), pytest.param((150, 50), marks=pytest.mark.slow)]
PAGES = {"1": "why", "2": "the step under the cursor, and why", "4": "alarms", "7": "what has happened"}


def of_record(folder: Path, name: str = ASSEMBLY) -> Operate:
    return Operate(RecordedRun(unpacked(FOLDER / f"{name}{ENDING}", folder), in_thread=False, looks_round=False))


@pytest.mark.parametrize("size", SIZES)
@in_a_loop
async def test_each_page_keeps_the_three_lines_and_no_region_lies_over_another(size: tuple[int, int], tmp_path: Path) -> None:
    app = of_record(tmp_path)
    async with app.run_test(size=size) as pilot:
        for key, title in PAGES.items():
            await pilot.press(key)
            rows = rows_of_screen(app)
            assert len(rows) == size[1]
            assert "■ STOPPED" in rows[0]
            assert rows[0].endswith("[x STOP]")
            assert "asked of people" in rows[1]
            assert "R715" in rows[2]
            assert any(f" {title} " in row for row in rows)
            regions = [(widget, widget.region) for widget in leaves(app)]
            assert not [(a, b) for (a, x), (b, y) in combinations(regions, 2) if x.overlaps(y)]
            assert sum(region.area for _, region in regions) == size[0] * size[1]


@in_a_loop
async def test_the_frame_of_a_map_has_the_scale_that_it_is_drawn_to() -> None:
    view = View(scene_of(TENDING, 400), "live", ground=ground())
    app = Operate(Still(view))
    async with app.run_test(size=(80, 24)) as pilot:
        for size in ((80, 24), (120, 36)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            planes: tuple[tuple[Plane, str], ...] = (("top", "from above"), ("side", "from the side"))
            for plane, title in planes:
                panel = app.query_one(f"#{plane}_map", Panel)
                scale = scale_of(view, panel.size.width, panel.size.height, plane)
                assert f" {title}, {scale} " in text_of_screen(app)


@in_a_loop
async def test_a_record_is_gone_back_in_and_its_keys_of_control_say_why_not(tmp_path: Path) -> None:
    app = of_record(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "REPLAY 426/426" in text_of_screen(app)
        await pilot.press("h")
        assert "this is a record" in text_of_screen(app)
        await pilot.press("left_curly_bracket", "left_curly_bracket", "left_curly_bracket")
        assert "‖ HELD" in text_of_screen(app)
        await pilot.press("x")
        assert "STOP: this is a record" in text_of_screen(app)
        await pilot.resize_terminal(40, 10)
        await until(
            pilot, lambda: "The screens need 80 columns and 24 rows" in " ".join(row.strip() for row in rows_of_screen(app))
        )
        assert rows_of_screen(app)[0].endswith("[x STOP]")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: " why " in text_of_screen(app))


@in_a_loop
async def test_a_page_that_is_come_back_to_shows_what_is_known_by_now(tmp_path: Path) -> None:
    app = of_record(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "held: R715" in text_of_screen(app)
        await pilot.press("7")
        app.source.move("event", -1000)
        await until(pilot, lambda: app.view.position == (1, 426), 20)
        await pilot.press("1")
        await until(pilot, lambda: "held: R715" not in text_of_screen(app), 20)  # no other view comes


@pytest.mark.parametrize(
    "story",
    [
        pytest.param("tending", marks=pytest.mark.slow),
        "held",
        "several",
        pytest.param("records", marks=pytest.mark.slow),
        "agreeing",
        pytest.param("editor", marks=pytest.mark.slow),
        pytest.param("live", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("size", SIZES)
def test_each_page_is_as_it_was_when_it_was_looked_at(story: str, size: tuple[int, int]) -> None:
    for page, text in asyncio.run(drawn(story, size)).items():
        assert text == path_of(story, page, size).read_text(encoding="utf-8"), (
            f"{story} {page}: python -m tests.tui.operate.pictures"
        )


def test_without_colour_whatever_matters_still_differs_from_what_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    looks = of_record(tmp_path).looks
    assert all(style.color is None and style.bgcolor is None for style in looks.values())
    assert all(looks[look] != looks["plain"] for look in ("bad", "warn", "note", "strong", "cursor", "stop"))
    assert len({looks[look] for look in ("bad", "warn", "note", "plain")}) == 4


def test_each_state_and_each_kind_of_alarm_has_a_word_and_those_that_mean_another_thing_another_sign() -> None:
    assert set(SIGNS) == set(get_args(PackState))
    assert len({SIGNS[state][0] for state in ("Execute", "Held", "Suspended", "Stopped", "Aborted", "Complete", "Idle")}) == 7
    assert len({sign for sign, _ in PRIORITIES.values()}) == len(PRIORITIES)
    assert len({sign for sign, _ in ALARM_STATES.values()}) == len({word for _, word in ALARM_STATES.values()}) == 4


def test_of_a_damaged_journal_what_is_whole_is_shown_and_the_rest_is_said(tmp_path: Path) -> None:
    run = unpacked(FOLDER / f"gantry-full-disk{ENDING}", tmp_path)  # of a version that has sums
    with sqlite3.connect(run.path / "journal.sqlite") as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE events SET at = at + 1 WHERE seq = 300")
        connection.execute("DELETE FROM snapshots")
    view = RecordedRun(run, in_thread=False, looks_round=False).newest()
    assert view.position == (299, 299)
    assert "what is whole is shown" in view.note
    assert view.scene.run.may_go_on
    assert not view.is_left
    assert "take the run over" not in text_of(job_line(view, 120))


def test_a_journal_that_is_none_is_said_and_no_crash(tmp_path: Path) -> None:
    run = unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path)
    (run.path / "journal.sqlite").write_bytes(b"no journal" * 100)
    view = RecordedRun(run, in_thread=False, looks_round=False).newest()
    assert view.position is None
    assert "is damaged or was written by another version" in view.note


@in_a_loop
async def test_news_that_come_while_a_dialog_is_being_made_do_not_end_the_screens(tmp_path: Path) -> None:
    app = of_record(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = Palette()
        dialog.update(app.view)
        app.push_screen(dialog)
        app.show()
        await pilot.pause()
        assert "STOPPED" in text_of_screen(app)
