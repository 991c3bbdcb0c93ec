"""What a driver has raised, in words that can be sent on, however long its own are and whatever they do when they are asked."""

from __future__ import annotations

LONGEST = 500
"""characters of an exception's text."""


def kind_and_words(cause: BaseException) -> str:
    """Its class and what it says, `ValueError: no such tool`."""
    return f"{type(cause).__name__}: {words_of(cause)}"


def words_of(cause: BaseException) -> str:
    try:
        return shortened(str(cause))
    except BaseException:  # a text that raises is a driver's own as well
        return "(its text cannot be read)"


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
