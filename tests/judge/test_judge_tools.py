"""The judge follows the tools by the world's record alone, and says where one was taken or left that does not stand there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cell.docking import T_world_flange
from cell.model import CellModel
from cell.standard_verbs import STANDARD
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell
from intentlang.source import SourceFile
from tests.judge.arm import Arm, arm_of
from tests.judge.bodies import tcp_frames, tool_of
from tests.judge.recording import Interval, Recording, ToolChange, Track
from tests.judge.tools import ToolsThen, spans

HERE = Path(__file__).parent
TEXT = """
robot rb {
  model "ur5e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
}
tool long {
  mounted rb
  tcp (0 mm, 0 mm, 220 mm)
  mass 1.6 kg
  shape cylinder radius 40 mm length 220 mm
  grips pin
}
tool short {
  in rack
  tcp (0 mm, 0 mm, 140 mm)
  mass 0.9 kg
  shape cylinder radius 45 mm length 140 mm
  grips pin
}
changer rack {
  at (300 mm, 400 mm, 0 mm)
  stores [long, short]
  serves rb
}
part pin {
  mass 0.1 kg
  shape cylinder radius 15 mm length 40 mm
}
"""


@pytest.fixture(scope="module")
def cell() -> CellModel:
    return compile_cell((parse_cell(SourceFile.of("rack.cell", TEXT), STANDARD).expect(),), STANDARD).expect()


@pytest.fixture(scope="module")
def arm(cell: CellModel) -> Arm:
    return arm_of(cell.robots["rb"], HERE)


def then(cell: CellModel, arm: Arm, *changes: ToolChange) -> ToolsThen:
    """The robot stands still all the time, upright, so it is at no pocket."""
    q = np.zeros((2, 6))
    track = Track("rb", np.array([0, 100]), q, q, np.zeros(2))
    return ToolsThen(cell, {"rb": arm}, Recording({"rb": track}, (), tools=changes))


def test_at_the_start_each_tool_is_where_the_cell_declares_it(cell: CellModel, arm: Arm) -> None:
    tools = then(cell, arm)
    assert tools.of("rb") == ("long",)
    (stands,) = tools.standing()
    wanted = T_world_flange(cell, cell.pockets["rack.short"]) @ cell.tools["short"].bodies[0].pose
    np.testing.assert_allclose(stands.translation, wanted.translation, atol=1e-12)
    assert (stands.what, stands.owner) == ("tool", "short")


def test_a_tool_that_is_left_beside_its_pocket_is_misplaced_and_stands_there(cell: CellModel, arm: Arm) -> None:
    tools = then(cell, arm)
    tools.apply(ToolChange(10, "long", "rb", is_coupled=False))
    assert tools.of("rb") == ()
    assert ["from where it stands" in m.what for m in tools.misplaced] == [True]
    assert {body.owner for body in tools.standing()} == {"long", "short"}


def test_a_tool_that_is_coupled_from_afar_or_twice_is_misplaced(cell: CellModel, arm: Arm) -> None:
    tools = then(cell, arm)
    tools.apply(ToolChange(10, "short", "rb", is_coupled=True))
    tools.apply(ToolChange(20, "short", "rb", is_coupled=True))
    assert [m.what.split(",")[0] for m in tools.misplaced][1] == "is coupled"
    assert "mm" in tools.misplaced[0].what


def test_bodies_and_frames_are_those_of_the_tool_that_is_there(cell: CellModel, arm: Arm) -> None:
    assert [body.name for body in tool_of(arm, cell, ("short",))] == ["rb short"]
    assert list(tcp_frames(arm, cell, ("short",))) == ["short.a"]
    assert list(tcp_frames(arm, cell, ())) == ["rb flange"]


def test_a_tool_is_at_the_flange_between_its_changes(cell: CellModel) -> None:
    changes = (ToolChange(10, "long", "rb", False), ToolChange(20, "short", "rb", True), ToolChange(30, "short", "rb", False))
    recording = Recording({}, (), tools=changes)
    assert spans(cell, recording, "short", "rb") == (Interval(20, 30),)
    (first,) = spans(cell, recording, "long", "rb")
    assert first.last == 10
