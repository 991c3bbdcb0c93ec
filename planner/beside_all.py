"""How much longer the work takes without some robots than with all of them, both planned: an estimate would be no answer."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from cell.diagnostic import Diagnostic, Outcome, Severity
from cell.motion_plan import MotionPlan
from cell.task_plan import TaskPlan


def beside_all_robots(without: Set[str], tasks: TaskPlan, every: Outcome[MotionPlan]) -> tuple[Diagnostic, ...]:
    """N601: `tasks` without those robots beside the plan with `every` one, and beside why there is none. Nothing where there is
    nothing to do."""
    mine = f"without {', '.join(sorted(without))} this takes {tasks.bounds.makespan:.1f} s"
    if every.value is None:
        reasons = (replace(d, severity=Severity.NOTE) for d in every.diagnostics if d.is_error)
        return (_note(f"{mine}, and with every robot there is no plan to compare it with"), *reasons)
    theirs = every.value.tasks.bounds.makespan
    if not theirs or not tasks.bounds.makespan:
        return ()
    return (_note(f"{mine}, with every robot {theirs:.1f} s: {tasks.bounds.makespan / theirs:.2f} times as fast"),)


def _note(message: str) -> Diagnostic:
    return Diagnostic("N601", Severity.NOTE, message)
