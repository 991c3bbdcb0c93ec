"""A stream of numbers that looks like chance and is the same everywhere: SplitMix64 (Steele, Lea, Flood 2014, fig. 18).

No generator with hidden state: a draw is a pure function of the seed and of where it is used.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def draw(seed: int, *where: int) -> int:
    """64 bits, from `seed` and the integers that say where the draw is used."""
    state = seed & _MASK
    for index in where:
        state = _mixed((state + _GOLDEN * ((index & _MASK) + 1)) & _MASK)
    return _mixed(state)


def _mixed(state: int) -> int:
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)
