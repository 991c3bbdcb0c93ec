"""Whether what robots say goes on and is what they were asked: their samples, the motions that they run, their speed.

Law: a sample is as old as its number. A robot that says that it runs at a speed above nothing moves on along its path; one that
was asked to stand, or says that it was slowed to nothing, may stand.
"""

from __future__ import annotations

from cell.device import RobotState
from controller.run_state import RunState

STANDING = 5.0  # s
SECOND = 1e9
LEAST = 1e-6  # of the path parameter, that counts as moving on
BRAKING = 1.5  # s from being asked for a smaller share to going at it
TOLERANCE = 0.05  # of full speed, above the share that was asked
SLOWEST = 0.01  # of full speed; below it a robot is as good as asked to stand


class Progress:
    """Remembers what was seen last of each robot, and since when it is so (ns)."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[int, int]] = {}
        self._along: dict[str, tuple[str, float, int]] = {}

    def told(self, seen: RobotState | None, now: int) -> int:
        """When the newest sample was first seen; `now` for what has just come, and for what is no robot."""
        if seen is None:
            return now
        number, since = self._numbers.get(seen.device, (seen.seq - 1, now))
        if number != seen.seq:
            self._numbers[seen.device] = (seen.seq, now)
            return now
        return since

    def standing(self, state: RunState, seen: RobotState, now: int) -> float | None:
        """For how long it has not moved on that should, in s, where that is too long. Told once for each time."""
        if not _should_move(state, seen) or seen.command is None or seen.s is None:
            self._along.pop(seen.device, None)
            return None
        command, s, since = self._along.get(seen.device, ("", 0.0, now))
        if command != seen.command or abs(seen.s - s) > LEAST:
            self._along[seen.device] = (seen.command, seen.s, now)
            return None
        seconds = (now - since) / SECOND
        if seconds < STANDING:
            return None
        del self._along[seen.device]
        return seconds


def _should_move(state: RunState, seen: RobotState) -> bool:
    robot = state.belief.robots[seen.device]
    is_asked = seen.device not in state.trouble.halted and robot.fraction is not None and robot.fraction >= SLOWEST
    is_heard = seen.device not in state.belief.silent and seen.device not in state.belief.cut
    return seen.mode == "running" and is_asked and is_heard and (seen.speed_scaling is None or seen.speed_scaling >= SLOWEST)


class Obedience:
    """Remembers since when (ns) a robot goes at more than the share of its planned speed that it was asked for."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[float, int]] = {}

    def exceeded(self, state: RunState, seen: RobotState, now: int) -> float | None:
        """The share that was asked, where the robot says for BRAKING s now that it goes faster. Told once for each time."""
        asked = state.belief.robots[seen.device].fraction
        if not _is_over(asked, seen) or seen.device in state.belief.silent or seen.device in state.belief.cut:
            self._since.pop(seen.device, None)
            return None
        before, since = self._since.get(seen.device, (None, now))
        if before != asked:
            self._since[seen.device] = (asked or 0.0, now)
            return None
        if (now - since) / SECOND < BRAKING:
            return None
        del self._since[seen.device]
        return asked


def _is_over(asked: float | None, seen: RobotState) -> bool:
    told = seen.speed_scaling
    return asked is not None and told is not None and seen.mode == "running" and told > asked + TOLERANCE
