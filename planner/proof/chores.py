"""Goals about a thing that is no part, derived again: done once in their order, or kept fresh by `every 2 h { calibrate gauge }`.

What is kept fresh and was never done, or too long ago, is due at once: whatever its station does to a part comes after it, for
all durations. At the declared durations never more than the time passes from one time to the next, nor to the end of the plan.
How often that is the plan chooses; how long ago the last time was the state says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.program import Fresh, Goal, Line
from cell.steps import Inspect, RunProgram, Service, Step, Treat
from planner.proof.duty_keys import Key
from planner.proof.precedence import Precedence
from planner.proof.schedule import SAME_TIME, end_of

StepsOf = Mapping[Key, Sequence[Step]]


@dataclass(frozen=True, slots=True)
class FreshDuty:
    """`keys`: one for each time that the plan has it, in the order of their numbers. `since`: s since it was last done before the
    plan, None where nothing says when."""

    fresh: Fresh
    goal: Goal
    thing: str
    since: float | None
    keys: tuple[Key, ...]

    @property
    def interval(self) -> float:
        """s."""
        return self.fresh.interval.quantity.value

    @property
    def is_due_at_once(self) -> bool:
        return self.since is None or self.since > self.interval


def thing_of(goal: Goal, cell: CellModel) -> str | None:
    """The station that does it to itself; None where the goal is about something else, or asks for more."""
    name = goal.object.text
    if not cell.vocabulary.is_about_things(goal.verb) or name not in cell.equipment:
        return None
    return None if goal.roles or goal.bounds or (goal.block is not None and goal.block.lines) else name


def only_goal(fresh: Fresh) -> Goal | None:
    line = fresh.block.lines[0] if len(fresh.block.lines) == 1 else None
    return line if isinstance(line, Goal) else None


def is_by_time(line: Line) -> bool:
    return isinstance(line, Fresh) and line.interval.quantity.dimension != "parts"


def are_numbered(times: Sequence[str]) -> bool:
    """Whether the times are called 1, 2, 3, … as they follow one another."""
    return list(times) == [str(k) for k in range(1, len(times) + 1)]


def longest_gap(duty: FreshDuty, steps_of: StepsOf, makespan: float) -> float:
    """s from one time to the next, or to the end of the plan."""
    ends = [max(map(end_of, steps_of[key]), default=0.0) for key in duty.keys if key in steps_of]
    before = [] if duty.is_due_at_once or duty.since is None else [-duty.since]
    return max((b - a for a, b in pairwise([*before, *ends, makespan])), default=0.0)


def check_fresh(
    duties: Sequence[FreshDuty], steps_of: StepsOf, steps: Sequence[Step], order: Precedence, makespan: float
) -> tuple[Diagnostic, ...]:
    found: list[Diagnostic] = []
    for duty in duties:
        own = [order.index[s.id] for key in duty.keys for s in steps_of.get(key, ()) if isinstance(s.action, Service)]
        found += _out_of_order(duty, own, steps, order)
        gap = longest_gap(duty, steps_of, makespan)
        if gap > duty.interval * (1.0 + SAME_TIME):
            message = f"{gap:.3f} s pass without {duty.goal.verb} {duty.thing}; {duty.interval:.6g} s are allowed"
            found.append(error("E553", message, duty.fresh.span, help=f"feasible from `every {gap:.1f} s`"))
    return tuple(found)


def _out_of_order(duty: FreshDuty, own: Sequence[int], steps: Sequence[Step], order: Precedence) -> Iterator[Diagnostic]:
    what, span = f"{duty.goal.verb} {duty.thing}", duty.fresh.span
    if any(not order.before[b] >> a & 1 for a, b in pairwise(own)):
        yield error("E682", f"the times of {what} do not follow one another in their order", span)
    if not duty.is_due_at_once or not steps:
        return
    if not own:
        yield error("E689", f"{what} is due at once, and the plan does not do it", span)
        return
    for i, step in enumerate(steps):
        if _is_done_by(step, duty.thing) and not order.before[i] >> own[0] & 1:
            yield error("E682", f"{step.id} may come before {what}, which is due at once", step.because.span, span)
            return


def _is_done_by(step: Step, thing: str) -> bool:
    """Whether the station does something to a part."""
    match step.action:
        case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name):
            return name == thing
        case _:
            return False
