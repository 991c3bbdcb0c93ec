"""What is other in a plan that goes on from another one: which of the work that was left is done as before, and what is not.

Pure: two plans and what is done of the first one. Work is told apart by its goal and its part.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cell.dataclass import dataclass
from cell.task_plan import Operation
from controller.plan_index import PlanIndex
from controller.run_state import Progress, StepStatus

MOST = 12  # changes that are told one by one
OVER: frozenset[StepStatus] = frozenset({"confirmed", "dropped"})


@dataclass(frozen=True, slots=True)
class Differing:
    """`kept`: operations that were left and are as they were, in the same order. `changes` in words. How long the rest takes by
    the plan before and by this one, in s at the declared durations."""

    kept: int
    changes: tuple[str, ...]
    rest_before: float
    rest_now: float


def differing(before: Progress, now: PlanIndex) -> Differing:
    assert before.plan is not None
    old, new = _by_key(_left(before)), _by_key(now.plan.tasks.operations)
    told = [*_gone(old, new), *_changed(old, new), *_new(old, new)]
    shared = [key for key in old if key in new]
    same = [key for key in shared if _same(old[key], new[key])]
    moved = len(shared) - _longest_in_order(new, shared)
    if moved:
        told.append(f"{moved} of {len(shared)} operations in another order")
    rest_now = float(now.plan.tasks.bounds.makespan)
    return Differing(_longest_in_order(new, same), _shortened(told), _rest(before), rest_now)


Key = tuple[str, str, int]
"""Goal and part, and the how manieth operation for the two it is: branches of one choice may each have one."""


def _left(before: Progress) -> Iterator[Operation]:
    assert before.plan is not None
    for operation in before.plan.plan.tasks.operations:
        if any(before.status.get(step) not in OVER for step in operation.steps):
            yield operation


def _by_key(operations: Iterator[Operation] | Sequence[Operation]) -> Mapping[Key, Operation]:
    found: dict[Key, Operation] = {}
    times = Counter[tuple[str, str]]()
    for operation in operations:
        pair = (operation.goal, operation.part)
        found[(*pair, times[pair])] = operation
        times[pair] += 1
    return found


def _same(one: Operation, other: Operation) -> bool:
    return (one.robot, one.target) == (other.robot, other.target)


def _gone(old: Mapping[Key, Operation], new: Mapping[Key, Operation]) -> Iterator[str]:
    yield from (f"no more: {_words(old[key])}" for key in old if key not in new)


def _new(old: Mapping[Key, Operation], new: Mapping[Key, Operation]) -> Iterator[str]:
    yield from (f"new: {_words(new[key])}" for key in new if key not in old)


def _changed(old: Mapping[Key, Operation], new: Mapping[Key, Operation]) -> Iterator[str]:
    for key in old:
        if key not in new:
            continue
        was, now = old[key], new[key]
        if was.robot != now.robot:
            yield f"{_words(was)}: by {now.robot or 'no robot'} instead of {was.robot or 'no robot'}"
        elif was.target != now.target:
            yield f"{_words(was)}: to {now.target or 'where it is'} instead of {was.target or 'where it is'}"


def _words(operation: Operation) -> str:
    return f"{operation.verb} {operation.part}"


def _longest_in_order(new: Mapping[Key, Operation], shared: Sequence[Key]) -> int:
    """How many of them can stay where they are, so that the least number is called moved."""
    place = {key: k for k, key in enumerate(new)}
    tails: list[int] = []
    for key in shared:
        at = bisect_left(tails, place[key])
        tails[at : at + 1] = [place[key]]
    return len(tails)


def _rest(before: Progress) -> float:
    """From the first of its steps that is not over to its end."""
    assert before.plan is not None
    tasks = before.plan.plan.tasks
    open_steps = (step.start for step in tasks.steps if before.status.get(step.id) not in OVER)
    return float(tasks.bounds.makespan - min(open_steps, default=tasks.bounds.makespan))


def _shortened(told: Sequence[str]) -> tuple[str, ...]:
    return (*told[:MOST], f"and {len(told) - MOST} more") if len(told) > MOST else tuple(told)
