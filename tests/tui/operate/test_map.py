"""The map and the joints: what stands where it is declared, robots where the plan has them by now, and it is cheap to draw."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cell.home import home_of
from cell.steps import Move
from cell.trajectory import sample
from cellwright.reading import read
from cellwright.robot_models import load_robot_model
from tests.tui.operate.on_record import TENDING, scene_of
from tui.operate.braille import Braille
from tui.operate.ground import Ground
from tui.operate.lines import fitted, text_of, width_of
from tui.operate.panels import cell_map, joints, plan_board
from tui.operate.panels.explained import chosen_step, explained_rows
from tui.operate.panels.timeline import Axis, ruler
from tui.operate.panels.why import under_way
from tui.operate.planned import plan_of
from tui.operate.positions import positions
from tui.operate.view import View

CELL = Path("examples/02_machine_tending/tending.cell")


@cache
def ground() -> Ground:
    cell = read(str(CELL), {}).cell
    assert cell is not None
    return Ground(cell, {name: load_robot_model(unit.model, CELL.parent, None).value for name, unit in cell.robots.items()})  # type: ignore[misc]


def shown(number: int, width: int = 60, height: int = 18) -> View:
    return View(scene_of(TENDING, number), "live", ground=ground())


def test_dots_are_where_a_terminal_draws_them() -> None:
    dots = Braille(2, 1)
    dots.dot(0, 0)
    dots.dot(3, 3)
    dots.dot(4, 0)
    dots.dot(-1, 0)
    assert dots.text(0) == "⠁⢀"
    across = Braille(3, 1)
    across.line((0, 0), (5, 0))
    assert across.text(0) == "⠉⠉⠉"


def test_what_stands_in_the_cell_is_named_where_it_is() -> None:
    rows = [text_of(row) for row in cell_map.top(shown(3), 70, 20)]
    assert len(rows) == 20
    row = next(n for n, text in enumerate(rows) if "lathe" in text)
    x = ground().cell.equipment["lathe"].frame.translation
    standing = cell_map._standing(ground(), "top", 70, 20)
    column, line = standing.dot(x)
    assert abs(rows[row].index("lathe") + 2 - column / 2) < 12
    assert abs(row - line / 4) < 5


def test_a_robot_is_where_its_motion_has_it_by_now_and_at_home_before_it_has_moved() -> None:
    assert positions(scene_of(TENDING, 3)) == {}
    scene = scene_of(TENDING, 400)
    plan = plan_of(scene)
    assert plan is not None
    moving = [(n, seen) for n, seen in scene.steps.items() if isinstance(plan.steps[n].action, Move)]
    name, seen = max(moving, key=lambda item: item[1].began)
    motion = plan.plan.motions[plan.steps[name].motion or ""]
    elapsed = motion.duration if seen.ended is not None else (scene.now - seen.began) / 1e9
    found = positions(scene)["r1"]
    assert np.allclose(found.q, sample(motion, elapsed).q[0])
    assert found.how == "planned"


def test_the_joints_stand_between_their_limits_in_degrees() -> None:
    rows = [text_of(row) for row in joints.joint_lines(shown(3), 50, 20)]
    model = ground().models["r1"]
    home = home_of(ground().cell.robots["r1"], model)
    assert rows[0].startswith("r1 at home, as declared")
    assert len(rows) == 1 + model.degrees_of_freedom
    assert all(f"{np.degrees(q):.1f}°" in row for q, row in zip(home, rows[1:], strict=True))


def test_the_map_fills_what_it_is_given_and_draws_what_moves_over_what_stands() -> None:
    for width, height in ((30, 7), (4, 2), (120, 40)):
        for draw in (cell_map.top, cell_map.side):
            rows = draw(shown(400), width, height)
            assert len(rows) == height
            assert {width_of(row) for row in rows} == {width}
    assert any(piece.text.startswith("✚") for row in cell_map.top(shown(400), 70, 20) for piece in row)


@pytest.mark.long
def test_a_name_is_whole_or_not_there_wherever_the_tool_is() -> None:
    names = {*ground().cell.equipment, *ground().cell.zones}
    there = 0
    for number in range(20, 780, 20):
        for width, height in ((30, 7), (56, 20)):
            rows = [text_of(row) for row in cell_map.top(shown(number), width, height)]
            words = {word for row in rows for word in re.findall(r"[a-z0-9_…]+", row)}
            assert words <= names | {fitted(name, width // 3) for name in names}
            assert sum(row.count("✚") for row in rows) == 1
            there += "infeed" in words
    assert there > 60  # of 76


def test_what_stands_is_drawn_once_for_each_size() -> None:
    cell_map._standing.cache_clear()
    for number in (398, 399, 400):
        cell_map.top(shown(number), 40, 12)
    assert cell_map._standing.cache_info().misses == 1


def test_a_step_is_explained_from_its_line_of_intent_to_what_must_hold_and_what_it_has_come_to() -> None:
    view = shown(400)
    step = chosen_step(view, "actual lathe")
    assert step is not None
    _, rows = explained_rows(view, step, 100)
    text = "\n".join(text_of(row) for _, row in rows)
    assert text.startswith(f"{step.id} running: began at ")
    for part in ("asked for by", "tending.intent:6", "why then", "what must hold", "if it fails"):
        assert part in text
    narrow = [text_of(row) for _, row in explained_rows(view, step, 40)[1]]
    assert "".join("".join(narrow).split()) == "".join(text.split())
    assert max(len(row) for row in narrow) <= 40
    assert "no more can be told" in "".join(text_of(row) for _, row in explained_rows(replace(view, ground=None), step, 100)[1])
    assert chosen_step(view, None) in under_way(view.scene.run)


def test_a_strip_has_as_many_rows_as_there_is_room_for_and_counts_the_others() -> None:
    for height, rows, more in ((3, ["r1", "lathe"], "+1 more"), (2, ["r1"], "+2 more"), (7, ["", "r1", "lathe", "gauge"], "")):
        head, *found = [text_of(row) for row in plan_board.strip(shown(400), 90, height)]
        assert [row[:15].strip() for row in found] == rows
        assert head.partition("behind")[2].strip() == more


def test_where_now_is_stands_in_no_moment() -> None:
    axis = Axis(0.0, 1.0, 40)
    assert text_of(ruler(axis, None)) == "0:00      0:10      0:20      0:30      "
    assert text_of(ruler(axis, 12.0)) == "0:00        ┃       0:20      0:30      "
    assert text_of(ruler(axis, 15.0)) == "0:00      0:10 ┃    0:20      0:30      "
