"""Robots of other drivers, for sets that follow some: the kit says where they are, at each poll, as their drivers would.

Each stands at its home until a law has it elsewhere, or says nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cell.device import RobotState
from cell.driver import Assembly, DriverSet, Follower
from cell.geometry import Array, frozen
from cell.home import home_of

Told = Callable[[RobotState], RobotState]


class Foreign:
    """`silent`: of these nothing is said. `besides`: what is told of each right after the truth, made of it."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._elsewhere: dict[str, Array] = {}
        self._told = 0
        self.silent: set[str] = set()
        self.besides: tuple[Told, ...] = ()

    def home(self, robot: str) -> Array:
        """q (n,) in rad or m."""
        return frozen(home_of(self._assembly.cell.robots[robot], self._assembly.robots[robot]))

    def away(self, robot: str, travel: float) -> Array:
        """Every joint `travel` rad or m from home, towards the middle of its range."""
        home = self.home(robot)
        middle = np.clip(self._assembly.robots[robot].position, -np.pi, np.pi).mean(axis=1)
        return frozen(home + np.where(middle < home, -travel, travel))

    def put(self, robot: str, q: Array) -> None:
        """It stands there from now on."""
        self._elsewhere[robot] = q

    def tell(self, drivers: DriverSet, now: int) -> None:
        if not isinstance(drivers, Follower):
            return
        for robot in sorted(drivers.follows - self.silent):
            state = self._state(robot, now)
            drivers.follow(state)
            for made in self.besides:
                drivers.follow(made(state))

    def _state(self, robot: str, now: int) -> RobotState:
        self._told += 1
        q = self._elsewhere.get(robot)
        q = self.home(robot) if q is None else q
        return RobotState(
            robot, self._told, now, now, q, np.zeros_like(q), q, None, None, "idle", "normal", 1.0, None, None, ()
        )  # fmt: skip
