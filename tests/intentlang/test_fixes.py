"""A fix that is certain mends what it was given for: applied, the finding is gone and no new one stands in its place."""

from __future__ import annotations

import pytest

from cell.diagnostic import Diagnostic, Edit
from intentlang.words import is_sure, nearest
from tests.intentlang.cells import BASE, cell_of, program_of
from tests.intentlang.test_spec import blocks


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        start, end = edit.span.start, edit.span.end
        assert start.line == end.line
        line = lines[start.line - 1]
        lines[start.line - 1] = line[: start.column - 1] + edit.replacement + line[end.column - 1 :]
    return "\n".join(lines)


def findings(language: str, text: str) -> tuple[Diagnostic, ...]:
    return cell_of(BASE, text).diagnostics if language == "cell" else program_of(text).diagnostics


@pytest.mark.parametrize(("where", "language", "text"), blocks(), ids=[b[0] for b in blocks()])
def test_certain_fixes_mend(where: str, language: str, text: str) -> None:
    file = "b.cell" if language == "cell" else "test.intent"
    before = findings(language, text)
    for finding in before:
        if finding.fix is None or not finding.fix.is_certain or finding.spans[0].file != file:
            continue
        after = findings(language, edited(text, finding.fix.edits))
        assert (finding.code, finding.message) not in [(d.code, d.message) for d in after], finding.message


def test_the_fix_for_a_missing_unit_lists_what_fits_and_is_certain_only_when_one_does() -> None:
    (finding,) = (d for d in program_of("move shaft to outfeed\nensure r1.speed <= 800").diagnostics)
    assert finding.fix is not None
    assert (finding.code, finding.fix.is_certain) == ("E207", False)
    assert "`m/s`" in finding.help
    assert "`mm/s`" in finding.help
    (finding,) = program_of("move shaft to outfeed\nensure r1.current < 5 a").diagnostics
    assert finding.fix is not None
    assert finding.fix.edits[0].replacement == "5 A"


@pytest.mark.parametrize(
    ("word", "known", "sure"),
    [
        ("outfed", ["outfeed", "infeed"], True),
        ("lathe3", ["lathe1", "press"], False),  # there may be no lathe3 yet
        ("lath", ["lathe", "bath"], False),  # two are near
        ("mve", ["move"], False),  # short
        ("oufed", ["outfeed"], False),  # two slips
    ],
)
def test_a_name_is_mended_by_machine_only_where_it_can_hardly_be_another(word: str, known: list[str], sure: bool) -> None:
    guess = nearest(word, known)
    assert guess is not None
    assert is_sure(word, guess, known) is sure
