"""Fixes put into a text: each where it belongs, none over another."""

import pytest

from cell.diagnostic import Edit, Fix, Position, Span
from cell.edits import applied, compatible

TEXT = "move shaft to outfed\nensure r1.speed <= 800\n"


def edit(line: int, start: int, end: int, replacement: str, file: str = "a.intent") -> Edit:
    return Edit(Span(file, Position(line, start), Position(line, end)), replacement)


OUTFEED = edit(1, 15, 21, "outfeed")
UNIT = edit(2, 20, 23, "800 mm/s")


def test_edits_of_several_lines_do_not_move_one_another() -> None:
    assert applied(TEXT, [OUTFEED, UNIT]) == "move shaft to outfeed\nensure r1.speed <= 800 mm/s\n"
    assert applied(TEXT, [UNIT, OUTFEED]) == applied(TEXT, [OUTFEED, UNIT])


def test_an_edit_may_span_lines_insert_and_stand_at_the_very_end() -> None:
    across = Edit(Span("a.intent", Position(1, 21), Position(2, 7)), "; ensure")
    assert applied(TEXT, [across]) == "move shaft to outfed; ensure r1.speed <= 800\n"
    assert applied("ab", [edit(1, 3, 3, "c")]) == "abc"
    assert applied("", [edit(1, 1, 1, "c")]) == "c"


@pytest.mark.parametrize("outside", [edit(4, 1, 1, ""), edit(1, 30, 31, ""), edit(0, 1, 1, "")])
def test_an_edit_outside_the_text_is_refused(outside: Edit) -> None:
    with pytest.raises(ValueError, match=r"the text has no line|has no column"):
        applied(TEXT, [outside])


def test_of_two_fixes_of_one_place_the_first_is_made() -> None:
    first, second, other = Fix("a", (OUTFEED,)), Fix("b", (edit(1, 18, 25, "x"),)), Fix("c", (UNIT,))
    assert compatible([first, second, other], "a.intent") == (first, other)
    here, there = Fix("d", (edit(1, 1, 1, "x"),)), Fix("e", (edit(1, 1, 1, "y"),))
    assert compatible([here, there], "a.intent") == (here,)


def test_a_fix_of_another_file_is_not_made() -> None:
    half = Fix("a", (OUTFEED, edit(1, 1, 2, "x", "b.cell")))
    assert compatible([half, Fix("b", (UNIT,))], "a.intent") == (Fix("b", (UNIT,)),)


def test_thousands_of_fixes_are_chosen_at_once_and_none_that_spans_another() -> None:
    many = [Fix(str(n), (edit(n, 1, 3, "x"),)) for n in range(1, 5001)]
    wide = Fix("wide", (Edit(Span("a.intent", Position(10, 1), Position(20, 2)), "x"),))
    assert compatible([*many, wide, *many], "a.intent") == tuple(many)
    assert compatible([wide, *many], "a.intent") == (wide, *(f for n, f in enumerate(many, 1) if not 10 <= n <= 20))
