"""A text as it came in, and the limits that it must keep before anything looks at its meaning.

The limits come first so that a hostile or broken file costs milliseconds: size, encoding, control characters, depth of nesting,
length of a number.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from functools import lru_cache

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Outcome, Position, Span, error

MAX_BYTES = 256 * 1024
MAX_DEPTH = 100
MAX_DIGITS = 30

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""Also what an editor may show as the end of a line while the language reads it as part of a comment (a carriage return alone,
U+0085, U+2028), and the marks of direction (https://trojansource.codes)."""
_LONG_NUMBER = re.compile(rf"\d[\d.]{{{MAX_DIGITS},}}")
_STRUCTURE = re.compile(r'"[^"\n]*"|#[^\n]*|[][(){}]')


@dataclass(frozen=True, slots=True)
class SourceFile:
    """`name` is the path as the user named it; `sha256` is of the bytes that were read."""

    name: str
    text: str
    sha256: str

    @classmethod
    def of(cls, name: str, text: str) -> SourceFile:
        return cls(name, text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())

    def span(self, start: int, end: int) -> Span:
        """The span of the characters start to end, both counted from 0."""
        return Span(self.name, _position(self.text, start), _position(self.text, max(start, end)))

    def inside(self, line: int, column: int) -> Position:
        """That place, or the end of its line or of the text where it is behind them: a parser may have been given more than this
        text, see recovery.py."""
        starts = _line_starts(self.text)
        if line > len(starts):
            line, column = len(starts), len(self.text) + 1
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return Position(line, min(column, end - starts[line - 1] + 1))


def decode_source(name: str, content: bytes, size: int | None = None) -> Outcome[SourceFile]:
    """Bytes as read from a file of `size` bytes, None: these are all. A byte order mark is dropped; anything that is not UTF-8 is
    refused."""
    if len(content) > MAX_BYTES:
        return Outcome(None, (_too_large(name, len(content) if size is None else size),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as defect:
        before = content[: defect.start].decode("utf-8", "replace")
        start = _position(before, len(before))
        span = Span(name, start, Position(start.line, start.column + 1))
        message = f"byte {content[defect.start]:#04x} is not UTF-8"
        return Outcome(None, (error("E107", message, span, help="Save the file as UTF-8."),))
    source = SourceFile(name, text, hashlib.sha256(content).hexdigest())
    return Outcome(source, ())


def limits_broken(source: SourceFile) -> tuple[Diagnostic, ...]:
    """Every limit that the text breaks; a text with any of these is not parsed."""
    size = len(source.text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        return (_too_large(source.name, size),)
    found: list[Diagnostic] = []
    for match in _CONTROL.finditer(source.text):
        what = f"control character U+{ord(match[0]):04X} in the text"
        found.append(error("E108", what, source.span(match.start(), match.end()), help="Delete it."))
        if len(found) >= 20:
            break
    for match in _LONG_NUMBER.finditer(source.text):
        what = f"a number of {len(match[0])} characters; at most {MAX_DIGITS} are read"
        found.append(error("E106", what, source.span(match.start(), match.end()), help="Round it, or write it in a larger unit."))
        if len(found) >= 40:
            break
    deep = _too_deep(source)
    return (*found, deep) if deep else tuple(found)


def _too_large(name: str, size: int) -> Diagnostic:
    start = Position(1, 1)
    message = f"the file has {size} bytes; at most {MAX_BYTES} are read"
    return error("E104", message, Span(name, start, start), help="Split it and join the pieces with `use`.")


def _too_deep(source: SourceFile) -> Diagnostic | None:
    depth = 0
    for match in _STRUCTURE.finditer(source.text):
        if match[0] in ("{", "(", "["):
            depth += 1
            if depth > MAX_DEPTH:
                span = source.span(match.start(), match.end())
                help_ = "Move the inner blocks into a `task`."
                return error("E105", f"nested deeper than {MAX_DEPTH} levels", span, help=help_)
        elif match[0] in ("}", ")", "]"):
            depth = max(0, depth - 1)
    return None


def _position(text: str, index: int) -> Position:
    starts = _line_starts(text)
    line = bisect_right(starts, index)
    return Position(line, index - starts[line - 1] + 1)


@lru_cache(maxsize=4)
def _line_starts(text: str) -> tuple[int, ...]:
    """Where each line begins: a text with mistakes in all its lines asks for thousands of positions."""
    starts = [0]
    while at := text.find("\n", starts[-1]) + 1:
        starts.append(at)
    return tuple(starts)
