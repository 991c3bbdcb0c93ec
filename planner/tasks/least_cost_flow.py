"""A flow of least cost from what supplies to what demands, by successive shortest paths (Busacker and Gowen 1961)."""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise

MANY = 1_000_000_000
EQUAL = 1e-9
"""No path is worth its while that is cheaper by less."""


class LeastCostFlow:
    """`supply` by node, negative for what it demands; the sum is 0. No cost is negative."""

    def __init__(self) -> None:
        self.supply: dict[str, int] = {}
        self._room: dict[str, dict[str, int]] = {}
        self._cost: dict[tuple[str, str], float] = {}

    def arc(self, start: str, end: str, room: int, cost: float) -> None:
        """At most one from a node to a node, and none back."""
        self._room.setdefault(start, {})[end] = room
        self._room.setdefault(end, {})[start] = 0
        self._cost[start, end], self._cost[end, start] = cost, -cost

    def least_cost(self) -> float:
        """Uses itself up. inf where what is demanded cannot be had."""
        total = 0.0
        while any(left > 0 for left in self.supply.values()):
            far, before = self._shortest()
            end = min((node for node, left in self.supply.items() if left < 0), key=lambda node: far.get(node, math.inf))
            if end not in far:
                return math.inf
            path = self._path(before, end)
            arcs = list(pairwise(path))
            amount = min(self.supply[path[0]], -self.supply[end], *(self._room[a][b] for a, b in arcs))
            for a, b in arcs:
                self._room[a][b] -= amount
                self._room[b][a] += amount
                total += amount * self._cost[a, b]
            self.supply[path[0]] -= amount
            self.supply[end] += amount
        return total

    def _shortest(self) -> tuple[dict[str, float], dict[str, str]]:
        """From any supply that is left: how far each node is, and the one before it."""
        far = {node: 0.0 for node, left in self.supply.items() if left > 0}
        before: dict[str, str] = {}
        waiting = deque(far)
        while waiting:
            node = waiting.popleft()
            for other, room in self._room.get(node, {}).items():
                reached = far[node] + self._cost[node, other]
                if room > 0 and reached < far.get(other, math.inf) - EQUAL:
                    far[other], before[other] = reached, node
                    if other not in waiting:
                        waiting.append(other)
        return far, before

    def _path(self, before: dict[str, str], end: str) -> list[str]:
        path = [end]
        while path[-1] in before:
            path.append(before[path[-1]])
        return path[::-1]
