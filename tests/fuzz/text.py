"""What has to hold of any bytes that somebody calls a text: an answer, and no more than that.

    python -m tests.fuzz -runs=1000000 tests/fuzz/corpus

An exception, a text that formats to something else when it is formatted twice, or one that says something else then, is a defect.
"""

from __future__ import annotations

from cell.standard_verbs import STANDARD
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.format import format_source
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile, decode_source
from intentlang.understood import understood
from intentlang.world import World
from tests.intentlang.cells import base

MOST_FINDINGS = 20_000


def one(content: bytes) -> None:
    """The first byte says which kind of file it is. Raises AssertionError, or whatever the defect raises."""
    is_cell = content[:1] == b"c"
    name = "a.cell" if is_cell else "a.intent"
    decoded = decode_source(name, content[1:])
    if decoded.value is None:
        assert decoded.diagnostics
        return
    _cell(decoded.value) if is_cell else _intent(decoded.value)
    _formatted(decoded.value)


def _cell(source: SourceFile) -> None:
    parsed = parse_cell(source, STANDARD)
    if parsed.value is None:
        assert parsed.diagnostics
        return
    compiled = compile_cell((parsed.value,), STANDARD)
    assert len(parsed.diagnostics) + len(compiled.diagnostics) < MOST_FINDINGS


def _intent(source: SourceFile) -> None:
    parsed = parse_intent(source, STANDARD)
    if parsed.value is None:
        assert parsed.diagnostics
        return
    checked = check_intent(parsed.value, (), base(), STANDARD)
    assert len(parsed.diagnostics) + len(checked.diagnostics) < MOST_FINDINGS
    if checked.value is not None and not parsed.diagnostics and checked.is_ok:
        understood(checked.value, World(base(), STANDARD))


def _formatted(source: SourceFile) -> None:
    once = format_source(source, STANDARD)
    if once.value is None:
        assert once.diagnostics
        return
    again = format_source(SourceFile.of(source.name, once.value), STANDARD)
    assert again.value == once.value, "formatting twice is formatting once"
