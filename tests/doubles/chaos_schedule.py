"""What a bad link does to each unit of traffic: a pure function of the seed. The relay (chaos_relay.py) only acts it out.

A unit is a datagram, or of a stream what the relay's framing calls a frame, else what came in one read. Law: `act_on` depends on
its arguments alone, so a seed that found a defect finds it again; a mix that is calm leaves every byte as it was.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Direction = Literal["to device", "to client"]


@dataclass(frozen=True, slots=True)
class Pass:
    """As it came."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Never arrives; what comes after it does."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Arrives twice."""


@dataclass(frozen=True, slots=True)
class Reorder:
    """Arrives behind the next unit, or after `patience` s when none comes."""

    patience: float


@dataclass(frozen=True, slots=True)
class Delay:
    """Arrives `seconds` late, and everything behind it too."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Trickle:
    """A byte at a time, `gap` s between two. A datagram, which has no bytes of its own, is late by one gap."""

    gap: float


@dataclass(frozen=True, slots=True)
class Cut:
    """Both sides get a reset, and this unit is lost."""


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """From here on nothing arrives in this direction; the connection stays, and the other direction works."""


@dataclass(frozen=True, slots=True)
class CloseInside:
    """The first `fraction` (0..1) of its bytes arrive, then both sides are closed."""

    fraction: float


Act = Pass | Drop | Duplicate | Reorder | Delay | Trickle | Cut | HalfOpen | CloseInside


@dataclass(frozen=True, slots=True)
class Mix:
    """How often each act happens to a unit (0..1, together at most 1). The first `quiet` units of each direction of a connection
    pass, and so does everything of connection number `calm_from` and later (None: never calm). `longest` s bounds each delay."""

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    trickle: float = 0.0
    cut: float = 0.0
    half_open: float = 0.0
    close_inside: float = 0.0
    quiet: int = 0
    calm_from: int | None = None
    longest: float = 0.02

    def __post_init__(self) -> None:
        if not all(rate >= 0.0 for rate in self.rates) or sum(self.rates) > 1.0 + 1e-9:
            raise ValueError(f"rates are 0 or more and together at most 1, got {self.rates}")

    @property
    def rates(self) -> tuple[float, ...]:
        """In the order of `_act`."""
        lossy = (self.drop, self.duplicate, self.reorder, self.delay, self.trickle)
        return (*lossy, self.cut, self.half_open, self.close_inside)


CALM = Mix()
ROUGH = Mix(0.01, 0.01, 0.01, 0.05, 0.02, 0.005, 0.005, 0.005)
"""A stream whose bytes go missing and come twice: no network does that to TCP, a serial gateway does."""
LOSSLESS = Mix(delay=0.08, trickle=0.04, cut=0.01, half_open=0.005, close_inside=0.01)
"""What a network does to TCP: late, in pieces, or over."""


@dataclass(frozen=True, slots=True)
class Chaos:
    seed: int
    mix: Mix = LOSSLESS

    def act_on(self, connection: int, direction: Direction, unit: int) -> Act:
        """What happens to unit number `unit` (from 0) that goes in `direction` over connection number `connection`."""
        mix = self.mix
        if unit < mix.quiet or (mix.calm_from is not None and connection >= mix.calm_from):
            return Pass()
        drawn = random.Random(f"{self.seed}/{connection}/{direction}/{unit}")
        nth, at = _drawn(mix.rates, drawn.random()), drawn.random()
        return Pass() if nth is None else _act(nth, at, mix.longest)


def _drawn(rates: tuple[float, ...], at: float) -> int | None:
    for nth, rate in enumerate(rates):
        at -= rate
        if at < 0.0:
            return nth
    return None


def _act(nth: int, at: float, longest: float) -> Act:
    lossy: tuple[Act, ...] = (Drop(), Duplicate(), Reorder(longest), Delay(at * longest), Trickle(at * longest / 100.0))
    return (*lossy, Cut(), HalfOpen(), CloseInside(at))[nth]
