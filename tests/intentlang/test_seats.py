"""Seats: what parts become when others are joined to them, and where in a cell that can happen."""

from __future__ import annotations

import pytest

from cell.geometry import Box, Cylinder
from cell.model import CellModel
from cell.scene import scene_for
from cell.seats import turns
from cell.standard_verbs import STANDARD
from cell.steps import Touch
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell
from intentlang.source import SourceFile

PARTS = """
part housing {
  mass 800 g
  shape box (120 mm, 80 mm, 60 mm)
  hole deep at (-40 mm, 0 mm, 60 mm)
  hole a at (40 mm, 0 mm, 90 mm)
}
part gear {
  mass 200 g
  shape cylinder radius 25 mm length 20 mm
}
part cover {
  mass 300 g
  shape box (120 mm, 80 mm, 10 mm)
}
part screw {
  mass 4 g
  thread M4
}
part unit {
  from [housing, gear, cover]
}
tool bit {
  mounted r1
  tcp (0 mm, 0 mm, 200 mm)
  mass 1 kg
  drives screw
}
robot r1 {
  model "gantry"
  driver sim
  base (0 mm, 0 mm, 0 mm)
}
fixture nest {
  at (0 mm, 300 mm, 100 mm)
}
"""
KIT = """
part bag {
  mass 200 g
  shape box (60 mm, 60 mm, 30 mm)
}
part sheet {
  mass 100 g
  shape box (140 mm, 100 mm, 5 mm)
}
part kit {
  mass 400 g
  shape box (240 mm, 160 mm, 50 mm)
  slots [left, right]
}
station stand {
  at (0 mm, 0 mm, 0 mm)
  holds kit
}
"""


def model(text: str) -> CellModel:
    tree = parse_cell(SourceFile("seats.cell", text, "0"), STANDARD).value
    assert tree is not None
    found = compile_cell([tree], STANDARD)
    assert found.value is not None, found.diagnostics
    return found.value


def test_a_base_becomes_another_kind_with_each_part_that_is_joined_to_it() -> None:
    parts = model(PARTS).parts
    seats = {kind: [(s.name, s.takes, s.becomes) for s in parts[kind].seats] for kind in ("housing", "housing+gear")}
    assert seats["housing"][0] == ("gear", ("gear",), "housing+gear")
    assert seats["housing+gear"] == [("cover", ("cover",), "unit")]
    assert [parts[kind].family for kind in ("housing", "housing+gear", "unit")] == ["housing"] * 3
    assert parts["housing+gear"].is_made
    assert "housing+gear" not in model(PARTS).declared_parts


def test_each_stands_on_what_was_joined_before_and_the_whole_encloses_all() -> None:
    parts = model(PARTS).parts
    assert parts["housing"].seats[0].frame.translation[2] == pytest.approx(0.06)
    assert parts["housing+gear"].seats[0].frame.translation[2] == pytest.approx(0.08)
    assert parts["unit"].shape == Box((0.12, 0.08, 0.09))
    assert parts["unit"].mass == pytest.approx(1.3 + 2 * 0.004), "with a screw in each hole"


def test_a_seat_may_be_declared_elsewhere_and_the_body_grows_around_it() -> None:
    text = PARTS.replace("from [housing, gear, cover]", "from [housing, gear, cover]\n  seat gear at (50 mm, 0 mm, 60 mm)")
    parts = model(text).parts
    assert parts["housing"].seats[0].frame.translation == pytest.approx([0.05, 0.0, 0.06])
    grown = parts["housing+gear"].shape
    assert isinstance(grown, Box)
    assert grown.size == pytest.approx((0.15, 0.08, 0.08), abs=1e-3)


def test_a_part_with_a_seat_beside_its_axis_is_never_put_down_by_half_a_turn() -> None:
    cell = model(PARTS)
    assert [turns(cell, kind) for kind in ("housing", "housing+gear", "unit")] == [(0.0,)] * 3
    assert len(turns(cell, "cover")) == 2
    central = model(PARTS.replace("  hole deep at (-40 mm, 0 mm, 60 mm)\n  hole a at (40 mm, 0 mm, 90 mm)\n", ""))
    assert len(turns(central, "housing")) == 2


def test_round_parts_on_one_axis_stay_round() -> None:
    text = PARTS.replace("shape box (120 mm, 80 mm, 60 mm)", "shape cylinder radius 50 mm length 60 mm")
    assert model(text).parts["housing+gear"].shape == Cylinder(0.05, 0.08)


def test_a_hole_is_a_seat_only_while_its_mouth_is_open() -> None:
    parts = model(PARTS).parts
    driven = {kind: [s.name for s in part.seats if s.is_driven] for kind, part in parts.items()}
    assert (driven["housing"], driven["housing+gear"], driven["unit"]) == (["deep"], [], ["a"])


def test_a_workplace_has_a_place_for_each_seat_and_takes_what_its_parts_become() -> None:
    nest = model(PARTS).equipment["nest"]
    assert [p.name for p in nest.places] == ["nest"]
    assert "housing+gear" in nest.places[0].accepts
    upon = {p.name: p.lies_on for p in nest.seats}
    assert upon == {
        "nest.gear": ("nest",),
        "nest.deep": ("nest",),
        "nest.a": ("nest", "nest.gear", "nest.cover"),
        "nest.cover": ("nest", "nest.gear"),
    }


def test_what_goes_into_a_seat_meets_the_base_as_far_as_it_is_built() -> None:
    cell = model(PARTS)
    touch = Touch("part and place", "nest.cover", "bit.a", "cover", 0, "end")
    there = {body.name for body in scene_for(cell, touch) if body.what == "part"}
    assert there == {"housing at nest", "gear at nest.gear"}


def test_pockets_lie_side_by_side_and_take_what_fits() -> None:
    cell = model(PARTS + KIT)
    left, right = cell.parts["kit"].seats
    assert left.frame.translation == pytest.approx([-0.06, 0.0, 0.05])
    assert "bag" in left.takes
    assert "sheet" not in left.takes
    assert "kit" not in left.takes
    assert (left.becomes, right.beside) == ("kit+items", ("left",))
    assert [s.name for s in cell.parts["kit+items"].seats] == ["left", "right"]


def test_a_slot_may_say_where_it_lies_and_what_it_holds() -> None:
    text = KIT.replace("slots [left, right]", "slots [left, right]\n  seat right at (45 mm, 0 mm, 50 mm) holds sheet")
    cell = model(PARTS + text)
    right = cell.parts["kit"].seat("right")
    assert right is not None
    assert right.takes == ("sheet",)
    assert right.frame.translation == pytest.approx([0.045, 0.0, 0.05])


def test_the_other_pockets_may_be_full_while_one_is_filled() -> None:
    cell = model(PARTS + KIT)
    touch = Touch("part and place", "stand.left", "bit.a", "bag", 0, "end")
    there = {
        (body.owner, body.body.name) for body in scene_for(cell, touch) if body.owner.startswith("stand") and body.what == "part"
    }
    assert ("stand", "kit") in there
    assert ("stand", "kit+items") not in there
    assert ("stand.right", "bag") in there
    assert not any(owner == "stand.left" for owner, _ in there)
