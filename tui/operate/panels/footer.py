"""The last line: what can be done now by which key. What cannot stands in brackets, and its key says why."""

from __future__ import annotations

from collections.abc import Mapping

from tui.operate.deeds import BY_NAME, EDIT_FOOTER, EVERYWHERE, FOOTER, RECORD_FOOTER, ROOMY, TYPING_FOOTER, shown_key
from tui.operate.lines import Line, Piece, cut, width_of
from tui.operate.view import View, open_questions


def footer_line(view: View, keys: Mapping[str, str], width: int, page: str = "", is_typing: bool = False) -> Line:
    """`is_typing`: letters are text, so only what other keys do is valid."""
    if is_typing:
        words = [*(_word(view, keys, name) for name in TYPING_FOOTER), _esc(), _stop()]
        return cut(tuple(piece for word in words for piece in (*word, Piece("  ")))[:-1], width)
    asks = bool(open_questions(view))  # for its answer there is room where there is a need
    usual = EDIT_FOOTER if page == "intent" else RECORD_FOOTER if view.link == "record" else FOOTER
    names = [name for name in usual if asks or name != "answer"]
    words = [_word(view, keys, name) for name in names]
    for name in ROOMY:
        more = [*words[:-3], _word(view, keys, name), *words[-3:]]
        words = more if sum(width_of(word) + 2 for word in more) <= width else words
    room = width - sum(width_of(word) for word in words)
    gap = Piece("  " if room >= 2 * (len(words) - 1) else " ")
    return cut(tuple(piece for word in words for piece in (*word, gap))[:-1], width)


def _esc() -> Line:
    return Piece("esc", "strong"), Piece(" out of the text")


def _stop() -> Line:
    return Piece(shown_key(EVERYWHERE), "strong", "stop"), Piece(" STOP", deed="stop")


def _word(view: View, keys: Mapping[str, str], name: str) -> Line:
    deed, key = BY_NAME[name], shown_key(keys[name])
    if deed.why_not(view) is not None:
        return (Piece(f"({key} {deed.short})", "dim", name),)
    return Piece(key, "strong", name), Piece(f" {deed.short}", deed=name)
