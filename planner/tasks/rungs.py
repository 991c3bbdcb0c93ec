"""A goal as a rung of a ladder: planned by itself when the ladder comes to it, and looked at beforehand whether it can be.

Law (SEMANTICS, Failure): it puts the cell in order and settles nothing, so nothing else is planned beside it, but for
what a hand has to be rid of first (brought_on.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.model import CellModel
from cell.program import Block, Goal, IntentProgram, Loop
from cell.program_walk import inner_blocks
from cell.state import CellState, Errand, PlanningRequest
from planner.tasks.chores import is_about_thing
from planner.tasks.findings import Findings
from planner.tasks.reach import Reach
from planner.tasks.route import Clauses, Job, Stage
from planner.tasks.unfold import Unfolding

Standing = tuple[Goal, tuple[Block, ...], tuple[Loop, ...]]
"""A goal rung, the blocks around its policy and the loops around those, outermost first."""


def rungs_of(program: IntentProgram) -> Iterator[Standing]:
    yield from _in(program.block, (), ())


def errand_stage(cell: CellModel, state: CellState, program: IntentProgram, errand: Errand, found: Findings) -> Stage | None:
    """What the rung's goal asks of its part, as it is tried again, under the limits around its policy and no deadline."""
    part = next((p for p in state.parts if p.id == errand.part), None)
    standing = next((s for s in rungs_of(program) if s[0].id == errand.goal), None)
    if part is None or standing is None:
        return None
    goal, around, _ = standing
    unfolding = Unfolding(cell, found, [], {}, amended=state.amended)
    clauses = Clauses()
    for block in around:
        clauses = unfolding.clauses_in(block, clauses, "")
    return unfolding.stage(goal, part.kind, Clauses(clauses.speeds, clauses.forces), "")


def check_rungs(request: PlanningRequest, found: Findings) -> None:
    """Every goal rung has somewhere to put each kind of part that may fail there, and a robot that gets there."""
    cell = request.cell
    reach = Reach(cell, request.robots, request.state, request.without)
    for goal, _, loops in rungs_of(request.program):
        if is_about_thing(cell, goal):
            found.unsupported("a rung with a goal about a thing", goal.span)
            continue
        for kind in kinds_of(cell, goal, loops):
            stage = Unfolding(cell, found, [], {}).stage(goal, kind, Clauses(), "")
            if stage is not None:
                reach.able(Job("", kind, None, None, 0, (stage,)), found)


def kinds_of(cell: CellModel, goal: Goal, loops: tuple[Loop, ...]) -> tuple[str, ...]:
    """What the object may be: the kind that it names, or the members of the loop whose variable it is."""
    if goal.any_one:
        return (goal.object.text,)
    loop = next((x for x in loops if goal.object.path == (x.variable,)), None)
    if loop is None:
        return ()
    return (loop.member,) if loop.member in cell.parts else ()


def _in(block: Block, around: tuple[Block, ...], loops: tuple[Loop, ...]) -> Iterator[Standing]:
    here = (*around, block)
    for policy in block.policies:
        yield from ((rung, here, loops) for rung in policy.ladder if isinstance(rung, Goal))
    for line in block.lines:
        for inner in inner_blocks(line):
            yield from _in(inner, here, (*loops, line) if isinstance(line, Loop) else loops)
