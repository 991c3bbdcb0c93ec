"""Of what a driver prints the last line is kept, however much that is, and reading it costs the controller next to nothing."""

from __future__ import annotations

import os
import threading

import pytest

from cell_drivers.hosted import printed
from cell_drivers.hosted.printed import LONGEST, PIECE, Printed


@pytest.mark.parametrize(
    ("pieces", "last"),
    [
        ((), ""),
        ((b"one\ntwo\n",), "two"),
        ((b"one\n", b"\n  \n"), "one"),
        ((b"one\ntw", b"o"), "two"),
        ((b"one\ntw", b"o\n"), "two"),
        ((b"\xff\xfe\n",), "��"),
        ((b"x" * 10 * PIECE, b"\nthe reason\n"), "the reason"),
        ((b"the reason\n", b"y" * 10 * PIECE), "y" * LONGEST),
        ((b"z\n" * PIECE,), "z"),
    ],
)
def test_the_last_line_is_kept(pieces: tuple[bytes, ...], last: str) -> None:
    kept = Printed()
    for piece in pieces:
        kept.feed(piece)
    assert kept.last == last


def test_who_prints_without_end_waits_and_is_read_by_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece is followed by a pause: without it the reader would have no rest as long as somebody prints."""
    pauses: list[float] = []
    monkeypatch.setattr(printed, "sleep", pauses.append)
    reading, writing = os.pipe()
    kept = Printed()
    stream = os.fdopen(reading, "rb")
    listener = threading.Thread(target=kept.listen, args=(stream,))
    listener.start()
    pieces = 5
    for _ in range(pieces):
        os.write(writing, b"n" * PIECE)
    os.write(writing, b"\nthe end\n")
    os.close(writing)
    listener.join()
    stream.close()
    assert kept.last == "the end"
    assert len(pauses) >= pieces
