"""Whatever a name holds, a line of the screen is text, is as wide as it may be, and says where it was cut."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.operate.lines import Piece, apart, clean, cut, fitted, line, padded, said, text_of, width_of, wrapped

HOSTILE = ("[bold]lathe[/]", "\x1b[2Jlathe", "a\u202eb", "line\nbreak\ttab", "日本語" * 30, "e\u0301" * 50, "x" * 10_000, "")
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80))


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 60))
def test_it_fits_and_ends_in_an_ellipsis_where_it_was_cut(text: str, width: int) -> None:
    found = fitted(text, width)
    assert cell_len(found) <= width
    assert found == clean(text) or found.endswith("…") or width == 0
    assert cell_len(padded(text, width)) == width


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, max_size=4), st.integers(1, 60))
def test_a_line_of_pieces_does_too(pieces: list[str], width: int) -> None:
    whole = line(*pieces)
    short = cut(whole, width)
    assert width_of(short) <= width
    assert text_of(short) == text_of(whole) or text_of(short).endswith("…")
    both = apart(whole, (Piece("[x STOP]"),), 60)
    assert width_of(both) == 60
    assert text_of(both).endswith("[x STOP]")


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(0, 60))
@example("wide 漢字", 1)
def test_what_is_wrapped_is_whole(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert width < 2 or all(width_of(row) <= width for row in rows)
    assert "".join("".join(text_of(row) for row in rows).split()) == "".join(clean(text).split())


def test_nothing_that_moves_a_cursor_or_turns_the_direction_is_left() -> None:
    for text in HOSTILE:
        assert clean(text).isprintable()
        assert said(text).text == clean(text)
    assert clean("[bold]x[/]") == "[bold]x[/]"
