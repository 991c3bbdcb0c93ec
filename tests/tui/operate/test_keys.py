"""Keys may be given to other things; a file that cannot be meant is refused as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.widgets import OptionList

from controller.run_state import Manual
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.on_record import ASSEMBLY, scene_of
from tests.tui.operate.seen import in_a_loop, rows_of_screen, text_of_screen
from tests.tui.operate.test_hostile import Still, hostile
from tui.operate.agreeing import Agreeing
from tui.operate.app import Operate
from tui.operate.axis_panel import AxisPanel
from tui.operate.deeds import BY_NAME, DEEDS
from tui.operate.dialogs import Confirm, Palette
from tui.operate.editing.page import IntentPage
from tui.operate.key_file import _NAMES, OF_PAGES, WrongKeys, _is_key, key_file, own_keys
from tui.operate.lines import text_of
from tui.operate.pages import Cells, Plan
from tui.operate.panels.footer import dialog_line, footer_line
from tui.operate.recorded import RecordedRun
from tui.operate.view import View


def keys_of(folder: Path, text: str) -> dict[str, str]:
    path = folder / "keys.toml"
    path.write_text(text)
    return dict(own_keys(path))


def test_without_a_file_the_keys_are_ours_and_no_two_deeds_have_the_same(tmp_path: Path) -> None:
    assert own_keys(tmp_path / "keys.toml") == {}
    assert len({deed.key for deed in DEEDS}) == len(DEEDS)
    assert key_file({"XDG_CONFIG_HOME": str(tmp_path)}) == tmp_path / "cellwright" / "keys.toml"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[operate]\nhodl = 'p'", "nothing is called 'hodl'"),
        ("[operate]\nhold = 'x'", "would both have the key x"),
        ("[operate]\nhold = 'ctrl+x'", "no key to give"),
        ("[operate]\nhold = 'enter'", "no key to give"),
        ("[operate]\nstop = 'ctrl+m'", "no key to give"),
        ("[operate]\nhold = 'é'", "no key to give"),
        ("[operate]\nhold = 7", "no key to give"),
        *((f"[operate]\nstop = '{key}'", "it means something else") for key in (*"ovl,.+-", "f1")),
        ("operate = 1", "no table"),
        ("[operate\n", "keys.toml"),
        ("x" * 200_000, "larger than"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_and_says_where(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(WrongKeys, match=says):
        keys_of(tmp_path, text)


def test_no_page_has_a_key_of_its_own_that_may_be_given_to_a_stop() -> None:
    """It would come first there, and the stop be lost."""
    pages = (AxisPanel, Agreeing, Plan, Cells, IntentPage, Palette, Confirm)
    own = {
        key
        for page in pages
        for binding in page.BINDINGS
        if isinstance(binding, Binding) and not binding.id
        for key in binding.key.split(",")
    }
    assert {"o", "l", "left"} <= own
    assert {key for key in own if _is_key(key) or key in _NAMES.values()} <= OF_PAGES


@in_a_loop
async def test_a_key_that_was_given_away_does_the_new_thing_and_stands_in_the_footer(tmp_path: Path) -> None:
    keys = keys_of(tmp_path, "[operate]\nstop = 'f8'\nalarms = 'x'")
    app = Operate(RecordedRun(unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path), in_thread=False, looks_round=False), keys)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "[f8 STOP]" in text_of_screen(app)
        await pilot.press("x")
        assert " what it is, and what to do " in text_of_screen(app)
        for key in ("f8", "ctrl+x"):
            await pilot.press(key)
            assert "STOP: this is a record" in text_of_screen(app)
            await pilot.press("1")
        await pilot.press("ctrl+c")  # in their own words, with the keys as they are
        assert "d leaves, and ends nothing; f8 asks for a stop" in text_of_screen(app)


def test_what_can_be_done_now_fits_the_last_line_of_the_smallest_terminal() -> None:
    for view in (
        View(link="live"),
        View(link="record"),
        View(link="record", is_left=True, role="operate"),
        View(link="lost"),
        View(link="over"),
        View(link="record", behind=View(link="live")),
        View(scene_of(ASSEMBLY, 300), "live", role="operate"),
        in_a_hold(),
        hostile("a question is open"),
    ):
        for page in ("overview", "jog", "alarms", "intent", "log"):
            text = text_of(footer_line(view, KEYS, 80, page))
            assert "d leave" in text
            assert "…" not in text
            assert len(text) <= 80


KEYS = {deed.name: deed.key for deed in DEEDS}


def in_a_hold(is_manual: bool = False) -> View:
    scene = scene_of(ASSEMBLY, 300)
    manual = Manual(who="ann") if is_manual else None
    return View(replace(scene, run=replace(scene.run, pack="Held", manual=manual)), "live", role="operate")


@pytest.mark.parametrize(
    ("view", "page", "words"),
    [
        (View(link="lost", is_left=True, role="operate"), "overview", "R take over  n attach"),
        (View(link="record", is_left=True, role="operate"), "overview", "R take over"),
        (View(link="over", is_left=True, role="operate"), "overview", "R take over"),
        (View(link="record", behind=View(link="live")), "overview", "L live"),
        (View(link="record", behind=View(link="live")), "log", "L live H runs"),
        (View(scene_of(ASSEMBLY, 300), "live", role="operate"), "log", "H runs"),
        (in_a_hold(), "overview", "r resume"),
        (in_a_hold(), "jog", "manual"),
        (in_a_hold(True), "overview", "3 jog  M produce"),
        (in_a_hold(True), "jog", "M produce"),
        (hostile("somebody is asked"), "alarms", "q answer  s shelve  r resume"),
        (hostile("somebody is asked"), "overview", "q answer"),
    ],
)
def test_the_one_key_that_is_needed_now_stands_in_the_last_line(view: View, page: str, words: str) -> None:
    assert words in text_of(footer_line(view, KEYS, 80, page))


def test_where_there_is_no_room_what_cannot_be_done_now_goes_first() -> None:
    text = text_of(footer_line(hostile("a question is open"), KEYS, 80, "alarms"))
    assert "r resume" in text
    assert "(h hold)" not in text
    assert "(h hold)" in text_of(footer_line(hostile("a question is open"), KEYS, 120, "alarms"))


def test_the_brackets_that_lead_through_a_record_stand_apart() -> None:
    assert text_of(footer_line(View(link="record"), KEYS, 80)).startswith("[ back  ] on  { before  } after  space play  1 cell  ")
    assert "2 plan" in text_of(footer_line(View(link="record"), KEYS, 90))


@in_a_loop
async def test_a_dialog_has_its_own_keys_in_the_last_line_and_none_of_the_page_below() -> None:
    app = Operate(Still(View(scene_of(ASSEMBLY, 300), "live", role="operate")))
    async with app.run_test(size=(80, 24)) as pilot:
        for key, words in (
            ("A", "← → the other button  enter press it  esc cancel  x STOP"),
            ("colon", "↑ ↓ choose  enter do it  esc back  ^x STOP"),
            ("question_mark", "↑ ↓ read on  esc back  x STOP"),
            ("g", "a letter goes there  esc back  x STOP"),
        ):
            await pilot.press(key)
            assert rows_of_screen(app)[-1].rstrip() == words
            await pilot.press("escape")
            assert "1 cell" in rows_of_screen(app)[-1]


@in_a_loop
async def test_what_can_be_done_now_is_listed_before_what_cannot() -> None:
    app = Operate(Still(View(scene_of(ASSEMBLY, 300), "live", role="operate")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        found = app.screen.query_one("#found", OptionList)
        cannot = ["(not now: " in str(found.get_option_at_index(n).prompt) for n in range(found.option_count)]
        assert len(cannot) == len(DEEDS)
        assert cannot == sorted(cannot)
        assert 3 < sum(cannot) < len(DEEDS) - 3


def test_in_a_narrow_terminal_the_way_out_of_a_dialog_and_stop_have_room_first() -> None:
    for keys in (Confirm.KEYS, Palette.KEYS, Agreeing.KEYS):
        text = text_of(dialog_line(keys, "^x", 30))
        assert text.endswith("  ^x STOP")
        assert "esc " in text
        assert len(text) <= 30


def test_what_to_clear_an_aborted_run_takes_is_said_where_nobody_is_there_to_clear_it() -> None:
    scene = scene_of(ASSEMBLY, 300)
    aborted = View(replace(scene, run=replace(scene.run, pack="Aborted")), "over", role="operate", is_left=True)
    assert "R takes the run up again" in (BY_NAME["clear"].why_not(aborted) or "")
