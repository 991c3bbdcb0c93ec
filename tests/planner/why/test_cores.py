"""The smallest conflicting set: found, minimal also where striking out makes matters worse, honest where the budget runs out."""

from __future__ import annotations

import random
from collections.abc import Callable

from cell.diagnostic import Position, Span
from planner.why.clauses import Clause
from planner.why.cores import Clauses, smallest

MANY = 400


def clauses(count: int) -> Clauses:
    return tuple(Clause(Span("a.intent", Position(n, 1), Position(n, 9)), "line") for n in range(1, count + 1))


def numbers(kept: Clauses) -> set[int]:
    return {c.span.start.line for c in kept}


def needs(*sets: set[int]) -> Callable[[Clauses], bool]:
    """A conflict as soon as one of these sets is there whole."""
    return lambda kept: any(one <= numbers(kept) for one in sets)


def test_it_finds_a_smallest_set_among_many_clauses_in_few_questions() -> None:
    found = smallest(clauses(64), needs({3, 17, 60}), MANY)
    assert found is not None
    assert (numbers(found.clauses), found.is_smallest) == ({3, 17, 60}, True)
    assert found.questions <= 40


def test_every_answer_over_drawn_conflicts_is_minimal() -> None:
    rng = random.Random(5)
    for _ in range(60):
        sets = [set(rng.sample(range(1, 13), rng.randint(1, 5))) for _ in range(rng.randint(1, 3))]
        found = smallest(clauses(12), needs(*sets), MANY)
        assert found is not None
        assert found.is_smallest
        assert numbers(found.clauses) in sets
        assert not any(needs(*sets)(tuple(c for c in found.clauses if c != one)) for one in found.clauses)


def test_where_less_can_be_worse_no_clause_of_the_answer_can_be_spared() -> None:
    """Any set may be a conflict or not, as where a part that nothing moves on stands in the way."""
    rng = random.Random(11)
    for _ in range(60):
        drawn: dict[frozenset[int], bool] = {frozenset(range(1, 8)): True, frozenset(): False}

        def is_conflict(kept: Clauses, drawn: dict[frozenset[int], bool] = drawn) -> bool:
            return drawn.setdefault(frozenset(numbers(kept)), rng.random() < 0.5)

        found = smallest(clauses(7), is_conflict, MANY)
        assert found is not None
        assert found.is_smallest
        assert is_conflict(found.clauses)
        assert not any(is_conflict(tuple(c for c in found.clauses if c != one)) for one in found.clauses)


def test_no_conflict_is_none_and_one_without_clauses_is_empty() -> None:
    assert smallest(clauses(5), needs({9}), MANY) is None
    found = smallest(clauses(5), lambda _: True, MANY)
    assert found is not None
    assert found.clauses == ()


def test_out_of_questions_it_gives_the_least_known_and_says_so() -> None:
    found = smallest(clauses(64), needs({3, 17, 60}), 6)
    assert found is not None
    assert not found.is_smallest
    assert {3, 17, 60} <= numbers(found.clauses)
    assert found.questions == 6


def test_nothing_is_asked_twice() -> None:
    asked: list[frozenset[Clause]] = []

    def is_conflict(kept: Clauses) -> bool:
        asked.append(frozenset(kept))
        return needs({2, 7})(kept)

    smallest(clauses(9), is_conflict, MANY)
    assert len(asked) == len(set(asked))
