"""The places of a pallet: where the parts of a pattern lie, and what each lies on."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cell.equipment import Place
from cell.geometry import Box, corners
from cell.model import CellModel
from cell.scene import lying_under, lying_upon, part_body
from tests.intentlang.cells import cell_of

CELL = """
robot r {{
  model "kuka_kr120"
  driver sim
  base (0 mm, 0 mm, 0 mm)
}}
part carton {{
  mass 8 kg
  shape box (400 mm, 300 mm, 250 mm)
}}
part sheet {{
  mass 0.3 kg
  shape box (1200 mm, 800 mm, 3 mm)
}}
part pin {{
  mass 0.1 kg
  shape cylinder radius 10 mm length 50 mm
}}
pattern p {{
  layer 3x2
  turn {turn}
  alternate {alternate}
}}
pallet left {{
  at (1000 mm, 500 mm, 0 mm)
  shape box (1200 mm, 800 mm, 144 mm)
  pattern p
  layers 3
  {holds}
}}
"""


def cell(turn: str = "0 deg", alternate: str = "no", holds: str = "holds [carton, sheet]") -> CellModel:
    outcome = cell_of(CELL.format(turn=turn, alternate=alternate, holds=holds))
    assert outcome.value is not None, outcome.diagnostics
    return outcome.value


def places(model: CellModel) -> tuple[Place, ...]:
    return model.equipment["left"].places


def spots(model: CellModel, layer: int) -> list[Place]:
    return [p for p in places(model) if p.name.startswith(f"left.layers[{layer}].spots")]


@pytest.mark.parametrize("turn", ["0 deg", "90 deg", "-90 deg", "180 deg"])
@pytest.mark.parametrize("alternate", ["yes", "no"])
def test_no_two_parts_of_a_full_pallet_meet(turn: str, alternate: str) -> None:
    """Looked at as boxes along the axes, which they are for quarter turns."""
    model = cell(turn, alternate)
    boxes = []
    for place in places(model):
        body = part_body(model, place.accepts[0], place.frame)
        points = body.pose.apply(corners(body.shape))
        boxes.append((points.min(axis=0), points.max(axis=0)))
    for (low, high), (other_low, other_high) in itertools.combinations(boxes, 2):
        assert np.any(low >= other_high - 1e-9) or np.any(other_low >= high - 1e-9)


def test_a_layer_is_a_sheet_and_its_parts() -> None:
    model = cell()
    assert [p.accepts for p in places(model)] == [("sheet",), *[("carton",)] * 6] * 3
    assert places(model)[0].frame.translation[2] == pytest.approx(0.144)
    assert spots(model, 3)[0].frame.translation[2] == pytest.approx(0.144 + 2 * 0.253 + 0.003)


def test_everything_lies_on_what_carries_it() -> None:
    """By geometry: the upper faces that a part's lower face rests upon are those of the places that it names."""
    model = cell("90 deg", "yes")
    for place in places(model):
        bottom = place.frame.translation[2]
        carriers = [
            other.name
            for other in places(model)
            if abs(other.frame.translation[2] + _height(model, other) - bottom) < 1e-9 and _overlap(model, place, other)
        ]
        assert sorted(place.lies_on) == sorted(carriers)


def _height(model: CellModel, place: Place) -> float:
    shape = model.parts[place.accepts[0]].shape
    assert isinstance(shape, Box)
    return shape.size[2]


def _overlap(model: CellModel, one: Place, other: Place) -> bool:
    areas = []
    for place in (one, other):
        body = part_body(model, place.accepts[0], place.frame)
        points = body.pose.apply(corners(body.shape))[:, :2]
        areas.append((points.min(axis=0), points.max(axis=0)))
    (low, high), (other_low, other_high) = areas
    return bool(np.all(low < other_high - 1e-9) and np.all(other_low < high - 1e-9))


def test_alternate_layers_are_turned_by_half_a_turn() -> None:
    model = cell("90 deg", "yes")
    first, second = spots(model, 1)[0].frame, spots(model, 2)[0].frame
    assert np.allclose(first.rotation[:, 0], -second.rotation[:, 0])
    assert np.allclose(first.translation[:2] + second.translation[:2], [2.0, 1.0])


def test_without_a_sheet_the_parts_lie_on_one_another() -> None:
    model = cell(holds="holds carton")
    assert len(places(model)) == 18
    assert set(spots(model, 2)[0].lies_on) == {p.name for p in spots(model, 1)}


def test_what_lies_under_and_upon_are_two_sides_of_one_thing() -> None:
    known = cell().places
    for name in known:
        assert lying_under(known, name) == {other for other in known if name in lying_upon(known, other)}


def test_a_pallet_that_cannot_tell_its_parts_apart_has_no_places() -> None:
    assert places(cell(holds="holds pin")) == ()
