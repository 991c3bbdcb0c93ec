"""Bytes in, whole lines out."""

from __future__ import annotations

from collections.abc import Iterator


class TooLong(ValueError):
    """A line has no end within the limit."""


class Lines:
    def __init__(self, limit: int) -> None:
        """`limit` in bytes, of a line without its end."""
        self._limit = limit
        self._left = bytearray()
        self._searched = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The lines that `piece` completes, empty ones left out. Raises TooLong; what came before is given first."""
        self._left += piece
        while (end := self._left.find(b"\n", self._searched)) >= 0:
            if end > self._limit:
                raise TooLong(f"a line of more than {self._limit} bytes")
            line = bytes(self._left[:end]).strip()
            del self._left[: end + 1]
            self._searched = 0
            if line:
                yield line
        self._searched = len(self._left)
        if len(self._left) > self._limit:
            self._left.clear()
            self._searched = 0
            raise TooLong(f"a line of more than {self._limit} bytes")
