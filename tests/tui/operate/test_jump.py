"""Every region can be gone to by two keys, and tells what it is."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from tests.tui.operate.seen import in_a_loop, rows_of_screen, text_of_screen
from tests.tui.operate.test_screens import of_record
from tui.operate.deeds import DEEDS
from tui.operate.jumping import Jump, letters
from tui.operate.panel import Panel

PAGES = {"1": 5, "2": 2, "3": 4, "4": 2, "5": 1, "7": 1, "8": 1}
"""Regions of each page at 80x24."""
SIZES = [
    pytest.param((80, 24), "1", id="overview"),
    *(pytest.param(size, "1234578", marks=pytest.mark.slow) for size in ((80, 24), (120, 36), (150, 50))),
]


@pytest.mark.parametrize(("size", "pages"), SIZES)
@in_a_loop
async def test_each_region_has_a_letter_on_itself_that_leads_to_it_and_to_its_help(
    size: tuple[int, int], pages: str, tmp_path: Path
) -> None:
    app = of_record(tmp_path)
    async with app.run_test(size=size) as pilot:
        for key, number in ((key, PAGES[key]) for key in pages):
            await pilot.press(key, "g")
            assert isinstance(app.screen, Jump)
            assert rows_of_screen(app)[0].endswith("[x STOP]")
            there = [p for p in app.screen_stack[0].query(Panel) if p.can_focus and p.is_on_screen]
            marks = [mark.region for mark in app.screen.query(Static)]
            assert len(marks) == len(there)
            assert len(marks) == number or size != (80, 24)
            assert all(panel.region.contains_region(mark) for panel, mark in zip(there, marks, strict=True))
            assert not any(a.overlaps(b) for a, b in combinations(marks, 2))
            rows = rows_of_screen(app)
            assert [rows[mark.y][mark.x : mark.right] for mark in marks] == [f"[{x}]" for x in letters(len(there), "x")]
            await pilot.press(letters(len(there), "x")[-1])
            assert app.focused is there[-1]
            assert there[-1].help_page
            await pilot.press("question_mark")
            assert f"Help: {there[-1].title}" in text_of_screen(app)
            await pilot.press("escape")


@pytest.mark.slow
@in_a_loop
async def test_stop_stays_one_key_away_under_the_letters_another_key_does_nothing_and_a_resize_ends_them(tmp_path: Path) -> None:
    app = of_record(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.focused
        await pilot.press("g", "x")
        assert "STOP: this is a record" in text_of_screen(app)
        await pilot.press("h", "9")
        assert isinstance(app.screen, Jump)
        await pilot.press("escape")
        assert app.focused is before
        await pilot.press("g")
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert not isinstance(app.screen, Jump)
    assert "x" not in letters(26, "x")
    assert len(set(letters(26, "s"))) == 25


@in_a_loop
async def test_the_palette_has_everything_that_can_be_done(tmp_path: Path) -> None:
    app = of_record(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        found = app.screen.query_one(OptionList)
        assert {found.get_option_at_index(number).id for number in range(found.option_count)} == {deed.name for deed in DEEDS}
