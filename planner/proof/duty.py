"""What an intent asks of a plan, piece by piece: a goal, a choice, a deadline, a pace. duties.py reads them off the program."""

from __future__ import annotations

from copy import copy
from dataclasses import field, fields, replace

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Span
from cell.program import Goal, Loop, When
from planner.proof.chores import FreshDuty
from planner.proof.device_limits import Limit
from planner.proof.duty_keys import Key
from planner.proof.joints import JointDuty
from planner.proof.sampling import Sampled
from planner.proof.stacks import StackLimit


@dataclass(frozen=True, slots=True)
class Under:
    """Inside branch number `branch` of the open choice `fork`."""

    fork: Key
    branch: int


@dataclass(frozen=True, slots=True)
class Duty:
    """`goal` is open for `part` (None: for any one of `kind`). All duties in `after` are to be done before it starts. `limits`
    bind its steps. `target` is the equipment, or the member of it, where the goal wants the part. `demand` is the name of an
    order's demand that it is about, "" for none: all duties of one demand are about one part. `joint` is what the goal joins."""

    key: Key
    goal: Goal
    part: str | None
    kind: str
    under: Under | None
    limits: tuple[Limit, ...]
    after: frozenset[Key]
    target: str
    demand: str = ""
    joint: JointDuty | None = None


@dataclass(frozen=True, slots=True)
class ForkDuty:
    """`when` is open for `part`, decided by `outcome`; it comes after the duties in `after`. `limits` as in Duty. `planned`: the
    one branch whose duties stand behind it, None for none; `is_put_off`: the others are none yet (later.py); `may_be`: so."""

    key: Key
    when: When
    part: str
    outcome: str
    limits: tuple[Limit, ...]
    after: frozenset[Key]
    is_put_off: bool = False
    may_be: bool = False
    planned: int | None = None


@dataclass(frozen=True, slots=True)
class DeadlineDuty:
    """All steps for `keys` within `limit` s of their first; of the start of the plan when `from_start`."""

    limit: float
    span: Span
    label: str
    from_start: bool
    keys: frozenset[Key]


@dataclass(frozen=True, slots=True)
class PaceDuty:
    """`iterations` are those that the plan begins, `begun` those that were begun before it."""

    interval: float
    span: Span
    iterations: tuple[frozenset[Key], ...]
    begun: tuple[frozenset[Key], ...] = ()


@dataclass(slots=True)
class Duties:
    """`met`: goals that ask for nothing as their part lies there by then, with what they wait for; they are settled too."""

    goals: dict[Key, Duty] = field(default_factory=dict)
    forks: dict[Key, ForkDuty] = field(default_factory=dict)
    deadlines: list[DeadlineDuty] = field(default_factory=list)
    paces: list[PaceDuty] = field(default_factory=list)
    loops: dict[str, Loop] = field(default_factory=dict)
    settled: set[Key] = field(default_factory=set)
    stacks: list[StackLimit] = field(default_factory=list)
    sampled: list[Sampled] = field(default_factory=list)
    fresh: list[FreshDuty] = field(default_factory=list)
    decided: list[tuple[str, int]] = field(default_factory=list)
    undecided: list[When] = field(default_factory=list)
    observed: dict[str, str] = field(default_factory=dict)
    met: dict[Key, frozenset[Key]] = field(default_factory=dict)
    unproved: list[Diagnostic] = field(default_factory=list)

    def copied(self) -> Duties:
        """The same, to be added to apart from this."""
        return replace(self, **{f.name: copy(getattr(self, f.name)) for f in fields(self)})
