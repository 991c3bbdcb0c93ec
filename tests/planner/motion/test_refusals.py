"""What cannot be done is said with its code, the spans of the declarations, and what would help; never an exception."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.diagnostic import Diagnostic
from cell.model import CellModel
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, Carried, MotionNeed
from planner.motion import findings, free_path, solve
from planner.motion.codes import PAGES
from planner.motion.free_path import GaveUp
from planner.motion.workbench import Workbench
from tests.planner.motion.test_plan_motions import plan
from tests.planner.motion.workcell import HAND, bring, fetch, models, small_cell, travel


def refusal(cell: CellModel, need: MotionNeed) -> Diagnostic:
    found = plan(cell, need)
    assert not found.motions
    (diagnostic,) = found.refused[need]
    assert diagnostic.code in PAGES
    assert diagnostic.is_error
    assert diagnostic.spans
    assert diagnostic.help
    return diagnostic


def spanned(diagnostic: Diagnostic, cell: CellModel, line: str) -> bool:
    """Whether one of the spans starts on the line of the cell's text that holds `line`."""
    from tests.planner.motion.workcell import TEXT

    number = next(k for k, text in enumerate(TEXT.splitlines(), start=1) if line in text)
    return any(span.start.line == number for span in diagnostic.spans)


def test_a_place_out_of_reach_says_by_how_much() -> None:
    cell = small_cell(changes={"(450 mm, 200 mm, 0 mm)": "(1050 mm, 200 mm, 0 mm)"})
    found = refusal(cell, fetch(cell, "left"))
    assert found.code == "E320"
    assert "closer" in found.help


def test_the_distance_that_is_missing_is_measured() -> None:
    """0.83 m of reach with the hand down: where the place is moved by what the help says, it is reached."""
    far = small_cell(changes={"(450 mm, 200 mm, 0 mm)": "(950 mm, 0 mm, 0 mm)"})
    gap = findings.out_of_reach(Workbench(far, "arm", models(far), "gripper"), AtPlace("left", HAND, "block", 0))
    assert gap is not None
    assert 0.0 < gap < 0.5
    for extra, is_reached in ((0.002, True), (-0.01, False)):
        x = 950.0 - 1e3 * (gap + extra)
        near = small_cell(changes={"(450 mm, 200 mm, 0 mm)": f"({x:.3f} mm, 0 mm, 0 mm)"})
        assert (
            findings.out_of_reach(Workbench(near, "arm", models(near), "gripper"), AtPlace("left", HAND, "block", 0)) == 0.0
        ) == is_reached


def test_a_neighbour_that_leaves_no_room_is_named() -> None:
    wall = "fixture wall {\n  at (450 mm, 245 mm, 0 mm)\n  shape box (200 mm, 10 mm, 300 mm)\n}\n"
    cell = small_cell(wall)
    found = refusal(cell, fetch(cell, "left"))
    assert found.code == "E321"
    assert "wall" in found.message


def test_too_heavy_a_part_names_part_tool_and_robot() -> None:
    cell = small_cell(changes={"mass 0.3 kg": "mass 4.5 kg"})
    found = refusal(cell, bring(cell, "left"))
    assert found.code == "E324"
    assert "5.4 kg" in found.message
    assert spanned(found, cell, "payload 5 kg")
    assert spanned(found, cell, "part block")
    assert spanned(found, cell, "mass 0.9 kg")


def test_an_empty_hand_is_light_enough_for_the_same_robot() -> None:
    cell = small_cell(changes={"mass 0.3 kg": "mass 4.5 kg"})
    assert plan(cell, fetch(cell, "left")).motions


def test_a_place_in_a_keep_out_zone_is_refused_with_both_spans() -> None:
    cell = small_cell("zone fence {\n  box from (350 mm, 100 mm, 0 mm) to (600 mm, 300 mm, 300 mm)\n  keep_out\n}\n")
    found = refusal(cell, fetch(cell, "left"))
    assert found.code == "E420"
    assert "fence" in found.message
    assert spanned(found, cell, "at (450 mm, 200 mm, 0 mm)")
    assert len(found.spans) == 2


def test_a_zone_that_fills_the_room_leaves_no_hub() -> None:
    cell = small_cell("zone fence {\n  box from (-2000 mm, 100 mm, 160 mm) to (2000 mm, 2000 mm, 2000 mm)\n  keep_out\n}\n")
    assert refusal(cell, fetch(cell, "left")).code in ("E323", "E421")


def test_a_home_that_touches_the_floor_is_refused_at_its_line() -> None:
    cell = small_cell(changes={"180 deg, -110 deg, 110 deg": "180 deg, 10 deg, 0 deg"})
    found = refusal(cell, travel(cell, AtHome(), AtHub("left")))
    assert found.code == "E325"
    assert spanned(found, cell, "home")


def test_a_home_inside_a_keep_out_zone_is_refused() -> None:
    cell = small_cell("zone fence {\n  box from (200 mm, -100 mm, 500 mm) to (800 mm, 100 mm, 1200 mm)\n  keep_out\n}\n")
    found = refusal(cell, travel(cell, AtHome(), AtHub("left")))
    assert (found.code, found.help) == ("E422", "Declare a `home` outside fence.")
    assert spanned(found, cell, "home")


def test_a_measured_position_outside_the_limits_is_refused(cell: CellModel) -> None:
    found = refusal(cell, travel(cell, AtMeasured((7.0, 0.0, 0.0, 0.0, 0.0, 0.0)), AtHub("left")))
    assert found.code == "E325"
    assert "shoulder_pan" in found.message


def test_a_wrong_number_of_joints_is_refused(cell: CellModel) -> None:
    assert refusal(cell, travel(cell, AtMeasured((0.0,)), AtHub("left"))).code == "E325"


def test_from_contact_to_contact_is_not_supported(cell: CellModel) -> None:
    need = fetch(cell, "left")
    assert refusal(cell, replace(need, start=AtPlace("right", HAND, "block", 0))).code == "E326"


def test_contact_that_no_touch_allows_is_not_supported(cell: CellModel) -> None:
    assert refusal(cell, replace(fetch(cell, "left"), touch=None)).code == "E326"


def test_a_search_that_ends_without_an_answer_names_its_budget(cell: CellModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "free_path", lambda *_: GaveUp(1234))
    found = refusal(cell, travel(cell, AtHub("left"), AtHub("right")))
    assert found.code == "E330"
    assert "1234" in found.message
    assert free_path.free_path is not solve.free_path


def test_a_search_that_runs_out_of_its_budget_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A high wall stands between the fixtures; three steps of search do not lead around it."""
    wall = "fixture wall {\n  at (700 mm, 0 mm, 0 mm)\n  shape box (800 mm, 20 mm, 1500 mm)\n}\n"
    monkeypatch.setattr(free_path.free_path, "__defaults__", (3,))
    cell = small_cell(wall)
    found = refusal(cell, travel(cell, AtHub("left"), AtHub("right")))
    assert found.code == "E330"
    assert "3 steps" in found.message


def test_every_page_has_a_title_an_example_and_help() -> None:
    for code, page in PAGES.items():
        assert code[1] in "34"
        assert page.title
        assert "```" in page.text
        assert "**What to do.**" in page.text


def test_needs_with_unknown_hands_are_our_own_defect(cell: CellModel) -> None:
    need = replace(travel(cell, AtHub("left"), AtHub("right")), carried=(Carried("gripper.z", "block", 0),))
    with pytest.raises(KeyError, match="no hand"):
        plan(cell, need)
