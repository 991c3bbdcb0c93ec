"""Branches that are planned when they are taken: what a branch of one plan cannot hold, the next plan can.

A branch of a choice is carried out by one robot, from one state to one state (write_choice.py). Where one of the branches of a
`when` is more than that, or where a line behind it would find the part in different places, only the branch that is taken when
no outcome is adverse is planned: as lines like any others, behind the decision. When another one is taken the controller lets
end what runs and asks for a plan from there; by then the outcome is known, and nothing of that branch is a choice any more.
"""

from __future__ import annotations

from collections.abc import Sequence

from cell.model import CellModel
from cell.program_walk import goals_in
from cell.state import InPlace, PartState, PlanningRequest
from planner.tasks.findings import Findings
from planner.tasks.methods import has_clamp, has_door, is_heap, told_by
from planner.tasks.outcomes import usual_value
from planner.tasks.reach import Reach
from planner.tasks.route import Fork, Job, Later, Leg, Routes, Stage, Way, returns


def is_too_much(cell: CellModel, legs: Sequence[Leg], told_at: str | None) -> bool:
    """Whether the branch with these legs holds a `when`, a person's work, work along a path, or a program on a part that is in
    the machine already, or ends behind a door or in a clamp. `told_at`: the equipment in which its outcome was told."""
    stages = [leg for leg in legs if isinstance(leg, Stage)]
    if len(stages) < len(legs) or any(_is_by_person(stage) or stage.path is not None for stage in stages):
        return True
    here = told_at
    for stage in stages:
        if stage.equipment == here and stage.work is not None and stage.work.kind == "program":
            return True
        here = stage.equipment
    last = cell.equipment[stages[-1].equipment] if stages else None
    return last is not None and (has_door(last) or has_clamp(last))


def told_in(cell: CellModel, before: Sequence[Leg], outcome: str) -> str | None:
    """The equipment in which the outcome is told last."""
    telling = (leg for leg in reversed(before) if isinstance(leg, Stage) and told_by(cell, leg.goal.verb) == outcome)
    return next((stage.equipment for stage in telling), None)


def put_off(cell: CellModel, fork: Fork, branches: Sequence[tuple[tuple[str, ...], Sequence[Leg]]]) -> list[Leg]:
    """The fork and the legs of its usual branch behind it; of `branches` (values, legs), all its alternatives, the others are
    planned when they are taken."""
    value = usual_value(cell.vocabulary, fork.when, fork.outcome)
    chosen = next((k for k, (values, _) in enumerate(branches) if value in values), len(branches) - 1)
    later = tuple(Later(values, k, tuple(legs)) for k, (values, legs) in enumerate(branches) if k != chosen)
    values, legs = branches[chosen]
    return [Fork(fork.when, fork.outcome, (Way(values, (), chosen),), fork.clauses, later), *legs]


def with_one_place(cell: CellModel, legs: Sequence[Leg], part: PartState) -> list[Leg]:
    """The route, with each fork put off behind which the part would be in different places for what follows."""
    out: list[Leg] = []
    for k, leg in enumerate(legs):
        here = (part.location.place,) if isinstance(part.location, InPlace) else ()
        if isinstance(leg, Fork) and not leg.later and k + 1 < len(legs) and not returns(leg, out, here):
            out += put_off(cell, leg, [(way.values, way.stages) for way in leg.ways])
        else:
            out.append(leg)
    return out


def check_later(request: PlanningRequest, routes: Routes, found: Findings) -> None:
    """What the branches ask for that are planned later is looked at before anything moves: somebody reaches it all, and the lines
    behind the `when` find the part where something can take it."""
    reach, seen = Reach(request.cell, request.robots, request.state, request.without), set[tuple[str, str, int]]()
    for job in routes.jobs:
        for k, fork in ((k, leg) for k, leg in enumerate(job.legs) if isinstance(leg, Fork)):
            behind = _behind(job, k)
            for later in fork.later:
                key = (fork.when.id, job.kind, later.number)
                if key not in seen:
                    seen.add(key)
                    stages = tuple(leg for leg in later.legs if isinstance(leg, Stage) and not _is_by_person(leg))
                    before = tuple(leg for leg in job.legs[:k] if isinstance(leg, Stage))
                    reach.able(Job(job.part, job.kind, job.place, job.hand, job.grasp, (*before, *stages)), found)
                    _check_taken(request.cell, fork, later, behind, found)


def _check_taken(cell: CellModel, fork: Fork, later: Later, behind: Sequence[Stage], found: Findings) -> None:
    last = later.legs[-1] if later.legs else None
    if behind and isinstance(last, Stage) and all(is_heap(cell.places[place]) for place in last.places):
        message = f"a later line asks for a part that a branch leaves in {last.equipment}, out of which nothing is taken"
        help_ = "Move the later line into the branches."
        found.error("E609", message, behind[0].goal.span, fork.when.span, help=help_)


def _behind(job: Job, k: int) -> list[Stage]:
    """The stages of the lines behind the fork that is leg k, not those of its own branches."""
    fork = job.legs[k]
    assert isinstance(fork, Fork)
    inside = {goal.id for branch in fork.when.branches for goal in goals_in(branch.block)}
    return [leg for leg in job.legs[k + 1 :] if isinstance(leg, Stage) and leg.goal.id not in inside]


def _is_by_person(stage: Stage) -> bool:
    return stage.handing is not None or (stage.work is not None and stage.work.by is not None)
