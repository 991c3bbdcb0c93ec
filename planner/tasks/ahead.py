"""What may be done before a line is due: fetch the part that is to go into another one.

A line that joins waits for earlier ones because of its base. Until it goes in, the part is nothing to those lines, so a robot may
have it in hand by then. Where `in order` asks for the order, or an earlier line is about the part itself, it stays where it is.
"""

from __future__ import annotations

from planner.tasks.route import Job, Leg, Routes, Stage


def fetched_ahead(routes: Routes) -> frozenset[tuple[int, int]]:
    """The legs (job, number) whose part may be fetched before the barriers are open."""
    return frozenset(
        (j, k) for j, job in enumerate(routes.jobs) for k, leg in enumerate(job.legs) if _is_fetched_ahead(routes, j, job, leg)
    )


def _is_fetched_ahead(routes: Routes, number: int, job: Job, leg: Leg) -> bool:
    if not isinstance(leg, Stage) or leg.into is None:
        return False
    barriers = [routes.barriers[k] for k in leg.clauses.after]
    members = dict.fromkeys(member for barrier in barriers for member in barrier.members)
    return not any(b.in_order for b in barriers) and not any(j == number or _base(routes, j, k) == job.part for j, k in members)


def _base(routes: Routes, job: int, leg: int) -> str:
    """The part that the leg joins something to, "" for none."""
    found = routes.jobs[job].legs[leg]
    return found.into.base if isinstance(found, Stage) and found.into is not None else ""
