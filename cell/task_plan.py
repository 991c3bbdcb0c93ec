"""A schedule before and after its motions are known: operations, steps in a partial order, choices and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cell.dataclass import dataclass
from cell.steps import Because, Step


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """`id` is the plan's name for a part that is or will be there (shaft#1). `start` is the place or tool.hand it starts in."""

    id: str
    kind: str
    start: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One goal's work on one part: all its steps, in order. `goal` is the goal's id in the intent; `serves` names the
    iteration (loop id and member) that it belongs to. Where the goal is about no part (`calibrate gauge`), `part` is that thing.
    `source` and `target` are places, None where the part stays."""

    id: str
    goal: str
    verb: str
    part: str
    serves: tuple[tuple[str, str], ...]
    robot: str | None
    source: str | None
    target: str | None
    steps: tuple[str, ...]
    because: Because


@dataclass(frozen=True, slots=True)
class Alternative:
    """One branch of a choice: taken when the outcome `is` one of `values`, or none named elsewhere when empty.
    `is_planned_later`: it has no operations here; when it is taken nothing more of the plan is started, and a new one is made."""

    values: tuple[str, ...]
    operations: tuple[str, ...]
    is_planned_later: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A `when` that is open at plan time: decided by `outcome` of `part`. All alternatives end in the same stances.
    `when` is the id of the When in the intent."""

    id: str
    when: str
    outcome: str
    part: str
    alternatives: tuple[Alternative, ...]
    because: Because


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds. `gap` is makespan / lower_bound - 1. `bottleneck` is the resource or the chain that gives the bound,
    `one_by_one` the makespan of the same work when a part starts only after the one before is finished."""

    makespan: float
    lower_bound: float
    gap: float
    bottleneck: str
    takt: float | None
    one_by_one: float | None


@dataclass(frozen=True, slots=True)
class ReadFact:
    """A fact of the observed state that this plan relies on, with its value then: `run` compares it again."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """`orders` gives for each resource (robot, tool.hand, machine, station, place, zone) the operations that use it, in order;
    where a choice stands, the union of its alternatives. `steps` are in a topological order. `decided`: of each `when` on what
    is observed, by id, the branch that is taken, -1 for none; `undecided` are those that are decided by a later plan."""

    parts: tuple[PlannedPart, ...]
    operations: tuple[Operation, ...]
    steps: tuple[Step, ...]
    orders: Mapping[str, tuple[str, ...]]
    choices: tuple[Choice, ...]
    bounds: Bounds
    reads: tuple[ReadFact, ...]
    assumptions: tuple[str, ...]
    seed: int
    decided: tuple[tuple[str, int], ...] = ()
    undecided: tuple[str, ...] = ()


Stage = Literal["tasks", "motions", "proof"]
