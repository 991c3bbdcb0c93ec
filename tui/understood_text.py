"""What `check --explain` prints: each line of the text with what it was understood to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cellwright.reading import Reading
from cellwright.words import installed_words
from intentlang.understood import Understood, understood
from intentlang.world import World
from tui.diagnostics import plain_span
from tui.speech import printable


def explained_text(readings: Sequence[Reading], texts: Mapping[str, str]) -> str:
    """Nothing for a file with errors: what is not understood is said by them."""
    return "".join(f"{line}\n" for reading in readings for line in _lines(_of(reading), texts))


def explained(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    return [{"at": plain_span(u.span), "depth": u.depth, "says": list(u.says)} for reading in readings for u in _of(reading)]


def _of(reading: Reading) -> tuple[Understood, ...]:
    if reading.program is None or reading.cell is None or not reading.is_ok:
        return ()
    return understood(reading.program, World(reading.cell, installed_words().expect()))


def _lines(found: Sequence[Understood], texts: Mapping[str, str]) -> Iterator[str]:
    told = None
    for one in found:
        start, indent = one.span.start, "  " * one.depth
        if told != (told := (one.span.file, start.line)):  # the conjuncts of an `ensure` share their line
            rows = texts.get(one.span.file, "").split("\n")
            row = rows[start.line - 1].strip() if start.line <= len(rows) else ""
            yield printable(f"{one.span.file}:{start.line}  {indent}{row}")
        yield from (printable(f"    {indent}{sentence}") for sentence in one.says)
