"""A job of a PLC and what became of it, each as one text, so that it is asked for and told whole. Bytes of no wire, values both
ways.

`<id> run OP10`, `<id> inspect verdict`, `<id> do calibrate`, `<id> stop` are asked for; `<id> running 0.35`, `<id> done
accept`, `<id> aborted jam` come back. The PLC carries out an id once, and keeps its answer until the next one: so it can tell
after a reconnect what became of it. Law: a text that is none of these is a `WrongAnswer`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

Work = Literal["run", "inspect", "do"]
Became = Literal["running", "done", "aborted"]
LONGEST = 400  # characters of an answer


class WrongAnswer(ValueError):
    """`text` as it came."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"the answer {text!r:.60} {why}")
        self.text = text


@dataclass(frozen=True, slots=True)
class Answer:
    """`at` 0..1 of a job that runs, None where it is not told. `word`: the outcome of one that is done, why one was
    aborted, "" for none."""

    command: str
    became: Became
    at: float | None = None
    word: str = ""


def request_of(command: str, work: Work | Literal["stop"], what: str = "") -> str:
    """An id and a name may have any characters: they are percent-encoded."""
    return " ".join(quote(word, safe="/:.#") for word in (command, work, what) if word)


def answer_of(text: str) -> Answer | None:
    """None for an empty text: there was no job yet. Raises WrongAnswer."""
    if not text:
        return None
    words = text.split(" ") if len(text) <= LONGEST else []
    if not 2 <= len(words) <= 3 or not words[0]:
        raise WrongAnswer(text, "is not `<id> running|done|aborted` and at most a word")
    command, became, more = unquote(words[0]), words[1], unquote(words[2]) if len(words) == 3 else ""
    match became:
        case "running":
            return Answer(command, "running", _fraction(text, more))
        case "done":
            return Answer(command, "done", None, more)
        case "aborted":
            return Answer(command, "aborted", None, more)
        case _:
            raise WrongAnswer(text, f"says {became!r}, not running, done or aborted")


def _fraction(text: str, word: str) -> float | None:
    if not word:
        return None
    try:
        at = float(word)
    except ValueError:
        at = math.nan
    if not 0.0 <= at <= 1.0:
        raise WrongAnswer(text, "says how far it is with no number of 0 to 1")
    return at
