"""What an editor does not touch is saved as it was, whatever ends its lines."""

import pytest

from tui.operate.editing.line_ends import as_edited, with_ends_of

MIXED = "a\r\nb\nc\x85d\re\u2028f\x0cg\n\n\r\nh"


@pytest.mark.parametrize("text", [MIXED, MIXED + "\n", "", "\n", "\r", "a\r\n\r\n", "\x85", "one row"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_nobody_has_changed_is_what_it_was(text: str, newline: str) -> None:
    assert with_ends_of(text, as_edited(text, newline)) == text


@pytest.mark.parametrize(
    ("edited", "saved"),
    [
        ("a\nB\nc\nd\n", "a\r\nB\nc\x85d\r\n"),  # a row that is changed keeps its end
        ("a\nnew\nb\nc\nd\n", "a\r\nnew\r\nb\nc\x85d\r\n"),  # a new one has the usual one
        ("a\nb\nd\n", "a\r\nb\nd\r\n"),
        ("a\nb\nc\nd\nmore", "a\r\nb\nc\x85d\r\nmore"),
        ("a\nb\nc", "a\r\nb\nc"),
    ],
)
def test_what_was_changed_takes_no_other_line_with_it(edited: str, saved: str) -> None:
    assert with_ends_of("a\r\nb\nc\x85d\r\n", edited) == saved


def test_a_last_row_that_nothing_ended_is_ended_where_rows_come_behind_it() -> None:
    assert with_ends_of("a\r\nb", "a\nb\nc") == "a\r\nb\r\nc"
    assert with_ends_of("", "a\nb\n") == "a\nb\n"
