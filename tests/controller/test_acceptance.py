"""A plan runs only if it was released, for these files and this cell, and the facts that it reads are still so."""

import pickle
from dataclasses import replace
from typing import Any

import pytest

from cell.plan_inputs import PlanInputs
from cell.read_facts import value_of
from cell.released_plan import ReleasedPlan
from cell.state import CellState, InHand, InPlace, Lost
from cell.task_plan import ReadFact
from controller.acceptance import accept, facts_differ, unwatched
from controller.attached.codes import PAGES as OF_TERMINALS
from controller.codes import PAGES
from controller.dispatch import Dispatcher
from tests.controller.small_planner import cell, small_plan
from tests.controller.tending import intent, released, spec, world


def planned() -> tuple[ReleasedPlan, PlanInputs, CellState]:
    state = spec().state
    plan = small_plan(state, 3)
    assert plan is not None
    reads = tuple(
        ReadFact(name, value)
        for name, value in (
            ("at infeed[2]", "shaft"), ("at outfeed[1]", "empty"), ("hand grip.a", "empty"), ("door lathe", "shut"),
            ("clamp lathe", "open"), ("running lathe", "no"), ("count outfeed", "0"), ("door gauge", "shut"),
        )
    )  # fmt: skip
    made = replace(plan, tasks=replace(plan.tasks, reads=reads), sources=(("a.intent", "1"),), robot_digests=(("g1", "2"),))
    return released(made), PlanInputs(made.sources, made.params, made.cell_revision, made.robot_digests), state


def codes(found) -> list[str]:  # type: ignore[no-untyped-def]
    return [diagnostic.code for diagnostic in found]


def test_the_plan_as_it_was_made_is_accepted() -> None:
    assert accept(*planned()) == ()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sources": (("a.intent", "9"),)}, "file a.intent"),
        ({"sources": (("a.intent", "1"), ("b.cell", "1"))}, "file b.cell"),
        ({"params": (("batch", "4"),)}, "param batch"),
        ({"cell_revision": "other"}, "the cell"),
        ({"robot_digests": (("g1", "9"),)}, "robot model g1"),
    ],
)
def test_another_text_or_cell_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    plan, inputs, state = planned()
    found = accept(plan, replace(inputs, **changes), state)
    assert codes(found) == ["R719"]
    assert found[0].message.startswith(named)


def test_a_fact_that_changed_is_named_with_both_values() -> None:
    plan, inputs, state = planned()
    moved = tuple(replace(p, location=InPlace("outfeed[1]")) if p.id == "shaft#2" else p for p in state.parts)
    door = {**state.devices, "lathe": replace(state.devices["lathe"], door_open=True)}
    found = accept(plan, inputs, replace(state, parts=moved, devices=door))
    assert [d.message.split(" when")[0] for d in found] == [
        "`at infeed[2]` was 'shaft'", "`at outfeed[1]` was 'empty'", "`door lathe` was 'shut'", "`count outfeed` was '0'"
    ]  # fmt: skip
    assert set(codes(found)) == {"R718"}
    assert found[0].message.endswith("is 'empty' now")


def test_a_fact_that_the_plan_does_not_read_may_change() -> None:
    plan, _, state = planned()
    lost = tuple(replace(p, location=Lost("fell")) if p.id == "shaft#6" else p for p in state.parts)
    assert facts_differ(plan.motion_plan, replace(state, parts=lost)) == ()


def test_a_fact_is_read_as_the_planner_names_it() -> None:
    state = spec().state
    outcomes = (("verdict", "reject"),)
    told = replace(state.parts[0], reached=frozenset({"g2", "g1"}), outcomes=outcomes, location=InHand("grip.a", 0))
    state = replace(state, parts=(told, *state.parts[1:]))
    values = {
        "at infeed[1]": "empty", "at infeed[2]": "shaft", "hand grip.a": "shaft", "hand grip.b": "empty", "count infeed": "5",
        "reached shaft#1": "g1 g2", "verdict shaft#1": "reject", "verdict shaft#2": "not told", "door gauge": None,
        "clamp lathe": "open", "running gauge": "no",
    }  # fmt: skip
    assert {name: value_of(state, name) for name in values} == values


def test_only_a_released_plan_is_dispatched() -> None:
    plan, inputs, state = planned()
    for unreleased in (plan.motion_plan, plan.motion_plan.tasks, None):
        with pytest.raises(TypeError, match="released"):
            Dispatcher(world()).take(unreleased)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="released"):
            accept(unreleased, inputs, state)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        pickle.dumps(plan)


def test_clauses_that_nothing_watches_are_said() -> None:
    head = """
param batch = 3 parts
for each s in infeed until outfeed.count >= batch {
  process s at lathe using OP10
  inspect s at gauge
  move s to outfeed
  ensure s.age <= 10 min
}
every 2 h {
  calibrate gauge
}
"""
    assert codes(unwatched(intent("", head=head))) == ["R722"]
    assert unwatched(intent()) == ()


def test_every_code_of_the_controller_has_a_page(repository) -> None:  # type: ignore[no-untyped-def]
    import re

    used = set()
    for path in (*(repository / "controller").rglob("*.py"), *(repository / "cellwright").rglob("*.py")):
        if path.name not in ("codes.py", "code_examples.py"):
            used |= set(re.findall(r"R7\d\d", path.read_text(encoding="utf-8")))
    assert PAGES.keys().isdisjoint(OF_TERMINALS)
    pages = {**PAGES, **OF_TERMINALS}
    assert used <= set(pages)
    assert set(pages) - used == {"R725"}
    assert all(page.title and "**What to do.**" in page.text for page in pages.values())


def test_the_cell_of_these_tests_is_one(repository) -> None:  # type: ignore[no-untyped-def]
    assert set(cell().equipment) == {"infeed", "outfeed", "scrap", "lathe", "gauge"}
