"""How the program talks: data on stdout, everything else on stderr, one line a fact; nothing that could paint a terminal."""

from __future__ import annotations

import json
import os
from typing import Any

from cellwright import times
from tui.streams import write_data, write_talk


def put(text: str) -> None:
    """Data: what the user asked for."""
    write_data(text if text.endswith("\n") else text + "\n")


def put_json(value: Any) -> None:
    put(json.dumps(value, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """What happens, and what to do next."""
    write_talk(text + "\n")


def refuse(cause: OSError | str, code: int) -> int:
    """One line on why nothing was done; gives `code` back."""
    if isinstance(cause, OSError):
        said = (cause.strerror or str(cause)).lower()
        cause = f"{cause.filename}: {said}" if cause.filename else said
    say(f"cellwright: {printable(cause)}")
    return code


def printable(text: str) -> str:
    """Control and direction-changing characters made visible, so that a hostile name cannot paint the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def wants_colour(stream: Any) -> bool:
    """On a terminal that can; NO_COLOR is honoured where it is set and not empty (no-color.org)."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def bold(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text


def loud(text: str, colour: bool) -> str:
    """White on red, for what must not be overlooked; the words say it without."""
    return f"\x1b[1;37;41m{text}\x1b[0m" if colour else text


def moment(seconds: float) -> str:
    """A time within a run, right-aligned for a column."""
    return times.moment(seconds).rjust(8)


def count(number: int, thing: str) -> str:
    """`1 robot`, `2 robots`; a thing that ends in y or another word's plural is the caller's to write."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
