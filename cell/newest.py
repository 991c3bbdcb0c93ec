"""A map that remembers its newest entries only: for what is asked about soon after it was entered, in runs without end."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Newest(dict[K, V]):
    """Of more than `most` entries those that were entered first are forgotten; None: none is. A new value for a key that is there
    makes it no newer."""

    def __init__(self, most: int | None = None) -> None:
        super().__init__()
        self.most = most

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        if self.most is not None and len(self) > self.most:
            del self[next(iter(self))]
