"""What is said of a route that forks on what nothing tells, or whose branches part for good."""

from __future__ import annotations

from planner.tasks.findings import Findings
from planner.tasks.route import Fork, Job, Stage, Work, comes_back


def check_forks(job: Job, found: Findings) -> None:
    """A fork is told of on its route. What follows it finds the part where it lay: no way moves it, or they bring it back."""
    for k, leg in enumerate(job.legs):
        if not isinstance(leg, Fork):
            continue
        if k + 1 < len(job.legs) and not comes_back(job, k):
            later = job.legs[k + 1]
            found.error(
                "E609", "a later line asks for a part that the branches leave in different places",
                later.goal.span if isinstance(later, Stage) else later.when.span, leg.when.span,
                help="Move the later line into the branches, or let every branch bring the part back to where it was.",
            )  # fmt: skip
        if not any(isinstance(x, Stage) and isinstance(x.work, Work) and x.work.told == leg.outcome for x in job.legs[:k]):
            message = f"the {leg.outcome} of {job.part} is not known and nothing will tell it"
            found.error("E614", message, leg.when.span, help=f"Add a line before it that tells the {leg.outcome}.")
