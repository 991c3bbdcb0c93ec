"""What `check` hands on: goals, loops and clauses with their order, everything resolved, every span kept."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cell.diagnostic import OUTSIDE
from cell.model import CellModel
from cell.program import (
    AllOf,
    Amount,
    Block,
    Compare,
    Fresh,
    Goal,
    Group,
    Hold,
    IntentProgram,
    IsIn,
    IsState,
    Line,
    Loop,
    Ref,
    Retry,
    Scope,
    Skip,
    When,
)
from cell.quantities import Quantity
from tests.intentlang.cells import ROOT, assembly, cell_of, codes, program_of

DESIGN = ROOT.parent / "shared" / "design" / "language"


def program(text: str, cell: CellModel | None = None, overrides: Mapping[str, str] | None = None) -> IntentProgram:
    outcome = program_of(text, cell, overrides)
    assert codes(outcome) == []
    return outcome.expect()


def goals(block: Block) -> list[Goal]:
    found: list[Goal] = []
    for line in block.lines:
        match line:
            case Goal():
                found += [*goals(line.block or Block((), ())), line]
            case When():
                found += [g for branch in line.branches for g in goals(branch.block)]
            case Loop() | Group() | Scope() | Fresh():
                found += goals(line.block)
    return found


def only(block: Block) -> Line:
    assert len(block.lines) == 1
    return block.lines[0]


def test_the_tending_example_as_a_program() -> None:
    found = program((ROOT / "examples" / "02_machine_tending" / "tending.intent").read_text("utf-8"))
    loop = only(found.block)
    assert isinstance(loop, Loop)
    assert (loop.id, loop.variable, loop.members.text, loop.member, loop.in_order) == ("l1", "s", "infeed", "shaft", False)
    assert isinstance(loop.until, Compare)
    assert loop.until.subject.text == "outfeed.count"
    assert loop.until.limit == Amount(Quantity(36.0, "parts", "36 parts"), loop.until.limit.span)
    assert [
        (g.id, g.verb, g.object.text, [(r.name, getattr(r.value, "text", "")) for r in g.roles]) for g in goals(loop.block)
    ] == [
        ("g1", "process", "s", [("at", "lathe"), ("using", "OP10")]),
        ("g2", "inspect", "s", [("at", "gauge")]),
        ("g3", "move", "s", [("to", "scrap")]),
        ("g4", "move", "s", [("to", "outfeed")]),
    ]
    assert loop.block.waits == ((), (0,), (0, 1))
    when = loop.block.lines[2]
    assert isinstance(when, When)
    condition = when.branches[0].condition
    assert isinstance(condition, IsState)
    assert (condition.subject.text, condition.value, condition.negated) == ("s.verdict", "reject", False)
    assert when.branches[1].condition is None
    assert found.block.within is not None
    assert found.block.within.limit.quantity.value == 2700.0
    assert [(p.objective, [getattr(a, "text", "") for a in p.arguments]) for p in found.block.prefers] == [("busy", ["lathe"])]
    assert [e.kind for e in found.block.ensures] == ["limit"]
    never = found.nevers[0].condition
    assert isinstance(never, AllOf)
    assert isinstance(never.parts[0], IsIn)
    ladders = [(p.events[0].text, [type(r).__name__ for r in p.ladder]) for p in found.block.policies]
    assert ladders == [("grip_lost", ["Retry", "Hold"]), ("part_missing", ["Skip"]), ("lathe.alarm", ["Hold"])]
    assert found.params == (("batch", Quantity(36.0, "parts", "36 parts")),)
    assert loop.span.start.line == 5


def test_a_part_kind_as_object_is_any_one_and_a_bound_name_is_not() -> None:
    found = program("move shaft to outfeed\nfor each s in infeed {\n  move s to scrap\n}")
    assert [g.any_one for g in goals(found.block)] == [True, False]


def test_settings_bounds_and_ladders() -> None:
    text = (
        "for each kit in kits {\n  assemble kit.gear into kit.body at nest force <= 40 N {\n"
        '    on jam: retry 2 force 30 N, then move kit.gear to kits, then hold "No", then skip\n  }\n}'
    )
    goal = next(g for g in goals(program(text, assembly()).block) if g.verb == "assemble")
    assert [(b.name, b.operator, b.limit.quantity.value) for b in goal.bounds] == [("force", "<=", 40.0)]
    assert goal.block is not None
    retry, move, hold, skip = goal.block.policies[0].ladder
    assert isinstance(retry, Retry)
    assert (retry.tries, retry.settings[0].name) == (2, "force")
    assert isinstance(move, Goal)
    assert (move.verb, isinstance(hold, Hold), isinstance(skip, Skip)) == ("move", True, True)
    into = goal.role("into")
    assert isinstance(into, Ref)
    assert into.path == ("kit", "body")


def test_params_are_put_in_and_can_be_set_from_outside() -> None:
    text = (
        "param batch = 36 parts\nparam place = outfeed\nfor each s in infeed until outfeed.count >= batch {\n  move s to place\n}"
    )

    def in_force(overrides: Mapping[str, str]) -> tuple[float, str]:
        loop = only(program(text, overrides=overrides).block)
        assert isinstance(loop, Loop)
        assert isinstance(loop.until, Compare)
        assert isinstance(loop.until.limit, Amount)
        to = goals(loop.block)[0].role("to")
        assert isinstance(to, Ref)
        return loop.until.limit.quantity.value, to.text

    assert in_force({}) == (36.0, "outfeed")
    assert in_force({"batch": "12 parts", "place": "scrap"}) == (12.0, "scrap")
    assert in_force({"batch": "7parts"}) == (7.0, "outfeed")
    assert program(text, overrides={"place": "scrap"}).params[1] == ("place", "scrap")


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"batsh": "3 parts"}, ["E234"]),
        ({"batch": "fast"}, ["E234"]),
        ({"batch": "3"}, ["E207"]),
        ({"batch": "-1 parts"}, ["E211"]),
        ({"batch": "2.5 parts"}, ["E211"]),
        ({"batch": "3 kg"}, ["E206"]),
        ({"batch": "3 partz"}, ["E205"]),
        ({"place": "3 parts"}, ["E234"]),
        ({"place": "skrap"}, ["E201"]),
        ({"place": ""}, ["E234"]),
    ],
)
def test_a_wrong_value_from_outside_is_a_diagnostic(overrides: Mapping[str, str], expected: list[str]) -> None:
    text = (
        "param batch = 36 parts\nparam place = outfeed\nfor each s in infeed until outfeed.count >= batch {\n  move s to place\n}"
    )
    assert codes(program_of(text, overrides=overrides)) == expected


def test_an_ensure_is_its_conjuncts_each_a_limit_or_a_monitor() -> None:
    found = program(
        "move shaft to outfeed\nensure r1.speed <= 1 m/s and (r1.current < 5 A or r1.force < 3 N) and lathe.door is open"
    )
    assert [(type(e.condition).__name__, e.kind) for e in found.block.ensures] == [
        ("Compare", "limit"),
        ("AnyOf", "monitor"),
        ("IsState", "limit"),
    ]


def test_a_template_is_a_hygienic_copy_for_each_call() -> None:
    text = (
        "task load(t: tray) {\n  for each s in t {\n    process s at lathe\n    within 3 min\n  }\n}\n"
        "do load(infeed)\nfor each s in outfeed {\n  inspect s at gauge\n  do load(infeed)\n}"
    )
    first, loop = program(text).block.lines
    assert isinstance(first, Scope)
    assert isinstance(loop, Loop)
    inner = loop.block.lines[1]
    assert isinstance(inner, Scope)
    assert (inner.task, inner.span.start.line, inner.definition.start.line) == ("load", 10, 1)
    variables = [line.variable for line in (only(first.block), only(inner.block)) if isinstance(line, Loop)]
    assert variables == ["s", "s~2"], "a copy inside a loop over s must not take that s for its own"
    assert [g.object.text for g in goals(inner.block)] == ["s~2"]
    assert [g.id for g in goals(program(text).block)] == ["g1", "g2", "g3"]


def test_arguments_stand_for_what_was_given() -> None:
    task = "task put(s: shaft, where: place, t: time) {\n  move s to where\n  within t\n}\n"
    text = f"{task}for each x in infeed {{\n  do put(x, scrap, 30 s)\n}}"
    loop = only(program(text).block)
    assert isinstance(loop, Loop)
    scope = only(loop.block)
    assert isinstance(scope, Scope)
    assert scope.block.within is not None
    assert scope.block.within.limit.quantity.value == 30.0
    to = goals(scope.block)[0].role("to")
    assert isinstance(to, Ref)
    assert (goals(scope.block)[0].object.text, to.text) == ("x", "scrap")


def test_a_used_file_brings_params_and_tasks_and_no_goals() -> None:
    library = "param limit = 3 min\ntask load(s: shaft) {\n  process s at lathe\n  within limit\n}\n"
    library += "task idle(s: shaft) {\n  move s to scrap\n}\n"
    text = "for each s in infeed {\n  do load(s)\n}"
    outcome = program_of(text, imported=(library,))
    assert codes(outcome) == []
    assert [name for name, _ in outcome.expect().sources] == ["test.intent", "lib0.intent"]
    assert codes(program_of(text, imported=(f"{library}move shaft to outfeed\n",))) == ["E114"]


def test_paces_and_freshness() -> None:
    inner = "  process s at lathe\n  every 50 s\n  every 10 parts {\n    calibrate gauge\n  }\n"
    found = program(f"for each s in infeed {{\n{inner}}}\nevery 2 h {{\n  calibrate r1\n}}")
    loop, fresh = found.block.lines
    assert isinstance(loop, Loop)
    assert loop.block.pace is not None
    assert loop.block.pace.interval.quantity.value == 50.0
    assert isinstance(fresh, Fresh)
    assert (fresh.id, fresh.interval.quantity) == ("f2", Quantity(7200.0, "time", "2 h"))


def test_the_pairs_of_the_design_and_our_examples_check_without_an_error() -> None:
    pairs = [*DESIGN.glob("*.intent"), *(ROOT / "examples").glob("*/*.intent")]
    assert pairs
    for path in pairs:
        cell = cell_of(path.with_suffix(".cell").read_text("utf-8"))
        if not path.with_suffix(".cell").is_file():
            continue
        outcome = program_of(path.read_text("utf-8"), cell.expect())
        hints = ["W104"] if path.parent == DESIGN and path.name == "kitting.intent" else []  # a person, and no `on timeout`
        assert codes(outcome) == hints, path.name
        assert outcome.is_ok


def test_names_step_to_members_features_facts_and_sets() -> None:
    text = (
        "for each job in orders until orders.done >= 3 orders {\n"
        "  for each item in job.items {\n    move item to nest\n  }\n"
        "  move job.unit to done\n  label job.unit by ann\n  ensure job.age <= 10 min\n}\n"
        "for each g in kits.gear {\n  move g to nest\n}\n"
        "for each k in kits {\n  fasten k.body.a with screw torque 2 Nm\n  for each p in k {\n    inspect p at nest\n  }\n}\n"
        "ensure scale.value <= 3 kg and lamp is green\nnever ra.speed > 1 m/s and ann is ready\n"
    )
    found = program(text, assembly())
    loops = [line for line in found.block.lines if isinstance(line, Loop)]
    assert [(loop.members.text, loop.member) for loop in loops] == [("orders", "order"), ("kits.gear", "gear"), ("kits", "kit")]
    inner = loops[2].block.lines[1]
    assert isinstance(inner, Loop)
    assert (inner.members.text, inner.member) == ("k", "part")
    assert [e.kind for e in found.block.ensures] == ["monitor", "monitor"]
    assert goals(loops[2].block)[0].object.path == ("k", "body", "a")


def test_a_dot_over_a_set_gives_the_union() -> None:
    text = (
        "for each h in kits.body.a {\n  fasten h with screw torque 1 Nm\n}\n"
        "for each h in kits.body.holes {\n  fasten h with screw torque 1 Nm\n}\n"
        "for each i in orders.items {\n  move i to nest\n}\n"
    )
    loops = [line for line in program(text, assembly()).block.lines if isinstance(line, Loop)]
    assert [loop.member for loop in loops] == ["hole", "hole", "part"]


def test_wrong_steps_are_told() -> None:
    text = (
        "for each job in orders {\n  move job.lid to done\n  ensure job.weight < 3 kg\n}\n"
        "for each h in lid.holes {\n  fasten h with screw torque 1 Nm\n}\nensure scale.value < 3 s\nensure lamp is blue\n"
    )
    assert codes(program_of(text, assembly())) == ["E222", "E222", "E222", "E206", "E221"]


SET = """param batch = 4 parts
param where = outfeed
param slow = 100 mm/s
for each s in infeed until outfeed.count >= batch {
  move s to where
}
ensure r1.speed <= slow
"""


@pytest.mark.parametrize(
    ("name", "value", "code", "used"),
    [
        ("batch", "2.5 parts", "E211", [4]),
        ("slow", "0 mm/s", "E211", [7]),
        ("where", "lathe_door_zone", "E218", [5]),
        ("where", "pins", "E227", [5]),
        ("slow", "100 mm", "E206", []),
        ("slow", "100", "E207", []),
        ("where", "outfed", "E201", []),
    ],
)
def test_what_is_wrong_with_a_value_from_outside_is_told_there(name: str, value: str, code: str, used: list[int]) -> None:
    """And no machine mends it: neither the command line nor the text, which is right with its default."""
    assert codes(program_of(SET)) == []
    (found,) = program_of(SET, overrides={name: value}).diagnostics
    assert (found.code, found.spans[0].file, found.spans[0].label) == (code, OUTSIDE, f"{name}={value}")
    assert [span.start.line for span in found.spans[1:] if span.label == "used here"] == used
    assert found.fix is None


def test_what_is_wrong_with_the_default_too_is_told_in_the_text() -> None:
    (found,) = program_of(
        "param slow = 1 s\nmove shaft to outfeed\nensure r1.speed <= slow\n", overrides={"slow": "2 s"}
    ).diagnostics
    assert (found.code, found.spans[0].file) == ("E206", "test.intent")


def test_a_param_that_is_not_set_is_told_where_it_stands() -> None:
    (found,) = program_of(SET.replace("100 mm/s", "0 mm/s"), overrides={"batch": "3 parts"}).diagnostics
    assert (found.code, found.spans[0].file) == ("E211", "test.intent")
