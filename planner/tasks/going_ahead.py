"""A robot that has nothing to do goes to where it will be needed, while the way there is free.

On the floor whoever comes later in the list of acts keeps clear of whoever came earlier. Most ways ahead need no act of their
own: they are made as early as the robot is free. But where the way passes by others, it has to come before what they do next, in
the list too. Going ahead changes nothing but where a robot stands and which tool it has, so it never leads into a deadlock; and
nobody is sent home for it. A robot that another one keeps from the tool for a line that is due stays: it would only come back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cell.steps import AtHub
from planner.tasks.floor import NOBODY, Act, Candidate, Floor, Kind, Stand
from planner.tasks.route import Stage
from planner.tasks.traffic import Trail

if TYPE_CHECKING:
    from planner.tasks.candidates import Candidates


def ways_ahead(options: Candidates, found: Sequence[Candidate]) -> list[Candidate]:
    """One for each robot with empty hands that none of the acts `found` is for, and that has work to come."""
    floor, workers = options.floor, options.shop.workers
    wanted = {workers[c.act.worker].robot for c in found if c.act.kind is not Kind.RUN and c.act.kind is not Kind.CARRY}
    if len(wanted) == len(floor.equipped):
        return []
    idle = [w for robot, w in floor.equipped.items() if robot not in wanted and all(j == NOBODY for j in floor.hands[w])]
    left = _to_come(floor) if idle else {}
    jobs = [j for j, count in left.items() if count]
    due = [j for j, count in left.items() if not count]
    ways = (_way_ahead(options, worker, jobs) for worker in idle if not any(_lacks_its_tool(options, worker, j) for j in due))
    return [way for way in ways if way is not None]


def _to_come(floor: Floor) -> dict[int, int]:
    """The jobs whose parts lie somewhere, and for how many others their next line waits; those first that wait for least."""
    waiting = {*floor.under_way, *(queue[-1] for queue in floor.queues.values() if queue)}
    left = {j: sum(floor.barrier_left[k] for k in floor.leg(j).clauses.after) for j in waiting if floor.place[j] is not None}
    return {j: left[j] for j in sorted(left, key=lambda j: (left[j], j))}


def _lacks_its_tool(options: Candidates, idle: int, job: int) -> bool:
    """Whether the job is for this robot and no other, with a tool that it cannot have by now."""
    able = options.shop.able(job, options.floor.at[job])
    return bool(able) and {*able} <= _same(options, idle) and not any(map(options.floor.can_equip, able))


def _same(options: Candidates, worker: int) -> set[int]:
    return {*options.shop.crew.same[worker]}


def _way_ahead(options: Candidates, idle: int, jobs: Sequence[int]) -> Candidate | None:
    """To the first job that is for this robot and no other."""
    shop, floor = options.shop, options.floor
    same = _same(options, idle)
    for job in jobs:
        leg, able, place = floor.leg(job), shop.able(job, floor.at[job]), floor.place[job]
        if not isinstance(leg, Stage) or leg.giver is not None or leg.is_carried or leg.path is not None:
            continue
        if not able or not {*able} <= same or place is None or options.free.lies_there(leg, place):
            continue
        worker = next((w for w in able if floor.can_equip(w)), None)
        return None if worker is None else _to(options, worker, job, leg, place)
    return None


def _to(options: Candidates, worker: int, job: int, leg: Stage, place: str) -> Candidate | None:
    """None where it stands there already, or nobody could be in its way."""
    shop, floor = options.shop, options.floor
    hub, speed = shop.equipment_of[place], shop.workers[worker].speed(leg.clauses)
    time, way = options.unhindered(worker, AtHub(hub), speed)
    if time == math.inf or not any(passage.way for passage in way):
        return None
    act = Act(Kind.GO, job, floor.at[job], worker, NOBODY, 0, place)
    return Candidate(act, time, time, hub, (Stand(AtHub(hub), hub, time, speed),), Trail(way))
