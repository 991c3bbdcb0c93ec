"""What is called feasible was planned with: following it once is enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cell.diagnostic import Diagnostic, Edit, Fix, Outcome, Position, Span, error
from cell.program import IntentProgram
from planner.tasks.plan_tasks import plan_tasks
from planner.why.relief import relieved
from tests.planner.tasks.cells import TEND, TENDING, program_of, request_of
from tests.planner.why.answers import answer_to
from tests.planner.why.infeasible import CELL as ONE_HAND
from tests.planner.why.infeasible import KNOWN, THROUGH

PACED = TEND.replace("process s at lathe using OP10\n", "process s at lathe using OP10\n  within {w}\n  every {t}\n")


def edited(text: str, fix: Fix) -> str:
    rows = text.split("\n")
    for edit in sorted(fix.edits, key=lambda e: e.span, reverse=True):
        row, a, b = edit.span.start.line - 1, edit.span.start.column - 1, edit.span.end.column - 1
        rows[row] = rows[row][:a] + edit.replacement + rows[row][b:]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (TEND.format(batch=3) + "within 60 s\n", TENDING),
        (TEND.format(batch=2) + "within 129 s\n", TENDING),
        (PACED.format(batch=4, w="50 s", t="20 s"), TENDING),
        (PACED.format(batch=6, w="78 s", t="2 min"), TENDING),
        (PACED.format(batch=4, w="78 s", t="20 s") + "within 100 s\n", TENDING),
        (THROUGH.replace("  move", "  within 40 s\n  move") + "within 2 min\n", ONE_HAND),
    ],
    ids=["beyond the bound", "short of the search", "two at once", "each shaft", "three at once", "one hand"],
)
def test_what_is_called_feasible_is_feasible_when_it_is_followed_once(text: str, cell: str) -> None:
    found = answer_to(text, cell)
    assert found is not None
    errors = [d for d in found.diagnostics if d.is_error]
    assert errors
    for told in errors:
        assert told.help.startswith("feasible from `")
        assert told.fix is not None
        assert not told.fix.is_certain
        assert answer_to(edited(text, told.fix), cell) is None, "it is"


AMOUNT = Span("a.intent", Position(2, 8), Position(2, 12))


def advice(seconds: int) -> Diagnostic:
    fix = Fix(f"write `within {seconds} s`", (Edit(AMOUNT, f"{seconds} s"),), is_certain=False)
    return error("E504", "too slow", AMOUNT, help="perhaps", fix=fix)


def that_asks_for(*more: int) -> tuple[Callable[[IntentProgram], Outcome[object]], list[int]]:
    """A planner that is content with the last of these only; it counts how often it is asked."""
    left, calls = list(more), [0]

    def replan(_: IntentProgram) -> Outcome[object]:
        calls[0] += 1
        return Outcome(None, (advice(left.pop(0)),)) if left else Outcome("a plan")

    return replan, calls


def test_advice_that_is_not_enough_is_followed_further() -> None:
    replan, _ = that_asks_for(80, 90)
    (told,) = relieved(program_of(THROUGH), (advice(70),), replan)
    assert told.help == "feasible from `within 90 s`"


def test_what_was_never_planned_is_not_called_feasible() -> None:
    replan, calls = that_asks_for(*range(80, 200, 10))
    (told,) = relieved(program_of(THROUGH), (advice(70),), replan)
    assert told.fix is None
    assert "feasible" not in told.help
    assert calls[0] <= 4


def test_time_does_not_help_against_anything_else() -> None:
    replan, calls = that_asks_for()
    told = relieved(program_of(THROUGH), (advice(70), error("E607", "no room", AMOUNT)), replan)
    assert calls == [0]
    assert all(d.fix is None for d in told)


def test_the_stage_itself_promises_nothing() -> None:
    """Only planning with an amount shows that it is enough."""
    outcome = plan_tasks(request_of(THROUGH + "within 2 min\n", ONE_HAND), KNOWN)
    assert all("feasible" not in d.help for d in outcome.diagnostics)
