"""What has to stay as it is in the whole text while clauses are struck out of it: how many iterations a loop with an `until` has,
and where each part's route ends. Else striking out a line would ask for more than before.
"""

from __future__ import annotations

from cell.state import PlanningRequest
from planner.tasks.every_order import Ends
from planner.tasks.findings import Findings
from planner.tasks.groundwork import ends_of, routes_for
from planner.tasks.route import Routes
from planner.why.clauses import Frozen


def frozen_of(request: PlanningRequest) -> tuple[Frozen, Ends]:
    """By loop the members of its iterations, by part the end of its route; empty where the text has not come as far as that."""
    routes = routes_for(request, Findings())
    return ({}, {}) if routes is None else (_members(routes), ends_of(routes))


def _members(routes: Routes) -> Frozen:
    members: dict[str, set[str]] = {}
    for job in routes.jobs:
        for leg in job.legs:
            for loop, member in leg.clauses.serves:
                members.setdefault(loop, set()).add(member)
    return {loop: frozenset(ids) for loop, ids in members.items()}
