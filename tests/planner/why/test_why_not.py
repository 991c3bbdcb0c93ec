"""Every infeasible text is answered with its kind; what is proved has a core, and none of its clauses can be spared."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from cell.diagnostic import Outcome, Span
from cell.motion_plan import MotionPlan
from cell.state import PlanningRequest
from planner.tasks.crew import Known
from planner.tasks.groundwork import refuted
from planner.tasks.plan_tasks import plan_tasks
from planner.why.clauses import Clause, clauses_of, without
from planner.why.frozen import frozen_of
from planner.why.kinds import PROVED as PROVED_CODES
from planner.why.proofs import conflicts
from tests.planner.tasks.cells import request_of
from tests.planner.tasks.test_palletizing import CELL as PALLETS
from tests.planner.tasks.test_palletizing import ORDERED
from tests.planner.why.answers import answer
from tests.planner.why.infeasible import BOTH, CASES, CELL, KNOWN, LOOP, PROCESS, SECOND_ROBOT, Case, at_speed


def request_for(case: Case) -> PlanningRequest:
    return request_of(case.intent, case.cell, case.state, **case.more)


def answered(case: Case) -> Outcome[MotionPlan]:
    found = answer(request_for(case), KNOWN)
    assert found is not None, "there is a plan"
    return found


def row(case: Case, span: Span) -> str:
    return case.intent.split("\n")[span.start.line - 1].strip().removesuffix(" {")


def chosen(request: PlanningRequest, spans: tuple[Span, ...]) -> tuple[Clause, ...]:
    """The clauses behind the spans of a core."""
    return tuple(c for c in clauses_of(request.program) if c.shown in spans)


def struck(request: PlanningRequest, clause: Clause) -> PlanningRequest:
    frozen, _ = frozen_of(request)
    return replace(request, program=without(request.program, [clause], frozen, request.cell.vocabulary))


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
    (core,) = found.why.cores
    assert (core.code, core.is_smallest) == (case.code, True)
    for spans, starts in ((core.clauses, case.core), (core.needed, case.needed)):
        told = [row(case, span) for span in spans]
        assert len(told) == len(starts), told
        assert all(line.startswith(start) for line, start in zip(told, starts, strict=True)), told


PROVED = [case for case in CASES if case.kind == "proved impossible"]


@pytest.mark.parametrize("case", PROVED, ids=[c.name for c in PROVED])
def test_without_any_clause_of_the_core_there_is_a_plan(case: Case) -> None:
    request, found = request_for(case), answered(case)
    assert found.why is not None
    (core,) = found.why.cores
    clauses = chosen(request, core.clauses)
    assert clauses
    assert [(c, left.diagnostics) for c in clauses if (left := answer(struck(request, c), KNOWN)) is not None] == []


@pytest.mark.parametrize("case", [c for c in PROVED if c.needed], ids=[c.name for c in PROVED if c.needed])
def test_without_what_the_core_needs_something_else_is_in_the_way(case: Case) -> None:
    request, found = request_for(case), answered(case)
    assert found.why is not None
    for clause in chosen(request, found.why.cores[0].needed):
        left = answer(struck(request, clause), KNOWN)
        assert left is not None
        assert case.code not in {d.code for d in left.diagnostics}


@pytest.mark.parametrize("case", PROVED, ids=[c.name for c in PROVED])
def test_the_core_is_a_conflict_by_itself_and_none_of_it_can_be_spared(case: Case) -> None:
    request, found = request_for(case), answered(case)
    assert found.why is not None
    (core,) = found.why.cores
    proof = next(d for d in plan_tasks(request, KNOWN).diagnostics if d.code in PROVED_CODES)
    clauses = chosen(request, (*core.clauses, *core.needed))
    is_conflict = conflicts(request, proof, KNOWN)
    assert is_conflict(clauses)
    assert not any(is_conflict(tuple(c for c in clauses if c != one)) for one in clauses)


def test_a_reason_that_another_one_hides_is_told_with_a_core_of_its_own() -> None:
    case = Case("nothing leaves the lathe in time", f"{LOOP} {{\n  {PROCESS}\n}}\nwithin 2 min\n", "E501")
    found = answered(case)
    assert found.why is not None
    assert [d.code for d in found.diagnostics] == ["E501", "E608"]
    assert [(c.code, [row(case, s) for s in c.clauses], c.needed) for c in found.why.cores] == [
        ("E501", [LOOP, PROCESS, "within 2 min"], ()),
        ("E608", [LOOP, PROCESS], ()),
    ]


def test_a_reason_that_shows_only_without_another_one_is_told_too() -> None:
    """What is said of the lines themselves comes before any counting."""
    intent = f"{LOOP} {{\n  seal s at gauge by operator\n}}\nmove shaft from outfeed to scrap\n"
    found = answered(Case("two lines", intent, "E625"))
    assert found.why is not None
    assert [d.code for d in found.diagnostics] == ["E625", "E611"]
    assert [c.code for c in found.why.cores] == ["E625", "E611"]


def test_where_either_of_two_lines_is_too_much_each_has_a_core() -> None:
    intent = ORDERED.replace("  }\n}", "  }\n  ensure pallet.mass <= 90 kg\n}")
    case = Case("both pallets", intent, "E618", cell=PALLETS)
    found = answered(case)
    assert found.why is not None
    first, second = ([row(case, s) for s in core.clauses] for core in found.why.cores)
    assert [a for a, b in zip(first, second, strict=True) if a != b] == ["do build(left)"]
    assert "do build(right)" in second


def test_where_no_motion_is_found_for_one_robot_it_says_why_not_another_one() -> None:
    case = Case("one of two", "move shaft to outfeed\n", "E603", cell=CELL + SECOND_ROBOT, more=BOTH)
    request = request_for(case)
    nothing = Known(lambda need: math.inf if need.robot == "r1" and need.touch is not None else at_speed(need))
    found = refuted(request, nothing)
    assert [d.code for d in found] == ["E603", "E603"], "where it is taken, and where it is put"
    assert all(any(s.label.startswith("r2 cannot: ") for s in d.spans) for d in found)
