"""The answer: a schedule with its distance to what no schedule can beat, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Schedule:
    """`modes[i]` and `starts[i]` of operation i; `order[r]`: the operations whose uses of resource r begin, by time. `tardiness`
    is the longest time by which an operation ends after its due time; `lower_bound` is of the makespan."""

    modes: tuple[int, ...]
    starts: tuple[float, ...]
    order: tuple[tuple[int, ...], ...]
    makespan: float
    tardiness: float
    lower_bound: float

    @property
    def gap(self) -> float:
        """How much longer than the bound, as a share of it; an upper limit of what a better search could win."""
        return self.makespan / self.lower_bound - 1.0 if self.lower_bound > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class NoSchedule:
    """`cycle`: the operations wait for each other by precedence alone. `deadlock`: every order of the operations, in every mode,
    ends where they wait for what they themselves hold. `gave up`: no order was found in as many attempts as were allowed."""

    reason: Literal["cycle", "deadlock", "gave up"]
    operations: tuple[int, ...]


Answer = Schedule | NoSchedule
