"""Which branch of a `when` a told value leads to."""

from __future__ import annotations

from collections.abc import Iterator

from cell.program import AllOf, AnyOf, Condition, IsState, When
from cell.standard_verbs import STANDARD

ANY_OTHER = ""  # stands for a value that nobody has named


def asked(when: When) -> tuple[str, str] | None:
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
    return (variable, outcome) if any(o.name == outcome for verb in STANDARD.verbs.values() for o in verb.tells) else None


def branch_for(when: When, value: str) -> int | None:
    """The index of the first true branch, None when none is true."""
    return next((k for k, b in enumerate(when.branches) if b.condition is None or is_true(b.condition, value)), None)


def values_of(when: When, outcome: str) -> tuple[str, ...]:
    """The values that the vocabulary or the text names, and one that neither does."""
    schema = [v for verb in STANDARD.verbs.values() for o in verb.tells if o.name == outcome for v in o.values if v != "*"]
    named = [t.value for b in when.branches for t in _tests(b.condition) if isinstance(t, IsState)]
    return tuple(dict.fromkeys((*schema, *named, ANY_OTHER)))


def good_values(when: When, outcome: str) -> tuple[str, ...]:
    """Those that are not adverse."""
    adverse = {v for verb in STANDARD.verbs.values() for o in verb.tells if o.name == outcome for v in o.adverse}
    return tuple(v for v in values_of(when, outcome) if v not in adverse)


def told_by(verb: str) -> tuple[str, ...]:
    """The outcomes that a verb tells."""
    return tuple(o.name for o in STANDARD.verbs[verb].tells) if verb in STANDARD.verbs else ()


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
