"""Who works: the robots that can do any of it, which of them can do which leg, and the robots that stand by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cell.durations import action_duration
from cell.presence import Conflicts, Resting
from cell.state import InHand, PlanningRequest, tool_at
from cell.steps import AtHome, Carried, Grip, MotionNeed
from planner.tasks.barred import Barred
from planner.tasks.findings import Findings
from planner.tasks.motions import Motions
from planner.tasks.reach import Able, Reach, grasps_of, payload_of
from planner.tasks.right_of_way import RightOfWay, Spots
from planner.tasks.route import Routes
from planner.tasks.supported import zones_apart
from planner.tasks.worker import Hand, Worker


def always(need: MotionNeed) -> bool:
    """All durations are as they will be."""
    return True


@dataclass(frozen=True, slots=True)
class Known:
    """What a schedule is made from beside the request: durations in s, motions that cannot be found, presences of two robots
    that must not coincide and whether those of the same areas must not either, and which durations are those of a motion that
    was found: the others are estimates, by which nothing is refused. `least`: s that no motion for a need can be quicker than;
    None where durations are certain."""

    durations: Callable[[MotionNeed], float]
    forbidden: frozenset[MotionNeed] = frozenset()
    conflicts: Conflicts = frozenset()
    is_coarse: bool = False
    is_measured: Callable[[MotionNeed], bool] = always
    least: Callable[[MotionNeed], float] | None = None

    @property
    def certain(self) -> Callable[[MotionNeed], float]:
        """Durations with which a bound is a proof."""
        return self.durations if self.least is None else self.least


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """`able[j][k]`: the workers, by number, that can do leg k of job j; all of them where it needs none. `rests`: the spots in
    which each robot of the cell stands at the start; robots that are no workers stay there."""

    workers: tuple[Worker, ...]
    able: tuple[tuple[tuple[int, ...], ...], ...]
    rules: RightOfWay
    rests: Mapping[str, Spots]


def crew_for(request: PlanningRequest, routes: Routes, known: Known, found: Findings) -> Crew | None:
    """None where no robot can do some of the work, which is then said in `found`."""
    cell = request.cell
    for name in sorted(request.without - cell.robots.keys()):
        spans = [unit.span for unit in cell.robots.values()]
        found.error("E617", f"there is no robot {name} to leave out", *spans, help=f"The cell has {', '.join(cell.robots)}.")
    reach = Reach(cell, request.robots, request.state, request.without)
    able = [reach.able(job, found) for job in routes.jobs]
    names = _working(request, able)
    if not names and not found.has_errors:
        found.error("E603", "no robot may be used for this", *(unit.span for unit in cell.robots.values()))
    if found.has_errors:
        return None
    rules = RightOfWay(cell, zones_apart(cell, request.program), known.conflicts, known.is_coarse)
    busy = {job.part for job in routes.jobs}
    rests = {name: rules.spots(resting_at_start(request, name)) for name in cell.robots}
    workers = []
    for name in names:
        tool = tool_at(cell, request.state, name)
        at_flange = None if tool is None else tool.name
        motions = Motions(cell, name, at_flange, known.durations, known.forbidden, rules, reach.beyond[name])
        workers.append(_worker(request, name, motions, busy))
    return Crew(tuple(workers), _numbers(request, routes, able, workers, known), rules, rests)


def _numbers(
    request: PlanningRequest, routes: Routes, able: Sequence[tuple[Able, ...]], workers: Sequence[Worker], known: Known
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """For each leg of each job the workers that can do it, and of whom no motion that it needs was refused."""
    number, everyone = {worker.robot: k for k, worker in enumerate(workers)}, tuple(range(len(workers)))
    if len(workers) == 1:
        return tuple(tuple(everyone for _ in legs) for legs in able)
    barred = Barred(workers, known.forbidden, lambda kind: grasps_of(request.cell, kind))
    return tuple(
        tuple(barred.still_able(job, k, tuple(number[n] for n in leg)) if leg else everyone for k, leg in enumerate(legs))
        for job, legs in zip(routes.jobs, able, strict=True)
    )


def _working(request: PlanningRequest, able: Iterable[tuple[Able, ...]]) -> tuple[str, ...]:
    """The robots that can do any of the work, in the order of declaration; where none is needed, one that is there."""
    names = {name for legs in dict.fromkeys(able) for leg in legs for name in leg}
    if names:
        return tuple(name for name in request.cell.robots if name in names)
    tools = {name: tool_at(request.cell, request.state, name) for name in request.cell.robots if name not in request.without}
    return tuple(name for name, tool in tools.items() if tool is not None and tool.hands)[:1]


def _worker(request: PlanningRequest, name: str, motions: Motions, busy: set[str]) -> Worker:
    cell, state = request.cell, request.state
    tool, unit = tool_at(cell, state, name), cell.robots[name]
    assert tool is not None
    payload = payload_of(unit, request.robots.get(name))
    lowest = tool.force[0] if tool.force is not None else 0.0
    hands = tuple(Hand(f"{tool.name}.{hand.name}", tool.name, hand.name) for hand in tool.hands)
    number = {hand.name: k for k, hand in enumerate(hands)}
    held = [(p.location, p.kind) for p in state.parts if isinstance(p.location, InHand) and p.id not in busy]
    return Worker(
        name, hands, {p.name: p.grip_force if p.grip_force is not None else lowest for p in cell.parts.values()},
        math.inf if payload is None else payload - tool.mass,
        action_duration(cell, Grip(tool.name, tool.hands[0].name, "", 0.0)).longest,
        motions, state.stances.get(name, AtHome()),
        {number[x.hand]: Carried(x.hand, kind, x.grasp) for x, kind in held if x.hand in number},
    )  # fmt: skip


def resting_at_start(request: PlanningRequest, name: str) -> Resting:
    """Where the robot stands, with its tool and what is in its hands, in the order of hands."""
    tool = tool_at(request.cell, request.state, name)
    hands = [f"{tool.name}.{hand.name}" for hand in tool.hands] if tool is not None else []
    held = [(p.location, p.kind) for p in request.state.parts if isinstance(p.location, InHand)]
    carried = {at.hand: Carried(at.hand, kind, at.grasp) for at, kind in held}
    stance = request.state.stances.get(name, AtHome())
    held_now = tuple(carried[hand] for hand in hands if hand in carried)
    return Resting(name, stance, held_now, None if tool is None else tool.name)
