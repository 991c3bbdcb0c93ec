"""`ensure conveyor.waiting < n` that no schedule keeps: its parts come more quickly than any robot can take them.

Law: the k-th part to leave is off the conveyor no earlier than the robots that take its parts need for k of them. Each takes the
part, and has a hand free for it only if what it took before has been put down: at another equipment, to which it goes and from
which it comes back once for as many parts as it has hands. Every time is the least over hands, grasps, places and robots, with
motions that none can be quicker than, and all other work is left out. So no more can have left by any moment, and at least so
many wait.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cell.arrivals import interval, most_waiting
from cell.state import PlanningRequest
from cell.steps import AtHub
from planner.tasks.certain import Legs, certain_shop
from planner.tasks.crew import Known
from planner.tasks.findings import Findings
from planner.tasks.least_times import LeastTimes
from planner.tasks.route import Clauses, Job, Routes, Stage, stages_of
from planner.tasks.shop import Shop
from planner.tasks.supplies import kept_interval, waiting_limits
from planner.tasks.worker import Worker


@dataclass(frozen=True, slots=True)
class _Taking:
    """What taking parts off a conveyor takes at least, s: `take` and `put` of one part, the `trip` to where it is put and back.
    `robots` do so, with `hands` together and at most `most_hands` each."""

    take: float
    put: float
    trip: float
    robots: int
    hands: int
    most_hands: int

    def least(self, k: int) -> float:
        """By which k parts can have left. Other robots than the one that takes the k-th may still be at their last part."""
        puts = max(0, k - self.hands - (self.robots - 1))
        trips = max(0, math.ceil(k / self.most_hands) - self.robots)
        return (k * self.take + puts * self.put + trips * self.trip) / self.robots


def refute_waiting(request: PlanningRequest, routes: Routes, known: Known, found: Findings) -> None:
    """Say for each such clause that no schedule keeps how many wait at least, and below which arrival law none does."""
    cell = request.cell
    for ensure, supply, most in waiting_limits(cell, request.program):
        every, left = interval(cell.equipment[supply]), _departures(request, routes, known, supply)
        if every is None or not left or (waiting := most_waiting(every, left, left[-1])) <= most:
            continue
        pace = f"{left[-1] / len(left):.1f} s"
        message = (
            f"{waiting} parts would wait at {supply}, {most} may: one comes each {every:g} s, taking one takes {pace} at least"
        )
        spans = (ensure.span, cell.equipment[supply].attribute_spans.get("every", cell.equipment[supply].span))
        help_ = f"Let one come each {kept_interval(every, left, most):g} s at the quickest, or have it taken in less time."
        found.error("E503", message, *spans, help=help_)


def _departures(request: PlanningRequest, routes: Routes, known: Known, supply: str) -> list[float]:
    """The least times by which the first, second, … part has left, s from now, ascending; none where nothing is known of them."""
    came = [j for j, job in enumerate(routes.jobs) if job.arrival is not None and _source(request, job) == supply]
    taken: Legs = tuple((j, 0) for j in came if _is_taken(routes.jobs[j]))
    shop = certain_shop(request, routes, replace(known, least=known.sharpest or known.least), taken)
    if shop is None or any(worker.contact is not None for worker in shop.workers):
        return []  # in a contact it may have begun with one of them already
    taking, free = _taking(shop, supply, _allowed(routes)), len(came) - len(taken)
    return [0.0] * free + [taking.least(k + 1) for k in range(len(taken))]


def _source(request: PlanningRequest, job: Job) -> str:
    return request.cell.places[job.place].equipment if job.place is not None else ""


def _is_taken(job: Job) -> bool:
    """Whether a robot takes it and puts it somewhere else first of all."""
    leg = job.legs[0]
    return isinstance(leg, Stage) and not leg.is_carried and job.place not in leg.places


def _taking(shop: Shop, supply: str, allowed: Sequence[Clauses]) -> _Taking:
    least = [LeastTimes(shop, worker) for worker in shop.workers]
    takes, puts, trips, hands = list[float](), list[float](), dict[tuple[int, str], float](), dict[str, int]()
    for j, job in enumerate(shop.jobs):
        stage = job.legs[0]
        assert isinstance(stage, Stage)
        for w in shop.able(j, 0):
            worker = shop.workers[w]
            takes.append(least[w].take(job.kind_at(0), job.place or ""))
            puts.append(least[w].put(job.kind_at(0), stage))
            hands[worker.robot] = max(hands.get(worker.robot, 0), len(worker.hands))
            if (w, stage.equipment) not in trips:
                trips[w, stage.equipment] = _trip(worker, supply, stage.equipment, allowed)
    return _Taking(min(takes), min(puts), min(trips.values()), len(hands), sum(hands.values()), max(hands.values()))


def _trip(worker: Worker, supply: str, end: str, allowed: Sequence[Clauses]) -> float:
    """There and back, at the most speed that any line allows: it may lead by where other lines send the robot."""
    if supply == end:
        return 0.0
    limits = {worker.speed(clauses) for clauses in allowed}
    speed = None if None in limits else max(v for v in limits if v is not None)
    there, back = (worker.motions.travel(AtHub(a), b, (), speed).seconds for a, b in ((supply, end), (end, supply)))
    return sum(seconds for seconds in (there, back) if seconds < math.inf)


def _allowed(routes: Routes) -> tuple[Clauses, ...]:
    """The clauses of all work, alike ones once."""
    stages = (stage for job in routes.jobs for leg in job.legs for stage in stages_of(leg))
    return tuple({c.speeds: c for c in (*(s.clauses for s in stages), *(c.clauses for c in routes.chores))}.values())
