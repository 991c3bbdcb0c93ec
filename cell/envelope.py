"""Within what a run plans again and goes on by itself: the robots, zones and verbs that were approved with its plan, and how much
longer the takt may be (decision 0154)."""

from __future__ import annotations

from cell.dataclass import dataclass
from cell.diagnostic import Span

SLOWER_BY = 0.1
"""Of the approved takt, where the cell files do not say."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """As declared. `slower_by`: a share of the approved takt."""

    name: str
    slower_by: float
    span: Span
