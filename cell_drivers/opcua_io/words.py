"""What a tag's value says, in the words of the vocabulary. Values in, values out.

Law: a value that is none of its fact's words, and a number that is not finite, is a `WrongValue` and never a guess. An empty
text says that nothing is known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from cell.device import SignalValue

BOOLEANS: Mapping[str, tuple[str, str]] = {
    "door": ("open", "closed"),
    "clamp": ("closed", "open"),
    "spindle": ("running", "stopped"),
    "occupied": ("occupied", "free"),
    "holding": ("yes", "no"),
    "ready": ("ready", "away"),
    "verdict": ("accept", "reject"),
}
"""By fact: what True says and what False says. A text says the word itself."""
BETWEEN = "moving"
"""A text by which a door or a clamp says that it is neither."""


class WrongValue(ValueError):
    """`value` as it came."""

    def __init__(self, fact: str, value: object, why: str) -> None:
        super().__init__(f"{fact} is told as {value!r:.60}, {why}")
        self.value = value


def value_of(fact: str, value: object) -> SignalValue:
    """What the signal that reports `fact` says when its tag has `value`. Raises WrongValue."""
    if value is None or value == "":
        return None
    if fact == "alarm":
        return _alarm(value)
    if fact in BOOLEANS:
        return _word(fact, value)
    if isinstance(value, bool | str):
        if fact == "waiting" or (isinstance(value, bool) and fact == "identity"):
            raise WrongValue(fact, value, "where a number or a name is expected")
        return value
    if isinstance(value, int | float):
        if fact == "identity" or not math.isfinite(value):
            raise WrongValue(fact, value, "which is no number" if fact != "identity" else "where a name is expected")
        return float(value)
    raise WrongValue(fact, value, "which is neither Boolean nor number nor String")


def set_to(fact: str, word: str, is_boolean: bool) -> bool | str:
    """What is written to have it so."""
    return word == BOOLEANS[fact][0] if is_boolean else word


def _alarm(value: object) -> bool:
    """A text is the alarm's own."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return True
    raise WrongValue("alarm", value, "which is neither Boolean nor String")


def _word(fact: str, value: object) -> SignalValue:
    words = BOOLEANS[fact]
    if isinstance(value, bool):
        return words[0] if value else words[1]
    if value in words:
        return str(value)
    if value == BETWEEN and fact in ("door", "clamp"):
        return None
    raise WrongValue(fact, value, f"where {' or '.join(words)} is expected")
