"""What people write here first out of habit, words and signs of other languages, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cell.diagnostic import Diagnostic, Edit, Fix, Position, Span
from intentlang.recovery import Segment
from intentlang.right_forms import with_right_form
from intentlang.source import SourceFile
from intentlang.words import RESERVED

INSTEAD: Mapping[str, str] = {
    "if": "A choice is written `when … { }`.",
    "else": "Write `otherwise { }` behind the closing brace.",
    "elif": "Write `otherwise when … { }` behind the closing brace.",
    "while": "A loop is written `for each x in … until … { }`.",
    "repeat": "A loop is written `for each x in … until … { }`.",
    "loop": "A loop is written `for each x in … { }`.",
    "let": "Nothing is assigned; a constant is written `param x = …` at the top level.",
    "set": "Nothing is assigned; a constant is written `param x = …` at the top level.",
    "var": "Nothing is assigned; a constant is written `param x = …` at the top level.",
    "import": 'Another file is brought in by `use "NAME.cell"`.',
    "def": "A template is written `task name(arg: type) { }`.",
    "function": "A template is written `task name(arg: type) { }`.",
    "call": "A template is used by `do name(…)`.",
    "wait": "Nothing waits: what a line needs is awaited by itself, and `within` bounds how long a block may take.",
    "sleep": "Nothing waits: what a line needs is awaited by itself, and a minimum dwell belongs to the machine's program.",
    "pick": "`move x to …` infers picking and placing.",
    "place": "`move x to …` infers picking and placing.",
    "grip": "`move x to …` infers gripping and releasing.",
    "open": "Doors, clamps and grippers are inferred from the goals.",
    "close": "Doors, clamps and grippers are inferred from the goals.",
    "parallel": "Lines that share no part overlap by themselves; `any order { }` takes the order off.",
    "goto": "There are no waypoints: say what shall be true.",
}

_SIGNS: Mapping[str, str] = {
    "[": "There are no indices: name the place, and which of its pockets is the planner's to choose.",
    ";": "A newline ends a statement; write the next one on a line of its own.",
    "'": 'A text stands in double quotes: "…".',
}
_POINT = "There are no points in an intent: name a place that the cell file declares."
_ASSIGNED = "Nothing is assigned; a constant is written `param batch = 36 parts`, at the top level."
_A_POINT = re.compile(r"\(\s*-?\d")
_CELL_SIGNS: Mapping[str, str] = {
    "=": "An attribute is written `name value`, without a sign between them.",
    ":": "An attribute is written `name value`, without a sign between them.",
    ";": _SIGNS[";"],
    "'": _SIGNS["'"],
}
_SEVERAL = "A part kind as the object means any one of them; for several write `for each x in … until … { }`."
_SEVERAL_WORDS = frozenset({"all", "any", "a", "an", "one", "some", "the"})
OTHERWISE = "`otherwise` stands behind the brace that it continues: `} otherwise { … }`."
_HEAD = 200  # characters of a statement that tell what it was meant to be
_WORDS = re.compile(r"[a-zA-Z_]\w*")


def in_our_words(problem: Diagnostic, source: SourceFile, text: str, where: Segment, at: int, is_cell: bool) -> Diagnostic:
    """The problem at the index `at` of `text`, with what to write instead where that can be told."""
    begins_line = text[: where.start].rstrip(" \t").endswith("\n")
    help_ = instead(text[where.start : where.stop], at - where.start, is_cell, begins_line)
    if help_ is None:
        return with_right_form(problem, text[where.start : where.stop], at - where.start, is_cell)
    return replace(problem, help=help_, fix=behind_the_brace(source, text, where.start) if help_ == OTHERWISE else None)


def instead(statement: str, at: int, is_cell: bool, begins_line: bool) -> str | None:
    """What to write instead of a statement that went wrong at its index `at`, where that can be told."""
    sign = statement[at : at + 1]
    if is_cell:
        return _CELL_SIGNS.get(sign)
    words = _WORDS.findall(statement[:_HEAD])[:2]
    if words[:1] == ["otherwise"] and begins_line:
        return OTHERWISE
    if words and words[0] in INSTEAD:
        return INSTEAD[words[0]]
    is_counted = sign.isdigit() and at < _HEAD and len(_WORDS.findall(statement[:at])) == 1
    if words and words[0] not in RESERVED and (is_counted or not _SEVERAL_WORDS.isdisjoint(words[1:])):
        return _SEVERAL
    if sign == "=" and words[:1] and words[0] not in RESERVED and statement[:at].split() == words[:1]:
        return _ASSIGNED
    return _POINT if _A_POINT.match(statement, at) else _SIGNS.get(sign)


def behind_the_brace(source: SourceFile, text: str, start: int) -> Fix | None:
    """For an `otherwise` in the statement at `start`: moves it behind the `}` above it, where nothing stands between the two."""
    word = start + len(text[start:]) - len(text[start:].lstrip())
    brace = len(text[:word].rstrip())
    if text[brace - 1 : brace] != "}":
        return None
    edit = Edit(Span(source.name, _position(text, brace), _position(text, word)), " ")
    return Fix("write `} otherwise`", (edit,), is_certain=True)


def _position(text: str, index: int) -> Position:
    return Position(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
