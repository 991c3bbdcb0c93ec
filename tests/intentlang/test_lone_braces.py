"""A `{` on a line of its own is told once, moved by a fix, and the file is read on as if it stood where it belongs."""

from __future__ import annotations

import pytest

from cell.diagnostic import Diagnostic
from cell.edits import applied
from tests.intentlang.cells import BASE, cell_of, program_of

ALLMAN = """\
for each s in infeed  # every shaft

{
  inspect s at gauge
  when s.verdict is reject
  {
    move s to scrap
  } otherwise
  {
    move s to outfed
  }
}
"""


def codes(found: tuple[Diagnostic, ...]) -> list[tuple[str, int]]:
    return [(d.code, d.spans[0].start.line) for d in found]


def mended(text: str) -> str:
    (told,) = [d for d in program_of(text).diagnostics if d.code == "E101"]
    assert told.fix is not None
    assert told.fix.is_certain
    return applied(text, list(told.fix.edits))


def test_all_of_them_are_one_finding_and_the_rest_is_read() -> None:
    found = program_of(ALLMAN).diagnostics
    assert codes(found) == [("E101", 3), ("E201", 10)]
    assert [span.start.line for span in found[0].spans] == [3, 6, 9]


def test_the_fix_puts_each_behind_its_head_and_keeps_comments() -> None:
    after = mended(ALLMAN)
    assert after.splitlines()[0] == "for each s in infeed {  # every shaft"
    assert "  when s.verdict is reject {\n    move s to scrap\n  } otherwise {\n    move s to outfed\n" in after
    assert codes(program_of(after).diagnostics) == [("E201", 7)]


def test_what_stands_behind_it_stays_on_its_line() -> None:
    after = mended("for each s in infeed\n{ move s to outfeed\n}\n")
    assert after == "for each s in infeed {\n  move s to outfeed\n}\n"


def test_a_cell_file_is_read_on_too() -> None:
    found = cell_of(BASE, "part cube\n{\n  mass 1 kg\n  colour red\n}\n").diagnostics
    assert codes(found) == [("E101", 2), ("E204", 4)]


def test_one_that_is_never_closed_is_told_where_it_stands() -> None:
    found = program_of("for each s in infeed\n{\n  move s to outfeed\n").diagnostics
    assert ("E102", 2) in codes(found)


@pytest.mark.parametrize("above", ["", "param batch = 3 parts\n", "within 4 min\n"])
def test_a_block_without_a_head_is_told_and_what_is_in_it_is_read(above: str) -> None:
    line = 1 + above.count("\n")
    found = program_of(f"{above}{{\n  move shaft to outfed\n}}\nmove pin to pinz\n").diagnostics
    told = [pair for pair in codes(found) if pair[0] in ("E101", "E201")]
    assert told == [("E101", line), ("E201", line + 1), ("E201", line + 3)]
