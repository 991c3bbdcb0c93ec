"""What a cell file's attributes become: frames, bodies, places and hands in SI and the world frame."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cell.equipment import DurationRange
from cell.geometry import Box, Cylinder, Pose
from cell.model import CellModel, Tool
from tests.intentlang.cells import BASE, ROOT, base, cell_of, codes

PART = "part shaft {\n  mass 1.2 kg\n  shape cylinder radius 20 mm length 120 mm\n}\n"


def model(text: str) -> CellModel:
    outcome = cell_of(text)
    assert [c for c in codes(outcome) if c != "W202"] == []
    return outcome.expect()


def tool(attributes: str) -> Tool:
    text = f"tool t {{\n  in rack\n  tcp (0 mm, 0 mm, 150 mm)\n  mass 1 kg\n{attributes}\n}}\n"
    return model(text + "changer rack {\n  at (0 mm, 0 mm, 0 mm)\n  stores t\n  serves r\n}\n" + ROBOT).tools["t"]


ROBOT = 'robot r {\n  model "ur5e"\n  driver sim\n  base (0 mm, 0 mm, 0 mm)\n}\n'


def test_a_copy_of_a_mounted_tool_may_rest_in_a_changer_and_the_other_way_round() -> None:
    mounted = "tool t {\n  mounted r\n  tcp (0 mm, 0 mm, 150 mm)\n  mass 1 kg\n}\ntool u is t {\n  in rack\n}\n"
    rack = "changer rack {\n  at (0 mm, 0 mm, 0 mm)\n  stores [t, u]\n  serves r\n}\n"
    tools = model(mounted + rack + ROBOT).tools
    assert (tools["t"].mount, tools["u"].mount) == ("r", "rack")
    other = mounted.replace("mounted r", "X").replace("in rack", "mounted r").replace("X", "in rack")
    tools = model(other + rack + ROBOT).tools
    assert (tools["t"].mount, tools["u"].mount) == ("rack", "r")


def test_the_tending_cell_in_numbers() -> None:
    cell = base()
    robot = cell.robots["r1"]
    assert (robot.model, robot.driver, robot.payload, robot.max_speed) == ("ur10e", "sim", 10.0, 1.0)
    assert robot.home == pytest.approx((0, -math.pi / 2, math.pi / 2, -math.pi / 2, -math.pi / 2, 0))
    assert cell.parts["shaft"].shape == Cylinder(0.02, 0.12)
    assert (cell.parts["shaft"].mass, cell.parts["shaft"].grip_force) == (1.2, 60.0)
    lathe = cell.equipment["lathe"]
    assert [(p.name, p.duration) for p in lathe.programs] == [("OP10", DurationRange(42.0, 42.0))]
    assert lathe.signals == {"door": "lathe.door", "clamp": "lathe.chuck", "spindle": "lathe.running", "alarm": "lathe.alarm"}
    assert (lathe.guard, [p.name for p in lathe.places]) == ("lathe_door_zone", ["lathe"])
    assert cell.equipment["gauge"].offers[0].duration == DurationRange(4.0, 4.0)
    zone = cell.zones["aisle"]
    assert (zone.when_occupied, zone.slow_to, zone.humans_allowed, zone.occupied) == ("slow", 0.25, True, "scanner.aisle")
    assert zone.low == (-1.5, -1.5, 0.0)


def test_a_tray_is_a_grid_row_by_row_centred_on_its_upper_face() -> None:
    tray = model(
        PART + "tray t {\n  at (500 mm, -350 mm, 50 mm)\n  grid 3x2\n  pitch [60 mm, 100 mm]\n  holds shaft\n}"
    ).equipment["t"]
    assert [p.name for p in tray.places] == [f"t[{i}]" for i in range(1, 7)]
    at = np.array([p.frame.translation for p in tray.places])
    assert at[0] == pytest.approx((0.44, -0.40, 0.07))
    assert at[1] == pytest.approx((0.50, -0.40, 0.07))
    assert at[3] == pytest.approx((0.44, -0.30, 0.07))
    assert at.mean(axis=0) == pytest.approx((0.5, -0.35, 0.07))
    # Without a shape of its own it is a plate of 20 mm under its grid.
    assert tray.bodies[0].shape == Box((0.18, 0.2, 0.02))
    assert tray.bodies[0].pose.translation == pytest.approx((0.5, -0.35, 0.06))
    assert all(p.capacity == 1 and p.accepts == ("shaft",) for p in tray.places)


def test_a_turned_tray_turns_its_places() -> None:
    text = PART + "tray t {\n  at (1 m, 0 m, 0 m)\n  rotation (0 deg, 0 deg, 90 deg)\n  grid 3x1\n  pitch [100 mm, 100 mm]\n}"
    places = model(text).equipment["t"].places
    assert places[0].frame.translation == pytest.approx((1.0, -0.1, 0.02))
    assert places[2].frame.translation == pytest.approx((1.0, 0.1, 0.02))


def test_is_copies_what_is_not_written_again_and_never_the_content() -> None:
    cell = base()
    infeed, outfeed = cell.equipment["infeed"], cell.equipment["outfeed"]
    assert infeed.contains == (("shaft", 40),)
    assert outfeed.contains == ()
    assert len(outfeed.places) == 40
    assert outfeed.places[0].frame.translation[1] == pytest.approx(infeed.places[0].frame.translation[1] + 0.7)
    text = PART + (
        "machine a {\n  at (0 m, 0 m, 0 m)\n  program P for 1 s\n  program Q for 2 s\n}\n"
        "machine b is a {\n  at (1 m, 0 m, 0 m)\n  program Q for 3 s to 4 s\n}\n"
    )
    programs = {p.name: p.duration for p in model(text).equipment["b"].programs}
    assert programs == {"P": DurationRange(1.0, 1.0), "Q": DurationRange(3.0, 4.0)}


def test_capacity_gives_one_place_of_the_things_own_name_or_several_numbered() -> None:
    text = PART + "station s {\n  at (0 m, 0 m, 0 m)\n  shape box (400 mm, 100 mm, 50 mm)\n  capacity 2\n}"
    places = model(text).equipment["s"].places
    assert [p.name for p in places] == ["s[1]", "s[2]"]
    assert [list(p.frame.translation) for p in places] == [pytest.approx([-0.1, 0, 0.05]), pytest.approx([0.1, 0, 0.05])]
    assert all(p.accepts == ("shaft",) for p in places), "without `holds`, every part of the cell"


def test_a_bin_is_one_heap_and_a_stack_stands_one_on_another() -> None:
    text = PART + "bin b {\n  at (0 m, 1 m, 0 m)\n}\nstack s {\n  at (0 m, 0 m, 0 m)\n  holds shaft\n  contains shaft 3 parts\n}"
    cell = model(text)
    assert [(p.name, p.capacity) for p in cell.equipment["b"].places] == [("b", None)]
    assert [p.frame.translation[2] for p in cell.equipment["s"].places] == pytest.approx([0.0, 0.12, 0.24])


def test_a_group_is_a_place_for_each_of_its_parts() -> None:
    text = PART + "part cap {\n  mass 1 kg\n  shape box (10 mm, 10 mm, 10 mm)\n}\n"
    cell = model(text + "tray k {\n  at (0 m, 0 m, 0 m)\n  grid 2x1\n  pitch [90 mm, 90 mm]\n  each kit [shaft, cap]\n}")
    assert [p.name for p in cell.equipment["k"].places] == ["k[1].shaft", "k[1].cap", "k[2].shaft", "k[2].cap"]
    assert cell.equipment["k"].contains == (("shaft", 2), ("cap", 2))
    assert cell.equipment["k"].attributes["each"] == ("kit", ("shaft", "cap"))


def test_bodies_stand_on_the_centre_of_their_lower_face() -> None:
    text = "machine m {\n  at (1 m, 0 m, 200 mm)\n  rotation (0 deg, 0 deg, 90 deg)\n"
    text += "  body wall box (20 mm, 400 mm, 600 mm) at (300 mm, 0 mm, -200 mm)\n"
    text += "  body post cylinder radius 10 mm length 1 m at (0 mm, 0 mm, 0 mm) rotation (90 deg, 0 deg, 0 deg)\n}"
    wall, post = model(text).equipment["m"].bodies
    assert wall.name == "m.wall"
    assert wall.pose.translation == pytest.approx((1.0, 0.3, 0.3))
    assert post.pose.translation == pytest.approx((1.5, 0.0, 0.2))
    assert post.pose.rotation[:, 2] == pytest.approx((1.0, 0.0, 0.0))


def test_two_hands_without_a_place_of_their_own_form_a_v() -> None:
    a, b = base().tools["twin_grip"].hands
    assert (a.name, b.name) == ("a", "b")
    s = 0.15 * math.sqrt(0.5)
    assert a.T_flange_tcp.translation == pytest.approx((0, -s, s))
    assert b.T_flange_tcp.translation == pytest.approx((0, s, s))
    assert a.T_flange_tcp.rotation[:, 2] == pytest.approx((0, -math.sqrt(0.5), math.sqrt(0.5)))
    bodies = base().tools["twin_grip"].bodies
    assert [body.name for body in bodies] == ["twin_grip.a", "twin_grip.b"]
    assert bodies[1].pose.translation[1] > 0


def test_three_hands_are_spread_about_the_flange() -> None:
    hands = tool("  hands 3\n  shape cylinder radius 20 mm length 100 mm").hands
    angles = sorted(math.degrees(math.atan2(*h.T_flange_tcp.translation[1::-1])) % 360 for h in hands)
    assert np.diff(angles) == pytest.approx([120, 120])
    assert [h.T_flange_tcp.translation[2] for h in hands] == pytest.approx([0.15 * math.sqrt(0.5)] * 3)


def test_vacuum_hands_lie_side_by_side_along_the_longer_side() -> None:
    found = tool("  hands 2\n  vacuum 0.6 bar\n  shape box (300 mm, 800 mm, 100 mm)")
    assert [list(h.T_flange_tcp.translation) for h in found.hands] == [
        pytest.approx([0, -0.2, 0.15]),
        pytest.approx([0, 0.2, 0.15]),
    ]
    assert len(found.bodies) == 1


def test_hands_may_be_placed_one_by_one() -> None:
    text = "  hand left at (0 mm, 106 mm, 106 mm) rotation (-45 deg, 0 deg, 0 deg)\n  hand right at (0 mm, 0 mm, 200 mm)"
    left, right = tool(text).hands
    assert (left.name, right.name) == ("left", "right")
    assert left.T_flange_tcp == Pose.from_xyz_rpy((0, 0.106, 0.106), (-math.pi / 4, 0, 0))
    assert right.T_flange_tcp.translation == pytest.approx((0, 0, 0.2))


def test_parts_without_mass_or_shape_take_them_from_what_they_are_made_of() -> None:
    text = PART + "part unit {\n  from [shaft, screw]\n}\npart screw {\n  mass 4 g\n  thread M6\n}\n"
    cell = model(text)
    assert cell.parts["unit"].mass == pytest.approx(1.204)
    assert cell.parts["unit"].shape == Cylinder(0.02, 0.15), "the screw stands on the shaft"
    assert cell.parts["screw"].shape == Cylinder(0.006, 0.03)
    assert [name for name, part in cell.parts.items() if part.has_assumed_shape] == ["unit", "screw"]
    assert list(cell.parts) == ["shaft", "unit", "screw"], "the order of declaration"


def test_the_revision_is_of_what_is_said_and_not_of_how() -> None:
    revision = base().revision
    assert len(revision) == 64
    assert cell_of("# another comment\n" + BASE.replace("\n\n", "\n")).expect().revision == revision
    assert cell_of(BASE.replace("1000 mm/s", "1 m/s")).expect().revision == revision
    assert cell_of(BASE.replace("OP10 for 42 s", "OP10 for 43 s")).expect().revision != revision
    assert cell_of(BASE.replace("(950 mm, 0 mm", "(951 mm, 0 mm")).expect().revision != revision


def test_a_cell_with_an_error_is_no_model() -> None:
    assert cell_of(BASE, "bin b {\n}").value is None


def test_the_cells_of_the_design_compile_without_an_error() -> None:
    folder = ROOT.parent / "shared" / "design" / "language"
    if not folder.is_dir():
        pytest.skip("needs the design beside the clone")
    for path in sorted(folder.glob("*.cell")):
        assert cell_of(path.read_text("utf-8")).is_ok, path.name
