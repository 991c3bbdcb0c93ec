"""What a station or a person tells of a part. As the scenario says; else the best that there is to tell."""

from __future__ import annotations

from collections import Counter

from cell.vocabulary import OutcomeSchema
from cell_drivers.simulated.parts import Part
from cell_drivers.simulated.world import World


class Telling:
    """Of one device: it counts the parts that it has looked at, and how often, each outcome by itself."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers: dict[str, dict[str, int]] = {}
        self._looks: Counter[tuple[str, str]] = Counter()

    def value(self, outcome: str, part: Part) -> str:
        """Of an outcome that has adverse values the scenario says whether one is told (`reject`); of any other it may say which
        (`identified`), and else the seed does."""
        schema, luck = self._world.cell.vocabulary.outcome(outcome), self._world.luck
        seen = self._numbers.setdefault(outcome, {})
        nth = seen.setdefault(part.id, len(seen) + 1)
        self._looks[outcome, part.id] += 1
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
