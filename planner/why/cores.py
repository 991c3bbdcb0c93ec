"""Smallest conflicting sets: clauses that cannot all be kept, found by striking clauses out and asking again.

QuickXplain (Junker, "QUICKXPLAIN: preferred explanations and relaxations for over-constrained problems", AAAI 2004) finds a
small set in few questions where what is struck out never makes matters worse. It can: a part that nothing moves on stands in the
way. So each clause of the set is then taken away by itself until none can be spared, and only that is called smallest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from planner.why.clauses import Clause

Clauses = tuple[Clause, ...]
IsConflict = Callable[[Clauses], bool]
"""Whether the text with only these clauses is refused for the same reason."""


class OutOfQuestions(Exception):
    """The budget is used up."""


@dataclass(slots=True)
class _Asker:
    is_conflict: IsConflict
    left: int
    known: dict[frozenset[Clause], bool] = field(default_factory=dict)

    def __call__(self, kept: Clauses) -> bool:
        key = frozenset(kept)
        if key not in self.known:
            if self.left == 0:
                raise OutOfQuestions
            self.left -= 1
            self.known[key] = self.is_conflict(kept)
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Conflict:
    """`clauses` in the order in which they were given. `is_smallest`: without any one of them there is no such conflict."""

    clauses: Clauses
    is_smallest: bool
    questions: int


def smallest(clauses: Clauses, is_conflict: IsConflict, questions: int) -> Conflict | None:
    """A conflicting set of `clauses`; None where they are no conflict all together. Asks at most `questions` times."""
    ask = _Asker(is_conflict, questions)
    kept = clauses
    try:
        if ask(()):
            return Conflict((), True, questions - ask.left)
        if not ask(clauses):
            return None
        found = set(_quick_xplain(ask, (), (), clauses))
        small = tuple(c for c in clauses if c in found)
        kept = small if ask(small) else clauses
        kept = _pruned(ask, kept)
        return Conflict(kept, True, questions - ask.left)
    except OutOfQuestions:
        return Conflict(_least_known(ask, clauses), False, questions)


def _quick_xplain(ask: _Asker, background: Clauses, added: Clauses, clauses: Clauses) -> Clauses:
    """What of `clauses` a conflict needs beside `background`, of which `added` is new."""
    if added and ask(background):
        return ()
    if len(clauses) == 1:
        return clauses
    middle = len(clauses) // 2
    first, second = clauses[:middle], clauses[middle:]
    of_second = _quick_xplain(ask, (*background, *first), first, second)
    of_first = _quick_xplain(ask, (*background, *of_second), of_second, first)
    return (*of_first, *of_second)


def _pruned(ask: _Asker, kept: Clauses) -> Clauses:
    """Without each clause that can be spared, until none can."""
    while spare := next((c for c in reversed(kept) if ask(_but(kept, c))), None):
        kept = _but(kept, spare)
    return kept


def _but(clauses: Sequence[Clause], one: Clause) -> Clauses:
    return tuple(c for c in clauses if c != one)


def _least_known(ask: _Asker, clauses: Clauses) -> Clauses:
    """The smallest set that is known to be a conflict."""
    least = min((kept for kept, is_one in ask.known.items() if is_one), key=len, default=frozenset(clauses))
    return tuple(c for c in clauses if c in least)
