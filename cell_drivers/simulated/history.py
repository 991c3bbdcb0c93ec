"""What has happened in the world so far. Where it `remembers` so many only, the rest is counted: a run without end has no room
for all of it.

Law: violations are all kept; they are what a run is judged by, and no run should have many.
"""

from __future__ import annotations

from collections import Counter, deque

from cell.newest import Newest
from cell.world_record import Effect, Forgotten, Violation


class History:
    def __init__(self, remembers: int | None) -> None:
        self.effects: deque[Effect] = deque(maxlen=remembers)
        self.violations: list[Violation] = []
        self.executions: Newest[str, int] = Newest(remembers)
        self._happened: Counter[str] = Counter()
        self._began = self._repeated = 0
        self._gone: Counter[tuple[str, str]] = Counter()

    def add(self, effect: Effect) -> None:
        self.effects.append(effect)
        self._happened[effect.what] += 1

    def began(self, command: str) -> None:
        again = self.executions.get(command, 0)
        self.executions[command] = again + 1
        self._began += 1
        self._repeated += again > 0

    def gone(self, kind: str, place: str) -> None:
        self._gone[kind, place] += 1

    def forgotten(self) -> Forgotten:
        left = self._happened - Counter(effect.what for effect in self.effects)
        parts = tuple((kind, place, count) for (kind, place), count in sorted(self._gone.items()))
        return Forgotten(tuple(sorted(left.items())), self._began - sum(self.executions.values()), self._repeated, parts)
