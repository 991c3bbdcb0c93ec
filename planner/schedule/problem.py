"""What is to be scheduled, free of any cell: operations in one of several modes, resources that they occupy, and what must wait.

A mode occupies resources for as long as the operation lasts or, with `until`, from the start of the operation to the end of a
later one: a nest from the laying down of a part until it is away, a gripper from the taking to the putting down. A resource with
a travel matrix is somewhere; between two occupations it travels, so that its set-up times depend on the sequence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resource:
    """`capacity` units. `travel[a][b]` is the time from location a to b, at least 0, no triangle inequality asked for; None for
    what does not move. What moves has capacity 1 and stands at location `start` at time 0."""

    name: str
    capacity: int = 1
    travel: tuple[tuple[float, ...], ...] | None = None
    start: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """`amount` units of a resource, from the start of the operation to its end or to the end of operation `until`. What moves is
    at location `enters` when the use begins and at `leaves` when it ends."""

    resource: int
    amount: int = 1
    enters: int = 0
    leaves: int = 0
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of doing an operation; no resource twice."""

    duration: float
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """Not before `release`; wished to end by `due`, where None is whenever. `follows`: it takes the mode of the same number as
    that operation, as a part is put down by the robot that took it."""

    modes: tuple[Mode, ...]
    release: float = 0.0
    due: float | None = None
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Precedence:
    """`after` starts at the end of `before` plus `lag`, at least 0, or later."""

    before: int
    after: int
    lag: float = 0.0


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that refers to something does so by its index here."""

    resources: tuple[Resource, ...]
    operations: tuple[Operation, ...]
    precedences: tuple[Precedence, ...] = ()
