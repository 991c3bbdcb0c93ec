"""Who works: the robots that can do any of it, which of them can do which leg, and the robots that stand by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cell.diagnostic import Span
from cell.durations import action_duration
from cell.presence import Conflicts, Resting
from cell.state import InHand, PlanningRequest, tool_at
from cell.steps import AtHome, AtHub, AtPlace, AtPocket, Carried, Drive, Grip, MotionNeed
from planner.tasks.barred import Barred
from planner.tasks.fastening import torque_range
from planner.tasks.findings import Findings
from planner.tasks.motions import Motions
from planner.tasks.reach import Able, Reach, grasps_of, payload_of
from planner.tasks.right_of_way import RightOfWay, Spots
from planner.tasks.route import Job, Routes
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
    None where durations are certain; `sharpest`: the same, nearer to what they take but
    slow to ask, None where there is none. `keeps_to_measured`: motions that were found are taken wherever they do, however much
    quicker others are estimated to be. `alike`: whether a contact of that sort is among them, whatever the other hands held; None
    where any may be asked for."""

    durations: Callable[[MotionNeed], float]
    forbidden: frozenset[MotionNeed] = frozenset()
    conflicts: Conflicts = frozenset()
    is_coarse: bool = False
    is_measured: Callable[[MotionNeed], bool] = always
    least: Callable[[MotionNeed], float] | None = None
    keeps_to_measured: bool = False
    alike: Callable[[MotionNeed], bool] | None = None
    sharpest: Callable[[MotionNeed], float] | None = None

    @property
    def certain(self) -> Callable[[MotionNeed], float]:
        """Durations with which a bound is a proof."""
        return self.durations if self.least is None else self.least


def _nobody(job: Job, leg: int) -> tuple[Span, ...]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """`same[w]`: the workers that are the same robot as worker w with other tools, w first; `bare[w]`: the one of them without
    any. `able[j][k]`: the workers, by number, that can do leg k of job j; all that are mounted where it needs none. `rests`: the
    spots in which each robot of the cell stands at the start; robots that are no workers stay there. `others(job,
    leg)`: the robots that cannot do that leg, labelled with why."""

    workers: tuple[Worker, ...]
    able: tuple[tuple[tuple[int, ...], ...], ...]
    rules: RightOfWay
    rests: Mapping[str, Spots]
    same: tuple[tuple[int, ...], ...]
    bare: tuple[int | None, ...]
    others: Callable[[Job, int], tuple[Span, ...]] = _nobody


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
    _check_contacts(request, names, found)
    if found.has_errors:
        return None
    rules = RightOfWay(cell, zones_apart(cell, request.program), known.conflicts, known.is_coarse)
    busy = {job.part for job in routes.jobs}
    rests = {name: rules.spots(resting_at_start(request, name)) for name in cell.robots}
    workers = []
    for name, tool in (who for who in reach.equipped if who[0] in names):
        motions = Motions(cell, name, tool, known.durations, known.forbidden, rules, reach.beyond[name, tool], known.alike)
        workers.append(_worker(request, name, tool, motions, busy))
    same = tuple(_same(workers, w) for w in range(len(workers)))
    bare = tuple(next((k for k in own if workers[k].tool is None), None) for own in same)
    return Crew(tuple(workers), _numbers(request, routes, able, workers, known), rules, rests, same, bare, reach.others)


def _check_contacts(request: PlanningRequest, names: Iterable[str], found: Findings) -> None:
    """A robot that stands in a contact by the hand of a tool which it has no more: every motion out of there is that hand's."""
    for name in names:
        stance, tool = request.state.stances.get(name), tool_at(request.cell, request.state, name)
        if not isinstance(stance, AtPlace):
            continue
        own = stance.hand.rpartition(".")[0]
        if tool is None or tool.name != own:
            text = f"{name} stands at {stance.place} with {own}, which is not at its flange any more"
            found.error("E690", text, request.cell.robots[name].span, help=f"Jog {name} out of there, then resume.")


def _same(workers: Sequence[Worker], worker: int) -> tuple[int, ...]:
    others = (k for k, w in enumerate(workers) if k != worker and w.robot == workers[worker].robot)
    return (worker, *others)


def _numbers(
    request: PlanningRequest, routes: Routes, able: Sequence[tuple[Able, ...]], workers: Sequence[Worker], known: Known
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """For each leg of each job the workers that can do it, and of whom no motion that it needs was refused."""
    number = {(worker.robot, worker.tool): k for k, worker in enumerate(workers)}
    everyone = tuple(k for k, worker in enumerate(workers) if worker.is_mounted)
    if len(workers) == 1:
        return tuple(tuple(everyone for _ in legs) for legs in able)
    barred = Barred(workers, known.forbidden, lambda kind: grasps_of(request.cell, kind))
    return tuple(
        tuple(barred.still_able(job, k, tuple(number[n] for n in leg)) if leg else everyone for k, leg in enumerate(legs))
        for job, legs in zip(routes.jobs, able, strict=True)
    )


def _working(request: PlanningRequest, able: Iterable[tuple[Able, ...]]) -> tuple[str, ...]:
    """The robots that can do any of the work, and those that may have to go home from where an earlier plan has left them, in the
    order of declaration; where none is needed, one that is there."""
    names = {name for legs in dict.fromkeys(able) for leg in legs for name, _ in leg}
    left = {name for name, at in request.state.stances.items() if isinstance(at, AtHub | AtPlace | AtPocket)}
    if not names:
        tools = {name: tool_at(request.cell, request.state, name) for name in request.cell.robots if name not in request.without}
        names = set([name for name, tool in tools.items() if tool is not None and tool.hands][:1])
    names |= left - request.without if names else set()
    return tuple(name for name in request.cell.robots if name in names)


def _worker(request: PlanningRequest, name: str, at_flange: str | None, motions: Motions, busy: set[str]) -> Worker:
    cell, state, unit = request.cell, request.state, request.cell.robots[name]
    now, stance = tool_at(cell, state, name), state.stances.get(name, AtHome())
    is_mounted = at_flange == (None if now is None else now.name)
    if at_flange is None:
        return Worker(name, None, None, is_mounted, (), {}, 0.0, 0.0, motions, stance, {})
    tool, pocket = cell.tools[at_flange], cell.pocket_of(at_flange)
    payload = payload_of(unit, request.robots.get(name))
    lowest = tool.force[0] if tool.force is not None else 0.0
    hands = tuple(Hand(f"{tool.name}.{hand.name}", tool.name, hand.name) for hand in tool.hands)
    number = {hand.name: k for k, hand in enumerate(hands)}
    held = [(p.location, p.kind) for p in state.parts if isinstance(p.location, InHand) and p.id not in busy]
    return Worker(
        name, tool.name, None if pocket is None else pocket.name, is_mounted, hands,
        {p.name: p.grip_force if p.grip_force is not None else lowest for p in cell.parts.values()},
        math.inf if payload is None else payload - tool.mass,
        action_duration(cell, Grip(tool.name, tool.hands[0].name, "", 0.0)).longest,
        motions, stance,
        {number[x.hand]: Carried(x.hand, kind, x.grasp) for x, kind in held if x.hand in number},
        action_duration(cell, Drive(tool.name, tool.hands[0].name, "", "", 0.0)).longest, torque_range(tool)[0],
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
