"""What recovery writes into a text shows in no finding: each points to the text as it came."""

from __future__ import annotations

import pytest

from cell.standard_verbs import STANDARD
from intentlang.parse import parse_cell
from intentlang.source import SourceFile
from tests.intentlang.cells import lines


@pytest.mark.parametrize(
    "text",
    [
        "machi, 0 mm)\n  prog2 00 mm, 0 mm)\n   # E211\n}\n",
        "a {{{{m{{{{i.f \nm\n{{ ",
        "zone a {\n  b {\nzone c {\n  keep_out yes # }\nzone d {",
    ],
)
def test_a_finding_points_into_the_text_that_came(text: str) -> None:
    source = SourceFile.of("a.cell", text)
    longest = [len(line) + 1 for line in text.split("\n")]
    found = parse_cell(source, STANDARD).diagnostics
    assert found
    for place in (p for d in found for s in d.spans for p in (s.start, s.end)):
        assert place.line <= len(longest)
        assert place.column <= longest[place.line - 1]


def test_a_brace_that_is_never_closed_is_named_where_it_stands_behind_others_that_are_not_either() -> None:
    text = "zone a {\n  keep_out yes  # {\nzone b {\n  keep_out yes\nzone c {"
    found = parse_cell(SourceFile.of("a.cell", text), STANDARD)
    assert lines(found, "a.cell") == [(1, "E102"), (3, "E102"), (5, "E102")]
    assert {d.spans[0].start.column for d in found.diagnostics} == {8}


def test_a_place_behind_the_end_is_the_end() -> None:
    source = SourceFile.of("a.cell", "ab\nc")
    assert [(p.line, p.column) for p in (source.inside(1, 9), source.inside(1, 2), source.inside(7, 1))] == [
        (1, 3),
        (1, 2),
        (2, 2),
    ]
