"""Every need of every step is a fact when the step starts: for all durations, whichever branches are taken.

A need is established by one adder (a step or the initial state) that surely comes before, with every deleter of the fact
either before that adder, or after the needing step, or in a branch that excludes it. Where that depends on a choice, each
alternative is looked at by itself. Source: the modal truth criterion, Chapman, "Planning for conjunctive goals", Artificial
Intelligence 32 (1987), without white knights.

With needs established over an acyclic order, no step waits for ever: take the first unconfirmed one in topological order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from cell.dataclass import dataclass
from cell.steps import BranchRef, Fact, Step
from cell.task_plan import Choice
from planner.proof.precedence import Precedence, members

_DEEPEST = 6  # choices that one need may depend on at once


@dataclass(frozen=True, slots=True)
class Unmet:
    """Step number `step` cannot count on `need`. `spoiler` is a deleter that may come between, None where nothing adds it."""

    step: int
    need: Fact
    spoiler: int | None


class Establishment:
    """Adders and deleters of every fact over one partial order. `initial` are the facts that hold at the start."""

    def __init__(self, steps: Sequence[Step], choices: Sequence[Choice], order: Precedence, initial: Set[Fact]) -> None:
        self._steps, self._order, self._initial = steps, order, initial
        self._width = {choice.id: len(choice.alternatives) for choice in choices}
        self._adders, self._deleters = _by_fact(steps, "adds"), _by_fact(steps, "deletes")

    def unmet(self) -> tuple[Unmet, ...]:
        found = (self._check(i, need) for i, step in enumerate(self._steps) for need in step.needs)
        return tuple(f for f in found if f is not None)

    def _check(self, i: int, need: Fact) -> Unmet | None:
        branch = self._steps[i].branch
        spoiler = self._established(i, need, {} if branch is None else {branch.choice: branch.index})
        return None if spoiler is None else Unmet(i, need, spoiler if spoiler >= 0 else None)

    def _established(self, i: int, need: Fact, taken: Mapping[str, int]) -> int | None:
        """None when established under the branches `taken`, else a spoiler (or -1)."""
        excluded = self._excluded(taken)
        adders = self._adders.get(need, 0) & ~excluded & self._order.before[i]
        deleters = self._deleters.get(need, 0) & ~excluded & ~(self._order.after[i] | self._order.apart[i] | 1 << i)
        if need in self._initial and not deleters:
            return None
        spoiler = next(members(deleters), -1)
        for a in _latest_first(adders):
            of = self._steps[a].branch
            if of is not None and of.choice not in taken:
                continue
            left = deleters & ~self._order.before[a] & ~(1 << a)
            if not left:
                return None
            spoiler = next(members(left))
        return self._by_cases(i, need, taken, adders | deleters, spoiler)

    def _by_cases(self, i: int, need: Fact, taken: Mapping[str, int], involved: int, spoiler: int) -> int | None:
        """Splits on a choice that an adder or a deleter lies in, the latest first."""
        branches = (self._steps[k].branch for k in _latest_first(involved))
        choice = next((b.choice for b in branches if b is not None and b.choice not in taken), None)
        if choice is None or len(taken) >= _DEEPEST:
            return spoiler
        for k in range(self._width[choice]):
            found = self._established(i, need, {**taken, choice: k})
            if found is not None:
                return found
        return None

    def _excluded(self, taken: Mapping[str, int]) -> int:
        """Steps that do not happen when those branches are taken."""
        excluded = 0
        for choice, index in taken.items():
            for k in range(self._width[choice]):
                if k != index:
                    excluded |= self._order.branch.get(BranchRef(choice, k), 0)
        return excluded


def _by_fact(steps: Sequence[Step], field: str) -> dict[Fact, int]:
    found: dict[Fact, int] = {}
    for i, step in enumerate(steps):
        for fact in getattr(step, field):
            found[fact] = found.get(fact, 0) | 1 << i
    return found


def _latest_first(bits: int) -> list[int]:
    return list(members(bits))[::-1]
