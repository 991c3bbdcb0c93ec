"""Conditions on what is told of a part: which values lead into which branch of a `when`, and which of them are adverse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cell.program import AllOf, AnyOf, Branch, Compare, Condition, IsIn, IsState, When
from cell.vocabulary import Vocabulary


def outcome_asked(words: Vocabulary, when: When, variable: str) -> str | None:
    """The one outcome of `variable` that all conditions of `when` ask about; None when they ask about anything else. After the
    bare part (`p is gear`) that is its kind."""
    names = set()
    for branch in when.branches:
        for test in _tests(branch.condition):
            if not isinstance(test, IsState) or len(test.subject.path) > 2 or test.subject.path[0] != variable:
                return None
            names.add((*test.subject.path, "kind")[1])
    return names.pop() if len(names) == 1 and words.outcome(min(names)) is not None else None


def possible_values(words: Vocabulary, when: When, outcome: str) -> tuple[str, ...]:
    """Every value that the vocabulary knows for `outcome`, and those that the conditions name, in that order."""
    named = [t.value for b in when.branches for t in _tests(b.condition) if isinstance(t, IsState)]
    return tuple(dict.fromkeys((*_known(words, outcome), *named)))


def usual_value(words: Vocabulary, when: When, outcome: str) -> str:
    """A value that is not adverse; one that the conditions name where there is one."""
    schema = words.outcome(outcome)
    adverse = schema.adverse if schema is not None else ()
    named = [t.value for b in when.branches for t in _tests(b.condition) if isinstance(t, IsState)]
    return next(v for v in (*named, *_known(words, outcome)) if v not in adverse)


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


def alternatives(words: Vocabulary, when: When, outcome: str) -> list[tuple[tuple[str, ...], Branch | None]]:
    """(values, branch) for every alternative of the open choice. The last one has no values: it is taken by all values that
    are named nowhere. A branch that no value leads to is left out."""
    values = possible_values(words, when, outcome)
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


def _known(words: Vocabulary, outcome: str) -> tuple[str, ...]:
    """Its values; none where those of the cell count, which are what the text names and any other."""
    schema = words.outcome(outcome)
    return tuple(v for v in schema.values if v != "*") if schema is not None else ()
