"""Where a robot is at one moment, as far as other robots care: on a motion, or at rest between two motions.

A robot is at any time in exactly one presence. A conflict is a fact about two presences of two different robots: they could
not be certified apart whatever the timing, or both are in a zone that takes one robot, or they are forbidden together. Two
presences in conflict never coincide in a plan; the order of its steps keeps them apart, never the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.steps import Carried, MotionNeed, Stance


@dataclass(frozen=True, slots=True, order=True)
class Moving:
    """Anywhere on the motion that answers `need`, both ends included."""

    need: MotionNeed

    @property
    def robot(self) -> str:
        return self.need.robot


@dataclass(frozen=True, slots=True, order=True)
class Resting:
    """At standstill in `stance` with `tool` at its flange and `carried` in its hands, between two motions."""

    robot: str
    stance: Stance
    carried: tuple[Carried, ...]
    tool: str | None


Presence = Moving | Resting

# Each pair in the order of its robots' names.
Conflicts = frozenset[tuple[Presence, Presence]]


def in_order(one: Presence, other: Presence) -> tuple[Presence, Presence]:
    """A pair as it stands in `Conflicts`."""
    return (one, other) if one.robot <= other.robot else (other, one)
