"""What a driver prints, however much that is: the last line of it, for whoever asks why the driver died.

Law: it is read, so that nobody who prints a little waits for a reader; who prints without end waits himself, and not the
controller.
"""

from __future__ import annotations

import os
from contextlib import suppress
from time import sleep
from typing import IO

PIECE = 65_536
"""bytes that are read at a time."""
PAUSE = 0.01
"""s after each: at most about 6 MB a second are read, in at most a hundred pieces."""
LONGEST = 500
"""bytes of a line that are kept."""


class Printed:
    def __init__(self) -> None:
        self._last, self._rest = "", b""

    @property
    def last(self) -> str:
        """The last line that says anything, also one that has no end yet; "" for none."""
        return _text(self._rest) or self._last

    def feed(self, piece: bytes) -> None:
        """Takes in what was printed next."""
        *whole, rest = (self._rest + piece)[-4 * LONGEST :].split(b"\n")
        self._last = next((text for line in reversed(whole) if (text := _text(line))), self._last)
        self._rest = rest[-LONGEST:]

    def listen(self, stream: IO[bytes]) -> None:
        """Until nobody can print any more. Holds `stream`, so that its descriptor stays its own."""
        with suppress(OSError, ValueError):
            while piece := os.read(stream.fileno(), PIECE):
                self.feed(piece)
                sleep(PAUSE)


def _text(line: bytes) -> str:
    return line[-LONGEST:].decode("utf-8", "replace").strip()
