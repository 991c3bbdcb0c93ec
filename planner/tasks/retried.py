"""A retry with a force of its own, looked at beforehand: whether each line that it tries again can be done with that.

Law (SEMANTICS, Failure): every rung is feasible wherever the event can happen. It is said before anything is begun: a run that
goes on is not refused for what it may never come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.amended import as_amended
from cell.program import Block, Goal, Loop, Policy, Retry, Role
from cell.program_walk import inner_blocks
from cell.state import Amended, PlanningRequest
from planner.tasks.findings import Findings
from planner.tasks.reach import Reach
from planner.tasks.route import Clauses, Job
from planner.tasks.rungs import kinds_of
from planner.tasks.unfold import Unfolding

Covered = tuple[Goal, tuple[Loop, ...], Mapping[str, Policy]]
"""A line, the loops around it, and for each event the policy that has it there."""


def check_retries(request: PlanningRequest, found: Findings) -> None:
    """What a line cannot do in any case is not its retry's, and is said elsewhere."""
    if any(part.reached for part in request.state.parts):
        return
    reach = Reach(request.cell, request.robots, request.state, request.without)
    for goal, loops, policies in _covered(request.program.block, (), {}):
        raised = request.cell.vocabulary.verbs[goal.verb].raises
        forces = dict.fromkeys(s for event, policy in policies.items() if event in raised for s in _forces(policy))
        for kind in kinds_of(request.cell, goal, loops) if forces else ():
            _look(request, reach, goal, kind, known := Findings())
            for force in () if known.has_errors else forces:
                _look(request, reach, as_amended(goal, (), (Amended(goal.id, (), (force,)),)), kind, found)


def _look(request: PlanningRequest, reach: Reach, goal: Goal, kind: str, found: Findings) -> None:
    stage = Unfolding(request.cell, found, [], {}).stage(goal, kind, Clauses(), "")
    if stage is not None:
        reach.able(Job("", kind, None, None, 0, (stage,)), found)


def _forces(policy: Policy) -> Iterator[Role]:
    for rung in policy.ladder:
        if isinstance(rung, Retry):
            yield from (setting for setting in rung.settings if setting.name == "force")


def _covered(block: Block, loops: tuple[Loop, ...], outer: Mapping[str, Policy]) -> Iterator[Covered]:
    policies = _inner(block, outer)
    for line in block.lines:
        if isinstance(line, Goal):
            yield line, loops, policies if line.block is None else _inner(line.block, policies)
        for inner in inner_blocks(line):
            yield from _covered(inner, (*loops, line) if isinstance(line, Loop) else loops, policies)


def _inner(block: Block, outer: Mapping[str, Policy]) -> Mapping[str, Policy]:
    """The innermost block that has a policy for an event has it, alone."""
    return {**outer, **{event.text: policy for policy in block.policies for event in policy.events}}
