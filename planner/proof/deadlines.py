"""`within` and `every` at the declared durations: the longest path, both branches of every choice counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from cell.diagnostic import Diagnostic, error
from cell.steps import Step
from planner.proof.duty import DeadlineDuty, Duties, PaceDuty
from planner.proof.duty_keys import Key
from planner.proof.schedule import SAME_TIME, end_of

StepsOf = Mapping[Key, Sequence[Step]]


def check_deadlines(duties: Duties, steps_of: StepsOf) -> tuple[Diagnostic, ...]:
    return tuple(_broken(duties, steps_of))


def span_of(deadline: DeadlineDuty, steps_of: StepsOf) -> float:
    """How long the block of the deadline is open, s."""
    steps = [step for key in deadline.keys for step in steps_of.get(key, ())]
    if not steps:
        return 0.0
    opened = 0.0 if deadline.from_start else min(step.start for step in steps)
    return max(end_of(step) for step in steps) - opened


def slowest_lateness(pace: PaceDuty, steps_of: StepsOf) -> tuple[float, float]:
    """(by how much the worst iteration is late, the smallest interval that would do), s. Iterations in order of their ends, from
    the first one that the plan begins."""
    own = _ends(pace.iterations, steps_of)
    first = min(own, default=math.inf)
    ends = sorted((*own, *(end for end in _ends(pace.begun, steps_of) if end >= first)))
    late = max((end - ends[0] - k * pace.interval for k, end in enumerate(ends)), default=0.0)
    smallest = max(((end - ends[0]) / k for k, end in enumerate(ends) if k > 0), default=0.0)
    return late, smallest


def _ends(iterations: Sequence[frozenset[Key]], steps_of: StepsOf) -> list[float]:
    found = ([step for key in keys for step in steps_of.get(key, ())] for keys in iterations)
    return [max(end_of(step) for step in steps) for steps in found if steps]


def _broken(duties: Duties, steps_of: StepsOf) -> Iterator[Diagnostic]:
    for deadline in duties.deadlines:
        span = span_of(deadline, steps_of)
        if span > deadline.limit * (1.0 + SAME_TIME):
            of = f" for {deadline.label}" if deadline.label else ""
            message = f"the plan takes {span:.3f} s{of}; {deadline.limit:.6g} s is allowed"
            yield error("E550", message, deadline.span, help=f"feasible from `within {span:.1f} s`")
    for pace in duties.paces:
        late, smallest = slowest_lateness(pace, steps_of)
        if late > SAME_TIME * max(1.0, pace.interval):
            message = f"an iteration of the plan is {late:.3f} s behind the pace of {pace.interval:.6g} s"
            yield error("E551", message, pace.span, help=f"feasible from `every {smallest:.1f} s`")
