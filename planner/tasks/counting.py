"""`until`: how many iterations are started. One is started only while the condition would be false if all those open came out
without an adverse outcome; so a loop never over-produces, and a reject admits another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import assert_never

from cell.program import AllOf, Amount, AnyOf, Compare, Condition, IsIn, IsState
from cell.vocabulary import Vocabulary
from planner.tasks.outcomes import usual_value
from planner.tasks.route import Fork, Leg, Stage


def counted_things(condition: Condition) -> tuple[str, ...] | None:
    """The equipment and queues whose counts (of parts, of orders done) the condition reads; None when it asks for more."""
    match condition:
        case Compare(subject=subject, limit=limit):
            ok = len(subject.path) == 2 and subject.path[1] in ("count", "done") and isinstance(limit, Amount)
            return (subject.path[0],) if ok else None
        case AllOf(parts=parts) | AnyOf(parts=parts):
            inner = [counted_things(p) for p in parts]
            return None if None in inner else tuple(name for names in inner if names for name in names)
        case IsState() | IsIn():
            return None
    assert_never(condition)


def counts_satisfy(condition: Condition, counts: Mapping[str, int]) -> bool:
    """Whether a condition that `counted_things` accepts is true at those counts."""
    match condition:
        case Compare(subject=subject, operator=operator, limit=Amount(quantity=quantity)):
            have = counts[subject.path[0]]
            return {
                "<": have < quantity.value,
                "<=": have <= quantity.value,
                ">": have > quantity.value,
                ">=": have >= quantity.value,
            }[operator]
        case AllOf(parts=parts):
            return all(counts_satisfy(p, counts) for p in parts)
        case AnyOf(parts=parts):
            return any(counts_satisfy(p, counts) for p in parts)
    raise ValueError("not a condition on counts")


def missing(condition: Condition, counts: Mapping[str, int]) -> int:
    """How many more parts there must be before the condition is true, at least; 0 where more parts never make it true."""
    match condition:
        case Compare(subject=subject, operator=operator, limit=Amount(quantity=quantity)):
            if operator in ("<", "<="):
                return 0
            goal = math.floor(quantity.value) + 1 if operator == ">" else math.ceil(quantity.value)
            return max(0, goal - counts[subject.path[0]])
        case AllOf(parts=parts):
            return max(missing(p, counts) for p in parts)
        case AnyOf(parts=parts):
            return min(missing(p, counts) for p in parts)
    raise ValueError("not a condition on counts")


def usual_end(words: Vocabulary, legs: Sequence[Leg], start: str | None) -> str | None:
    """The equipment in which a part comes to rest when no outcome is adverse."""
    end = start
    for leg in legs:
        match leg:
            case Stage(equipment=equipment):
                end = equipment
            case Fork(when=when, outcome=outcome, ways=ways):
                value = usual_value(words, when, outcome)
                way = next((w for w in ways if value in w.values), ways[-1])
                end = way.stages[-1].equipment if way.stages else end
    return end
