"""The last line: what can be done now by which key. What cannot stands in brackets, and its key says why.

Law: what can be done has room before what cannot. The one key that somebody needs in a moment (the answer to a question, the
taking over of a run that nobody controls, back from a record to the run that goes on) is never left out for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tui.operate.deeds import (
    BY_NAME,
    EDIT_FOOTER,
    EVERYWHERE,
    FOOTER,
    LOST_FOOTER,
    MANUAL_FOOTER,
    RECORD_FOOTER,
    ROOMY,
    TYPING_FOOTER,
    shown_key,
)
from tui.operate.lines import Line, Piece, cut, width_of
from tui.operate.view import View, open_questions

Keys = Sequence[tuple[str, str]]
"""What a key does in a dialog."""
GAP = 2  # columns between two words, where there is room
LEADING = ("plan", "overview", "alarms")
"""To pages: they make way where there is no room, in this order; the first one already where words would stand too close."""


def footer_line(view: View, keys: Mapping[str, str], width: int, page: str = "", is_typing: bool = False) -> Line:
    """`is_typing`: letters are text, so only what other keys do is valid."""
    if is_typing:
        words = [*(_word(view, keys, name) for name in TYPING_FOOTER), _esc(), _stop()]
        return cut(tuple(piece for word in words for piece in (*word, Piece("  ")))[:-1], width)
    names = list(_names(view, page))
    idle = [name for name in names if BY_NAME[name].why_not(view) is not None]
    names = _with_room(view, keys, names, [*idle, LEADING[0]], width, GAP)
    if _length(view, keys, names, GAP) > width:
        names = _with_room(view, keys, names, LEADING, width, 1)
    for name in ROOMY:
        more = [*names[:-3], name, *names[-3:]]
        names = more if _length(view, keys, more, GAP) <= width else names
    gap = Piece(" " * (GAP if _length(view, keys, names, GAP) <= width else 1))
    return cut(tuple(piece for name in names for piece in (*_word(view, keys, name), gap))[:-1], width)


def dialog_line(keys: Keys, stop: str, width: int) -> Line:
    """How to get out of it, and STOP, have room before the others."""
    words = [(Piece(key, "strong"), Piece(f" {what}")) for key, what in keys]
    words.append((Piece(stop, "strong", "stop"), Piece(" STOP", deed="stop")))
    while len(words) > 2 and sum(width_of(word) + GAP for word in words) - GAP > width:
        del words[-3]
    return cut(tuple(piece for word in words for piece in (*word, Piece(" " * GAP)))[:-1], width)


def _with_room(
    view: View, keys: Mapping[str, str], names: Sequence[str], spares: Sequence[str], width: int, gap: int
) -> list[str]:
    """Without as many of `spares`, in their order, as there is no room for."""
    kept = list(names)
    for spare in spares:
        if _length(view, keys, kept, gap) <= width:
            break
        kept = [name for name in kept if name != spare]
    return kept


def _names(view: View, page: str) -> Iterator[str]:
    """What is of use here, in the order in which it stands there."""
    if view.behind is not None:
        yield "to_live"
    elif open_questions(view):
        yield "answer"
    if page == "alarms" and view.scene.alarms.listed:
        yield "shelve"
    if page == "log":
        yield "records"
    if view.is_left and view.link in ("record", "over"):
        yield "take_over"
    yield from _usual(view, page)


def _usual(view: View, page: str) -> Sequence[str]:
    if page == "intent":
        return EDIT_FOOTER
    match view.link:
        case "record":
            return RECORD_FOOTER
        case "lost":
            return LOST_FOOTER
        case "over":
            return FOOTER[FOOTER.index("overview") :]
        case "live" | "loading":
            pass
    run = view.scene.run
    if run.manual is not None:
        return MANUAL_FOOTER if page != "jog" else MANUAL_FOOTER[1:]
    return (*FOOTER[:2], "manual", *FOOTER[2:]) if page == "jog" or run.pack == "Held" else FOOTER


def _length(view: View, keys: Mapping[str, str], names: Sequence[str], gap: int) -> int:
    return sum(width_of(_word(view, keys, name)) + gap for name in names) - gap


def _esc() -> Line:
    return Piece("esc", "strong"), Piece(" out of the text")


def _stop() -> Line:
    return Piece(shown_key(EVERYWHERE), "strong", "stop"), Piece(" STOP", deed="stop")


def _word(view: View, keys: Mapping[str, str], name: str) -> Line:
    deed, key = BY_NAME[name], shown_key(keys[name])
    if deed.why_not(view) is not None:
        return (Piece(f"({key} {deed.short})", "dim", name),)
    return Piece(key, "strong", name), Piece(f" {deed.short}", deed=name)
