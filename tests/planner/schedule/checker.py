"""Whether a schedule is one, by the definition in `planner.schedule.problem` and by nothing else: moment by moment."""

from __future__ import annotations

import math

from planner.schedule.problem import Problem, Use
from planner.schedule.schedule import Schedule

TOLERANCE = 1e-9


def faults(problem: Problem, schedule: Schedule) -> list[str]:
    """What is wrong with it, in words; empty where nothing is."""
    found: list[str] = []
    count = len(problem.operations)
    if len(schedule.modes) != count or len(schedule.starts) != count:
        return ["not all operations are scheduled"]
    for i, op in enumerate(problem.operations):
        if not 0 <= schedule.modes[i] < len(op.modes):
            return [f"operation {i} has no mode {schedule.modes[i]}"]
        if schedule.starts[i] < op.release - TOLERANCE or not math.isfinite(schedule.starts[i]):
            found.append(f"operation {i} starts at {schedule.starts[i]}, released at {op.release}")
        if op.follows is not None and schedule.modes[i] != schedule.modes[op.follows]:
            found.append(f"operation {i} is done in another mode than {op.follows}")
    end = [schedule.starts[i] + problem.operations[i].modes[schedule.modes[i]].duration for i in range(count)]
    for p in problem.precedences:
        if schedule.starts[p.after] < end[p.before] + p.lag - TOLERANCE:
            found.append(f"{p.after} starts before {p.before} has ended and {p.lag} passed")
    for r in range(len(problem.resources)):
        taken = [
            (schedule.starts[i], end[i if use.until is None else use.until], i, use)
            for i, op in enumerate(problem.operations)
            for use in op.modes[schedule.modes[i]].uses
            if use.resource == r
        ]
        found += _resource_faults(problem, r, taken)
        if [i for _, _, i, _ in taken] != sorted(schedule.order[r]):
            found.append(f"the order of resource {r} is not of what uses it")
        begun = [schedule.starts[i] for i in schedule.order[r]]
        if begun != sorted(begun):
            found.append(f"the order of resource {r} is not by time")
    if abs(schedule.makespan - max(end, default=0.0)) > TOLERANCE:
        found.append(f"the last operation ends at {max(end, default=0.0)}, not at {schedule.makespan}")
    late = max([0.0, *(end[i] - op.due for i, op in enumerate(problem.operations) if op.due is not None)])
    if abs(schedule.tardiness - late) > TOLERANCE:
        found.append(f"late by {late}, not by {schedule.tardiness}")
    if schedule.lower_bound > schedule.makespan + TOLERANCE:
        found.append(f"the bound {schedule.lower_bound} is above {schedule.makespan}")
    return found


def _resource_faults(problem: Problem, r: int, taken: list[tuple[float, float, int, Use]]) -> list[str]:
    resource = problem.resources[r]
    found = []
    for moment in sorted({start for start, _, _, _ in taken}):
        amount = sum(use.amount for start, end, _, use in taken if start <= moment < end - TOLERANCE)
        if amount > resource.capacity:
            found.append(f"{amount} of {resource.capacity} units of resource {r} are taken at {moment}")
    if resource.travel is None:
        return found
    return found + _travel_faults(resource.travel, resource.start, r, taken)


def _travel_faults(
    travel: tuple[tuple[float, ...], ...], start: int, r: int, taken: list[tuple[float, float, int, Use]]
) -> list[str]:
    """Uses of a length of 0 at the same moment may come in any order, so that one that fits is looked for."""
    taken = sorted(taken, key=lambda x: (x[0], x[1], x[2]))
    here, free, left = start, 0.0, list(taken)
    while left:
        ties = [x for x in left if x[0] <= left[0][0] + TOLERANCE]
        fitting = [x for x in ties if x[0] >= free + travel[here][x[3].enters] - TOLERANCE]
        if not fitting:
            begin, _, i, use = left[0]
            return [f"resource {r} is at {here} until {free} and cannot be at {use.enters} for operation {i} at {begin}"]
        chosen = fitting[0]
        left.remove(chosen)
        here, free = chosen[3].leaves, chosen[1]
    return []
