"""The same problem as OR-Tools' CP-SAT would be given it by somebody who knows both: intervals, no overlap, optional modes.

What moves needs times that depend on the sequence. Where its travel is the sum of a way out and a way in (along a line it is),
the intervals are longer by these and no overlap says it all, which is by far the quickest for CP-SAT; else there is a circuit
over all pairs. No hint is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from planner.schedule.problem import Problem, Resource, Use
from planner.schedule.schedule import Schedule


@dataclass(frozen=True, slots=True)
class _Taken:
    """One use in one mode; `chosen` is None where the operation has one mode."""

    operation: int
    use: Use
    start: Any
    end: Any
    chosen: Any


def solve_with_cp_sat(
    problem: Problem, seconds: float, workers: int, stop_at_first: bool = False, scale: int = 1
) -> Schedule | None:
    """Times count in 1 / `scale`. None where it found nothing in that time."""
    model = cp_model.CpModel()
    horizon = _horizon(problem, scale)
    starts = [model.new_int_var(_ticks(op.release, scale), horizon, "") for op in problem.operations]
    ends = [model.new_int_var(0, horizon, "") for _ in problem.operations]
    chosen = _modes(model, problem, starts, ends, scale)
    for p in problem.precedences:
        model.add(starts[p.after] >= ends[p.before] + _ticks(p.lag, scale))
    for r, resource in enumerate(problem.resources):
        _occupy(model, resource, _taken(problem, r, starts, ends, chosen), scale)
    makespan = model.new_int_var(0, horizon, "")
    model.add_max_equality(makespan, ends)
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    solver.parameters.stop_after_first_solution = stop_at_first
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    modes = tuple(next(m for m, x in enumerate(row) if x is None or solver.boolean_value(x)) for row in chosen)
    times = tuple(solver.value(x) / scale for x in starts)
    order = tuple(_order(problem, r, modes, times) for r in range(len(problem.resources)))
    return Schedule(modes, times, order, solver.objective_value / scale, 0.0, solver.best_objective_bound / scale)


def _order(problem: Problem, r: int, modes: Sequence[int], times: Sequence[float]) -> tuple[int, ...]:
    uses = [(times[i], i) for i, m in enumerate(modes) for u in problem.operations[i].modes[m].uses if u.resource == r]
    return tuple(i for _, i in sorted(uses))


def _ticks(time: float, scale: int) -> int:
    ticks = round(time * scale)
    assert abs(ticks - time * scale) < 1e-6, f"{time} is no multiple of 1/{scale}"
    return ticks


def _horizon(problem: Problem, scale: int) -> int:
    """Everything one after the other."""
    longest = sum(max(mode.duration for mode in op.modes) for op in problem.operations) + sum(p.lag for p in problem.precedences)
    travel = max((max(map(max, r.travel)) for r in problem.resources if r.travel), default=0.0) * len(problem.operations)
    return _ticks(longest + travel + max((op.release for op in problem.operations), default=0.0), scale)


def _modes(model: Any, problem: Problem, starts: Sequence[Any], ends: Sequence[Any], scale: int) -> list[list[Any]]:
    chosen: list[list[Any]] = []
    for i, op in enumerate(problem.operations):
        if len(op.modes) == 1:
            model.add(ends[i] == starts[i] + _ticks(op.modes[0].duration, scale))
            chosen.append([None])
            continue
        row = [model.new_bool_var("") for _ in op.modes]
        model.add_exactly_one(row)
        for x, mode in zip(row, op.modes, strict=True):
            model.add(ends[i] == starts[i] + _ticks(mode.duration, scale)).only_enforce_if(x)
        chosen.append(row)
    for i, op in enumerate(problem.operations):
        if op.follows is not None:
            for mine, theirs in zip(chosen[i], chosen[op.follows], strict=True):
                if mine is not None:
                    model.add(mine == theirs)
    return chosen


def _taken(problem: Problem, r: int, starts: Sequence[Any], ends: Sequence[Any], chosen: Sequence[Sequence[Any]]) -> list[_Taken]:
    return [
        _Taken(i, use, starts[i], ends[i if use.until is None else use.until], chosen[i][m])
        for i, op in enumerate(problem.operations)
        for m, mode in enumerate(op.modes)
        for use in mode.uses
        if use.resource == r
    ]


def _occupy(model: Any, resource: Resource, taken: Sequence[_Taken], scale: int) -> None:
    if resource.travel is None:
        intervals = [_interval(model, x, 0, 0) for x in taken]
        if resource.capacity == 1:
            model.add_no_overlap(intervals)
        else:
            model.add_cumulative(intervals, [x.use.amount for x in taken], resource.capacity)
        return
    for x in taken:
        arrives = model.add(x.start >= _ticks(resource.travel[resource.start][x.use.enters], scale))
        if x.chosen is not None:
            arrives.only_enforce_if(x.chosen)
    ways = _ways(resource.travel, sorted({x.use.leaves for x in taken}), sorted({x.use.enters for x in taken}))
    if ways is None:
        _circuit(model, resource.travel, taken, scale)
        return
    out, into = ways
    model.add_no_overlap(
        [_interval(model, x, _ticks(into[x.use.enters], scale), _ticks(out[x.use.leaves], scale)) for x in taken]
    )  # fmt: skip


def _interval(model: Any, taken: _Taken, before: int, behind: int) -> Any:
    start, end = taken.start - before, taken.end + behind
    size = model.new_int_var(0, 1 << 40, "")
    if taken.chosen is None:
        return model.new_interval_var(start, size, end, "")
    return model.new_optional_interval_var(start, size, end, taken.chosen, "")


def _ways(
    travel: Sequence[Sequence[float]], leaves: Sequence[int], enters: Sequence[int]
) -> tuple[dict[int, float], dict[int, float]] | None:
    """Ways out and in that add up to the travel between any two of these locations, if there are any."""
    if not leaves:
        return {}, {}
    out = {a: travel[a][enters[0]] - travel[leaves[0]][enters[0]] for a in leaves}
    into = {b: travel[leaves[0]][b] for b in enters}
    adds_up = all(abs(out[a] + into[b] - travel[a][b]) < 1e-9 for a in leaves for b in enters)
    return (out, into) if adds_up else None


def _circuit(model: Any, travel: Sequence[Sequence[float]], taken: Sequence[_Taken], scale: int) -> None:
    """Node 0 is where it stands at the start and also the end of the round; what is not chosen is its own round."""
    arcs: list[tuple[int, int, Any]] = [(0, 0, model.new_bool_var(""))]
    for i, x in enumerate(taken, start=1):
        arcs += [(0, i, model.new_bool_var("")), (i, 0, model.new_bool_var(""))]
        if x.chosen is not None:
            arcs.append((i, i, ~x.chosen))
        for j, y in enumerate(taken, start=1):
            if i != j:
                follows = model.new_bool_var("")
                arcs.append((i, j, follows))
                model.add(y.start >= x.end + _ticks(travel[x.use.leaves][y.use.enters], scale)).only_enforce_if(follows)
    model.add_circuit(arcs)
