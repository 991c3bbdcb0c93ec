"""The words of the language that are installed: the standard ones, and what packages bring under an entry point.

An entry point of the group `cellwright_words` names a function from the vocabulary so far to the one with its words
(`extended_with`). In the order of their names, so that what they give does not depend on the order of installation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint

from cell.diagnostic import Diagnostic, Outcome, error
from cell.standard_verbs import STANDARD
from cell.vocabulary import NoSuchKind, Vocabulary, WordTaken
from cell_drivers.registry import entries
from cellwright.word_rules import TAKEN, UNKNOWN, flaws
from intentlang.words import nearest

GROUP = "cellwright_words"


@cache
def installed_words() -> Outcome[Vocabulary]:
    """Of this installation, looked up once."""
    return words_of(_entry_points())


def words_of(points: Iterable[EntryPoint]) -> Outcome[Vocabulary]:
    """The standard words with those of `points`. E294 for each that cannot be had and E297 to E299 for what is wrong with a
    registration; its words are then missing, all of them."""
    words, found = STANDARD, list[Diagnostic]()
    for point in sorted(points, key=lambda p: (p.name, p.value)):
        said = f"the words of {point.name!r} ({point.value})"
        try:
            joined = _joined(point, words)
            wrong = tuple(flaws(words, joined))
        except WordTaken as taken:
            message = f"{said}: {taken.what} {', '.join(taken.words)} is registered already"
            found.append(error(TAKEN, message, help="Uninstall one of the two packages, or ask for a word of another name."))
        except NoSuchKind as unknown:
            guess = nearest(unknown.name, unknown.known)
            message = f"{said}: there is no kind `{unknown.name}` to add to"
            found.append(
                error(UNKNOWN, message, help=f"Did you mean `{guess}`?" if guess else "Register it as a kind of its own.")
            )
        except KeyboardInterrupt:
            raise
        except BaseException as cause:  # whatever a foreign module raises, SystemExit too, is its fault, and the user's to know
            lines = str(cause).splitlines() or [""]
            found.append(error("E294", f"{said} cannot be used", help=f"{type(cause).__name__}: {' '.join(lines)}"))
        else:
            found += [error(flaw.code, f"{said}: {flaw.message}", help=flaw.help) for flaw in wrong]
            words = words if wrong else joined
    return Outcome(words, tuple(found))


def brought_beyond(own: Vocabulary, words: Vocabulary) -> str:
    """What `words` has that `own` has not, for a reader: `the kind oven and the unit ell`; "" for nothing."""
    found = [f"the kind {name}" for name in words.kinds if name not in own.kinds]
    found += [f"the verb {name}" for name in words.verbs if name not in own.verbs]
    found += [f"the objective {name}" for name in words.objectives if name not in own.objectives]
    found += [f"the unit {symbol}" for symbol in words.units if symbol not in own.units]
    found += [f"more of {name}" for name, kind in own.kinds.items() if words.kinds.get(name) != kind]
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)


def _joined(point: EntryPoint, words: Vocabulary) -> Vocabulary:
    joined = point.load()(words)
    if not isinstance(joined, Vocabulary):
        raise TypeError(f"expected a Vocabulary, got {type(joined).__name__}")
    return joined


def _entry_points() -> list[EntryPoint]:
    return [point for _, point in entries(GROUP)]
