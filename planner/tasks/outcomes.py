"""Conditions on what is told of a part: which values lead into which branch of a `when`, and which of them are adverse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from cell.program import AllOf, AnyOf, Branch, Compare, Condition, IsIn, IsState, When
from cell.standard_verbs import STANDARD


def outcome_asked(when: When, variable: str) -> str | None:
    """The one outcome of `variable` that all conditions of `when` ask about; None when they ask about anything else. After the
    bare part (`p is gear`) that is its kind."""
    names = set()
    for branch in when.branches:
        for test in _tests(branch.condition):
            if not isinstance(test, IsState) or len(test.subject.path) > 2 or test.subject.path[0] != variable:
                return None
            names.add((*test.subject.path, "kind")[1])
    return names.pop() if len(names) == 1 and names <= set(_schemas()) else None


def possible_values(when: When, outcome: str) -> tuple[str, ...]:
    """Every value that the vocabulary knows for `outcome`, and those that the conditions name, in that order."""
    named = [t.value for b in when.branches for t in _tests(b.condition) if isinstance(t, IsState)]
    return tuple(dict.fromkeys((*_schemas()[outcome][0], *named)))


def usual_value(when: When, outcome: str) -> str:
    """A value that is not adverse; one that the conditions name where there is one."""
    adverse = _schemas()[outcome][1]
    named = [t.value for b in when.branches for t in _tests(b.condition) if isinstance(t, IsState)]
    return next(v for v in (*named, *_schemas()[outcome][0]) if v not in adverse)


def branch_taken(when: When, value: str) -> int | None:
    """The index of the first true branch for that value; None when none is true."""
    return next((i for i, b in enumerate(when.branches) if b.condition is None or holds(b.condition, value)), None)


def holds(condition: Condition, value: str) -> bool:
    """Whether `condition`, all of whose tests ask for one outcome, is true of `value`."""
    match condition:
        case IsState(value=wanted, negated=negated):
            return (value == wanted) != negated
        case AllOf(parts=parts):
            return all(holds(p, value) for p in parts)
        case AnyOf(parts=parts):
            return any(holds(p, value) for p in parts)
        case Compare() | IsIn():
            raise ValueError("not a condition on an outcome")
    assert_never(condition)


def alternatives(when: When, outcome: str) -> list[tuple[tuple[str, ...], Branch | None]]:
    """(values, branch) for every alternative of the open choice. The last one has no values: it is taken by all values that
    are named nowhere. A branch that no value leads to is left out."""
    values = possible_values(when, outcome)
    taken = {v: branch_taken(when, v) for v in values}
    rest = branch_taken(when, "\0")  # what a value that nobody has named would do
    by_branch: dict[int | None, list[str]] = {}
    for value, index in taken.items():
        if index != rest:
            by_branch.setdefault(index, []).append(value)
    named = [(tuple(vs), None if i is None else when.branches[i]) for i, vs in _in_text_order(by_branch)]
    return [*named, ((), None if rest is None else when.branches[rest])]


def _in_text_order(by_branch: dict[int | None, list[str]]) -> list[tuple[int | None, list[str]]]:
    return sorted(by_branch.items(), key=lambda item: (item[0] is None, item[0] or 0))


def _tests(condition: Condition | None) -> Iterator[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _tests(part)
    elif condition is not None:
        yield condition


def _schemas() -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    """(values, adverse) of each outcome; no values where those of the cell count, which are what the text names and any other."""
    return {o.name: (tuple(v for v in o.values if v != "*"), o.adverse) for verb in STANDARD.verbs.values() for o in verb.tells}
