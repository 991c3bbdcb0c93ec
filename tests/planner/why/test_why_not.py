"""Every infeasible text is answered with its kind; what is proved has a core, and none of its clauses can be spared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.diagnostic import Core, Outcome, Span
from cell.motion_plan import MotionPlan
from cell.state import PlanningRequest
from planner.tasks.plan_tasks import plan_tasks
from planner.why.clauses import Clause, clauses_of, without
from planner.why.frozen import frozen_of
from planner.why.kinds import PROVED as PROVED_CODES
from planner.why.no_plan import conflicts
from tests.planner.tasks.cells import request_of
from tests.planner.why.answers import answer
from tests.planner.why.infeasible import CASES, KNOWN, Case


def request_for(case: Case) -> PlanningRequest:
    return request_of(case.intent, case.cell, case.state, **case.more)


def answered(case: Case) -> Outcome[MotionPlan]:
    found = answer(request_for(case), KNOWN)
    assert found is not None, "there is a plan"
    return found


def row(case: Case, span: Span) -> str:
    return case.intent.split("\n")[span.start.line - 1].strip().removesuffix(" {")


def rows(case: Case, core: Core) -> list[str]:
    return [row(case, span) for span in core.clauses]


def chosen(request: PlanningRequest, core: Core) -> tuple[Clause, ...]:
    """The clauses behind the spans of a core."""
    return tuple(c for c in clauses_of(request.program) if c.shown in core.clauses)


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_it_is_answered_with_its_kind_and_its_core(case: Case) -> None:
    found = answered(case)
    assert found.why is not None
    assert found.why.kind == case.kind
    assert case.code in {d.code for d in found.diagnostics}
    assert bool(found.why.budget) == (case.kind == "gave up")
    if case.kind != "proved impossible":
        assert found.why.cores == ()
        return
    core = found.why.cores[0]
    told = rows(case, core)
    assert (core.code, core.is_smallest) == (case.code, True)
    assert len(told) == len(case.core), told
    assert all(row.startswith(start) for row, start in zip(told, case.core, strict=True)), told


PROVED = [case for case in CASES if case.kind == "proved impossible"]


@pytest.mark.parametrize("case", PROVED, ids=[c.name for c in PROVED])
def test_without_any_clause_of_the_core_there_is_a_plan(case: Case) -> None:
    request, found = request_for(case), answered(case)
    assert found.why is not None
    frozen, _ = frozen_of(request)
    (core,) = found.why.cores
    for clause in chosen(request, core):
        less = replace(request, program=without(request.program, [clause], frozen))
        left, other = answer(less, KNOWN), case.leaves.get(row(case, clause.span))
        if left is not None:
            assert {d.code for d in left.diagnostics} == {other}, (clause, left.diagnostics)


@pytest.mark.parametrize("case", PROVED, ids=[c.name for c in PROVED])
def test_the_core_is_a_conflict_by_itself_and_none_of_it_can_be_spared(case: Case) -> None:
    request, found = request_for(case), answered(case)
    assert found.why is not None
    (core,) = found.why.cores
    proof = next(d for d in plan_tasks(request, KNOWN).diagnostics if d.code in PROVED_CODES)
    clauses = chosen(request, core)
    is_conflict = conflicts(request, proof, KNOWN)
    assert is_conflict(clauses)
    assert not any(is_conflict(tuple(c for c in clauses if c != one)) for one in clauses)
