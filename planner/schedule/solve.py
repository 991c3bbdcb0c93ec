"""The inner door: a problem in, a schedule out, with its distance to the bound."""

from __future__ import annotations

from planner.schedule.blocks import number_blocks
from planner.schedule.bounds import lower_bound
from planner.schedule.generate import Draft, Generator, Wish
from planner.schedule.problem import Problem
from planner.schedule.schedule import Answer, NoSchedule, Schedule
from planner.schedule.score import score_of
from planner.schedule.tables import Tables, tabulate
from planner.schedule.tabu import Tabu
from planner.schedule.wishes import wishes


def solve(problem: Problem, iterations: int = 2000, seed: int = 0) -> Answer:
    tables = tabulate(problem)
    if isinstance(tables, NoSchedule):
        return tables
    generator = Generator(tables)
    best = None
    for wish in wishes(tables)[: None if iterations else 1]:
        draft = generator.generate(wish)
        if isinstance(draft, NoSchedule):
            return draft
        if best is None or score_of(tables, draft) < score_of(tables, best):
            best = draft
    assert best is not None
    bound = lower_bound(tables)
    if iterations:
        search = Tabu(tables, number_blocks(tables), best, seed)
        search.run(iterations, bound)
        best = search.best
    return schedule_of(tables, best, bound)


def schedule_of(tables: Tables, draft: Draft, bound: float) -> Schedule:
    order: list[list[tuple[float, float, int]]] = [[] for _ in tables.problem.resources]
    for i in tables.order:
        for use in tables.uses[i][draft.modes[i]]:
            order[use.resource].append((draft.starts[i], draft.starts[use.last], i))
    tardiness, makespan = score_of(tables, draft)
    rows = tuple(tuple(i for _, _, i in sorted(row, key=lambda x: x[:2])) for row in order)
    return Schedule(draft.modes, draft.starts, rows, makespan, tardiness, bound)
