"""What a run has spent its time with, as far as it is summed up while it goes on.

Law: it is folded from the run's events like all else of a state, and nothing of the fold reads it: a run with other sums would do
the same. So figures are the same in a replay, a report and whatever is told of them meanwhile, and who takes a run over goes on
with them. None of it grows with the length of a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal, cast

from immutables import Map

from cell.dataclass import dataclass
from cell.ordered import Ordered

_NONE: Map[Any, Any] = Map()

Cause = Literal[
    "running", "slowed for a person", "planning", "starting",
    "starved", "blocked", "without orders", "a person",
    "held by an operator", "held", "stopped", "without a controller",
]  # fmt: skip
"""running: a plan is carried out. planning: in Execute, but the plan in hand is given up and the next one is not there yet.
starting: before Execute, and after it to the end. a person: suspended, because somebody is in a zone. held: by the fault or the
policy whose code is the detail. without a controller: none supervised it."""

Shortage = Literal["starved", "blocked"]


@dataclass(frozen=True, slots=True)
class Spell(Ordered):
    """`detail` is a hold's code, what does not come or leave, the zone with the person; "" where there is none."""

    cause: Cause
    detail: str = ""

    @property
    def key(self) -> str:
        return f"{self.cause}: {self.detail}"


RUNNING, PLANNING, STOPPED, UNATTENDED = Spell("running"), Spell("planning"), Spell("stopped"), Spell("without a controller")
STARTING = Spell("starting")
PRODUCTION = ("running", "slowed for a person")


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """How long what was done of the plans should have taken (figures/planned_time.py). Clocks are ns of production so far.
    `before` is of the plans before the one with that `number`, which `began` then; `ended` gives when each of its steps was
    confirmed, `ideal` when it would have been."""

    before: int = 0
    began: int = 0
    number: int = 0
    ended: Map[str, int] = _NONE
    ideal: Map[str, int] = _NONE


@dataclass(frozen=True, slots=True)
class Sums:
    """`began`: when the first event was (ns), None before it. `spell`: what time is spent with from the newest event on; `spent`:
    ns by the key of each spell, `production` those of it that were production. `supplies`: of what does not come or leave, which
    of the two it is. `ends`: when the newest iteration of each loop with a pace ended (ns, without suspended time). `late` counts
    the slips. `produced`: parts, when figures were last told."""

    began: int | None = None
    spell: Spell = STARTING
    spent: Map[str, int] = _NONE
    production: int = 0
    supplies: Map[str, Shortage] = _NONE
    planned: PlannedTime = PlannedTime()
    ends: Map[str, int] = _NONE
    late: int = 0
    produced: int = 0

    def spells(self) -> Iterator[tuple[Spell, int]]:
        for key, spent in self.spent.items():
            cause, _, detail = key.partition(": ")
            yield Spell(cast(Cause, cause), detail), spent


def shifted(sums: Sums, shift: int) -> Sums:
    """With every moment of it `shift` ns later; what was spent stays."""
    began = None if sums.began is None else sums.began + shift
    return replace(sums, began=began, ends=Map({loop: end + shift for loop, end in sums.ends.items()}))
