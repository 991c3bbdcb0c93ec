"""What a schedule is made of, or why there can be none: everything that is said before any order is tried.

`refuted` goes further and looks at every order too. All that it says is proved: it holds for every schedule, not for those that a
search has seen. Motions that were looked for in vain are taken as not there.
"""

from __future__ import annotations

from cell.diagnostic import Diagnostic, error
from cell.state import PlanningRequest
from planner.tasks.brought_on import ALONE
from planner.tasks.conflict import check_room, check_sources
from planner.tasks.crew import Known
from planner.tasks.deadlines import refute_deadlines, refute_paces
from planner.tasks.decompose import decompose
from planner.tasks.every_order import Ends, every_order, line_of
from planner.tasks.findings import Findings
from planner.tasks.later import check_later
from planner.tasks.outrun import refute_waiting
from planner.tasks.retried import check_retries
from planner.tasks.route import Routes
from planner.tasks.rungs import check_rungs
from planner.tasks.shop import Shop, make_shop
from planner.tasks.stacks import check_stacks
from planner.tasks.supported import check_supported
from planner.tasks.ways import check_ways


def routes_for(request: PlanningRequest, found: Findings, brought_on: frozenset[str] = ALONE) -> Routes | None:
    """None where something is in the way, which is then said in `found`. `brought_on`: parts in hands, beside an errand."""
    check_supported(request.cell, request.program, found)
    check_rungs(request, found)
    check_retries(request, found)
    routes = decompose(request.cell, request.state, request.program, found, request.is_continuous, brought_on)
    if not found.has_errors:
        check_later(request, routes, found)
        check_stacks(request.cell, request.state, request.program, routes, found)
    return None if found.has_errors else routes


def shop_for(request: PlanningRequest, routes: Routes, known: Known, found: Findings) -> Shop | None:
    """None where something is in the way, which is then said in `found`."""
    shop = shop_but_for_time(request, routes, known, found)
    return None if found.has_errors else shop


def shop_but_for_time(request: PlanningRequest, routes: Routes, known: Known, found: Findings) -> Shop | None:
    """The same, but that only a deadline, a pace or a line that outruns the robots may be in the way."""
    shop = make_shop(request, routes, known, found)
    if shop is not None:
        check_sources(shop, found)
        check_room(shop, found)
    if shop is None or found.has_errors:
        return None
    refute_deadlines(request, routes, known, found)
    refute_paces(shop, found)
    refute_waiting(request, routes, known, found)
    return shop


def refuted(request: PlanningRequest, known: Known, ends: Ends | None = None) -> tuple[Diagnostic, ...]:
    """What shows that there is no schedule; none where nothing does. Where `ends` are given every order is looked at (then it is
    E620), as a part of a text in which routes end there."""
    found = Findings()
    routes = routes_for(request, found)
    shop = shop_but_for_time(request, routes, known, found) if routes is not None and routes.jobs else None
    if shop is not None:
        check_ways(shop, found)
        if ends is not None and every_order(shop, ends=ends) == "never comes through":
            found.add(error("E620", "in no order does every part come through"))
    return found.errors


def ends_of(routes: Routes) -> Ends:
    """By part, the line at which its route ends."""
    return {job.part: line_of(job.legs[-1]) for job in routes.jobs}
