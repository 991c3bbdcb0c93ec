"""What a run is made from in which robots are moved by hand: a cell alone, an intent's `never`s, what hands are said to hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cell.diagnostic import Outcome
from cell.model import CellModel
from cell.state import CellState, InHand
from cellwright.by_hand import hands_of, held_in, read_by_hand, state_by_hand
from cellwright.reading import Reading, read
from cellwright.session import make_plan, release_plan, request_for
from cellwright.starting_again import begun_in
from cellwright.workshop import open_workshop

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CELL = EXAMPLES / "01_first_move" / "first_move.cell"
NEVER = 'use "first_move.cell"\nmove block to right\nnever arm in bay\n'


@pytest.fixture(scope="module")
def cell() -> CellModel:
    found = read_by_hand(str(CELL), {}).cell
    assert found is not None
    return found


def codes(outcome: Outcome[CellState] | Outcome[tuple[tuple[str, str], ...]]) -> list[str]:
    return [diagnostic.code for diagnostic in outcome.diagnostics]


def test_a_cell_alone_asks_for_nothing_and_names_its_files_as_an_intent_does() -> None:
    alone = read_by_hand(str(CELL), {})
    intent = read(str(CELL.with_suffix(".intent")), {})
    assert alone.program is not None
    assert intent.program is not None
    assert alone.program.block.lines == ()
    assert set(alone.program.sources) <= set(intent.program.sources)
    assert [name for name, _ in alone.program.sources] == [str(CELL)]


@pytest.mark.slow
def test_its_plan_has_no_step_and_is_proved_also_with_a_part_in_a_hand(tmp_path: Path) -> None:
    reading, workshop = read_by_hand(str(CELL), {}), open_workshop(lambda what, done, of: None, processes=1, cache=tmp_path)
    begins_in = begun_in(True, reading, [("gripper", "block")])
    request = request_for(reading, workshop, state=begins_in.expect()).expect()
    plan = make_plan(request, workshop).expect()
    assert plan.tasks.steps == ()
    assert release_plan(plan, request, workshop).value is not None


def test_of_an_intent_its_nevers_are_kept_and_its_goals_are_not(tmp_path: Path) -> None:
    zone = "zone bay {\n  box from (0 mm, 900 mm, 0 mm) to (100 mm, 1000 mm, 100 mm)\n}\n"
    (tmp_path / "first_move.cell").write_text(CELL.read_text("utf-8") + zone, "utf-8")
    (tmp_path / "i.intent").write_text(NEVER, "utf-8")
    reading = read_by_hand("i.intent", {}, folder=tmp_path)
    assert reading.is_ok, reading.diagnostics
    assert reading.program is not None
    assert reading.program.block.lines == ()
    assert len(reading.program.nevers) == 1


def test_what_is_wrong_is_told_and_there_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "a.cell").write_text("robot arm {\n", "utf-8")
    reading = read_by_hand("a.cell", {}, folder=tmp_path)
    assert not reading.is_ok
    assert reading.program is None


def test_a_part_is_in_the_hand_that_is_said_to_hold_it_by_another_name_than_those_that_lie_there(cell: CellModel) -> None:
    state = state_by_hand(cell, [("gripper", "block")]).expect()
    assert [(part.id, part.location) for part in state.parts if isinstance(part.location, InHand)] == [
        ("block#2", InHand("gripper.a", 0))
    ]
    assert len({part.id for part in state.parts}) == len(state.parts)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([("claw", "block")], "claw names no hand of a robot; there is gripper.a"),
        ([("gripper.b", "block")], "gripper.b names no hand of a robot; there is gripper.a"),
        ([("gripper", "tray")], "gripper.a takes no tray; it takes block"),
        ([("gripper", "block"), ("gripper.a", "block")], "gripper.a holds one part, and is named twice"),
    ],
)
def test_a_hand_that_cannot_hold_it_is_refused(cell: CellModel, said: list[tuple[str, str]], why: str) -> None:
    found = held_in(cell, said)
    assert found.value is None
    assert [(d.code, d.message) for d in found.diagnostics] == [("E279", why)]
    assert codes(state_by_hand(cell, said)) == ["E279"]


def test_a_tool_that_no_robot_has_holds_nothing(cell: CellModel) -> None:
    stored = replace(cell, tools={"gripper": replace(cell.tools["gripper"], mount="changer")})
    assert hands_of(stored) == ()
    assert codes(held_in(stored, [("gripper", "block")])) == ["E279"]


def test_where_it_is_not_by_hand_it_begins_in_what_is_declared() -> None:
    reading: Reading = read(str(CELL.with_suffix(".intent")), {})
    assert begun_in(False, reading, [("claw", "block")]) == Outcome(None)
