"""The jog page: what its keys ask for, that every other key lets go, what it says of a way, and why nothing moves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from immutables import Map

from cell.commands import Subject
from cell.events import WayFound
from cell.jog import Jog
from controller.run_state import HandBelief, Manual, Way
from tests.cell_drivers.gantry import gantry_cell, gantry_model
from tests.controller.jogged import AHEAD, asked, in_manual, in_production, jogged, moving, press, up
from tests.tui.operate.at_a_controller import controlled, until
from tests.tui.operate.on_record import HELD
from tests.tui.operate.seen import in_a_loop, leaves, rows_of_screen, text_of_screen
from tests.tui.operate.test_hostile import Still
from tests.tui.operate.test_screens import SIZES
from tui.operate.app import Operate
from tui.operate.ground import Ground
from tui.operate.lines import text_of
from tui.operate.live import LiveRun
from tui.operate.panels import jog_rows
from tui.operate.panels.jog_rows import Choice, axis_rows, jog_of, way_lines, why_not
from tui.operate.positions import positions
from tui.operate.scene import Scene
from tui.operate.view import View

GROUND = Ground(gantry_cell(), {"g1": gantry_model()})
FOUND = WayFound(
    0,
    Subject("run-1", "plan", motion="motion"),
    "way-1",
    AHEAD,
    (0.0, 0.0, 1.0, 0.0),
    (0.4, 0.0, 1.0, 0.0),
    0.4,
    4.0,
    0.012,
    ("aisle",),
    (),
    "link 4 would come too near to lathe",
)


def view(run: Any = None, **more: Any) -> View:
    run = in_manual() if run is None else run
    given = {"role": "operate", "ground": GROUND, "target": "simulated", "intent": "tending.intent", **more}
    return View(Scene(seq=9, run=run), "live", **given)


class Keyboard(Still):
    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.keys: list[tuple[Jog, bool] | None] = []

    def hold_key(self, jog: Jog, is_held: bool) -> None:
        self.keys.append((jog, is_held))

    def let_go(self) -> None:
        self.keys.append(None)


def told(found: View, width: int = 100) -> str:
    return " ".join(text_of(row) for row in way_lines(found, width, 9))


def test_what_a_hand_is_taken_to_hold_stands_below_the_keys_where_nothing_was_planned() -> None:
    run = in_manual()
    assert run.context is not None
    assert "is taken to hold" not in told(view())
    by_hand = replace(run, context=replace(run.context, is_manual=True))

    def seen(belief: HandBelief) -> str:
        hands = Map({"grip.a": belief})
        return told(view(replace(by_hand, belief=replace(run.belief, hands=hands))))

    assert "nothing tells what grip.a holds: it is taken to hold nothing" in seen(HandBelief())
    assert "grip.a is taken to hold shaft#9" in seen(HandBelief("held", "shaft#9"))
    assert "grip.a" not in seen(HandBelief("open"))


# --- keys --------------------------------------------------------------------------------------------------------------


@in_a_loop
async def test_arrows_hold_a_key_commas_look_and_every_other_key_lets_go() -> None:
    source = Keyboard(view())
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "right", "right", "down", "left", "comma", "full_stop")
    first = Jog("g1", "joint", "1", True, 0.05)
    second = replace(first, axis="2")
    assert source.keys == [
        (first, True),
        (first, True),
        None,
        (replace(second, is_forward=False), True),
        None,
        (replace(second, is_forward=False), False),
        (second, False),
    ]


@in_a_loop
async def test_a_page_that_is_left_lets_go() -> None:
    source = Keyboard(view())
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "right")
        app.set_focus(None)
        await pilot.pause()
    assert source.keys[-1] is None


@in_a_loop
async def test_a_key_comes_to_the_controller_and_so_does_that_it_was_let_go(tmp_path: Path) -> None:
    with controlled(HELD, tmp_path) as at:
        at.tell(1)
        at.server.tell([], in_manual())
        app = Operate(live := LiveRun(at.folder, "operate"))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: live.newest().link == "live")
            live.hold_key(AHEAD, True)
            live.let_go()
            await until(pilot, lambda: None in at.post.keys)
        live.close()
    assert at.post.keys[:2] == [(AHEAD, True), None]


@in_a_loop
async def test_frame_robot_and_speed_are_chosen_by_key() -> None:
    source = Keyboard(view())
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "v", "plus", "o", "right", "v", "minus", "minus", "right")
        assert "axes of the tool" in text_of_screen(app)
        assert "25 mm/s" in text_of_screen(app)
    assert [key for key in source.keys if key is not None] == [
        (Jog("g1", "base", "x", True, 0.1), True),
        (Jog("g1", "tool", "x", True, 0.025), True),
    ]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"role": "view"}, "this terminal only looks"),
        pytest.param({"run": in_production()}, "production mode: m asks for manual mode", marks=pytest.mark.slow),
        pytest.param({"ground": None, "no_ground": "the files have changed"}, "the files have changed", marks=pytest.mark.slow),
    ],
)
def test_a_key_that_moves_nothing_says_why(more: dict[str, Any], why: str) -> None:
    asyncio.run(_pressed_in_vain(view(**more), why))


async def _pressed_in_vain(found: View, why: str) -> None:
    source = Keyboard(found)
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "right")
        assert why in rows_of_screen(app)[-1]
    assert source.keys == []


@in_a_loop
async def test_manual_mode_is_confirmed_and_production_is_not() -> None:
    source = Keyboard(view(in_production()))
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m", "enter")
        assert source.asked == []
        await pilot.press("m", "right", "enter")
        assert source.asked == ["manual"]
        source.view = view()
        app.look()
        await pilot.pause()
        assert "MANUAL" in rows_of_screen(app)[0]
        await pilot.press("M")
        await pilot.press("r")
        assert "the cell is in manual mode" in rows_of_screen(app)[-1]
    assert source.asked == ["manual", "production"]


# --- what is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@in_a_loop
async def test_the_page_has_axes_maps_and_the_way_and_nothing_lies_over_anything_else(size: tuple[int, int]) -> None:
    app = Operate(Keyboard(view(with_way())))
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        await pilot.pause()
        rows, regions = rows_of_screen(app), [(widget, widget.region) for widget in leaves(app)]
        assert rows[0].endswith("[x STOP]")
        assert "J4" in text_of_screen(app)
        assert "◌" in text_of_screen(app)
        assert "400 mm" in text_of_screen(app)
        assert not [(a, b) for (a, x), (b, y) in combinations(regions, 2) if x.overlaps(y)]
        assert sum(region.area for _, region in regions) == size[0] * size[1]


def with_way(**changes: Any) -> Any:
    return replace(in_manual(), manual=replace(Manual(), way=Way(FOUND, None), **changes))


def test_a_way_is_told_with_how_far_how_near_and_why_no_further() -> None:
    text = told(view(with_way()))
    assert "400 mm in 4.0 s" in text
    assert "12 mm from the nearest thing at its end" in text
    assert "through aisle" in text
    assert "because link 4 would come too near to lathe" in text
    assert "nothing moves" in text


def test_a_turn_is_told_in_degrees() -> None:
    turn = replace(FOUND, jog=replace(AHEAD, axis="4"), reach=0.5)
    assert "28.6°" in told(view(replace(in_manual(), manual=Manual(way=Way(turn, None)))))
    about = replace(FOUND, jog=Jog("g1", "tool", "rz", True, 0.1), reach=0.5)
    assert "28.6°" in told(view(replace(in_manual(), manual=Manual(way=Way(about, None)))))


def test_who_holds_the_key_and_what_is_looked_for_is_told() -> None:
    assert "ann holds the key" in told(view(moving(in_manual())))
    assert "is looked for and proved" in told(view(asked(in_manual(), AHEAD)[0]))


def test_why_nothing_was_jogged_stays_in_sight() -> None:
    state, _ = asked(in_manual(), replace(AHEAD, speed=0.251))
    assert "not jogged: 251 mm/s is asked for" in told(view(state))


def test_there_is_no_speed_above_what_may_be_asked_for() -> None:
    fastest = Choice().faster(99)
    jog = jog_of(view(), fastest, "1", True)
    assert jog is not None
    assert jog.speed == 0.25
    assert jog_of(view(), Choice().faster(-99), "1", True).speed == 0.005  # type: ignore[union-attr]


def test_axes_of_the_base_tell_where_the_tool_is() -> None:
    head, rows = axis_rows(view(), Choice(frame=1), 60)
    assert [name for name, _ in rows] == ["x", "y", "z", "rx", "ry", "rz"]
    assert "mm" in text_of(rows[2][1])
    assert "axes of the base" in text_of(head[0])


def test_why_nothing_is_jogged_is_said_of_role_mode_cell_and_line() -> None:
    assert why_not(view()) is None
    assert why_not(view(role="view")) == "this terminal only looks: attach with --role operate"
    assert "production mode" in (why_not(view(in_production())) or "")
    assert why_not(view(ground=None, no_ground="the files have changed")) == "no axes: the files have changed"


def test_a_record_shows_a_robot_where_it_was_jogged_to() -> None:
    run = jogged((61.0, press(AHEAD)), (62.0, up()))
    where = positions(Scene(seq=9, run=run.state))["g1"]
    assert where.how == "measured"
    assert where.q == pytest.approx(run.q)


def test_a_record_moves_nothing() -> None:
    assert why_not(replace(view(), link="record")) == "this is a record: nothing moves"
    assert why_not(replace(view(), link="lost")) == jog_rows.NOBODY
    assert jog_rows.robots_of(replace(view(), ground=None)) == ("g1",)
