"""Which presences of two robots a plan's order leaves free to coincide, whatever the durations and branches.

Each step has a set of presences that have certainly ended before it starts, as bits of an integer: those of its predecessors,
with one care. A predecessor in a branch that is not taken counts as confirmed at once, so what follows from a choice is only what
follows from each of its ways. A rest lasts from the end of one motion to the start of the next; what the robot does at the end of
a motion (grip, release) changes what it carries meanwhile, so the rest there counts with either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cell.presence import Moving, Presence, Resting, in_order
from cell.steps import BranchRef, Carried, Decide, MotionNeed, Move, Stance, Step
from cell.task_plan import TaskPlan

Pairs = tuple[tuple[Presence, Presence], ...]


_Load = tuple[tuple[Carried, ...], str | None]
"""What the hands hold, and the tool that they belong to."""


@dataclass(frozen=True, slots=True)
class _Spell:
    """One presence in the plan. `start`: the step at or after whose start it is, None for the start of the plan. `ends` are the
    steps of which one ends it, one for each way of a choice; none for the end of the plan."""

    robot: str
    presences: tuple[Presence, ...]
    start: str | None
    ends: tuple[str, ...]
    branch: BranchRef | None


def coinciding(plan: TaskPlan, rests: Sequence[Resting]) -> Pairs:
    """Each pair once, in the order of their robots' names. `rests`: where every robot of the cell stands at the start, with
    what. A cell with one robot has none."""
    if len(rests) < 2:
        return ()
    spells = [spell for rest in rests for spell in _spells(rest, plan.steps)]
    ended = _ended(plan, spells)
    by_robot: dict[str, list[int]] = {rest.robot: [] for rest in rests}
    for number, spell in enumerate(spells):
        by_robot[spell.robot].append(number)
    found: dict[tuple[Presence, Presence], None] = {}
    names = sorted(by_robot)
    for a, robot in enumerate(names):
        for other in names[a + 1 :]:
            for p, q in _free(spells, ended, by_robot[robot], by_robot[other]):
                found.update({in_order(x, y): None for x in spells[p].presences for y in spells[q].presences})
    return tuple(found)


def _spells(rest: Resting, steps: Sequence[Step]) -> Iterator[_Spell]:
    """Of one robot in the order of the steps: the rest at the start, then each motion and the rest after it."""
    robot = rest.robot
    moves = [(step, step.action.need) for step in steps if isinstance(step.action, Move) and step.action.need.robot == robot]
    load_next = {step.id: (need.carried, need.tool) for step, need in moves}
    first = _following(None, moves, 0)
    now = rest.carried, rest.tool
    yield _Spell(robot, _resting(robot, rest.stance, now, [load_next[name] for name in first]), None, first, None)
    for k, (step, need) in enumerate(moves):
        following = _following(step.branch, moves, k + 1)
        loads = [load_next[name] for name in following]
        yield _Spell(robot, (Moving(need),), step.id, (step.id,), step.branch)
        yield _Spell(robot, _resting(robot, need.end, (need.carried, need.tool), loads), step.id, following, step.branch)


def _following(branch: BranchRef | None, moves: Sequence[tuple[Step, MotionNeed]], first: int) -> tuple[str, ...]:
    """The next motions, from number `first` on: the next of the same branch; or the first of each way of the choices that come
    next and the first after them, for there may be a way without motions."""
    ways: dict[BranchRef, str] = {}
    for k in range(first, len(moves)):
        step = moves[k][0]
        if step.branch == branch:
            return (*ways.values(), step.id)
        if step.branch is None:
            return (*ways.values(), step.id)
        if branch is None or step.branch.choice != branch.choice:
            ways.setdefault(step.branch, step.id)
    return tuple(ways.values())


def _resting(robot: str, stance: Stance, now: _Load, later: Sequence[_Load]) -> tuple[Presence, ...]:
    return tuple(Resting(robot, stance, *load) for load in dict.fromkeys((now, *later)))


def _ended(plan: TaskPlan, spells: Sequence[_Spell]) -> dict[str, int]:
    """For each step the spells that have certainly ended before it starts, in every run in which it and they happen."""
    own: dict[str, int] = {}
    within: dict[BranchRef, int] = {}
    for number, spell in enumerate(spells):
        for name in spell.ends:
            own[name] = own.get(name, 0) | 1 << number
        if spell.branch is not None:
            within[spell.branch] = within.get(spell.branch, 0) | 1 << number
    decides = {step.action.choice: step.id for step in plan.steps if isinstance(step.action, Decide)}
    width = {choice.id: len(choice.alternatives) for choice in plan.choices}
    branch_of = {step.id: step.branch for step in plan.steps}
    ended: dict[str, int] = {}
    after: dict[str, int] = {}
    for step in plan.steps:
        certain, arms = 0, dict[str, dict[int, int]]()
        for name in step.predecessors:
            branch = branch_of[name]
            if branch is None or branch == step.branch:
                certain |= after[name]
            else:
                ways = arms.setdefault(branch.choice, {})
                ways[branch.index] = ways.get(branch.index, 0) | after[name]
        for choice, ways in arms.items():
            decided, everywhere = after[decides[choice]], -1
            for index in range(width[choice]):
                taken = decided | ways.get(index, 0)
                everywhere &= taken
                certain |= taken & within.get(BranchRef(choice, index), 0)
            certain |= everywhere
        ended[step.id] = certain
        after[step.id] = certain | own.get(step.id, 0)
    return ended


def _free(
    spells: Sequence[_Spell], ended: Mapping[str, int], mine: Sequence[int], others: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs of spells of which neither has certainly ended when the other starts. Both robots go forward through the plan, so
    what has ended for a spell outside all choices has ended for all that follow."""
    before = {number: ended[start] if (start := spells[number].start) is not None else 0 for number in (*mine, *others)}
    low = 0
    for p in mine:
        if spells[p].branch is None:
            while low < len(others) and before[p] >> others[low] & 1:
                low += 1
        for k in range(low, len(others)):
            q = others[k]
            if before[q] >> p & 1:
                if spells[q].branch is None:
                    break
            elif not before[p] >> q & 1:
                yield p, q
