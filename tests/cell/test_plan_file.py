"""Whatever a plan file holds, reading it gives a plan or a diagnostic: never a traceback, never a plan that says two things."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.motion_plan import MotionPlan
from cell.plan_document import plan_document
from cell.plan_file import LARGEST_TEXT, plan_id, read_plan, with_plan_id, write_plan
from tests.planner.proof.gantry import tending


def text() -> str:
    return write_plan(tending().plan)


def code(hostile: str) -> str:
    outcome = read_plan(hostile, "some.plan")
    assert outcome.value is None
    (finding,) = outcome.diagnostics
    assert finding.spans[0].file == "some.plan"
    return finding.code


def edited(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(text())
    change(document)
    return json.dumps(document)


def test_plan_comes_back_as_it_was_written() -> None:
    plan = read_plan(text()).expect()
    assert write_plan(plan) == text()
    assert plan_id(plan) == plan.plan_id == tending().plan.plan_id


def test_equal_plans_give_equal_bytes_and_other_plans_another_id() -> None:
    plan = tending().plan
    assert write_plan(replace(plan)) == text()
    assert with_plan_id(replace(plan, tasks=replace(plan.tasks, seed=7))).plan_id != plan.plan_id


def test_document_has_what_the_command_line_promises() -> None:
    document = plan_document(tending().plan)
    assert {"plan_id", "makespan_s", "lower_bound_s", "gap", "steps", "orders", "branches"} <= document.keys()
    wanted = {"id", "operation", "verb", "robot", "object", "from", "to", "start_s", "duration_s", "claims", "preds", "because"}
    assert all(wanted <= step.keys() for step in document["steps"])
    assert {step["verb"] for step in document["steps"]} >= {"travel", "approach", "grip", "release", "run program", "decide"}
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize(
    "hostile", ["", "{", "null", "[]", "1e999", "NaN", '{"format": NaN}', "\x00", "[" * 200_000, '"\\ud800"', "9" * 5000]
)
def test_text_that_is_no_plan_is_refused(hostile: str) -> None:
    assert code(hostile) in ("E670", "E671")


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99])
def test_file_cut_short_is_refused(share: float) -> None:
    assert code(text()[: int(len(text()) * share)]) == "E670"


def test_too_large_a_file_is_refused_unread() -> None:
    assert code(" " * (LARGEST_TEXT + 1)) == "E670"


@pytest.mark.parametrize("half", ["\ud800", "\\ud800"], ids=["as it is", "escaped"])
def test_text_that_has_no_bytes_is_refused(half: str) -> None:
    assert code(text().replace('"rule":"', f'"rule":"{half}')) == "E671"


def test_key_that_stands_twice_is_refused() -> None:
    assert code(text().replace('"seed":0', '"seed":0,"seed":0', 1)) == "E670"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(format="another form"),
        lambda d: d.pop("plan"),
        lambda d: d["plan"].pop("tasks"),
        lambda d: d["plan"].update(more=1),
        lambda d: d["plan"]["tasks"].update(seed="0"),
        lambda d: d["plan"]["tasks"].update(seed=True),
        lambda d: d["plan"]["tasks"]["steps"][0].update(start=10**400),
        lambda d: d["plan"]["tasks"]["steps"][0].update(start=None),
        lambda d: d["plan"]["tasks"]["steps"][0]["action"].update(type="Dance"),
        lambda d: d["plan"]["tasks"]["steps"][0]["because"].update(rule="\ud800"),
        lambda d: next(iter(d["plan"]["motions"].values()))["segments"][0].update(control=[[1.0], [2.0, 3.0]]),
        lambda d: next(iter(d["plan"]["motions"].values()))["segments"][0].update(control=["x"]),
    ],
)
def test_plan_of_another_form_is_refused_with_the_entry(change: Callable[[dict[str, Any]], object]) -> None:
    assert code(edited(change)) == "E671"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["steps"][3].update(duration_s=99.0),
        lambda d: d["steps"][3].update(claims=["lathe"]),
        lambda d: d.update(makespan_s=1.0),
        lambda d: d.pop("branches"),
        lambda d: d.update(obligations=[]),
    ],
)
def test_edit_of_the_readable_part_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    assert code(edited(change)) == "E672"


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3)),
    st.integers(0, 10**6),
)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_any_value_at_any_place_is_read_or_refused(value: object, seed: int) -> None:
    document, draw = json.loads(text()), Random(seed)
    holder = document["plan"]
    while True:
        key = draw.choice(sorted(holder)) if isinstance(holder, dict) else draw.randrange(len(holder))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or draw.random() < 0.1:
            break
        holder = inner
    holder[key] = value
    outcome = read_plan(json.dumps(document))
    assert outcome.value is None or isinstance(outcome.value, MotionPlan)
    assert (outcome.value is None) == bool(outcome.diagnostics)
