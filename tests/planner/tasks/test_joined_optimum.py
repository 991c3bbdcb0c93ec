"""The bound of what is joined beside CP-SAT: another model of the same work, in which nothing of the search's own ways is left.

Each transfer is a fetch and a put by a robot that has a hand for it, with ways and changes of tools between them. A fetch for a
joint waits for nothing, its put for the lines before; a place is taken from the way in to the way out. Times are in ms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product
from typing import Any

import pytest

from cell.state import PlanningRequest
from cell.steps import AtHome, AtHub, Couple, Docking, MotionNeed, Move, Stance, Step, Touch, Uncouple
from cell.task_plan import TaskPlan
from planner.tasks.chain_times import Gates
from planner.tasks.decompose import decompose
from planner.tasks.findings import Findings
from tests.planner.tasks.test_joined_work import planned
from tests.planner.tasks.two_robot_kits import drawn

pytestmark = pytest.mark.peer

LONGEST, LOOK = 400_000, 3_000
MOUNTED = {"ra": "grip_a", "rb": "driver_b"}
ROBOT_OF = {"grip_a": "ra", "grip_b": "rb", "driver_b": "rb"}


@dataclass(frozen=True)
class Transfer:
    """`tools` are those that can hold the part."""

    operation: str
    part: str
    fetch: int
    put: int
    source: str
    target: str
    tools: tuple[str, ...]


@dataclass
class Work:
    """What has to be done, read off a plan, and how long each way takes."""

    request: PlanningRequest
    tasks: TaskPlan
    seed: int

    @cached_property
    def needs(self) -> list[MotionNeed]:
        return [s.action.need for s in self.tasks.steps if isinstance(s.action, Move)]

    @cached_property
    def transfers(self) -> list[Transfer]:
        own = {o.id: [s for s in self.tasks.steps if s.operation == o.id] for o in self.tasks.operations}
        return [self._transfer(steps) for steps in own.values() if any(_touch(s) for s in steps)]

    def _transfer(self, steps: Sequence[Step]) -> Transfer:
        cell, (fetch, put) = self.request.cell, _contacts(steps)
        first, last = _touch(fetch[0]), _touch(put[0])
        assert first is not None
        assert last is not None
        tools = tuple(tool.name for tool in cell.tools.values() if first.kind in tool.takes)
        hubs = cell.equipment_of(first.place), cell.equipment_of(last.place)
        return Transfer(steps[0].operation, steps[0].part or "", _length(fetch), _length(put), *hubs, tools)

    def way(self, start: Stance, end: Stance) -> int:
        need = MotionNeed("", start, end, (), None, None, (), None)
        return 0 if start == end else _ms(drawn(self.seed)(need))

    def over(self, start: Stance, has: str, wants: str, end: str) -> int:
        """From where it stands to the hub, with the other tool where that is asked for."""
        if has == wants:
            return self.way(start, AtHub(end))
        return (
            self.way(start, AtHub("rack"))
            + self._half(has, Uncouple)
            + self._half(wants, Couple)
            + self.way(AtHub("rack"), AtHub(end))
        )

    def _half(self, tool: str, action: type[Couple] | type[Uncouple]) -> int:
        pairs = ("flange and tool", "tool and pocket")
        docking = {n.touch: _ms(drawn(self.seed)(n)) for n in self.needs if isinstance(n.touch, Docking)}
        inward, outward = pairs if action is Couple else pairs[::-1]
        ways = docking[Docking(inward, f"rack.{tool}", "end")] + docking[Docking(outward, f"rack.{tool}", "start")]  # type: ignore[arg-type]
        done = next(s for s in self.tasks.steps if isinstance(s.action, action) and s.action.tool == tool)
        return ways + _ms(done.duration)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _length(steps: Sequence[Step]) -> int:
    return sum(_ms(step.duration) for step in steps)


def _touch(step: Step) -> Touch | None:
    touch = step.action.need.touch if isinstance(step.action, Move) else None
    return touch if isinstance(touch, Touch) else None


def _contacts(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """From each way in to the way out again."""
    group: list[Step] = []
    for step in steps:
        touch = _touch(step)
        if touch is not None or group:
            group.append(step)
        if touch is not None and touch.end == "start":
            yield group
            group = []


class Model:
    """Times by operation: of fetches, of puts, of looks."""

    def __init__(self, work: Work) -> None:
        from ortools.sat.python import cp_model

        self.solver, self.work = cp_model.CpSolver(), work
        self.m: Any = cp_model.CpModel()
        self.fetch = {t.operation: self._time() for t in work.transfers}
        self.put = {t.operation: self._time() for t in work.transfers}
        self.looks = {o.id: self._time() for o in work.tasks.operations if o.verb == "inspect"}
        self.ends = {t.operation: self.put[t.operation] + t.put for t in work.transfers}
        self.ends |= {o: at + LOOK for o, at in self.looks.items()}
        self.by = {(t.operation, tool): self.m.new_bool_var("") for t in work.transfers for tool in t.tools}

    def _time(self) -> Any:
        return self.m.new_int_var(0, LONGEST, "")

    def optimum(self) -> float:
        """A bound of the makespan that is the makespan where the solver came to an end, s."""
        self._hands()
        self._lines()
        self._nest()
        span = self._time()
        self.m.add_max_equality(span, list(self.ends.values()))
        self.m.minimize(span)
        self.solver.parameters.num_workers, self.solver.parameters.max_time_in_seconds = 1, 60.0
        self.solver.solve(self.m)
        return float(self.solver.best_objective_bound) / 1000

    def _hands(self) -> None:
        """Each robot does one transfer after the other."""
        work = self.work
        for t in work.transfers:
            self.m.add_exactly_one(self.by[t.operation, tool] for tool in t.tools)
            carried = work.way(AtHub(t.source), AtHub(t.target))
            self.m.add(self.put[t.operation] >= self.fetch[t.operation] + t.fetch + carried)
            for tool in t.tools:
                first = work.over(AtHome(), MOUNTED[ROBOT_OF[tool]], tool, t.source)
                self.m.add(self.fetch[t.operation] >= first).only_enforce_if(self.by[t.operation, tool])
        for t, u in combinations(work.transfers, 2):
            for a, b in product(t.tools, u.tools):
                if ROBOT_OF[a] == ROBOT_OF[b]:
                    self._one_after_the_other(t, a, u, b)

    def _one_after_the_other(self, t: Transfer, a: str, u: Transfer, b: str) -> None:
        is_first = self.m.new_bool_var("")
        for one, has, two, wants, turn in ((t, a, u, b, is_first), (u, b, t, a, is_first.negated())):
            over = self.work.over(AtHub(one.target), has, wants, two.source)
            then = self.m.add(self.fetch[two.operation] >= self.ends[one.operation] + over)
            then.only_enforce_if([self.by[t.operation, a], self.by[u.operation, b], turn])

    def _lines(self) -> None:
        """What waits for other lines, and each part's own way."""
        request, tasks = self.work.request, self.work.tasks
        gates = Gates.of(decompose(request.cell, request.state, request.program, Findings()), tasks.operations)
        for one, two in product(gates.opens, gates.waits):
            if one != two and {*gates.opens[one]} & {*gates.waits[two]}:
                due = self.put if two in gates.joins else self.fetch | self.looks
                self.m.add(due[two] >= self.ends[one])
        for part in {o.part for o in tasks.operations}:
            for a, b in pairwise(o.id for o in tasks.operations if o.part == part):
                self.m.add((self.fetch | self.looks)[b] >= self.ends[a])

    def _nest(self) -> None:
        """One contact or look at a time; one base at a time, from the begin of the way in to the end of the way out."""
        fixed, put, fetch = self.m.new_fixed_size_interval_var, self.put, self.fetch
        transfers = self.work.transfers
        busy = [fixed(put[t.operation], t.put, "") for t in transfers if t.target == "nest"]
        busy += [fixed(fetch[t.operation], t.fetch, "") for t in transfers if t.source == "nest"]
        self.m.add_no_overlap([*busy, *(fixed(at, LOOK, "") for at in self.looks.values())])
        out = {t.part: fetch[t.operation] + t.fetch for t in transfers if t.source == "nest"}
        into = {t.part: put[t.operation] for t in transfers if t.target == "nest" and t.part in out}
        self.m.add_no_overlap([self.m.new_interval_var(into[part], self._time(), out[part], "") for part in out])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["with a changer", "one screw", "either brings gears"])
def test_nothing_that_another_solver_finds_beats_the_bound(name: str, seed: int) -> None:
    pytest.importorskip("ortools", reason="needs ortools: pip install -e '.[peers]'")
    request, tasks = planned(name, seed)
    best = Model(Work(request, tasks, seed)).optimum()
    assert tasks.bounds.lower_bound <= best + 0.01
    assert best <= tasks.bounds.makespan + 0.01
