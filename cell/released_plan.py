"""A plan that was proved: the only thing that the controller runs. `planner/proof/release.py` is the one file that makes it.

It cannot be read from a file or sent to a process: what crosses either is an unreleased MotionPlan again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, NoReturn

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.motion_plan import MotionPlan

ObligationKind = Literal[
    "goal",
    "order",
    "exclusion",
    "choice",
    "capacity",
    "never",
    "zone",
    "separation",
    "deadline",
    "pace",
    "limits",
    "standstill",
    "contact",
    "clearance",
]
"""Of all that is proved. What watches each while a run goes on, or why nothing can: controller/watched_claims.py."""

Holds = Literal["for all durations", "at the declared durations"]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One claim that was proved. `margin` is the slack in the claim's own unit, None where the claim has none. `evidence` says
    how, in one sentence."""

    id: str
    kind: ObligationKind
    claim: str
    holds: Holds
    evidence: str
    margin: float | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """`fastest` gives for each motion by its hash a speed in m/s that no point of links, tool and load and no TCP exceeds on it,
    where the cell has a zone in which robots go slower while somebody is there; empty where it has none."""

    obligations: tuple[Obligation, ...]
    assumptions: tuple[str, ...]
    fastest: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReleasedPlan:
    motion_plan: MotionPlan
    proof: Proof

    def __reduce__(self) -> NoReturn:
        raise TypeError("a released plan does not leave its process: send the motion plan and release it there")
