"""The ordering rule, read off the text: a line waits for an earlier line of its block when the part that one of them is about is
named anywhere in the other."""

from __future__ import annotations

from cell.model import CellModel
from cell.program import Block, Group, Loop
from tests.intentlang.cells import assembly, codes, program_of


def block(text: str, cell: CellModel | None = None) -> Block:
    outcome = program_of(text, cell)
    assert codes(outcome) == []
    return outcome.expect().block


def in_loop(lines: str, cell: CellModel | None = None, head: str = "for each s in infeed") -> tuple[tuple[int, ...], ...]:
    loop = block(f"{head} {{\n{lines}\n}}", cell).lines[0]
    assert isinstance(loop, Loop)
    return loop.block.waits


def test_lines_about_one_part_wait_for_one_another() -> None:
    assert in_loop("process s at lathe\ninspect s at gauge\nmove s to outfeed") == ((), (0,), (0, 1))


def test_part_kinds_machines_places_and_robots_order_nothing() -> None:
    text = "process shaft at lathe\nfor each s in infeed {\n  move s to outfeed\n}\ncalibrate lathe\ncalibrate r1"
    assert block(text).waits == ((), (), (), ())


def test_loops_over_one_set_wait_by_their_common_members_and_others_do_not() -> None:
    one = "for each s in {} {{\n  process s at lathe\n}}\nfor each t in {} {{\n  inspect t at gauge\n}}"
    assert block(one.format("infeed", "infeed")).waits == ((), (0,))
    assert block(one.format("infeed", "outfeed")).waits == ((), ())


def test_a_choice_waits_like_a_line_that_names_all_that_is_in_it() -> None:
    text = "inspect s at gauge\nwhen s.verdict is reject {\n  move s to scrap\n}\nprocess s at lathe"
    assert in_loop(text) == ((), (0,), (0, 1))
    assert in_loop("process s at lathe\nwhen outfeed.count > 3 parts {\n  calibrate r1\n}") == ((), ())


def test_in_order_and_any_order_override_the_rule() -> None:
    text = "{} {{\n  process s at lathe\n  calibrate r1\n  inspect s at gauge\n}}"
    for word, expected in (("in order", ((), (0,), (0, 1))), ("any order", ((), (), ()))):
        loop = block(f"for each s in infeed {{\n{text.format(word)}\n}}").lines[0]
        assert isinstance(loop, Loop)
        group = loop.block.lines[0]
        assert isinstance(group, Group)
        assert group.block.waits == expected


def test_a_member_counts_as_its_group_and_its_siblings_do_not() -> None:
    text = "move kit.body to nest\nmove kit.gear to nest\nmove kit.body to nest"
    assert in_loop(text, assembly(), "for each kit in kits") == ((), (), (0,))


def test_what_was_assembled_into_a_part_counts_as_it() -> None:
    text = "assemble kit.gear into kit.body at nest\nmove kit.gear to kits\nmove kit.body to nest"
    assert in_loop(text, assembly(), "for each kit in kits") == ((), (0,), (0, 1))


def test_a_feature_counts_as_its_part() -> None:
    text = "for each hole in kit.body.holes {\n  fasten hole with screw torque 2 Nm\n}\nmove kit.body to nest"
    assert in_loop(text, assembly(), "for each kit in kits") == ((), (0,))


def test_two_copies_of_a_template_about_two_things_are_not_ordered() -> None:
    task = "task load(t: tray) {\n  for each s in t {\n    process s at lathe\n  }\n}\n"
    assert block(f"{task}do load(infeed)\ndo load(outfeed)").waits == ((), ())
    assert block(f"{task}do load(infeed)\ndo load(infeed)").waits == ((), (0,))


def test_freshness_by_count_keeps_its_place_and_by_time_has_none() -> None:
    text = "process s at lathe\nevery 10 parts {\n  calibrate gauge\n}\ninspect s at gauge\nevery 1 h {\n  calibrate r1\n}"
    assert in_loop(text) == ((), (0,), (0, 1), ())


def test_a_part_named_in_a_role_orders_like_an_object() -> None:
    text = "assemble lid into kit.body at nest\nmove kit.body to done\nassemble gear into kit.body at nest"
    assert in_loop(text, assembly(), "for each kit in kits") == ((), (0,), (1,))


def test_two_lines_that_only_name_a_part_beside_theirs_are_not_ordered() -> None:
    text = "assemble lid into kit.body at nest\nassemble screw into kit.body at nest"
    outcome = program_of(f"for each kit in kits {{\n{text}\n}}", assembly())
    loop = outcome.expect().block.lines[0]
    assert isinstance(loop, Loop)
    assert loop.block.waits == ((), ())
