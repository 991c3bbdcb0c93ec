"""A record that is played: where it is by now, at how many times the time that it took.

Law: time is handed in. Playing moves through the record as the keys do, and changes nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from controller.attached.messages import RobotSeen

if TYPE_CHECKING:
    from cellwright.report.keyframes import Track

SPEEDS: Final = (0.25, 1.0, 4.0, 16.0, 60.0)


@dataclass(frozen=True, slots=True)
class Playing:
    """At `now` s of whoever looks the record was `at` s after its beginning, and goes on `speed` times as fast as it was."""

    now: float
    at: float
    speed: float = 1.0

    def moment(self, now: float) -> float:
        return self.at + self.speed * max(0.0, now - self.now)

    def changed(self, now: float, by: int) -> Playing:
        """To the next speed that there is, `by` of them up or down."""
        number = min(max(0, SPEEDS.index(self.speed) + by), len(SPEEDS) - 1)
        return replace(self, now=now, at=self.moment(now), speed=SPEEDS[number])


def seen_at(tracks: Mapping[str, Track], motions: Mapping[str, str], at: float, moment: int) -> Iterator[RobotSeen]:
    """Where each robot was `at` s of the run, between the samples on either side; nothing before its first one. `moment`: ns of
    the run's clock. `motions`: what each was in by then. How fast it went is not kept."""
    for robot, track in tracks.items():
        if not len(track.time) or at < track.time[0]:
            continue
        q = tuple(float(np.interp(at, track.time, joint)) for joint in track.q.T)
        yield RobotSeen(robot, moment, q, 0.0, math.nan, motions.get(robot, ""))
