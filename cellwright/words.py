"""The words of the language that are installed: the standard ones, and what packages bring under an entry point.

An entry point of the group `cellwright_words` names a function from the vocabulary so far to the one with its words
(`extended_with`). In the order of their names, so that what they give does not depend on the order of installation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, distributions

from cell.diagnostic import Diagnostic, Outcome, error
from cell.standard_verbs import STANDARD
from cell.vocabulary import Vocabulary

GROUP = "cellwright_words"


@cache
def installed_words() -> Outcome[Vocabulary]:
    """Of this installation, looked up once."""
    return words_of(_entry_points())


def words_of(points: Iterable[EntryPoint]) -> Outcome[Vocabulary]:
    """The standard words with those of `points`; E294 for each that cannot be had, whose words are then missing."""
    words, found = STANDARD, list[Diagnostic]()
    for point in sorted(points, key=lambda p: (p.name, p.value)):
        try:
            words = _joined(point, words)
        except Exception as cause:  # whatever a foreign module raises is its fault, and the user's to know
            message = f"the words of {point.name!r} ({point.value}) cannot be used"
            found.append(error("E294", message, help=f"{type(cause).__name__}: {cause}"))
    return Outcome(words, tuple(found))


def _joined(point: EntryPoint, words: Vocabulary) -> Vocabulary:
    joined = point.load()(words)
    if not isinstance(joined, Vocabulary):
        raise TypeError(f"expected a Vocabulary, got {type(joined).__name__}")
    return joined


def _entry_points() -> list[EntryPoint]:
    """A distribution counts once, where it is found first."""
    seen: dict[str, tuple[EntryPoint, ...]] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        seen.setdefault(name, tuple(p for p in distribution.entry_points if p.group == GROUP))
    return [point for points in seen.values() for point in points]
