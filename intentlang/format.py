"""One style for both kinds of file, comments kept.

Two blanks a level, one statement a line, one blank line at most, two blanks before a comment that ends a line, a blank between
number and unit. Lines that brackets or a comma continue are joined, and broken again behind commas where they get too long. A
`within` that stands before a line of its block moves behind the last one, for it binds the whole block wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cell.diagnostic import Diagnostic, Outcome
from cell.vocabulary import Vocabulary
from intentlang.parse import parse_cell, parse_intent, quantity_pattern
from intentlang.source import SourceFile

WIDTH = 120
INDENT = "  "

_CLAUSES = frozenset({"use", "param", "never", "ensure", "within", "prefer", "on", "}"})


@dataclass(frozen=True, slots=True)
class _Line:
    """One line to be: `tokens` of code, or none and a comment, or neither and blank."""

    depth: int
    tokens: tuple[str, ...]
    comment: str = ""

    @property
    def first(self) -> str:
        return self.tokens[0] if self.tokens else ""


def format_source(source: SourceFile, vocabulary: Vocabulary) -> Outcome[str]:
    """The text in the one style; None with the diagnostics where it does not parse."""
    is_cell = source.name.endswith(".cell")
    diagnostics: tuple[Diagnostic, ...]
    diagnostics = (parse_cell if is_cell else parse_intent)(source, vocabulary).diagnostics
    if any(d.is_error for d in diagnostics):
        return Outcome(None, diagnostics)
    lines = _lines(_tokens(source.text, vocabulary))
    if not is_cell:
        lines = _within_last(lines)
    text = "\n".join(_written(line) for line in _spaced(lines))
    return Outcome(f"{text}\n" if text else "", ())


def _tokens(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The tokens in order; a line end is "\\n", a comment begins with #."""
    pattern = re.compile(
        r'(?P<string>"[^"\n]*")|(?P<comment>#[^\n]*)|(?P<end>\r?\n)|(?P<dims>\d+x\d+(?:x\d+)?\b)'
        rf"|(?P<quantity>{quantity_pattern(vocabulary)})|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[a-zA-Z_]\w*)"
        r"|(?P<compare><=|>=|<|>|±|\+/-)|(?P<mark>[^\s])"
    )
    for match in pattern.finditer(text):
        match match.lastgroup:
            case "end":
                yield "\n"
            case "comment":
                yield _comment(match[0])
            case "quantity":
                yield re.sub(r"^(-?\d+(?:\.\d+)?)[ \t]*", r"\1 ", match[0])
            case "compare":
                yield "±" if match[0] == "+/-" else match[0]
            case _:
                yield match[0]


def _comment(text: str) -> str:
    body = text[1:].rstrip()
    return f"# {body}" if body and not body[0].isspace() and body[0] not in "#!" else f"#{body}"


def _lines(tokens: Iterator[str]) -> list[_Line]:
    lines: list[_Line] = []
    pending: list[str] = []
    depth = 0
    brackets = 0
    follows = iter([*tokens, "\n"])
    queue = list(follows)
    index = 0

    def emit(comment: str = "") -> None:
        nonlocal pending
        if pending or comment:
            lines.append(_Line(depth, tuple(pending), comment))
            pending = []

    while index < len(queue):
        token = queue[index]
        index += 1
        is_continued = brackets > 0 or (pending and _last_code(pending) == ",")
        if token == "\n":
            if is_continued:
                continue
            if pending:
                emit()
            elif index > 1 and queue[index - 2] == "\n":
                lines.append(_Line(depth, ()))
        elif token.startswith("#"):
            if is_continued:
                pending.append(token)
            elif pending:
                emit(token)
            elif lines and lines[-1].tokens and not lines[-1].comment and queue[index - 2] in ("{", "}"):
                lines[-1] = replace(lines[-1], comment=token)
            else:
                emit(token)
        elif token == "{":
            if queue[index] == "}":
                pending += ["{", "}"]
                index += 1
                continue
            pending.append(token)
            emit()
            depth += 1
        elif token == "}":
            emit()
            depth -= 1
            pending.append(token)
            if queue[index] != "otherwise":
                emit()
        else:
            brackets += (token in "([") - (token in ")]") if len(token) == 1 else 0
            pending.append(token)
    return lines


