"""What has to hold of any bytes that somebody calls a text: an answer, and no more than that.

    python -m tests.fuzz -runs=1000000 tests/fuzz/corpus

An exception, a finding that points outside the text, a fix that cannot be made, or a text that formats to something else when it
is formatted twice, is a defect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cell.diagnostic import Diagnostic, Position
from cell.edits import applied, compatible
from cell.model import CellModel
from cell.standard_verbs import STANDARD
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.format import format_source
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile, decode_source
from intentlang.understood import understood
from intentlang.world import World
from tests.intentlang.cells import assembly, base

MOST_FINDINGS = 20_000
Found = tuple[Diagnostic, ...]
"""What parsing says, and then what checking says."""


def one(content: bytes) -> None:
    """The first byte says which kind of file it is: a cell, an intent of the assembly cell, or one of the base cell. Raises
    AssertionError, or whatever the defect raises."""
    kind = content[:1]
    decoded = decode_source("a.cell" if kind == b"c" else "a.intent", content[1:])
    source = decoded.value
    if source is None:
        assert decoded.diagnostics
        return
    parsed, checked = _cell(source) if kind == b"c" else _intent(source, assembly if kind == b"a" else base)
    found = (*parsed, *checked)
    assert len(found) < MOST_FINDINGS
    _inside(source.text, source.name, found)
    _mended(source, found)
    if not any(d.is_error for d in parsed):
        _formatted(source)


def _cell(source: SourceFile) -> tuple[Found, Found]:
    parsed = parse_cell(source, STANDARD)
    if parsed.value is None:
        assert parsed.diagnostics
        return parsed.diagnostics, ()
    return parsed.diagnostics, compile_cell((parsed.value,), STANDARD).diagnostics


def _intent(source: SourceFile, cell: Callable[[], CellModel]) -> tuple[Found, Found]:
    parsed = parse_intent(source, STANDARD)
    if parsed.value is None:
        assert parsed.diagnostics
        return parsed.diagnostics, ()
    checked = check_intent(parsed.value, (), cell(), STANDARD)
    if checked.value is not None and not parsed.diagnostics and checked.is_ok:
        understood(checked.value, World(cell(), STANDARD))
    return parsed.diagnostics, checked.diagnostics


def _inside(text: str, name: str, found: Sequence[Diagnostic]) -> None:
    lines = text.split("\n")
    for span in (span for d in found for span in d.spans if span.file == name):
        assert span.start <= span.end, f"{span} ends before it begins"
        assert all(_is_place(place, lines) for place in (span.start, span.end)), f"{span} is outside the text"


def _is_place(position: Position, lines: Sequence[str]) -> bool:
    """One behind the end of a line is a place too: of its line end, or of what is missing there."""
    return 1 <= position.line <= len(lines) and 1 <= position.column <= len(lines[position.line - 1]) + 2


def _mended(source: SourceFile, found: Sequence[Diagnostic]) -> None:
    fixes = compatible((d.fix for d in found if d.fix is not None), source.name)
    applied(source.text, [edit for fix in fixes for edit in fix.edits])


def _formatted(source: SourceFile) -> None:
    once = format_source(source, STANDARD)
    assert once.value is not None, "what parses can be formatted"
    again = format_source(SourceFile.of(source.name, once.value), STANDARD)
    assert again.value == once.value, "formatting twice is formatting once"
