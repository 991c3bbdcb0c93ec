"""All that stands in the way of a text: what is proved, and where every order that was tried gets stuck, deadlines met or not.

The first half of planning, asked of a text of which some clauses were struck out: no steps, no search, no motions.
"""

from __future__ import annotations

from cell.diagnostic import Diagnostic
from cell.state import PlanningRequest
from planner.tasks.conflict import explain
from planner.tasks.crew import Known
from planner.tasks.findings import Findings
from planner.tasks.groundwork import routes_for, shop_but_for_time
from planner.tasks.improve import Budget, best_of_rules
from planner.tasks.objectives import score_by


def in_the_way(request: PlanningRequest, known: Known) -> tuple[Diagnostic, ...]:
    """Errors; none where some order brings every part through. What `known` forbids counts as not there."""
    found, stuck = Findings(), Findings()
    routes = routes_for(request, found)
    shop = shop_but_for_time(request, routes, known, found) if routes is not None and routes.jobs else None
    if shop is not None:
        order = best_of_rules(shop, None, Budget(0), score_by(shop, ()))
        if order.is_stuck:
            explain(shop, order, stuck)
    return (*found.errors, *stuck.errors)
