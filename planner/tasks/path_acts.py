"""Work along a path of a part as an act of a robot: when it could be.

One motion from the hub along the path and back. The part lies where it lies, in its clamp where there is one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cell.steps import AtHub
from planner.tasks.contacts import Contact
from planner.tasks.floor import NOBODY, Act, Candidate, Kind
from planner.tasks.motions import Timed
from planner.tasks.path_reach import along_of
from planner.tasks.route import Clauses, PathWork, Stage
from planner.tasks.shop import Shop
from planner.tasks.worker import Worker

if TYPE_CHECKING:
    from planner.tasks.candidates import Candidates
    from planner.tasks.motions import Held


def work_along(options: Candidates, job: int, stage: Stage, place: str, worker: int, opened: float) -> Candidate | None:
    shop, floor, who = options.shop, options.floor, options.shop.workers[worker]
    if stage.path is None or not floor.can_equip(worker) or not floor.is_uncovered(place):
        return None
    hub, held, speed = shop.equipment_of[place], floor.carried(worker), who.speed(stage.clauses)
    timed = motion_along(shop, who, stage.path, place, floor.kind(job), held, stage.clauses)
    if timed is None or timed.seconds == math.inf:
        return None
    contact = Contact(timed.seconds, timed.way, timed.rest)
    arrived, way = options.arrival(worker, AtHub(hub), held, speed, opened)
    start = max(arrived, options.accessible(hub, opened), floor.ready[job], options.clear(worker, contact.way, contact.rest))
    if shop.devices[hub].has_clamp and not floor.devices[hub].is_clamped:
        start += shop.devices[hub].clamp_time
    act = Act(Kind.ALONG, job, floor.at[job], worker, NOBODY, 0, place)
    return options.candidate(act, start, hub, contact, way, speed)


def motion_along(shop: Shop, who: Worker, path: PathWork, place: str, kind: str, held: Held, clauses: Clauses) -> Timed | None:
    tool = shop.cell.tools[who.tool or ""]
    touch = along_of(shop.cell, tool, path, place, kind)
    return None if touch is None else who.motions.within(clauses.contact_force).along(touch, held, who.speed(clauses))
