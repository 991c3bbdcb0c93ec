"""Which lines of the intent a device is at work for, so that an alarm about it names them.

Law: what was asked, never what is guessed: of the steps that are under way there, each line once, in the plan's order. A device
at rest is at work for nobody. What fails names the line of its step, else of its goal, else of its device.
"""

from __future__ import annotations

from cell.diagnostic import Span
from cell.run import ALARMS_NAME_LINES, FAILURES_NAME_LINES
from controller.draft import Draft
from controller.run_state import Failure


def lines_of(d: Draft, device: str) -> tuple[Span, ...]:
    """`device` is a robot, a tool with its hands, a machine or a station."""
    if d.known.rules < ALARMS_NAME_LINES or d.progress.plan is None:
        return ()
    flights = (f for f in d.progress.flights.values() if f.step is not None and device in (f.device, f.device.split(".")[0]))
    steps = sorted((f.step for f in flights if f.step is not None), key=lambda name: d.plan.position.get(name, 0))
    return tuple(dict.fromkeys(d.plan.operation[name].because.span for name in steps if name in d.plan.operation))


def lines_of_step(d: Draft, step: str | None) -> tuple[Span, ...]:
    if d.known.rules < FAILURES_NAME_LINES or d.progress.plan is None:
        return ()
    operation = d.plan.operation.get(step or "")
    return () if operation is None else (operation.because.span,)


def lines_of_failure(d: Draft, failure: Failure) -> tuple[Span, ...]:
    if d.known.rules < FAILURES_NAME_LINES:
        return ()
    goal = d.policies.goals.get(failure.goal or "") if d.policies is not None else None
    of_goal = () if goal is None else (goal.span,)
    return lines_of_step(d, failure.step) or of_goal or lines_of(d, failure.device or "")
