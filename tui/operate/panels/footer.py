"""The last line: what can be done now by which key. What cannot stands in brackets, and its key says why."""

from __future__ import annotations

from collections.abc import Mapping

from tui.operate.deeds import BY_NAME, FOOTER, RECORD_FOOTER, ROOMY, shown_key
from tui.operate.lines import Line, Piece, cut, width_of
from tui.operate.view import View


def footer_line(view: View, keys: Mapping[str, str], width: int) -> Line:
    asks = bool(view.scene.run.trouble.questions)  # for its answer there is room where there is a need
    names = [name for name in (RECORD_FOOTER if view.link == "record" else FOOTER) if asks or name != "answer"]
    words = [_word(view, keys, name) for name in names]
    for name in ROOMY:
        more = [*words[:-3], _word(view, keys, name), *words[-3:]]
        words = more if sum(width_of(word) + 2 for word in more) <= width else words
    room = width - sum(width_of(word) for word in words)
    gap = Piece("  " if room >= 2 * (len(words) - 1) else " ")
    return cut(tuple(piece for word in words for piece in (*word, gap))[:-1], width)


def _word(view: View, keys: Mapping[str, str], name: str) -> Line:
    deed, key = BY_NAME[name], shown_key(keys[name])
    if deed.why_not(view) is not None:
        return (Piece(f"({key} {deed.short})", "dim", name),)
    return Piece(key, "strong", name), Piece(f" {deed.short}", deed=name)
