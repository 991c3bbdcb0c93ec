"""A plan runs only if it was released, for these files and this cell, and the facts that it reads are still so."""

import pickle
from dataclasses import replace

import pytest

from cell.plan_inputs import PlanInputs
from cell.read_facts import read_facts, value_of
from cell.state import InPlace, Lost
from controller.acceptance import accept, facts_differ, unwatched
from controller.codes import PAGES
from controller.dispatch import Dispatcher
from tests.controller.small_planner import cell, small_plan
from tests.controller.tending import intent, released, spec, world


def planned():  # type: ignore[no-untyped-def]
    state = spec().state
    plan = small_plan(state, 3)
    assert plan is not None
    reads = read_facts(state, ("shaft#1", "shaft#2", "shaft#3"), ("lathe", "gauge"))
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
def test_another_text_or_cell_is_refused_by_name(changes: dict[str, object], named: str) -> None:
    plan, inputs, state = planned()
    found = accept(plan, replace(inputs, **changes), state)  # type: ignore[arg-type]
    assert codes(found) == ["R719"]
    assert found[0].message.startswith(named)


def test_a_fact_that_changed_is_named_with_both_values() -> None:
    plan, inputs, state = planned()
    moved = tuple(replace(p, location=InPlace("outfeed[1]")) if p.id == "shaft#2" else p for p in state.parts)
    door = {**state.devices, "lathe": replace(state.devices["lathe"], door_open=True)}
    found = accept(plan, inputs, replace(state, parts=moved, devices=door))
    assert codes(found) == ["R718", "R718"]
    assert "`where shaft#2` was 'infeed[2]'" in found[0].message
    assert "is 'outfeed[1]' now" in found[0].message
    assert "`door lathe` was 'closed'" in found[1].message


def test_a_fact_that_the_plan_does_not_read_may_change() -> None:
    plan, _, state = planned()
    lost = tuple(replace(p, location=Lost("fell")) if p.id == "shaft#6" else p for p in state.parts)
    assert facts_differ(plan.motion_plan, replace(state, parts=lost)) == ()


def test_a_part_that_is_gone_reads_as_unknown() -> None:
    state = spec().state
    assert value_of(state, "where shaft#99") == "unknown"
    assert value_of(state, "where shaft#1") == "infeed[1]"


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
  every 90 s
}
"""
    assert codes(unwatched(intent("", head=head))) == ["R722"]
    assert unwatched(intent()) == ()


def test_every_code_of_the_controller_has_a_page(repository) -> None:  # type: ignore[no-untyped-def]
    import re

    used = set()
    for path in (repository / "controller").rglob("*.py"):
        if path.name != "codes.py":
            used |= set(re.findall(r"R7\d\d", path.read_text(encoding="utf-8")))
    assert used <= set(PAGES)
    assert set(PAGES) - used == {"R722", "R725"} - used
    assert all(page.title and "**What to do.**" in page.text for page in PAGES.values())


def test_the_cell_of_these_tests_is_one(repository) -> None:  # type: ignore[no-untyped-def]
    assert set(cell().equipment) == {"infeed", "outfeed", "scrap", "lathe", "gauge"}
