"""What a schedule that is written comes to beside its own lower bound, and when that is so near that no search is worth while.

The bound that the search goes by (bounds.py) is made of whatever was asked for; it is lower than that of the motions in the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cell.program import Prefer
from cell.state import PlanningRequest
from cell.steps import MotionNeed
from planner.tasks.chain_times import Gates
from planner.tasks.draft import Draft, Written, finished
from planner.tasks.plan_bound import plan_bound
from planner.tasks.reads import planned_parts
from planner.tasks.route import Routes

NEAR = 1.005
"""Of the bound. What a search could still win is less than what anything in a cell takes longer one day than another."""
ROUNDING = 1e-9
"""s by which a bound may lie above the makespan and mean the same: both add up the same durations, in another order."""
_ENDS = ("busy", "throughput")
"""Objectives that say when work shall end."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A draft as the plan will have it; `lower` in s and `bottleneck` are its lower bound."""

    written: Written
    makespan: float
    lower: float
    bottleneck: str

    @property
    def gap(self) -> float:
        """0.1 for a makespan of 1.1 times the bound."""
        return self.makespan / self.lower - 1.0 if self.lower > 0.0 else 0.0


def bounded(request: PlanningRequest, routes: Routes, draft: Draft, least: Callable[[MotionNeed], float] | None) -> Bounded:
    """`least`: s that no motion can be quicker than."""
    written = finished(draft)
    gates = Gates.of(routes, written.operations)
    lower, bottleneck = plan_bound(planned_parts(routes), written.operations, written.steps, request, gates, least)
    is_met = draft.makespan < lower <= draft.makespan + ROUNDING
    return Bounded(written, draft.makespan, draft.makespan if is_met else lower, bottleneck)


def is_near(found: Bounded, prefers: Sequence[Prefer]) -> bool:
    """Never where something is preferred that an end does not tell."""
    return found.makespan <= found.lower * NEAR and all(prefer.objective in _ENDS for prefer in prefers)
