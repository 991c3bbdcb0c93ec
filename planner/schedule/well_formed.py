"""What a caller may hand in. A problem that fails here is a mistake in the caller's code, not in somebody's cell."""

from __future__ import annotations

import math

from planner.schedule.problem import Mode, Operation, Precedence, Problem, Resource, Use


class BadProblem(ValueError):
    """An index that is not there, a time below 0, an amount that never fits, a hold that ends before it begins."""


def require_well_formed(problem: Problem) -> None:
    """Raises BadProblem. What only the precedences tell (cycles, holds that end before they begin) is found in `tables`."""
    for resource in problem.resources:
        _require_resource(resource)
    for precedence in problem.precedences:
        _require_precedence(precedence, len(problem.operations))
    for number, operation in enumerate(problem.operations):
        _require_operation(problem, number, operation)


def _require_resource(resource: Resource) -> None:
    size = location_count(resource)
    if resource.capacity < 1:
        raise BadProblem(f"{resource.name}: capacity {resource.capacity} is not 1 or more")
    if resource.travel is not None:
        if resource.capacity != 1:
            raise BadProblem(f"{resource.name}: moves, so it has capacity 1, not {resource.capacity}")
        if any(len(row) != size or not all(map(_is_time, row)) for row in resource.travel):
            raise BadProblem(f"{resource.name}: travel is not a square matrix of times")
    if not 0 <= resource.start < size:
        raise BadProblem(f"{resource.name}: starts at location {resource.start} of {size}")


def _require_precedence(precedence: Precedence, count: int) -> None:
    if not (0 <= precedence.before < count and 0 <= precedence.after < count and _is_time(precedence.lag)):
        raise BadProblem(f"one of {count} operations before another with a lag of 0 or more is asked for: {precedence}")


def _require_operation(problem: Problem, number: int, operation: Operation) -> None:
    if not operation.modes or not _is_time(operation.release):
        raise BadProblem(f"operation {number}: no mode, or released before 0")
    if operation.due is not None and not math.isfinite(operation.due):
        raise BadProblem(f"operation {number}: due {operation.due}")
    if operation.follows is not None:
        _require_leader(problem, number, operation.follows)
    for mode in operation.modes:
        _require_mode(problem, number, mode)


def _require_leader(problem: Problem, number: int, leader: int) -> None:
    if not 0 <= leader < len(problem.operations) or leader == number or problem.operations[leader].follows is not None:
        raise BadProblem(f"operation {number} follows {leader}, which is not another operation that follows none")
    if len(problem.operations[leader].modes) != len(problem.operations[number].modes):
        raise BadProblem(f"operation {number} has not as many modes as {leader}, which it follows")


def _require_mode(problem: Problem, number: int, mode: Mode) -> None:
    if not _is_time(mode.duration):
        raise BadProblem(f"operation {number}: a duration of {mode.duration}")
    used = [use.resource for use in mode.uses]
    if len(set(used)) != len(used):
        raise BadProblem(f"operation {number}: one mode uses a resource twice: {used}")
    for use in mode.uses:
        _require_use(problem, number, use)


def _require_use(problem: Problem, number: int, use: Use) -> None:
    if not 0 <= use.resource < len(problem.resources):
        raise BadProblem(f"operation {number}: there is no resource {use.resource}")
    resource = problem.resources[use.resource]
    size = location_count(resource)
    if not 1 <= use.amount <= resource.capacity:
        raise BadProblem(f"operation {number}: {use.amount} of the {resource.capacity} units of {resource.name}")
    if not (0 <= use.enters < size and 0 <= use.leaves < size):
        raise BadProblem(f"operation {number}: {resource.name} has {size} locations, not {use.enters} and {use.leaves}")
    if use.until is not None and not 0 <= use.until < len(problem.operations):
        raise BadProblem(f"operation {number}: holds {resource.name} until {use.until}, which is not there")


def location_count(resource: Resource) -> int:
    return len(resource.travel) if resource.travel is not None else 1


def _is_time(value: float) -> bool:
    return math.isfinite(value) and value >= 0.0
