"""What cannot be planned is said with its code, its spans and what would help."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from pathlib import Path

import pytest

import planner.tasks.conflict
from cell.declared_state import declared_state
from cell.diagnostic import Diagnostic
from cell.presence import Moving, Resting, in_order
from cell.state import CellState, DeviceState, InHand, InPlace, Lost, PartState
from cell.steps import AtHome, AtHub, MotionNeed, Move
from planner.codes import PAGES
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from planner.tasks.supplies import backing_up
from planner.why.kinds import kind_of
from tests.planner.tasks.cells import TEND, TENDING, cell_of, changed, plan, program_of, request_of, seconds
from tests.planner.tasks.robots import cell_text, intent_text
from tests.planner.tasks.test_palletizing import CELL as PALLETS
from tests.planner.tasks.test_palletizing import ORDERED


def codes(intent: str, cell: str = TENDING, state: CellState | None = None, **more: object) -> list[Diagnostic]:
    outcome = plan(intent, cell, state, **more)
    assert outcome.value is None, "a plan was made"
    assert all(d.spans for d in outcome.diagnostics)
    assert all(d.help for d in outcome.diagnostics if d.is_error), "nothing that would help"
    return [d for d in outcome.diagnostics if d.is_error]


def one(intent: str, cell: str = TENDING, state: CellState | None = None, **more: object) -> Diagnostic:
    found = codes(intent, cell, state, **more)
    assert len({d.code for d in found}) == 1, found
    return found[0]


def in_another_cell(intent: str, cell: str) -> Diagnostic:
    """What planning says where the checks of the language would have spoken first."""
    request = replace(request_of("", cell), program=program_of(intent))
    outcome = plan_tasks(request, Known(seconds))
    assert outcome.value is None
    assert len({d.code for d in outcome.diagnostics}) == 1, outcome.diagnostics
    return outcome.diagnostics[0]


def lines(diagnostic: Diagnostic) -> list[int]:
    return [span.start.line for span in diagnostic.spans]


THROUGH = """
for each s in infeed {
  process s at lathe
  move s to outfeed
}
"""


def advised(found: Diagnostic) -> str:
    """What it would write in place of the amount."""
    assert found.fix is not None
    (edit,) = found.fix.edits
    return edit.replacement


def test_e501_where_no_schedule_meets_the_deadline_and_e504_where_none_was_found() -> None:
    tight = one(TEND.format(batch=2) + "within 60 s\n")
    assert (tight.code, kind_of((tight,))) == ("E501", "proved impossible")
    assert "no schedule takes less" in tight.message
    least = plan(TEND.format(batch=2)).expect().bounds
    between = 0.5 * (least.lower_bound + least.makespan)
    assert between < least.makespan - 0.1, "a case where the search does not reach the bound"
    missed = one(TEND.format(batch=2) + f"within {between:.2f} s\n")
    assert (missed.code, kind_of((missed,))) == ("E504", "gave up")
    assert plan(TEND.format(batch=2) + f"within {advised(missed)}\n").is_ok


def test_e501_is_never_said_of_a_deadline_that_a_plan_keeps() -> None:
    for batch in (1, 2, 3):
        makespan = plan(TEND.format(batch=batch)).expect().bounds.makespan
        for share in (0.5, 0.9, 0.97, 0.99):
            outcome = plan(TEND.format(batch=batch) + f"within {share * makespan:.2f} s\n")
            assert outcome.is_ok or {d.code for d in outcome.diagnostics} <= {"E501", "E504"}
        assert plan(TEND.format(batch=batch) + f"within {makespan + 0.01:.2f} s\n").is_ok


def test_e501_and_e504_of_an_iteration() -> None:
    looped = TEND.replace("process s at lathe using OP10\n", "process s at lathe using OP10\n  within 50 s\n")
    tight = one(looped.format(batch=2))
    assert (tight.code, lines(tight)[0]) == ("E501", 4)
    missed = one(looped.format(batch=4).replace("within 50 s", "within 77 s"))
    assert (missed.code, lines(missed)) == ("E504", [4])
    assert plan(looped.format(batch=4).replace("within 50 s", f"within {advised(missed)}")).is_ok


def test_e502_names_the_device_that_is_too_slow_and_e505_what_was_found() -> None:
    paced = TEND.replace("process s at lathe using OP10\n", "process s at lathe using OP10\n  every 30 s\n")
    tight = one(paced.format(batch=20))
    assert (tight.code, lines(tight)[0]) == ("E502", 4)
    assert "lathe" in tight.message
    missed = one(paced.format(batch=4).replace("every 30 s", "every 40 s"))
    assert (missed.code, lines(missed)) == ("E505", [4])
    assert plan(paced.format(batch=4).replace("every 30 s", f"every {advised(missed)}")).is_ok


def test_e601_says_how_many_are_missing() -> None:
    few = TENDING.replace("contains shaft 40 parts", "contains shaft 30 parts")
    found = one(TEND.format(batch=36), few)
    assert found.code == "E601"
    assert "put 6 more into infeed" in found.help
    backwards = THROUGH.replace("in infeed {", "in infeed until infeed.count >= 41 parts {")
    assert one(backwards).code == "E601"


def test_e601_says_so_where_no_iteration_ends_in_what_is_counted() -> None:
    found = one("for each s in infeed until outfeed.count >= 3 parts {\n  move s to scrap\n}\n")
    assert (found.code, found.message) == ("E601", "no iteration brings `until` nearer: they end in scrap")
    still = one("for each s in infeed until outfeed.count >= 3 parts {\n  inspect s at gauge\n}\n")
    assert "no iteration brings `until` nearer" in still.message


def test_a_loop_over_a_place_where_nothing_lies_is_told() -> None:
    outcome = plan("for each s in outfeed {\n  move s to scrap\n}\n")
    assert outcome.value is not None
    assert outcome.value.steps == ()
    assert [(d.code, d.severity) for d in outcome.diagnostics] == [("W691", "warning")]
    assert "nothing lies in outfeed at the start" in outcome.diagnostics[0].message


def test_e602_when_no_tool_grips_or_the_force_or_the_load_is_wrong() -> None:
    part = "part cube {\n  mass 1 kg\n  shape box (30 mm, 30 mm, 30 mm)\n}\n"
    ungripped = in_another_cell(THROUGH, TENDING.replace("  grips shaft\n", "  grips cube\n") + part)
    strong, heavy = (one(THROUGH, TENDING.replace(*change)) for change in (("grip 60 N", "grip 200 N"), ("1.2 kg", "9 kg")))
    assert {ungripped.code, strong.code, heavy.code} == {"E602"}
    assert "does not grip shaft" in ungripped.message
    assert "200 N" in strong.message
    assert "20 N to 120 N" in strong.help
    assert "10.4 kg" in heavy.message
    assert "Save 0.4 kg" in heavy.help


def test_e602_when_the_text_allows_less_force_than_the_grip_needs() -> None:
    found = one(THROUGH + "ensure r1.force <= 10 N\n")
    assert found.code == "E602"
    assert "60 N" in found.message
    assert "10 N" in found.message
    assert lines(found)[:4] == [3, 4, 6, 18], "the lines that need it, the limit, the part"
    assert plan(THROUGH + "ensure r1.force <= 60 N\n").is_ok


def test_e602_when_nothing_says_with_what_force_and_the_text_allows_only_so_much() -> None:
    silent = TENDING.replace("  grip 60 N\n", "").replace("  force 20 N to 120 N\n", "")
    found = one(THROUGH + "ensure r1.force <= 60 N\n", silent)
    assert found.code == "E602"
    assert "nothing says with what force" in found.message
    assert "Declare `grip` of shaft, or `force` of" in found.help


def test_a_cause_that_stops_several_lines_is_told_once_with_all_of_them() -> None:
    found = codes(TEND.format(batch=2), TENDING.replace("1.2 kg", "9 kg"))
    assert [d.code for d in found] == ["E602"]
    assert len(lines(found[0])) == 3 + 3, "three lines, and tool, part and robot"


def test_e603_names_the_place_that_no_motion_serves() -> None:
    def no_way_to_the_gauge(need: MotionNeed) -> float:
        return math.inf if need.touch is not None and need.touch.place == "gauge" else seconds(need)

    outcome = plan_tasks(request_of(TEND.format(batch=2)), Known(no_way_to_the_gauge))
    assert {d.code for d in outcome.diagnostics} == {"E603"}
    assert "gauge" in outcome.diagnostics[0].message
    assert one(TEND.format(batch=2), without=frozenset({"r1"})).code == "E603"


def test_e604_when_an_order_needs_a_place_that_it_keeps_taken() -> None:
    intent = """
