"""Two plans beside each other: each change has its cause, and what is the same is not told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cell.diagnostic import Position, Span
from cell.model import CellModel
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.steps import Because
from cell.task_plan import Operation, ReadFact
from cellwright.plan_difference import Change, difference
from cellwright.plan_inputs_difference import Cause, Sources
from cellwright.reading import read
from tests.tui.samples import PLAN

ROOT = Path(__file__).resolve().parents[2]
NOTHING = Sources({}, None)
BEFORE = with_plan_id(PLAN)


def with_tasks(**changed: object) -> MotionPlan:
    return with_plan_id(replace(BEFORE, tasks=replace(BEFORE.tasks, **changed)))  # type: ignore[arg-type]


def cell_with(old: str, new: str, tmp_path: Path) -> CellModel:
    text = (ROOT / "examples/02_machine_tending/tending.cell").read_text()
    assert old in text
    (tmp_path / "tending.cell").write_text(text.replace(old, new))
    found = read(str(tmp_path / "tending.cell"), {}).cell
    assert found is not None
    return found


def slower(plan: MotionPlan) -> MotionPlan:
    """The lathe takes 60 s where it took 40 s."""
    steps = tuple(replace(step, duration=60.0) if step.id == "s3" else step for step in plan.tasks.steps)
    return with_plan_id(replace(plan, cell_revision="another", tasks=replace(plan.tasks, steps=steps)))


def test_a_plan_beside_itself_is_the_same() -> None:
    assert difference(BEFORE, BEFORE, NOTHING, NOTHING).is_none


def test_a_longer_program_is_because_of_the_fact_of_the_cell(tmp_path: Path) -> None:
    old = cell_with("program OP10 for 42 s", "program OP10 for 40 s", tmp_path)
    new = cell_with("program OP10 for 42 s", "program OP10 for 60 s", tmp_path)
    found = difference(BEFORE, slower(BEFORE), Sources({}, old), Sources({}, new))
    assert {(cause.subject, cause.was, cause.now) for cause in found.causes} == {
        ("lathe: programs.OP10.duration.shortest", "40 s", "60 s"),
        ("lathe: programs.OP10.duration.longest", "40 s", "60 s"),
    }
    assert found.changes == (Change("lathe runs OP10", "40.00 s", "60.00 s", (0, 1), True),)


def test_a_speed_is_told_in_the_unit_that_the_cell_file_writes(tmp_path: Path) -> None:
    old = cell_with("max_speed 1000 mm/s", "max_speed 1000 mm/s", tmp_path)
    new = cell_with("max_speed 1000 mm/s", "max_speed 700 mm/s", tmp_path)
    found = difference(BEFORE, slower(BEFORE), Sources({}, old), Sources({}, new))
    assert [(cause.subject, cause.was, cause.now) for cause in found.causes] == [("r1: max_speed", "1000 mm/s", "700 mm/s")]


def test_what_stands_elsewhere_is_told_by_where(tmp_path: Path) -> None:
    """Poses and shapes hold arrays."""
    old = cell_with("at (800 mm, 500 mm, 0 mm)", "at (800 mm, 500 mm, 0 mm)", tmp_path)
    new = cell_with("at (800 mm, 500 mm, 0 mm)", "at (810 mm, 500 mm, 0 mm)", tmp_path)
    found = difference(BEFORE, slower(BEFORE), Sources({}, old), Sources({}, new))
    assert found.causes == (Cause("cell", "gauge: frame", "(800, 500, 0) mm", "(810, 500, 0) mm", ("gauge",)),)


def test_who_drives_a_robot_how_well_its_link_does_and_what_was_approved_are_facts_too(tmp_path: Path) -> None:
    """Each once: the driver stands in the robot too, and in the words of a tool."""
    old = cell_with("robot r1 {", "envelope usual {\n  slower_by 25 %\n}\nrobot r1 {", tmp_path)
    new = cell_with(
        "robot r1 {\n",
        'envelope usual {\n  slower_by 30 %\n}\nrobot r1 {\n  address "10.0.0.1"\n  latency 100 ms\n  loss 2 %\n',
        tmp_path,
    )
    found = difference(BEFORE, slower(BEFORE), Sources({}, old), Sources({}, new))
    assert [(cause.subject, cause.was, cause.now) for cause in found.causes] == [
        ("usual: slower_by", "25 %", "30 %"),
        ("r1: address", "not said", "10.0.0.1"),
        ("r1: latency", "not said", "100 ms"),
        ("r1: loss", "not said", "2 %"),
    ]
    driven = cell_with("driver sim", "driver ur", tmp_path)
    plain = cell_with("driver sim", "driver sim", tmp_path)
    found = difference(BEFORE, slower(BEFORE), Sources({}, plain), Sources({}, driven))
    assert [(cause.subject, cause.was, cause.now) for cause in found.causes] == [("r1: driver", "sim", "ur")]


def test_a_cell_that_is_not_to_be_had_is_told_as_another() -> None:
    found = difference(BEFORE, slower(BEFORE), NOTHING, NOTHING)
    assert found.causes == (Cause("cell", "the cell", "revision", "another"),)
    assert [(change.causes, change.is_direct) for change in found.changes] == [((0,), False)]


def test_a_line_that_is_other_is_the_cause_of_what_it_asks_for() -> None:
    moved = Because(Span("b.intent", Position(2, 3), Position(2, 31)), "the goal")
    after = with_plan_id(
        replace(
            with_tasks(operations=tuple(replace(o, target="scrap", because=moved) for o in BEFORE.tasks.operations)),
            sources=(("b.intent", "other"),),
        )
    )
    old, new = Sources({"a.intent": "x\nmove s to lathe\ny\n"}, None), Sources({"b.intent": "x\nmove s to scrap\ny\n"}, None)
    found = difference(BEFORE, after, old, new)
    assert [(c.kind, c.subject, c.was, c.now) for c in found.causes] == [
        ("intent", "b.intent:2", "move s to lathe", "move s to scrap")
    ]
    (change,) = found.changes
    assert (change.was, change.now, change.is_direct) == ("by r1 from infeed[1] to lathe", "by r1 from infeed[1] to scrap", True)


def test_a_text_that_is_not_to_be_had_is_told_by_its_hash() -> None:
    found = difference(BEFORE, with_plan_id(replace(BEFORE, sources=(("a.intent", "other"),))), NOTHING, NOTHING)
    assert [(c.kind, c.subject, c.was, c.now) for c in found.causes] == [("intent", "a.intent", "hash", "other")]
    assert found.changes == ()


def test_settings_robots_seeds_states_and_versions_are_causes() -> None:
    after = replace(
        with_tasks(seed=7, reads=(ReadFact("at(shaft#1)", "infeed[2]"),)),
        params=(("batch", "3"),),
        versions=(("cellwright", "2"),),
        robot_digests=(("r1", "digest of another model"),),
    )
    found = difference(BEFORE, with_plan_id(after), NOTHING, NOTHING)
    assert [(c.kind, c.subject, c.was, c.now) for c in found.causes] == [
        ("setting", "batch", "", "3"), ("robot", "r1", "", "digest of an"), ("state", "at(shaft#1)", "", "infeed[2]"),
        ("seed", "seed", "0", "7"), ("version", "cellwright", "", "2"),
    ]  # fmt: skip


def test_another_order_at_a_resource_follows_from_what_else_is_other() -> None:
    second: Operation = replace(BEFORE.tasks.operations[0], id="o2", part="shaft#2", source="infeed[2]", steps=())
    both = (*BEFORE.tasks.operations, second)
    one, two = (
        with_tasks(operations=both, orders={"r1": ("o1", "o2")}),
        with_tasks(operations=both, orders={"r1": ("o2", "o1")}, seed=3),
    )
    found = difference(one, two, NOTHING, NOTHING)
    assert found.changes == (Change("order at r1, from number 1 on", "process shaft#1", "process shaft#2", (0,), False),)
