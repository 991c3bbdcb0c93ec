"""A `{` on a line of its own, as other languages lay it out: it belongs to the line above, and so the text is read on.

A statement ends with its line, so the brace would begin a statement, and nothing begins with one. Lines keep their numbers; an
index behind a brace that moved up is two characters further on.
"""

from __future__ import annotations

import re

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Edit, Fix, error
from intentlang.source import SourceFile
from intentlang.words import quoted

_MOVED = " {"
_NO_CODE = re.compile(r'"[^"\n]*"|#[^\n]*')
_NO_HEADS = frozenset({"use", "param", "within", "never", "ensure", "prefer", "on", "do"})
"""What begins these has no block, so a brace below belongs to something else."""
MOST = 50
"""Of one file, told and mended at once; the others come with the next look."""


@dataclass(frozen=True, slots=True)
class LoneBrace:
    """`brace` is its index, `head` that behind the last code of the line that it belongs to, in the text as it came."""

    brace: int
    head: int


@dataclass(frozen=True, slots=True)
class Joined:
    """`text` with each lone brace at the end of its head, and a blank where it stood."""

    text: str
    braces: tuple[LoneBrace, ...]

    def original(self, index: int) -> int:
        """Where the character at `index` of `text` stood before; a brace that moved stood on its own line."""
        for number, lone in enumerate(self.braces):
            at = lone.head + len(_MOVED) * number
            if index < at:
                return index - len(_MOVED) * number
            if index < at + len(_MOVED):
                return lone.brace
        return index - len(_MOVED) * len(self.braces)


def joined(text: str) -> Joined:
    braces: list[LoneBrace] = []
    head: int | None = None
    index = depth = 0
    for line in text.split("\n"):
        code = _NO_CODE.sub(lambda match: "_" * len(match[0]) if match[0][0] == '"' else "", line)
        own = code.strip()
        if own.startswith("{") and depth == 0 and head is not None:
            braces.append(LoneBrace(index + code.index("{"), head))
        depth = max(0, depth + sum(map(code.count, "([")) - sum(map(code.count, ")]")))
        if own:
            head = index + len(code.rstrip()) if _is_head(own) else None
        index += len(line) + 1
    return Joined(_moved(text, braces), tuple(braces))


def _is_head(own: str) -> bool:
    return own[-1] not in "{},([" and own.split(None, 1)[0] not in _NO_HEADS


def _moved(text: str, braces: list[LoneBrace]) -> str:
    pieces: list[str] = []
    start = 0
    for lone in braces:
        pieces += [text[start : lone.head], _MOVED, text[lone.head : lone.brace], " "]
        start = lone.brace + 1
    return "".join([*pieces, text[start:]])


def told(source: SourceFile, braces: tuple[LoneBrace, ...]) -> Diagnostic:
    """One finding for all of them: whoever lays a text out so does it everywhere."""
    first, *others = [source.span(lone.brace, lone.brace + 1) for lone in braces[:MOST]]
    edits = tuple(edit for lone in braces[:MOST] for edit in _edits(source, lone))
    help_ = f"A statement ends with its line: write the brace behind what it opens, {quoted(['for each x in infeed {'])}."
    return error(
        "E101",
        "this `{` stands on a line of its own",
        first,
        *(span.labelled("and this one") for span in others),
        help=help_,
        fix=Fix("write each `{` at the end of the line above", edits, is_certain=True),
    )


def _edits(source: SourceFile, lone: LoneBrace) -> tuple[Edit, ...]:
    """The brace goes with its whole line where nothing else stands on that."""
    text = source.text
    stop = text.find("\n", lone.brace)
    is_alone = not text[lone.brace + 1 : len(text) if stop < 0 else stop].strip()
    start = text.rindex("\n", 0, lone.brace) if is_alone else lone.brace
    if start == lone.head:
        return (Edit(source.span(start, lone.brace + 1), _MOVED),)
    return Edit(source.span(lone.head, lone.head), _MOVED), Edit(source.span(start, lone.brace + 1), "" if is_alone else " ")