in order {
  for each s in infeed until gauge.count >= 0 parts {
    move s to outfeed
  }
  for each s in infeed {
    process s at lathe
  }
  for each s in infeed {
    move s to outfeed
  }
}
"""
    few = TENDING.replace("contains shaft 40 parts", "contains shaft 3 parts")
    found = one(intent, few)
    assert found.code == "E604"
    assert {7, 10} <= set(lines(found))


def test_e605_when_unordered_lines_move_one_part() -> None:
    inside = """
for each s in infeed {
  any order {
    move s to outfeed
    move s to scrap
  }
}
"""
    assert (one(inside).code, lines(one(inside))) == ("E605", [4, 5])
    outside = """
any order {
  for each s in infeed {
    move s to outfeed
  }
  for each s in infeed {
    move s to scrap
  }
}
"""
    assert (one(outside).code, lines(one(outside))) == ("E605", [3, 6])


def test_work_comes_before_a_move_that_nothing_orders() -> None:
    intent = """
for each s in infeed until outfeed.count >= 1 parts {
  any order {
    move s to outfeed
    process s at lathe
  }
}
"""
    assert [o.verb for o in plan(intent).expect().operations] == ["process", "move"]


@pytest.mark.parametrize("event", ["blocked", "lathe.alarm", "reject"])
def test_e606_when_skip_may_leave_a_part_behind(event: str) -> None:
    intent = TEND.format(batch=2) if event != "reject" else THROUGH.replace("  move s", "  inspect s at gauge\n  move s")
    intent += f"on {event}: retry 1, then skip\n"
    cell = TENDING.replace("  program OP10", "  alarm signal lathe.alarm\n  program OP10")
    assert one(intent, cell).code == "E606"


def test_e607_when_there_is_no_room() -> None:
    small = TENDING.replace("tray outfeed is infeed {\n", "tray outfeed is infeed {\n  grid 2x2\n")
    found = one(THROUGH, small)
    assert found.code == "E607"
    assert "Make room for 36 more" in found.help


def test_e608_when_a_place_or_all_hands_stay_taken() -> None:
    assert one(STAYS).code == "E608"
    start = declared_state(cell_of(TENDING))
    foreign = PartState("shaft#40", "shaft", InPlace("lathe"), "lathe")
    assert "shaft#40" in one(TEND.format(batch=2), state=changed(start, foreign)).message
    hands = (
        PartState("shaft#39", "shaft", InHand("twin.a", 0), "infeed[39]", given_up=True),
        PartState("shaft#40", "shaft", InHand("twin.b", 0), "infeed[40]", given_up=True),
    )
    assert "every hand is full" in one(TEND.format(batch=2), state=changed(start, *hands)).message


def test_e609_when_branches_leave_the_part_in_different_places() -> None:
    intent = """
