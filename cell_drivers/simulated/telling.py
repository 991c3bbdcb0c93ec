"""What a station or a person tells of a part. As the scenario says; else the best that there is to tell."""

from __future__ import annotations

from collections import Counter

from cell.newest import Newest
from cell.vocabulary import OutcomeSchema
from cell_drivers.simulated.parts import Part
from cell_drivers.simulated.world import World


class Telling:
    """Of one device: it counts the parts that it has looked at, and how often, each outcome by itself."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers: dict[str, Newest[str, int]] = {}
        self._parts: Counter[str] = Counter()
        self._looks: Newest[tuple[str, str], int] = Newest(world.remembers)

    def value(self, outcome: str, part: Part) -> str:
        """Of an outcome that has adverse values the scenario says whether one is told (`reject`); of any other it may say which
        (`identified`), and else the seed does."""
        schema, luck = self._world.cell.vocabulary.outcome(outcome), self._world.luck
        seen = self._numbers.setdefault(outcome, Newest(self._world.remembers))
        if part.id not in seen:
            self._parts[outcome] += 1
            seen[part.id] = self._parts[outcome]
        nth = seen[part.id]
        self._looks[outcome, part.id] = self._looks.get((outcome, part.id), 0) + 1
        if schema is None or not schema.adverse:
            return luck.kind(part.id, nth, _possible(schema, part))
        if luck.is_reject(part.id, nth, self._looks[outcome, part.id]):
            return schema.adverse[0]
        return next((value for value in schema.values if value not in schema.adverse), schema.adverse[0])


def _possible(schema: OutcomeSchema | None, part: Part) -> tuple[str, ...]:
    """Where the cell says the values, it is which kind the part is."""
    if schema is None or "*" in schema.values:
        return part.kind.may_be or (part.kind.name,)
    return schema.values
