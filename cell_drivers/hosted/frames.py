"""Texts over a stream: each with its length before it, four bytes, the highest first. Bytes in, texts out; no socket here."""

from __future__ import annotations

import struct
from collections.abc import Iterator

LARGEST = 16_000_000
"""bytes of one text."""

_LENGTH = struct.Struct(">I")


class BadFrame(ValueError):
    """What came is no text of this protocol."""


def frame(text: str) -> bytes:
    content = text.encode("utf-8")
    if len(content) > LARGEST:
        raise BadFrame(f"a text of {len(content)} bytes, {LARGEST} are allowed")
    return _LENGTH.pack(len(content)) + content


class Frames:
    """Gathers what comes in pieces."""

    def __init__(self) -> None:
        self._left = bytearray()

    def feed(self, piece: bytes) -> Iterator[str]:
        """The texts that are complete now. Raises BadFrame."""
        self._left += piece
        while len(self._left) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._left)
            if length > LARGEST:
                raise BadFrame(f"a text of {length} bytes is announced, {LARGEST} are allowed")
            end = _LENGTH.size + length
            if len(self._left) < end:
                return
            content = bytes(self._left[_LENGTH.size : end])
            del self._left[:end]
            try:
                yield content.decode("utf-8")
            except UnicodeDecodeError as cause:
                raise BadFrame(f"no text: {cause}") from None
