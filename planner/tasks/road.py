"""Where one robot goes while its steps are written: what it has to wait for, and what others will have to wait for."""

from __future__ import annotations

from planner.tasks.right_of_way import Spots
from planner.tasks.traffic import Passage, Traffic, Trail

Numbers = tuple[int, ...]
"""Of steps."""


class Road:
    """Mutable. Passages gather until the act is over."""

    def __init__(self, robot: str, traffic: Traffic[Numbers]) -> None:
        self._robot, self._traffic = robot, traffic
        self._passages: list[Passage[Numbers]] = []
        self._ways: list[list[Passage[Numbers]]] = []
        self._decided: Numbers | None = None

    def cleared(self, way: Spots, rest: Spots) -> Numbers:
        """The steps that have to end before the robot may pass there and rest. Raises RuntimeError where somebody would stand in
        the way for ever: orders of acts send them home before."""
        if not way and not rest:
            return ()
        ends, there = self._traffic.held_up(self._robot, (*way, *rest))
        if there:
            raise RuntimeError(f"{', '.join(there)} in the way of {self._robot}: no order of acts leaves them there")
        return tuple(dict.fromkeys(number for numbers in ends for number in numbers))

    def passed(self, way: Spots, rest: Spots, end: Numbers) -> None:
        (self._ways[-1] if self._ways else self._passages).append(Passage(way, rest, end))

    def decided(self, step: int) -> None:
        self._decided = (step,)

    def next_way(self) -> None:
        """What follows belongs to one more way of the decision."""
        self._ways.append([])

    def end_act(self) -> None:
        self._traffic.record(self._robot, Trail(tuple(self._passages), tuple(map(tuple, self._ways)), self._decided))
        self._passages, self._ways, self._decided = [], [], None
