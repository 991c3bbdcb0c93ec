"""A time that no schedule takes less than, whichever hands, grasps and motions it uses: of all the work, or of one block's.

The lower bound of bounds.py, with durations that no motion can be quicker than (`Known.least`), over every way of serving each
place. So a deadline that is shorter cannot be met, and nothing that was found or estimated has a part in saying so.
"""

from __future__ import annotations

import math
from dataclasses import replace

from cell.state import PlanningRequest
from planner.tasks.bounds import LowerBound, lower_bound
from planner.tasks.crew import Known
from planner.tasks.findings import Findings
from planner.tasks.reach import ways_to_serve
from planner.tasks.route import Job, Leg, Routes, Stage, stages_of
from planner.tasks.shop import Shop, make_shop

Legs = tuple[tuple[int, int], ...]
"""Legs as (job, leg of its route)."""


def legs_of_deadlines(routes: Routes) -> dict[int, Legs]:
    """By deadline, the legs that count for it, in the order of the routes."""
    found: dict[int, list[tuple[int, int]]] = {}
    for j, job in enumerate(routes.jobs):
        for k, leg in enumerate(job.legs):
            for deadline in leg.clauses.deadlines:
                found.setdefault(deadline, []).append((j, k))
    return {deadline: tuple(legs) for deadline, legs in found.items()}


def certain_bound(request: PlanningRequest, routes: Routes, known: Known, legs: Legs) -> LowerBound:
    """Of those legs of `routes`."""
    shop = certain_shop(request, routes, known, legs)
    return LowerBound(0.0, "nothing", {}) if shop is None else lower_bound(shop)


def certain_shop(request: PlanningRequest, routes: Routes, known: Known, legs: Legs) -> Shop | None:
    """Of those legs of `routes`, with durations that no motion is quicker than; None where there is nothing to do or nobody
    does it."""
    exact = replace(known, durations=known.certain)
    shop = make_shop(request, part_of(routes, legs), exact, Findings()) if legs else None
    if shop is not None:
        _ask_for_every_way(shop)
    return shop


def part_of(routes: Routes, legs: Legs) -> Routes:
    """The routes with only those legs. A part begins where the leg before left it; a barrier waits for what is left."""
    of_job: dict[int, list[int]] = {}
    for j, k in legs:
        of_job.setdefault(j, []).append(k)
    kept = {(j, k): (n, i) for n, (j, own) in enumerate(of_job.items()) for i, k in enumerate(own)}
    jobs = tuple(_begun(routes.jobs[j], own) for j, own in of_job.items())
    barriers = tuple(replace(b, members=tuple(kept[m] for m in b.members if m in kept)) for b in routes.barriers)
    return replace(routes, jobs=jobs, barriers=barriers)


def work_of(routes: Routes, legs: Legs) -> tuple[object, ...]:
    """The same for two deadlines of the same work on parts of one kind: then one bound will do for both."""
    return tuple(
        (routes.jobs[j].kind_at(k), k, _work(leg), leg.clauses.speeds, len(leg.clauses.after))
        for j, k in legs
        for leg in (routes.jobs[j].legs[k],)
    )


def _work(leg: Leg) -> object:
    return (leg.equipment, leg.work) if isinstance(leg, Stage) else tuple((s.equipment, s.work) for s in stages_of(leg))


def _begun(job: Job, legs: list[int]) -> Job:
    earlier = [leg for leg in job.legs[: legs[0]] if isinstance(leg, Stage)]
    own = tuple(job.legs[k] for k in legs)
    job = replace(job, kinds=tuple(job.kind_at(k) for k in legs) if job.kinds else ())
    if not earlier:
        return replace(job, legs=own)
    return replace(job, legs=own, place=earlier[-1].places[0], hand=None, grasp=0, arrival=None)


def _ask_for_every_way(shop: Shop) -> None:
    """A least time is the least of what was asked for: so every hand, grasp and place is asked for."""
    asked: set[tuple[object, ...]] = set()
    for j, job in enumerate(shop.jobs):
        here: tuple[str, ...] = (job.place,) if job.place is not None else ()
        for k, leg in enumerate(job.legs):
            for stage in stages_of(leg):
                for worker in (shop.workers[w] for w in shop.able(j, k)):
                    speed = worker.speed(stage.clauses)
                    key = (worker.robot, worker.tool, job.kind_at(k), here, stage.spots, speed)
                    if key not in asked:
                        asked.add(key)
                        for place in here:
                            ways_to_serve(worker, job.kind_at(k), shop.grasps[job.kind_at(k)], place, True, speed)
                        for place in stage.spots:
                            ways_to_serve(worker, job.kind_at(k), shop.grasps[job.kind_at(k)], place, False, speed)
            here = leg.places if isinstance(leg, Stage) else here


def is_beyond(bound: LowerBound, limit: float) -> bool:
    """Whether the bound shows that the limit cannot be kept; a rounding error shows nothing."""
    return bound.seconds > limit * (1.0 + 1e-9) + 1e-6 and bound.seconds < math.inf
