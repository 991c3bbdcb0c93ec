"""Chance that depends on a seed and a name, never on the order of asking: so a run that takes another turn draws the same."""

from __future__ import annotations

import hashlib

from cell.equipment import DurationRange


def fraction(seed: int, *key: str | int) -> float:
    """A number in [0, 1), the same for the same seed and key in every process."""
    text = "\0".join(map(str, (seed, *key)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7]) / 2.0**56


def drawn_duration(span: DurationRange, seed: int, *key: str | int) -> float:
    """Seconds, even between shortest and longest."""
    return span.shortest + (span.longest - span.shortest) * fraction(seed, *key)
