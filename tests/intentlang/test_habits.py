"""What people write first out of habit is answered with what to write instead."""

from __future__ import annotations

import re

import pytest

from cell.edits import applied
from intentlang.foreign import INSTEAD, behind_the_brace, instead
from intentlang.right_forms import FORMS
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
        ("when outfeed.count == 3 parts { move shaft to scrap }", "E101", "There is no `==`"),
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("task t(a) { calibrate gauge }", "`task load(s: shaft, m: machine) { … }`"),
        ("task t(shaft s) { calibrate gauge }", "each argument with its"),
        ("task t() { move shaft to outfeed }\ndo t", "`do load(s, lathe)`"),
        ("for each s in infeed {\n  retry 2\n}", "`on grip_lost: retry 2, then hold"),
        ("move shaft to outfeed\nskip", "A rung stands in a policy"),
        ("move shaft to outfeed\nthen inspect shaft at gauge", "keep the order they stand in"),
        (
            "for each s in infeed {\n  inspect s at gauge\n  when s.verdict == reject { move s to scrap }\n}",
            "`s.verdict is reject`",
        ),
        ("for each s in infeed {\n  move s to outfeed\n  ensure r1.speed != 3 mm/s\n}", "`is not`"),
        ("every 2 h:\n  move shaft to outfeed", "stands in braces. A pace is written `every 60 s`"),
        ("for each s in infeed:\n  move shaft to outfeed", "stands in braces. A loop is written"),
        ("for s in infeed { move shaft to outfeed }", "`for each x in infeed { … }`"),
        ("wen r1 in aisle { move shaft to outfeed }", "Did you mean `when`? A choice is written"),
        (
            "for each s in infeed unti outfeed.count >= 3 parts { move shaft to outfeed }",
            "Did you mean `until`? A loop is written",
        ),
        ("on grip_lost: retry", "`on grip_lost: retry 2, then"),
        ("batch = 3 parts\nmove shaft to outfeed", "`param batch = 36 parts`"),
        ("ensure r1.speed <= 0,5 m/s", "decimal point"),
        ("ensure r1.speed <= 1e2 mm/s", "powers of ten"),
        ("ensure r1.speed <= .5 m/s", "`0.5 m`"),
        ("ensure r1.speed <= +5 mm/s", "no `+`"),
        ("ensure r1.speed ≤ 5 mm/s", "`<=`"),
        ("never r1 in aisle && aisle is occupied", "`and`"),
        ("move shaft to outfeed // now", "begins with `#`"),
        ("use tending.cell\nmove shaft to outfeed", "in quotes"),
    ],
)
def test_what_went_wrong_is_answered_with_how_it_is_written(text: str, words: str) -> None:
    (found,) = program_of(f"{text}\n").diagnostics
    assert found.code == "E101"
    assert words in found.help


def test_a_forgotten_comma_between_rungs_is_told_once() -> None:
    (found,) = program_of("move shaft to outfeed\non grip_lost: retry 2 then hold\n").diagnostics
    assert (found.code, "parted by a comma" in found.help) == ("E103", True)


def test_a_help_that_says_more_is_kept() -> None:
    """Which closes a quote, or says why `and` and `or` do not mix."""
    (quote,) = program_of('move shaft to outfeed\non grip_lost: hold "look\n').diagnostics
    assert (quote.code, "Close it" in quote.help) == ("E115", True)
    (mixed,) = program_of("never r1 in aisle and aisle is occupied or lathe.spindle is running\n").diagnostics
    assert "parentheses" in mixed.help


def test_what_looks_like_one_of_our_letters_is_called_by_its_name() -> None:
    (cyrillic,) = program_of("move shaft to s\u0441rap\n").diagnostics
    assert "U+0441 CYRILLIC SMALL LETTER ES" in cyrillic.message
    (nothing,) = program_of("move shaft to out\u200bfeed\n").diagnostics
    assert "U+200B ZERO WIDTH SPACE" in nothing.message
    (plain,) = program_of("move shaft to outfeed §\n").diagnostics
    assert "`§`:" in plain.message


def test_a_declaration_in_an_intent_is_sent_to_the_cell_file() -> None:
    found = program_of("tray spare {\n  calibrate gauge\n}\n").diagnostics
    assert [(d.code, "declared in a .cell file" in d.help) for d in found if d.code == "E214"] == [("E214", True)]


def test_a_wrong_letter_in_a_unit_is_a_guess_and_the_usual_unit_is_guessed() -> None:
    """`mms` may be m/s as well as mm/s: no machine makes a speed a thousand times as high."""
    (found,) = program_of("move shaft to outfeed\nensure r1.speed <= 5 mms\n").diagnostics
    assert found.fix is not None
    assert (found.fix.edits[0].replacement, found.fix.is_certain) == ("5 mm/s", False)
    (case,) = program_of("move shaft to outfeed\nensure r1.speed <= 5 MM/S\n").diagnostics
    assert case.fix is not None
    assert case.fix.is_certain


def test_a_right_form_is_right() -> None:
    """Each statement that a help shows parses as it stands there, with something for its `…`."""
    for word, says in FORMS.items():
        for shown in re.findall(r"`([^`]+)`", says):
            if not shown.startswith(word) or "…" in shown.partition("{")[0]:
                continue
            text = shown.replace("{ … }", "{ move shaft to outfeed }")
            errors = [d for d in program_of(f"{text}\n").diagnostics if d.code.startswith("E1") and d.code != "E114"]
            assert errors == [], (shown, errors)
