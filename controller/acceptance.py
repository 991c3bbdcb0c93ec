"""Whether a released plan may start here and now: made for these files, this cell, and facts that are still so.

Pure. The session reads what is on disk and what the drivers show; this compares.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.diagnostic import Diagnostic, Span, error, warning
from cell.motion_plan import MotionPlan
from cell.plan_inputs import PlanInputs
from cell.program import Block, Fresh, Goal, Group, IntentProgram, Loop, Scope, When
from cell.read_facts import value_of
from cell.released_plan import ReleasedPlan
from cell.state import CellState
from cell.task_plan import ReadFact
from controller import ages, measured
from controller.waiting import watched

AGAIN = "plan again: `cellwright plan`"


def facts_differ(plan: MotionPlan, observed: CellState) -> tuple[tuple[ReadFact, str], ...]:
    """Facts that the plan relies on and that are no longer so, each with its value now. What nothing reports cannot differ."""
    now = ((fact, value_of(observed, fact.name)) for fact in plan.tasks.reads)
    return tuple((fact, value) for fact, value in now if value is not None and value != fact.value)


def inputs_differ(plan: MotionPlan, inputs: PlanInputs) -> tuple[str, ...]:
    """What the plan was made from and is another now: files, params, the cell, robot models, by name."""
    found = [
        *_changed("file", plan.sources, inputs.sources),
        *_changed("param", plan.params, inputs.params),
        *_changed("robot model", plan.robot_digests, inputs.robot_digests),
    ]
    return (*found, *(("the cell",) if plan.cell_revision != inputs.cell_revision else ()))


def accept(plan: ReleasedPlan, inputs: PlanInputs, observed: CellState) -> tuple[Diagnostic, ...]:
    """Empty when the plan may run. R719: another text or cell. R718: a fact has changed. A defect is a TypeError: only a
    released plan is ever asked about."""
    if not isinstance(plan, ReleasedPlan):
        raise TypeError(f"only a released plan runs, got {type(plan).__name__}")
    made = plan.motion_plan
    found = [error("R719", f"{what} has changed since the plan was made", help=AGAIN) for what in inputs_differ(made, inputs)]
    found += [
        error("R718", f"`{fact.name}` was {fact.value!r} when the plan was made and is {value!r} now", help=AGAIN)
        for fact, value in facts_differ(made, observed)
    ]
    return tuple(found)


def unwatched(program: IntentProgram) -> tuple[Diagnostic, ...]:
    """A warning for each clause that this version does not watch while running, so that none looks kept that is not."""
    known = {ensure.span for ensure, _, _ in watched(program)} | {ensure.span for _, ensure, _ in ages.watched(program)}
    known |= {ensure.span for _, ensure, _, _, _ in measured.watched(program)}
    left = (found for found in _unwatched(program.block) if found[1] not in known)
    return tuple(warning("R722", what, span, help="it is not watched yet") for what, span in left)


def _unwatched(block: Block) -> Iterator[tuple[str, Span]]:
    for ensure in block.ensures:
        if ensure.kind == "monitor":
            yield "an `ensure` on an observed quantity", ensure.span
    for line in block.lines:
        match line:
            case Goal(block=inner):
                if inner is not None:
                    yield from _unwatched(inner)
            case Loop(block=inner) | Group(block=inner) | Scope(block=inner) | Fresh(block=inner):
                yield from _unwatched(inner)
            case When(branches=branches):
                for branch in branches:
                    yield from _unwatched(branch.block)


def _changed(what: str, then: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> Iterator[str]:
    before, after = dict(then), dict(now)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield f"{what} {name}"
