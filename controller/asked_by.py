"""Which lines of the intent a device is at work for, so that an alarm about it names them.

Law: what a device is at work for is read off the steps that are under way there (served.py). What fails names the clause
that it broke where it says so, else the line of its step, of its goal, of its device.
"""

from __future__ import annotations

from collections.abc import Iterable

from cell.diagnostic import Span
from cell.run import ALARMS_NAME_LINES, CLAUSES_ARE_NAMED, EACH_CLAUSE_IS_NAMED, FAILURES_NAME_LINES
from controller.draft import Draft
from controller.run_state import Failure
from controller.served import served


def lines_of(d: Draft, device: str) -> tuple[Span, ...]:
    """`device` is a robot, a tool with its hands, a machine or a station."""
    if d.known.rules < ALARMS_NAME_LINES:
        return ()
    return served(d.progress, (device,))


def note_served(d: Draft, key: str, devices: Iterable[str] | None) -> None:
    """For an alarm of that name, what `devices` are at work for now that it comes; None when it is over."""
    if devices is not None:
        d.believe(served=d.belief.served.set(key, served(d.progress, devices)))
    elif key in d.belief.served:
        d.believe(served=d.belief.served.delete(key))


def lines_of_step(d: Draft, step: str | None) -> tuple[Span, ...]:
    if d.known.rules < FAILURES_NAME_LINES or d.progress.plan is None:
        return ()
    operation = d.plan.operation.get(step or "")
    return () if operation is None else (operation.because.span,)


def broken_clause(d: Draft, clause: Span) -> tuple[Span, ...]:
    """What a failure by a `within` or a `never` follows from: in a run of before no line."""
    return (clause,) if d.known.rules >= EACH_CLAUSE_IS_NAMED else ()


def lines_of_failure(d: Draft, failure: Failure) -> tuple[Span, ...]:
    if d.known.rules < FAILURES_NAME_LINES:
        return ()
    if failure.because and d.known.rules >= CLAUSES_ARE_NAMED:
        return failure.because
    goal = d.policies.goals.get(failure.goal or "") if d.policies is not None else None
    of_goal = () if goal is None else (goal.span,)
    return lines_of_step(d, failure.step) or of_goal or lines_of(d, failure.device or "")
