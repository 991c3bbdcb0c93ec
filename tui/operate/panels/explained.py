"""One step from the line of intent to what it is held to: the account that `explain PLAN STEP` gives, and how far the step is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from cell.steps import Step
from tui.operate.lines import Line, Piece, line, said, wrapped
from tui.operate.panels.plan_board import step_at_row
from tui.operate.panels.why import under_way
from tui.operate.planned import life_unseen, moment_in_plan, plan_of
from tui.operate.view import View

ABOUT = """The step under the cursor of the page of the plan, or the first one that is under way: the line of intent that asked
for it, the rule by which it follows, why this robot, why then, what must hold meanwhile and what happens where it fails; and
what it has come to."""

MARGIN = 2
Rows = tuple[Sequence[Line], Sequence[tuple[str, Line]]]


def chosen_step(view: View, row: str | None) -> Step | None:
    """`row` is the one under the cursor of the board."""
    found = step_at_row(view.scene, row)
    return found if found is not None else next(iter(under_way(view.scene.run)), None)


def explained_rows(view: View, step: Step | None, width: int) -> Rows:
    if step is None:
        return [line(said("no step is under way", "dim"))], []
    rows = [*wrapped(_come_to(view, step), width, "strong"), (), *_account(view, step, width)]
    return [], [(str(number), row) for number, row in enumerate(rows)]


def _come_to(view: View, step: Step) -> str:
    seen = view.scene.steps.get(step.id)
    if seen is None:
        return f"{step.id} {life_unseen(view.scene, step)}; planned from {step.start:.1f} s on"
    began = moment_in_plan(view.scene, seen.began)
    took = "" if seen.ended is None else f", took {(seen.ended - seen.began) / 1e9:.1f} s of {step.duration:.1f} s planned"
    return f"{step.id} {seen.how}: began at {began:.1f} s, {began - step.start:+.1f} s against the plan{took}"


def _account(view: View, step: Step, width: int) -> list[Line]:
    plan, context = plan_of(view.scene), view.scene.run.context
    if view.ground is None or plan is None or context is None:
        why = view.no_ground or "the cell is being read"
        return [*wrapped(step.because.rule, width), *wrapped(f"no more can be told: {why}", width, "dim")]
    from cellwright.step_account import account
    from tui.step_text import step_text

    found = account(step.id, plan.plan.tasks, context.program, view.ground.cell)
    if found is None:
        return wrapped(step.because.rule, width)
    return [part for row in step_text(found, view.texts, colour=False).splitlines() for part in _within(row, width)]


def _within(row: str, width: int) -> list[Line]:
    """What is indented stays so, and what follows of a long one stands a little to the right."""
    indent = len(row) - len(row.lstrip())
    if cell_len(row) <= width:
        return [line(row)]
    first, *rest = wrapped(row, max(1, width - indent - MARGIN))
    return [(Piece(" " * indent), *first), *((Piece(" " * (indent + MARGIN)), *each) for each in rest)]
