"""Paths of parts in a cell file: which curve they mean, and what no tool can follow."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cell.geometry import Box
from cell.paths import depths, length_of, runs_of
from cell.program import Goal, Loop
from tests.intentlang.cells import BASE, cell_of, codes, program_of

PART = """
part lid {{
  mass 0.3 kg
  shape box (100 mm, 60 mm, 10 mm)
  {path}
}}
tool spindle {{
  in rack
  tcp (0 mm, 0 mm, 100 mm)
  mass 1 kg
  does deburr
}}
"""


def feature(path: str):  # type: ignore[no-untyped-def]
    text = PART.format(path=path).split("tool")[0]
    return cell_of(text).expect().parts["lid"].features[0]


def test_a_path_with_a_corner_has_two_runs_and_a_gentle_one_is_one_curve_through_its_points() -> None:
    corner = feature("path p along [(-50 mm, 0 mm, 10 mm), (0 mm, 0 mm, 10 mm), (0 mm, 30 mm, 10 mm)]")
    assert [round(run.length, 6) for run in runs_of(corner)] == [0.05, 0.03]
    angles = [math.radians(a) for a in range(0, 91, 15)]
    arc = ", ".join(f"({30 * math.cos(a):.4f} mm, {30 * math.sin(a):.4f} mm, 10 mm)" for a in angles)
    (run,) = runs_of(feature(f"path p along [{arc}]"))
    away = np.linalg.norm(run.at(np.linspace(0.0, run.length, 200)).points[:, :2], axis=1)
    assert np.abs(away - 0.03).max() < 1.5e-4
    assert run.length == pytest.approx(30e-3 * math.pi / 2, rel=0.01)


def test_normals_are_unit_vectors_along_the_path_and_upwards_where_nothing_is_said() -> None:
    turned = feature("path p along [(-50 mm, 30 mm, 10 mm), (50 mm, 30 mm, 10 mm)] normal [(0, 0, 2), (0, 1, 1)]")
    (run,) = runs_of(turned)
    normals = run.at([0.0, run.length / 2, run.length]).normals
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0)
    assert np.allclose(normals[-1], [0.0, math.sqrt(0.5), math.sqrt(0.5)])
    assert feature("seam p from (-50 mm, 0 mm, 10 mm) to (50 mm, 0 mm, 10 mm)").normals == ((0.0, 0.0, 1.0),) * 2


def test_how_deep_a_path_lies_is_seen_along_its_normals() -> None:
    below = "path p along [(-50 mm, 0 mm, 4 mm), (50 mm, 0 mm, 4 mm)]"
    found = cell_of(PART.format(path=below + " normal (0, 0, -1)").split("tool")[0])
    assert any("4.0 mm inside" in d.message for d in found.diagnostics)
    side = feature("path p along [(-50 mm, 30 mm, 4 mm), (50 mm, 30 mm, 4 mm)] normal (0, 1, 0)")
    assert abs(depths(side, Box((0.1, 0.06, 0.01))).max()) < 1e-12
    assert length_of(side) == pytest.approx(0.1)


@pytest.mark.parametrize(
    "path",
    [
        "path p along [(0 mm, 0 mm, 10 mm), (0 mm, 0 mm, 10 mm)]",
        "path p along [(0 mm, 0 mm, 10 mm), (10 mm, 0 mm, 10 mm)] normal (0, 0, 0)",
        "path p along [(0 mm, 0 mm, 10 mm), (10 mm, 0 mm, 10 mm)] normal (1, 0, 0)",
        "path p along [(0 mm, 0 mm, 10 mm), (10 mm, 0 mm, 10 mm)] normal [(0, 0, 1), (0, 0, 1), (0, 0, 1)]",
        "path p along [(0 mm, 0 mm, 5 mm), (10 mm, 0 mm, 5 mm)]",
        "path p along [(0 mm, 0 mm, 10 mm), (99999999999999999999 mm, 0 mm, 10 mm)]",
        "seam p from (0 mm, 0 mm, 10 mm) to (0 mm, 0 mm, 10 mm)",
        "path p along [" + ", ".join(f"({k / 10} mm, 0 mm, 10 mm)" for k in range(600)) + "]",
    ],
)
def test_what_no_tool_can_follow_is_told(path: str) -> None:
    found = cell_of(PART.format(path=path).split("tool")[0])
    assert "E412" in codes(found)


@pytest.mark.parametrize("path", ["path p along (0 mm, 0 mm)", "path p along [1 mm, 2 mm]", "path p along [(0 mm, 0, 0 mm)]"])
def test_a_path_that_is_no_list_of_points_is_told(path: str) -> None:
    assert set(codes(cell_of(PART.format(path=path).split("tool")[0]))) & {"E206", "E207", "E208", "E211"}


def test_a_verb_along_a_path_needs_a_tool_that_does_it() -> None:
    path = "path p along [(-50 mm, 0 mm, 10 mm), (50 mm, 0 mm, 10 mm)]"
    changer = "changer rack {\n  at (0 mm, 900 mm, 0 mm)\n  stores [spindle]\n  serves r1\n}\n"
    tray = "tray lids {\n  at (0 mm, 1500 mm, 0 mm)\n  grid 1x2\n  pitch [200 mm, 200 mm]\n  holds lid\n}\n"
    of = cell_of(BASE, PART.format(path=path) + changer + tray)
    assert of.value is not None, of.diagnostics
    line = "for each s in lids {{\n  {}\n}}\n"
    assert codes(program_of(line.format("deburr s.p speed 20 mm/s"), of.value)) == []
    assert codes(program_of(line.format("weld s.p"), of.value)) == ["E232"]
    assert "E218" in codes(program_of(line.format("deburr s"), of.value))
    (loop,) = program_of(line.format("deburr s.p"), of.value).expect().block.lines
    assert isinstance(loop, Loop)
    (goal,) = loop.block.lines
    assert isinstance(goal, Goal)
    assert (goal.along, goal.about.path) == (("approach", "follow", "retract"), ("s",))
