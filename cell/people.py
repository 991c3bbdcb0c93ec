"""People as the cell knows them: roles that are awaited and never commanded."""

from __future__ import annotations

from dataclasses import dataclass

from cell.diagnostic import Span
from cell.equipment import Offer


@dataclass(frozen=True, slots=True)
class Person:
    """`at` names the station or zone where the person works. `ready` is the signal that reports ready hands.
    `approach_speed` m/s, 1.6 unless measured (ISO 13855)."""

    name: str
    at: str
    offers: tuple[Offer, ...]
    usually: float | None
    ready: str | None
    approach_speed: float
    span: Span