def _last_code(tokens: Sequence[str]) -> str:
    return next((t for t in reversed(tokens) if not t.startswith("#")), "")


def _spaced(lines: Sequence[_Line]) -> Iterator[_Line]:
    """At most one blank line, and none at the start or end of a block or file."""
    wait: _Line | None = None
    last: _Line | None = None
    for line in lines:
        if not line.tokens and not line.comment:
            wait = line
            continue
        opens = last is None or (bool(last.tokens) and last.tokens[-1] == "{")
        if wait is not None and not opens and line.first != "}":
            yield wait
        wait, last = None, line
        yield line


# -- where `within` stands ---------------------------------------------------------------------------------------------------


def _within_last(lines: list[_Line]) -> list[_Line]:
    out = list(lines)
    index = 0
    moved: set[int] = set()
    while index < len(out):
        line = out[index]
        if line.first == "within" and id(line) not in moved:
            target = _behind_last_line(out, index)
            if target is not None:
                moved.add(id(line))
                start = _with_comments(out, index)
                block = out[start : index + 1]
                out[target:target] = block
                del out[start : index + 1]
                index = start
                continue
        index += 1
    return out


def _with_comments(lines: Sequence[_Line], index: int) -> int:
    """The first of the comment lines that stand directly above."""
    while index > 0 and not lines[index - 1].tokens and lines[index - 1].comment and lines[index - 1].depth == lines[index].depth:
        index -= 1
    return index


def _behind_last_line(lines: Sequence[_Line], index: int) -> int | None:
    """The index behind the last line of the same block that follows, with all of its own blocks; None when none follows."""
    depth = lines[index].depth
    target: int | None = None
    is_line = False
    for i in range(index + 1, len(lines)):
        line = lines[i]
        if line.depth < depth and (line.tokens or line.comment):
            break
        if line.depth == depth and line.tokens:
            if line.first != "}":
                is_line = line.first not in _CLAUSES and not (line.first == "every" and line.tokens[-1] != "{")
                is_line = is_line and line.first != "task"
            if is_line and line.tokens[-1] != "{":
                target = i + 1
    return target


# -- spacing within a line ---------------------------------------------------------------------------------------------------


def _written(line: _Line) -> str:
    indent = INDENT * line.depth
    code = _wrapped(line.tokens, indent)
    if not code:
        return f"{indent}{line.comment}" if line.comment else ""
    return f"{code}  {line.comment}" if line.comment else code


def _wrapped(tokens: Sequence[str], indent: str) -> str:
    if not tokens:
        return ""
    has_comment = any(t.startswith("#") for t in tokens)
    flat = indent + _joined(tokens)
    if not has_comment and len(flat) <= WIDTH:
        return flat
    rows: list[str] = []
    row: list[str] = []
    more = indent + 2 * INDENT
    for token in tokens:
        if token.startswith("#"):
            rows.append(f"{_joined(row)}  {token}" if row else token)
            row = []
            continue
        # Broken only behind a comma: that is where the grammar lets a line end.
        if row and row[-1] == "," and len(more) + len(_joined([*row, token])) > WIDTH - 20:
            rows.append(_joined(row))
            row = []
        row.append(token)
    rows += [_joined(row)] if row else []
    return "\n".join([indent + rows[0], *(more + r for r in rows[1:])])


def _joined(tokens: Sequence[str]) -> str:
    out = ""
    for i, token in enumerate(tokens):
        if i and not _is_tight(tokens, i):
            out += " "
        out += token
    return out


def _is_tight(tokens: Sequence[str], i: int) -> bool:
    """Whether token i stands right behind the one before it."""
    before, token = tokens[i - 1], tokens[i]
    if token in (",", ")", "]", ":", ".") or before in ("(", "[", "."):
        return True
    return token == "(" and i == 2 and tokens[0] in ("do", "task")