for each s in infeed {
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  }
  move s to outfeed
}
"""
    found = one(intent)
    assert (found.code, lines(found)) == ("E609", [7, 4])


def test_e610_when_a_part_with_open_goals_is_lost() -> None:
    lost = PartState("shaft#1", "shaft", Lost("the gripper opened"), "infeed[1]")
    found = one(TEND.format(batch=2), state=changed(declared_state(cell_of(TENDING)), lost))
    assert found.code == "E610"
    assert "the gripper opened" in found.message


def test_e611_when_there_is_no_part_of_the_kind() -> None:
    assert one("move shaft from outfeed to gauge\n").code == "E611"


def test_e612_when_the_program_is_not_clear() -> None:
    two = TENDING.replace("  program OP10 for 42 s\n", "  program OP10 for 42 s\n  program OP20 for 30 s\n")
    found = in_another_cell(THROUGH, two)
    assert found.code == "E612"
    assert "OP10, OP20" in found.message
    assert plan(THROUGH.replace("at lathe", "at lathe using OP20"), two).is_ok


def test_e612_when_a_station_does_not_offer_to_do_it_to_itself() -> None:
    """`check` says so first (E233); a plan for the text of another cell file is refused too."""
    offering = TENDING.replace("offers inspect for 4 s", "offers inspect for 4 s\n  offers calibrate for 1 s")
    program = program_of("calibrate gauge\n", offering)
    found = plan_tasks(replace(request_of("", TENDING), program=program), Known(seconds))
    assert [(d.code, d.help) for d in found.diagnostics] == [("E612", "Add `offers calibrate for …` to it.")]
    assert plan("calibrate gauge\n", offering).is_ok


def test_what_can_offer_nothing_is_not_told_to_offer_it() -> None:
    sensor = TENDING + "sensor eye {\n  reports signal eye.seen\n  states [seen, gone]\n}\n"
    found = plan("calibrate eye\n", sensor).diagnostics
    assert [d.code for d in found] == ["E690"]
    assert "station or a machine" in found[0].help


def test_e613_when_the_place_does_not_take_the_part() -> None:
    part = "part cube {\n  mass 1 kg\n  shape box (30 mm, 30 mm, 30 mm)\n}\n"
    cubes = TENDING.replace("at (200 mm, 600 mm, 100 mm)\n  holds shaft", "at (200 mm, 600 mm, 100 mm)\n  holds cube") + part
    assert in_another_cell("for each s in infeed {\n  move s to scrap\n}\n", cubes).code == "E613"


def test_e613_and_e608_of_parts_in_heaps_and_devices_that_run_alone() -> None:
    start = declared_state(cell_of(TENDING))
    thrown = PartState("shaft#1", "shaft", InPlace("scrap"), "infeed[1]")
    assert one(TEND.format(batch=2), state=changed(start, thrown)).code == "E613"
    busy = changed(start, devices={"lathe": DeviceState(False, False, True)})
    assert one(TEND.format(batch=2), state=busy).code == "E608"


def test_e614_when_nothing_will_tell() -> None:
    part = PartState("shaft#1", "shaft", InPlace("gauge"), "infeed[1]", frozenset({"g1", "g2"}))
    assert one(TEND.format(batch=1), state=changed(declared_state(cell_of(TENDING)), part)).code == "E614"


def test_e603_when_a_robot_goes_nowhere_with_a_part() -> None:
    def nothing_with_a_load(need: MotionNeed) -> float:
        return math.inf if need.touch is None and need.carried else seconds(need)

    outcome = plan_tasks(request_of(TEND.format(batch=1)), Known(nothing_with_a_load))
    assert {d.code for d in outcome.diagnostics} == {"E603"}
    assert "no way for r1 from infeed[1] to lathe" in outcome.diagnostics[0].message


STAYS = """
for each s in infeed {
  process s at lathe
}
"""


def test_e615_where_orders_get_stuck_and_not_every_one_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner.tasks.conflict, "every_order", lambda _: "not decided")
    found = one(STAYS)
    assert (found.code, kind_of((found,))) == ("E615", "gave up")
    assert "lathe stays taken" in found.message


def test_e507_names_an_arrival_law_that_the_robot_keeps_up_with() -> None:
    intent, quick = ORDERED + "ensure line1.waiting < 8 parts\n", PALLETS.replace("every 10 s", "every 1 s")
    tasks = plan(intent, PALLETS).expect()
    (found,) = backing_up(cell_of(quick), program_of(intent, quick), tasks)
    assert found.code == "E507"
    assert lines(found)[0] == intent.count("\n")
    seconds_each = found.help.removeprefix("The best one would keep `every ").removesuffix(" s`.")
    slower, still_too_quick = (
        PALLETS.replace("every 10 s", f"every {s:g} s") for s in (float(seconds_each), float(seconds_each) - 0.1)
    )
    assert backing_up(cell_of(slower), program_of(intent, slower), tasks) == ()
    assert [d.code for d in backing_up(cell_of(still_too_quick), program_of(intent, still_too_quick), tasks)] == ["E507"]


@pytest.mark.parametrize(
    ("clause", "cell", "words"),
    [
        ("ensure left.height <= 600 mm\n", PALLETS, "0.65 m high; 0.6"),
        ("ensure left.mass <= 90 kg\n", PALLETS, "96.6 kg heavy; 90"),
        ("ensure left.mass < 96.6 kg\n", PALLETS, "96.6 kg heavy; 96.6"),
        ("", PALLETS.replace("  layers 2\n", "  layers 2\n  max_height 640 mm\n"), "0.65 m high; 0.64"),
    ],
)
def test_e618_says_what_a_pallet_would_become(clause: str, cell: str, words: str) -> None:
    found = codes(ORDERED + clause, cell)
    assert {d.code for d in found} == {"E618"}
    assert any(words in d.message for d in found)


def test_a_pallet_within_its_limits_is_planned() -> None:
    assert plan(ORDERED + "ensure left.height <= 650 mm and left.mass <= 96.6 kg\n", PALLETS).is_ok


def test_e616_when_no_order_keeps_robots_apart() -> None:
    """Neither may leave its home while the other is at home."""
    request = request_of(intent_text(2), cell_text(2, 1, 1))
    first = plan_tasks(request, Known(seconds)).expect()
    needs = [s.action.need for s in first.steps if isinstance(s.action, Move) and s.action.need.start == AtHome()]
    moving = [Moving(replace(need, end=AtHub(name))) for need in needs for name in request.cell.equipment]
    homes = {robot: Resting(robot, AtHome(), (), f"{robot}_grip") for robot in ("left", "right")}
    pairs = {in_order(m, home) for m in moving for home in homes.values() if m.robot != home.robot}
    outcome = plan_tasks(request, Known(seconds, frozenset(), frozenset(pairs), is_coarse=True))
    assert {d.code for d in outcome.diagnostics} == {"E616"}


def test_e617_when_there_is_no_such_robot_to_leave_out() -> None:
    found = one(THROUGH, without=frozenset({"r7"}))
    assert (found.code, found.help) == ("E617", "The cell has r1.")


@pytest.mark.parametrize(
    ("intent", "line"),
    [
        ("move shaft to lathe\nnever r1 in column and lathe.spindle is running\n", 2),
        ("for each s in infeed {\n  for each t in outfeed {\n    move t to scrap\n  }\n}\n", 2),
        ("for each s in scrap {\n  move s to outfeed\n}\n", 1),
    ],
)
def test_e690_points_at_what_is_not_covered(intent: str, line: int) -> None:
    found = codes(intent)
    assert {d.code for d in found} == {"E690"}
    assert line in [n for d in found for n in lines(d)]


def test_w690_says_which_objective_is_passed_over() -> None:
    outcome = plan(THROUGH + "prefer urgent\n")
    assert outcome.is_ok
    assert [d.code for d in outcome.diagnostics] == ["W690"]


def test_e506_when_a_station_is_to_be_kept_fresh_more_often_than_it_is_empty() -> None:
    cell = TENDING.replace("offers inspect for 4 s", "offers inspect for 4 s\n  offers calibrate for 1 s")
    found = one(TEND.format(batch=2) + "every 3 s {\n  calibrate gauge\n}\n", cell)
    assert found.code == "E506"
    assert "keep `every" in found.help


def test_every_code_is_asked_for_in_a_test(repository: Path) -> None:
    """In an assertion of the tests of the planner, of constructs or of whole runs, so that none is left that nothing raises."""
    asserted: set[object] = set()
    for path in (p for room in ("planner", "constructs", "end_to_end") for p in (repository / "tests" / room).rglob("test_*.py")):
        found = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Assert)]
        asserted |= {leaf.value for node in found for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)}
    assert set(PAGES) - asserted == set()


def test_an_estimate_refuses_no_deadline() -> None:
    """Only when every motion of the schedule has been found is it known what the schedule takes."""
    request = request_of(TEND.format(batch=2) + "within 110 s\n")
    assert plan_tasks(request, Known(seconds, is_measured=lambda _: False, least=lambda _: 0.0)).is_ok
    assert [d.code for d in plan_tasks(request, Known(seconds)).diagnostics] == ["E501"]


def test_the_smallest_deadline_that_is_told_is_that_of_the_best_order_tried() -> None:
    """With one deadline an iteration, the serial order is the better one: what is told to be feasible is."""
    text = TEND.format(batch=4).replace("inspect s at gauge", "inspect s at gauge\n  within 77 s", 1)
    outcome = plan_tasks(request_of(text), Known(seconds))
    (found,) = outcome.diagnostics
    assert found.code == "E504"
    assert plan_tasks(request_of(text.replace("within 77 s", f"within {advised(found)}")), Known(seconds)).is_ok


def test_a_part_that_is_gripped_harder_than_its_line_allows_is_refused_with_both() -> None:
    (found,) = codes("for each s in infeed {\n  move s to outfeed force <= 40 N\n}\n")
    assert found.code == "E602"
    assert "60 N" in found.message
    assert "40 N" in found.message
    assert 2 in lines(found)
