"""Which branch of a `when` a told value leads to."""

from __future__ import annotations

from collections.abc import Iterator

from cell.model import CellModel
from cell.program import AllOf, AnyOf, Condition, IsState, When

ANY_OTHER = ""  # stands for a value that nobody has named


def asked(when: When, cell: CellModel) -> tuple[str, str] | None:
    """(variable, outcome) when all conditions ask for one outcome of one thing."""
    questions = set()
    for branch in when.branches:
        for test in _tests(branch.condition):
            if not isinstance(test, IsState) or len(test.subject.path) > 2:
                return None
            questions.add((*test.subject.path, "kind")[:2])  # `p is gear` asks for its kind
    if len(questions) != 1:
        return None
    variable, outcome = questions.pop()
    return (variable, outcome) if cell.vocabulary.outcome(outcome) is not None else None


def branch_for(when: When, value: str) -> int | None:
    """The index of the first true branch, None when none is true."""
    return next((k for k, b in enumerate(when.branches) if b.condition is None or is_true(b.condition, value)), None)


def values_of(when: When, outcome: str, cell: CellModel) -> tuple[str, ...]:
    """The values that the vocabulary or the text names, and one that neither does."""
    told = cell.vocabulary.outcome(outcome)
    schema = [v for v in (told.values if told is not None else ()) if v != "*"]
    named = [t.value for b in when.branches for t in _tests(b.condition) if isinstance(t, IsState)]
    return tuple(dict.fromkeys((*schema, *named, ANY_OTHER)))


def good_values(when: When, outcome: str, cell: CellModel) -> tuple[str, ...]:
    """Those that are not adverse."""
    told = cell.vocabulary.outcome(outcome)
    adverse = told.adverse if told is not None else ()
    return tuple(v for v in values_of(when, outcome, cell) if v not in adverse)


def told_by(verb: str, cell: CellModel) -> tuple[str, ...]:
    """The outcomes that a verb tells."""
    return tuple(outcome.name for outcome in cell.vocabulary.told_by(verb))


def is_true(condition: Condition, value: str) -> bool:
    match condition:
        case IsState(value=wanted, negated=negated):
            return (value == wanted) != negated
        case AllOf(parts=parts):
            return all(is_true(p, value) for p in parts)
        case AnyOf(parts=parts):
            return any(is_true(p, value) for p in parts)
        case _:
            raise ValueError("not a condition on an outcome")


def _tests(condition: Condition | None) -> Iterator[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _tests(part)
    elif condition is not None:
        yield condition
