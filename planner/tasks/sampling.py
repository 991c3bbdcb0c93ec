"""`every 10 parts { }` in a loop: in which iterations its block is done.

Since the block was last completed, by what was reached, never more than so many iterations have passed, in the order of the set;
where it never was, it is due now. So parts 1, 11, 21, and one sooner when such a part was given up before its block was done.
What a `when` of the block asks for counts for nothing there, and is still to be done where the rest is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cell.program import Block, Fresh, Goal, Group, Loop, Scope
from cell.program_walk import goals_in
from cell.state import PartState


@dataclass(frozen=True, slots=True)
class _Clause:
    """`own` are the goals that complete the block, `later` those that only a part reaches that has passed it."""

    id: str
    most: int
    own: frozenset[str]
    later: frozenset[str]


@dataclass(slots=True)
class Sampling:
    """Walks through the iterations of one loop in order. `passed` counts, by clause, those since its block was last done."""

    clauses: tuple[_Clause, ...]
    due: set[tuple[str, str]]
    passed: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, loop: Loop, due: set[tuple[str, str]]) -> Sampling:
        """`due` takes up (clause id, part id), those in the midst of it among them."""
        return cls(tuple(_clause(loop, fresh) for fresh in counted_in(loop.block)), due)

    def next(self, part: PartState) -> None:
        for clause in self.clauses:
            is_past = part.given_up or part.reached & clause.later
            if clause.own and clause.own <= part.reached:
                self.passed[clause.id] = 0
                if not is_past:
                    self.due.add((clause.id, part.id))
            elif is_past or not self._is_due(clause):
                if clause.id in self.passed:
                    self.passed[clause.id] += 1
            else:
                self.due.add((clause.id, part.id))
                self.passed[clause.id] = 0

    def _is_due(self, clause: _Clause) -> bool:
        return clause.id not in self.passed or self.passed[clause.id] + 1 >= clause.most


def is_counted(fresh: Fresh) -> bool:
    return fresh.interval.quantity.dimension == "parts"


def counted_in(block: Block) -> Iterator[Fresh]:
    """Those of a loop's block that count its iterations."""
    for line in block.lines:
        match line:
            case Fresh() if is_counted(line):
                yield line
            case Group(block=inner) | Scope(block=inner):
                yield from counted_in(inner)
            case _:
                pass


def _clause(loop: Loop, fresh: Fresh) -> _Clause:
    inside = [goal.id for goal in goals_in(fresh.block)]
    all_goals = [goal.id for goal in goals_in(loop.block)]
    after = max((all_goals.index(name) for name in inside), default=-1)
    own = frozenset(goal.id for goal in _always(fresh.block))
    return _Clause(fresh.id, round(fresh.interval.quantity.value), own, frozenset(all_goals[after + 1 :]))


def _always(block: Block) -> Iterator[Goal]:
    """The goals that no `when` makes doubtful."""
    for line in block.lines:
        match line:
            case Goal():
                yield line
            case Group(block=inner) | Scope(block=inner):
                yield from _always(inner)
            case _:
                pass
