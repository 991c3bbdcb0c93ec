"""The clauses that a recording can be held against: speeds that `ensure` limits, zones that `never` forbids or that take so many.

What is not understood here is named in the verdict: a judge does not pass over a clause in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cell.model import CellModel
from cell.program import (
    AllOf,
    Amount,
    Block,
    Compare,
    Ensure,
    IntentProgram,
    IsIn,
    IsState,
    Line,
    Never,
    Within,
)


@dataclass(frozen=True, slots=True)
class SpeedLimit:
    """Of every TCP of `robot`, m/s, all the time."""

    robot: str
    limit: float
    text: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """`robot` in `zone`; `machine`: only while its spindle runs."""

    robot: str
    zone: str
    machine: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Crowded:
    """More than `most` of `inside` (robot, zone) at once."""

    inside: tuple[tuple[str, str], ...]
    most: int
    text: str


@dataclass(frozen=True, slots=True)
class NotJudged:
    text: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """From the first motion to the last effect of the run."""

    limit: float


Clause = SpeedLimit | Forbidden | Crowded | Deadline | NotJudged


def clauses(program: IntentProgram | None, cell: CellModel) -> tuple[Clause, ...]:
    return (*_declared(cell), *(() if program is None else _written(program, cell)))


def _declared(cell: CellModel) -> Iterator[Clause]:
    for robot in cell.robots.values():
        if robot.max_speed is not None:
            yield SpeedLimit(robot.name, robot.max_speed, f"max_speed of {robot.name}")
    for zone in cell.zones.values():
        if zone.keep_out:
            for robot in cell.robots:
                yield Forbidden(robot, zone.name, None, f"{zone.name} is a keep-out zone")
        if zone.capacity is not None:
            yield Crowded(tuple((robot, zone.name) for robot in cell.robots), zone.capacity, f"{zone.name} takes {zone.capacity}")


def _written(program: IntentProgram, cell: CellModel) -> Iterator[Clause]:
    for never in program.nevers:
        yield _forbidden(never, cell)
    block = program.block
    for ensure in block.ensures:
        yield _limit(ensure, cell)
    if isinstance(block.within, Within):
        yield Deadline(block.within.limit.quantity.value)
    for inner in _inner(block):
        yield from (NotJudged(f"`ensure` on line {e.span.start.line}: it binds a block") for e in inner.ensures)
        if inner.within is not None or inner.pace is not None:
            yield NotJudged(f"the time of a block before line {inner.lines[-1].span.end.line if inner.lines else 0}")


def _inner(block: Block) -> Iterator[Block]:
    for line in block.lines:
        for inner in _blocks(line):
            yield inner
            yield from _inner(inner)


def _blocks(line: Line) -> tuple[Block, ...]:
    if hasattr(line, "branches"):
        return tuple(branch.block for branch in line.branches)
    inner = getattr(line, "block", None)
    return () if inner is None else (inner,)


def _forbidden(never: Never, cell: CellModel) -> Clause:
    match never.condition:
        case IsIn(subject=who, place=zone, negated=False) if who.text in cell.robots and zone.text in cell.zones:
            return Forbidden(who.text, zone.text, None, f"never {who.text} in {zone.text}")
        case AllOf(
            parts=(IsIn(subject=who, place=zone, negated=False), IsState(subject=what, value="running", negated=False))
        ) if who.text in cell.robots and zone.text in cell.zones and what.path[-1] == "spindle":
            text = f"never {who.text} in {zone.text} and {what.text} is running"
            return Forbidden(who.text, zone.text, what.path[0], text)
        case AllOf(parts=(IsIn(subject=a, place=z, negated=False), IsIn(subject=b, place=y, negated=False))) if {
            a.text,
            b.text,
        } <= cell.robots.keys() and {z.text, y.text} <= cell.zones.keys():
            inside = ((a.text, z.text), (b.text, y.text))
            return Crowded(inside, 1, f"never {a.text} in {z.text} and {b.text} in {y.text}")
    return NotJudged(f"`never` on line {never.span.start.line}")


def _limit(ensure: Ensure, cell: CellModel) -> Clause:
    match ensure.condition:
        case Compare(subject=what, operator="<=" | "<", limit=Amount(quantity=q)) if (
            len(what.path) == 2 and what.path[0] in cell.robots and what.path[1] == "speed"
        ):
            return SpeedLimit(what.path[0], q.value, f"ensure {what.text} <= {q.value:g} m/s")
    return NotJudged(f"`ensure` on line {ensure.span.start.line}")
