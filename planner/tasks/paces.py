"""The pace that no schedule keeps: a device that works on one part at a time cannot let them through any faster.

Between the first iteration's end and the last one's the device works on all parts but those that were past it already; they can
only have waited in hands and in places between the device and the end of the iteration, so there are only so many of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.tasks.route import Job, Stage, stages_of
from planner.tasks.shop import Shop


@dataclass(frozen=True, slots=True)
class Slowest:
    """`seconds` for each part, hence at best an iteration each `interval` s, over those that are planned."""

    device: str
    seconds: float
    interval: float


def slowest_device(shop: Shop, loop: str) -> Slowest | None:
    """Of the devices that all iterations of the loop pass; None where none holds them up for certain."""
    jobs = [job for job in shop.jobs if any(name == loop for leg in job.legs for name, _ in leg.clauses.serves)]
    found = [s for name in shop.devices if (s := _slowest(shop, jobs, name)) is not None]
    return max(found, key=lambda s: s.interval, default=None)


def _slowest(shop: Shop, jobs: list[Job], device: str) -> Slowest | None:
    at = [next((k for k, leg in enumerate(job.legs) if _works_there(leg, device)), None) for job in jobs]
    if len(jobs) < 3 or any(k is None for k in at):
        return None
    seconds = min(_occupied(shop, job, k, device) for job, k in zip(jobs, at, strict=True) if k is not None)
    past = max(_room_after(shop, job, k) for job, k in zip(jobs, at, strict=True) if k is not None)
    certain = len(jobs) - 2 - past  # one may be at the device when the first iteration ends
    return Slowest(device, seconds, seconds * certain / (len(jobs) - 1)) if certain > 0 else None


def _works_there(leg: object, device: str) -> bool:
    return isinstance(leg, Stage) and leg.device == device and leg.work is not None


def _occupied(shop: Shop, job: Job, k: int, device: str) -> float:
    leg = job.legs[k]
    assert isinstance(leg, Stage)
    assert leg.work is not None
    doors = 2.0 * shop.devices[device].door_time if leg.work.kind == "program" else 0.0
    return leg.work.duration + doors


def _room_after(shop: Shop, job: Job, k: int) -> int:
    """How many parts can wait between the device and the end: in hands, and in places of legs that others follow."""
    between = {stage.equipment for leg in job.legs[k + 1 : -1] for stage in stages_of(leg)}
    places = sum(len(shop.cell.equipment[name].places) for name in between)
    return places + sum(len(worker.hands) for worker in shop.workers)
