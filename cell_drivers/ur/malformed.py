"""What came over a wire and is none of the protocol's. The link that it came over is not to be trusted any further."""

from __future__ import annotations


class Malformed(ValueError):
    """`channel` (rtde, dashboard) and what is off, with the values that show it."""

    def __init__(self, channel: str, text: str) -> None:
        super().__init__(f"{channel}: {text}")
        self.channel = channel
