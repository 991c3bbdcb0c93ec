"""A line that moves a part to where it lies by then is met: no step is planned for it, and the proof asks for none."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from cell.events import BranchTaken
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.program import Group, Loop
from cell.scenario import Reject
from planner.proof.left_in import passed
from tests.constructs.bench import Bench
from tests.constructs.test_assembling import CELL as ASSEMBLY
from tests.constructs.test_assembling import GRIPS
from tests.constructs.test_assembling import INTENT as KITS
from tests.constructs.test_planned_later import CELL as PEOPLE
from tests.constructs.test_rework import CELL, bench
from tests.planner.tasks.symbolic import play, state_after


def text(*lines: str) -> str:
    return "for each s in infeed {\n  inspect s at gauge\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


ASKED = "when s.verdict is reject { move s to gauge }"
OTHERWISE = "when s.verdict is reject { process s at brush } otherwise { move s to gauge }"
ONE_BACK = "when s.verdict is reject { process s at brush move s to gauge }".replace(" move", "\n    move")
ALONE = text("move s to gauge", "move s to outfeed")
CASES = [ALONE, text(ASKED, "move s to outfeed"), text(OTHERWISE, "move s to outfeed"), text(ONE_BACK, "move s to outfeed")]


@pytest.mark.parametrize("intent", CASES)
def test_every_part_ends_where_the_last_line_wants_it(intent: str) -> None:
    ran = bench(intent).run(*([Reject(2)] if "when" in intent else []))
    assert ran.record.summary.state == "Complete"
    assert ran.truth.violations == ()
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#2", "shaft#3"]


def test_nothing_is_planned_for_it_and_the_choice_stands() -> None:
    tasks = bench(CASES[1]).released().expect().motion_plan.tasks
    assert [a.operations for choice in tasks.choices for a in choice.alternatives] == [()] * 6
    assert sum(o.verb == "move" for o in tasks.operations) == 3
    assert [e.index for e in bench(CASES[1]).run(Reject(2)).all(BranchTaken)] == [1, 0, 1]


def test_where_a_branch_has_taken_the_part_away_it_is_carried_back() -> None:
    """Behind the choice the part lies in the one place or in the other, so the line is not met in both ways."""
    back = text("when s.verdict is reject { process s at brush }", "move s to gauge", "move s to outfeed")
    ran = bench(back).run(Reject(2))
    assert ran.record.summary.state == "Complete"
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#2", "shaft#3"]


@pytest.mark.parametrize("intent", [ALONE, CASES[1]])
def test_a_part_that_is_on_its_way_is_not_brought_back_for_it(intent: str) -> None:
    """In every state in which a run may be stopped, a part that was inspected is done with the gauge."""
    b = bench(intent)
    plan, state = b.planned().expect(), b.start
    seconds = plan.tasks.bounds.makespan
    for seed in range(5):
        rng = Random(seed)
        then = state_after(b.cell, state, plan.tasks, play(b.cell, state, plan.tasks, rng, stop_at=rng.uniform(0.0, seconds)))
        released = b.released(then)
        assert released.value is not None, (seed, [(d.code, d.message) for d in released.diagnostics])
        inspected = {p.id for p in then.parts if p.outcomes}
        operations = released.value.motion_plan.tasks.operations
        assert not [o for o in operations if o.part in inspected and o.target == "gauge"]


def test_what_waits_for_it_waits_for_what_it_waited_for() -> None:
    first, met, last = (("g1", ()), ("g2", ()), ("g3", ()))
    assert passed(frozenset({met}), {met: frozenset({first})}) == {first, met}
    assert passed(frozenset({last}), {last: frozenset({met}), met: frozenset({first})}) == {first, met, last}
    assert passed(frozenset({first}), {met: frozenset({last})}) == {first}


def test_a_goal_of_another_place_is_not_met() -> None:
    plan = Bench.of(CELL, "shaft", text("move s to outfeed")).released().expect().motion_plan
    assert sum(o.verb == "move" for o in plan.tasks.operations) == 3


def test_so_is_one_of_a_part_of_a_kit() -> None:
    again = KITS.replace("  inspect kit.housing", "  move kit.housing to nest\n  inspect kit.housing")
    kits = Bench.of(ASSEMBLY, GRIPS, again)
    operations = kits.planned().expect().tasks.operations
    assert sum(o.verb == "move" and o.target == "nest" for o in operations) == 2
    ran = kits.run()
    assert ran.record.summary.state == "Complete"
    assert ran.lying["done"] == ("housing#1", "housing#2")


def test_where_any_order_leaves_a_part_is_not_certain() -> None:
    """A plan that does the two the other way round and leaves the move out would leave the part in the brush."""
    both = "any order {\n    process s at brush\n    inspect s at gauge\n  }"
    intent = f"for each s in infeed {{\n  {both}\n  move s to gauge\n}}\non reject: hold\n"
    true = Bench.of(CELL.replace("contains shaft 3", "contains shaft 1"), "shaft", intent, iterations=2)
    (loop,) = true.program.block.lines
    assert isinstance(loop, Loop)
    group, _ = loop.block.lines
    assert isinstance(group, Group)
    turned = replace(group, block=replace(group.block, lines=group.block.lines[::-1]))
    shorter = replace(loop, block=replace(loop.block, lines=(turned,), waits=((),)))
    other = replace(true, program=replace(true.program, block=replace(true.program.block, lines=(shorter,))))
    found = true.proved(other.planned().expect()).diagnostics
    assert [(d.code, d.message) for d in found] == [("E689", "no operation of the plan does this for shaft#1")]


def test_so_is_one_to_where_a_person_has_worked_on_the_part() -> None:
    intent = "for each s in infeed {\n  label s by ann\n  move s to desk\n  move s to outfeed\n}\n"
    ran = Bench.of(PEOPLE, "shaft", intent, iterations=2).run()
    assert ran.record.summary.state == "Complete"
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#2", "shaft#3"]


TO_OUTFEED = text("any order { process s at brush move s to outfeed }".replace(" move", "\n    move"), "move s to outfeed")
INSPECTED_LAST = text("any order { inspect s at gauge move s to gauge }".replace(" move", "\n    move"), "move s to outfeed")
CARRIED_BACK = text("any order { move s to gauge process s at brush }".replace(" process", "\n    process"), "move s to outfeed")
FREE = [TO_OUTFEED, INSPECTED_LAST, CARRIED_BACK]


@pytest.mark.parametrize("intent", FREE, ids=["behind it", "within it", "carried back"])
def test_where_the_plan_itself_leaves_a_part_in_any_order_counts(intent: str) -> None:
    ran = Bench.of(CELL, "shaft", intent, iterations=2).run()
    assert ran.record.summary.state == "Complete"
    assert ran.truth.violations == ()
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#2", "shaft#3"]


@pytest.mark.parametrize("intent", FREE, ids=["behind it", "within it", "carried back"])
def test_a_later_plan_of_an_any_order_is_proved_from_wherever_the_part_is_by_then(intent: str) -> None:
    b = Bench.of(CELL.replace("contains shaft 3", "contains shaft 1"), "shaft", intent, iterations=1)
    plan, state = b.planned().expect(), b.start
    seconds = plan.tasks.bounds.makespan
    for seed in range(8):
        rng = Random(seed)
        then = state_after(b.cell, state, plan.tasks, play(b.cell, state, plan.tasks, rng, stop_at=rng.uniform(0.0, seconds)))
        released = b.released(then)
        assert released.value is not None, (seed, [(d.code, d.message) for d in released.diagnostics])


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "every 2 parts {\n  }",
        "any order {\n  }",
        "move s to infeed",
        "every 50 parts {\n    inspect s at gauge\n  }\n  move s to infeed",
    ],
)
def test_a_loop_that_asks_for_nothing_is_planned_with_nothing_to_do(inner: str) -> None:
    b = Bench.of(CELL, "shaft", f"for each s in infeed {{\n  {inner}\n}}\n", iterations=1)
    released = b.released().expect()
    acts = {o.part for o in released.motion_plan.tasks.operations}
    assert acts == (set() if "50" not in inner else {"shaft#1"})


def test_a_plan_that_leaves_out_a_member_of_which_something_is_asked_is_refused() -> None:
    """The first of fifty is inspected at once, and the plan of a loop that asks for nothing does not do it."""
    asked = "for each s in infeed {\n  every 50 parts {\n    inspect s at gauge\n  }\n  move s to infeed\n}\n"
    true, other = (Bench.of(CELL, "shaft", each, iterations=1) for each in (asked, asked.replace("inspect s at gauge", "# no")))
    plan = replace(other.planned().expect(), sources=plan_inputs(true.request()).sources)
    found = true.proved(with_plan_id(plan)).diagnostics
    assert [d.code for d in found] == ["E689"]
