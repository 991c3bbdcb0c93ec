"""The inner door: a problem in, a schedule out, with what no schedule can beat beside it.

Rules first, each by serial generation, so that there is a valid schedule at once; then a search within a budget that counts the
schedules that are evaluated and never the time. Where operations are tied together by what they hold, half of the budget goes to
the order in which they are generated; the rest goes to the disjunctive graph.
"""

from __future__ import annotations

from planner.schedule.blocks import number_blocks
from planner.schedule.bounds import lower_bound
from planner.schedule.generate import Draft, Generator
from planner.schedule.list_search import ListSearch
from planner.schedule.problem import Problem
from planner.schedule.schedule import Answer, NoSchedule, Schedule
from planner.schedule.score import score_of
from planner.schedule.tables import Tables, tabulate
from planner.schedule.tabu import Tabu
from planner.schedule.wishes import first_wish, wishes


def solve(problem: Problem, iterations: int = 2000, seed: int = 0, enough: float = 0.0) -> Answer:
    """With 0 `iterations` the first valid schedule. A schedule without lateness and with a makespan of `enough` ends the search,
    as one that reaches the lower bound always does. Raises BadProblem."""
    tables = tabulate(problem)
    if isinstance(tables, NoSchedule):
        return tables
    generator, bound = Generator(tables), lower_bound(tables)
    draft = generator.generate(first_wish(tables))
    if isinstance(draft, NoSchedule):
        return draft
    return _answer(tables, _improved(tables, generator, draft, iterations, seed, max(bound, enough)), bound)


def _improved(tables: Tables, generator: Generator, draft: Draft, iterations: int, seed: int, enough: float) -> Draft:
    best, left = draft, iterations
    for wish in wishes(tables)[:left]:
        if score_of(tables, best) <= (0.0, enough):
            return best
        other = generator.generate(wish)
        left -= 1
        if not isinstance(other, NoSchedule) and score_of(tables, other) < score_of(tables, best):
            best = other
    if any(len(members) > 1 for members in tables.clusters):
        listed = ListSearch(tables, generator, best, seed)
        listed.run(left // 2, enough)
        best, left = listed.best, left - left // 2
    if left == 0:
        return best
    search = Tabu(tables, number_blocks(tables), best, seed)
    search.run(left, enough)
    return search.best


def _answer(tables: Tables, draft: Draft, bound: float) -> Schedule:
    rank = {i: k for k, i in enumerate(tables.order)}
    order: list[list[tuple[float, float, int, int]]] = [[] for _ in tables.problem.resources]
    for i, mode in enumerate(draft.modes):
        for use in tables.uses[i][mode]:
            end = draft.starts[use.last] + tables.durations[use.last][draft.modes[use.last]]
            order[use.resource].append((draft.starts[i], end, rank[i], i))
    tardiness, makespan = score_of(tables, draft)
    rows = tuple(tuple(i for _, _, _, i in sorted(row)) for row in order)
    return Schedule(draft.modes, draft.starts, rows, makespan, tardiness, bound)
