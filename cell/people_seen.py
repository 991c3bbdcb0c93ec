"""What is seen of people in the cell, as events of a run. Supervisory only."""

from __future__ import annotations

from cell.commands import Subject
from cell.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ZoneReported:
    """Whether a person is in `zone`; silence of the detector is reported as occupied."""

    at: int
    of: Subject
    zone: str
    is_occupied: bool
    source: str


@dataclass(frozen=True, slots=True)
class SeparationSeen:
    """The nearest person is `distance` m from the robots, as `source` measures it for `zone` (None: it does not know), and
    `needed` m have to be between them at the speed that the plan has (None: nobody knows how fast they go). `is_short`: there
    are not."""

    at: int
    of: Subject
    zone: str
    distance: float | None
    needed: float | None
    is_short: bool
    source: str
