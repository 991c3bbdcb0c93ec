"""Braces that were forgotten, as the indentation tells.

A `{`: the text has a `}` too many, and a line that opens nothing has lines below it that stand in. A `}`: a line stands as far
left as the line that opened the block."""

from __future__ import annotations

import re

from cell.dataclass import dataclass

_NO_CODE = re.compile(r'"[^"\n]*"|#[^\n]*')


@dataclass(frozen=True, slots=True)
class Opened:
    """`text` with the braces put in. `places` are indices of the text as it came: the last character of each such line."""

    text: str
    places: tuple[int, ...]

    def original(self, index: int) -> int:
        """Where the character at `index` of `text` stood before."""
        for number, place in enumerate(self.places):
            if index <= place + len(_BRACE) * number:
                return index - len(_BRACE) * number
        return index - len(_BRACE) * len(self.places)


_BRACE = " {"
_CLOSING = " }"


def opened(text: str, missing: int) -> Opened:
    """Puts in up to `missing` braces."""
    lines = text.split("\n")
    code = [_NO_CODE.sub(lambda m: " " * len(m[0]), line) for line in lines]
    out: list[str] = []
    places: list[int] = []
    index = depth = 0
    for number, line in enumerate(code):
        depth = max(0, depth + sum(line.count(c) for c in "([") - sum(line.count(c) for c in ")]"))
        end = len(line.rstrip())
        if len(places) < missing and depth == 0 and _is_head(line, code[number + 1 :]):
            places.append(index + end - 1)
            out.append(lines[number][:end] + _BRACE + lines[number][end:])
        else:
            out.append(lines[number])
        index += len(line) + 1
    return Opened("\n".join(out), tuple(places))


def _is_head(line: str, following: list[str]) -> bool:
    own = line.strip()
    if not own or own[-1] in "{},([":
        return False
    inner = next((below for below in following if below.strip()), "")
    return not inner.lstrip().startswith("}") and _indent(inner) > _indent(line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


@dataclass(frozen=True, slots=True)
class ClosedBrace:
    """`opened` is the index of its `{`; the `}` seems to be missing before line `before_line`, from 1."""

    opened: int
    before_line: int


@dataclass(frozen=True, slots=True)
class Closed:
    """`text` with the braces put in. `written` are the places of the text as it came, in order, with how much came in."""

    text: str
    braces: tuple[ClosedBrace, ...]
    written: tuple[tuple[int, int], ...]

    def original(self, index: int) -> int:
        """Where the character at `index` of `text` stood before."""
        shift = 0
        for place, length in self.written:
            if index - shift < place + length:
                break
            shift += length
        return index - shift


def closed_by_indentation(text: str, missing: int) -> Closed:
    """Puts in up to `missing` braces where a line stands as far left as the line that opened the block: the author most likely
    forgot the brace before it."""
    stack: list[tuple[int, int]] = []
    braces: list[ClosedBrace] = []
    written: list[tuple[int, int]] = []
    out: list[str] = []
    index = start = end = 0
    for number, line in enumerate(text.split("\n"), 1):
        code = _NO_CODE.sub(lambda m: " " * len(m[0]), line)
        indent = _indent(code)
        while len(braces) < missing and stack and code.strip() and code.lstrip()[0] != "}" and indent <= stack[-1][0]:
            braces.append(ClosedBrace(stack.pop()[1], number))
            out[-1] = out[-1][:end] + _CLOSING + out[-1][end:]
            written.append((start + end, len(_CLOSING)))
        out.append(line)
        start, end = index, len(code.rstrip())
        for column, character in enumerate(code):
            if character == "{":
                stack.append((indent, index + column))
            elif character == "}" and stack:
                stack.pop()
        index += len(line) + 1
    return Closed("\n".join(out), tuple(braces), tuple(written))
