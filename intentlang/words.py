"""The words that no name may be, the words that no unit may be, and the nearest word to a mistyped one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cell.vocabulary import Vocabulary

RESERVED = frozenset(
    (
        "use", "param", "is", "task", "do", "for", "each", "in", "until", "order", "any", "when", "otherwise", "never", "ensure",
        "within", "every", "prefer", "on", "or", "and", "not", "then", "retry", "hold", "skip",
    )
)  # fmt: skip
BEGINNINGS = frozenset(("for", "do", "when", "never", "ensure", "within", "every", "prefer", "on"))
"""Of these, those that begin a statement."""
_LITERAL = re.compile(r"<[^>]*>|(\w+)")


def excluded_units(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What may follow a number without being its unit: reserved words, roles, settings, and the words in attribute forms."""
    words = (RESERVED | vocabulary.role_words | literals(vocabulary)) - set(vocabulary.units)
    return tuple(sorted(words))


def literals(vocabulary: Vocabulary) -> frozenset[str]:
    """The words that stand for themselves in attribute forms: `radius`, `to`."""
    return frozenset(
        match[1]
        for kind in vocabulary.kinds.values()
        for attribute in kind.attributes
        for form in attribute.forms
        for match in _LITERAL.finditer(form)
        if match[1]
    )


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` most likely meant, or None. Ties go to the first in alphabetical order."""
    best: tuple[int, str] | None = None
    allowed = 1 if len(word) <= 3 else 2 if len(word) <= 7 else 3
    for candidate in sorted(set(candidates)):
        if abs(len(candidate) - len(word)) > allowed:
            continue
        distance = edit_distance(word.lower(), candidate.lower(), allowed)
        if distance <= allowed and distance < max(len(word), len(candidate)) and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best else None


def is_sure(word: str, guess: str, candidates: Iterable[str]) -> bool:
    """Whether a machine may write `guess` for `word`: one slip of the pen in a word that is not short, no other candidate within
    reach, and no digit in it, for `lathe3` may well be meant where there are `lathe1` and `press3`."""
    one_slip = edit_distance(word.lower(), guess.lower(), 1) <= 1
    others = [c for c in candidates if c != guess]
    same_digits = re.findall(r"\d", word) == re.findall(r"\d", guess)
    return len(word) >= 4 and one_slip and same_digits and nearest(word, others) is None


@lru_cache(maxsize=4096)
def edit_distance(a: str, b: str, limit: int) -> int:
    """Edits between two words, a swap of neighbours counting as one; limit + 1 when there are more than `limit`."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if older and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def quoted(words: Iterable[str], limit: int = 12) -> str:
    """`a`, `b` and `c`, for a message; shortened when there are many."""
    listed = [f"`{w}`" for w in words]
    if len(listed) > limit:
        return f"{', '.join(listed[:limit])} and {len(listed) - limit} more"
    return " and ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)
