"""Whether there are motions at all for each leg: some robot that takes the part where it lies and puts it where it shall go.

No order comes into it. A motion that was looked for in vain is no way; one that nobody has looked for yet is one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from cell.diagnostic import Span
from cell.steps import AtHub
from planner.tasks.findings import Findings
from planner.tasks.reach import ways_to_serve
from planner.tasks.route import Leg, Stage, stages_of
from planner.tasks.shop import Shop
from planner.tasks.worker import Worker


def check_ways(shop: Shop, found: Findings) -> None:
    """Say of each line that nobody can do what it lacks. One finding a place, however many parts go there."""
    seen: set[tuple[object, ...]] = set()
    for j, job in enumerate(shop.jobs):
        for k, leg in enumerate(job.legs):
            key = (shop.group[j], k, job.place if k == 0 else None, _span(leg))
            if key not in seen and shop.able(j, k):
                seen.add(key)
                able, others = [shop.workers[w] for w in shop.able(j, k)], shop.crew.others(job, k)
                _check_leg(shop, job.kind_at(k), _sources(shop, j, k), leg, able, others, found)


def _sources(shop: Shop, j: int, k: int) -> tuple[str, ...]:
    """Where the part lies before leg k; nowhere for one in a hand."""
    job = shop.jobs[j]
    earlier = [leg for leg in job.legs[:k] if isinstance(leg, Stage)]
    return earlier[-1].places if earlier else (job.place,) if job.place is not None else ()


def _check_leg(
    shop: Shop, kind: str, sources: tuple[str, ...], leg: Leg, able: Sequence[Worker], others: tuple[Span, ...], found: Findings
) -> None:
    """`others` are the robots that cannot do it at all, with why."""
    for stage in stages_of(leg):
        if stage.is_carried or (stage.handing is None and set(sources) & set(stage.places)):
            continue
        takers = [w for w in able if not sources or any(_serves(shop, w, kind, p, True, stage) for p in sources)]
        putters = [w for w in able if any(_serves(shop, w, kind, p, False, stage) for p in stage.spots)]
        if not takers:
            _no_motion(shop, able, sources[0], (stage.goal.span, others), found)
        if not putters:
            _no_motion(shop, able, stage.spots[0], (stage.goal.span, others), found)
        both = [w for w in takers if w in putters]
        if takers and putters and not any(_travels(shop, w, kind, sources, stage) for w in both):
            names, start = " or ".join(w.robot for w in both or able), sources[0] if sources else "where it stands"
            message, help_ = f"no way for {names} from {start} to {stage.equipment}", "Make room between the two."
            found.error("E603", message, stage.goal.span, help=help_)


def _serves(shop: Shop, worker: Worker, kind: str, place: str, is_source: bool, stage: Stage) -> bool:
    return bool(ways_to_serve(worker, kind, shop.grasps[kind], place, is_source, worker.speed(stage.clauses)))


def _travels(shop: Shop, worker: Worker, kind: str, sources: tuple[str, ...], stage: Stage) -> bool:
    hubs = dict.fromkeys(shop.equipment_of[place] for place in sources)
    return not hubs or any(seconds < math.inf for hub in hubs for seconds in _travel_times(shop, worker, kind, hub, stage))


def _travel_times(shop: Shop, worker: Worker, kind: str, hub: str, stage: Stage) -> Iterator[float]:
    speed = worker.speed(stage.clauses)
    for hand in range(len(worker.hands)):
        for grasp in shop.grasps[kind]:
            held = (worker.carried(kind, hand, grasp),)
            yield 0.0 if hub == _hub(shop, stage) else worker.motions.travel(AtHub(hub), _hub(shop, stage), held, speed).seconds


def _hub(shop: Shop, stage: Stage) -> str:
    return shop.equipment_of[stage.spots[0]]


def _no_motion(shop: Shop, able: Sequence[Worker], place: str, asked: tuple[Span, tuple[Span, ...]], found: Findings) -> None:
    (line, others), equipment = asked, shop.cell.equipment[shop.equipment_of[place]]
    names = " or ".join(dict.fromkeys(w.robot for w in able))
    message, help_ = f"no motion of {names} serves {place}", "Make room at it, or move it closer."
    found.error("E603", message, line, equipment.span, *others, help=help_)


def _span(leg: Leg) -> Span:
    return leg.goal.span if isinstance(leg, Stage) else leg.when.span
