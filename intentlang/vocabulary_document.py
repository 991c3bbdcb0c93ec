"""The registry as a document: for an editor, a generator of reference pages, or whoever writes a package that extends it."""

from __future__ import annotations

from typing import Any

from cell.quantities import Unit
from cell.vocabulary import ClauseEventSchema, KindSchema, ObjectiveSchema, Schema, VerbSchema, Vocabulary


class UnitSchema(Schema):
    """`factor` turns one of it into SI (radians for angles, a bare number for counts), `offset` is added after that."""

    symbol: str
    dimension: str
    factor: float
    offset: float = 0.0


class VocabularyDocument(Schema):
    """Everything registered, each list in the order of its names."""

    kinds: tuple[KindSchema, ...]
    verbs: tuple[VerbSchema, ...]
    objectives: tuple[ObjectiveSchema, ...]
    clause_events: tuple[ClauseEventSchema, ...]
    units: tuple[UnitSchema, ...]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> VocabularyDocument:
        return cls(
            kinds=tuple(vocabulary.kinds[name] for name in sorted(vocabulary.kinds)),
            verbs=tuple(vocabulary.verbs[name] for name in sorted(vocabulary.verbs)),
            objectives=tuple(vocabulary.objectives[name] for name in sorted(vocabulary.objectives)),
            clause_events=tuple(vocabulary.clause_events[name] for name in sorted(vocabulary.clause_events)),
            units=tuple(_unit(vocabulary.units[symbol]) for symbol in sorted(vocabulary.units)),
        )


def _unit(unit: Unit) -> UnitSchema:
    return UnitSchema(symbol=unit.symbol, dimension=unit.dimension, factor=unit.factor, offset=unit.offset)


def vocabulary_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a `VocabularyDocument`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **VocabularyDocument.model_json_schema()}
