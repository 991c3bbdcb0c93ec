"""`explain PLAN STEP`: the line that asked, why this robot, why then, what must hold, what happens if it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cell.steps import Grip, Move, RunProgram
from cellwright.step_account import account
from tests.end_to_end.line import Planned
from tests.end_to_end.program import Finished, Program


def test_every_step_of_the_big_plan_has_an_account(tending: Planned) -> None:
    plan, program, cell = tending.released.motion_plan.tasks, tending.request.program, tending.request.cell
    ends = {step.id: step.start + step.duration for step in plan.steps}
    for step in plan.steps[::7]:
        found = account(step.id, plan, program, cell)
        assert found is not None
        assert found.asked == step.because.span
        assert len(found.needs) == len(step.needs)
        assert all(abs(ends[before.id] - step.start) < 1e-6 for before in found.waits)
        assert bool(found.waits) == (step.start > 0.0)
        followers = [s.start for s in plan.steps if step.id in s.predecessors]
        assert all(start >= ends[step.id] + found.slack - 1e-9 for start in followers)


def test_the_answer_to_a_failure_is_the_policy_that_the_controller_would_take(tending: Planned) -> None:
    plan, program, cell = tending.released.motion_plan.tasks, tending.request.program, tending.request.cell
    answers: dict[str, str] = {}
    for kind in (Grip, RunProgram):
        step = next(s for s in plan.steps if isinstance(s.action, kind))
        found = account(step.id, plan, program, cell)
        assert found is not None
        answers |= {a.event: a.text for a in found.answers}
    assert answers["part_missing"].startswith("skip")
    assert answers["grip_lost"] == 'retry 2 times, then hold "Check gripper pads"'
    assert answers["lathe.alarm"].startswith('hold "Clear the alarm')


def test_an_event_without_a_policy_is_said_to_hold(tending: Planned) -> None:
    plan = tending.released.motion_plan.tasks
    step = next(s for s in plan.steps if isinstance(s.action, Move))
    found = account(step.id, plan, tending.request.program, tending.request.cell)
    assert found is not None
    blocked = next(a for a in found.answers if a.event == "blocked")
    assert blocked.span is None
    assert "holds" in blocked.text


def test_the_program_tells_it_as_text_and_as_json(program: Program, cold_plan: tuple[Finished, Path]) -> None:
    told = program.call("explain", cold_plan[1], "s1")
    assert told.code == 0, told.everything
    assert "process s at lathe using OP10" in told.out
    assert "why this robot" in told.out
    document = json.loads(program.answer("explain", cold_plan[1], "s1", "--format", "json").out)
    assert document["asked"].endswith("tending.intent:6")
    assert {row["event"] for row in document["if_it_fails"]} >= {"blocked"}


@pytest.mark.parametrize(("arguments", "code"), [(("{plan}", "s99999"), 2), (("no.plan", "s1"), 2)])
def test_a_step_or_a_plan_that_is_not_there_is_a_matter_of_usage(
    program: Program, cold_plan: tuple[Finished, Path], arguments: tuple[str, str], code: int
) -> None:
    told = program.answer("explain", *(a.format(plan=cold_plan[1]) for a in arguments))
    assert told.code == code
    assert told.out == ""
    assert "Traceback" not in told.err
