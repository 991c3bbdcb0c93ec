"""What people write first out of habit is answered with what to write instead."""

from __future__ import annotations

import pytest

from cell.edits import applied
from intentlang.foreign import INSTEAD, behind_the_brace, instead
from intentlang.source import SourceFile
from tests.intentlang.cells import cell_of, program_of

REJECTS = """\
for each s in infeed {
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  }
  otherwise {
    move s to outfeed
  }
}
"""


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("move all shafts from infeed to outfeed", "E101", "any one of them; for several write `for each x in …"),
        ("move 3 shafts from infeed to outfeed", "E101", "for several write `for each x in …"),
        ("move the shaft to outfeed", "E101", "any one of them"),
        ("move shaft to outfeed[3]", "E101", "There are no indices"),
        ("move shaft to (500 mm, 0 mm, 0 mm)", "E101", "no points in an intent"),
        ("ensure r1.speed = 500 mm/s", "E101", "compared by <, <=, > or >="),
        ("when outfeed.count == 3 parts { move shaft to scrap }", "E101", "There is no `=`"),
        ("on grip_lost: hold 'look'", "E101", "double quotes"),
        ("in order { move shaft to outfeed; calibrate gauge }", "E101", "A newline ends a statement"),
        ("move shaft to outfeed within 30 s", "E103", "stands on a line of its own"),
        ("move shaft to outfeed\nensure outfeed is full", "E222", "`outfeed.count <= …`"),
        ("param each = 3 parts\nmove shaft to outfeed", "E103", "Reserved are"),
    ],
)
def test_a_habit_is_answered(text: str, code: str, words: str) -> None:
    (found,) = program_of(f"{text}\n").diagnostics
    assert found.code == code
    assert words in found.help


@pytest.mark.parametrize(
    ("text", "words"), [("mass = 3 kg", "`name value`"), ("mass: 3 kg", "`name value`"), ("mass 3 kg;", "newline")]
)
def test_so_is_one_in_a_cell_file(text: str, words: str) -> None:
    found = [d for d in cell_of(f"part cube {{\n  {text}\n}}\n").diagnostics if d.code == "E101"]
    assert [words in d.help for d in found] == [True]


def test_an_otherwise_on_a_line_of_its_own_is_moved_behind_the_brace_that_it_continues() -> None:
    (found,) = program_of(REJECTS).diagnostics
    assert found.fix is not None
    assert found.fix.is_certain
    mended = applied(REJECTS, found.fix.edits)
    assert "  } otherwise {\n" in mended
    assert program_of(mended).diagnostics == ()


def test_nothing_is_moved_over_what_stands_between() -> None:
    text = REJECTS.replace("  }\n  otherwise", "  }\n  # a good one\n  otherwise")
    (found,) = program_of(text).diagnostics
    assert (found.fix, "behind the brace" in found.help) == (None, True)
    assert behind_the_brace(SourceFile.of("a", text), text, text.index("  otherwise")) is None


def test_a_slip_in_a_right_statement_is_not_taken_for_a_habit() -> None:
    assert instead("otherwise when s.verdict is ", 28, False, begins_line=False) is None
    assert instead("for each s infeed", 11, False, begins_line=True) is None
    assert instead("do load (s", 8, False, begins_line=True) is None
    assert "when" in (instead("if s.verdict is reject", 13, False, begins_line=True) or "")
    assert set(INSTEAD) >= {"if", "while", "wait", "pick"}
