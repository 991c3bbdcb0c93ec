"""A `when` on what is observed of the cell: the count of a thing, a door, a clamp, a spindle. Which branch it takes now.

Such a `when` stands outside of loops and is decided when what stands before it in its block is done: until then a plan holds
nothing of it and nothing of what waits for it. Then its branch is a line like any others, under the facts that decided it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass

from cell.kleene import all_of, any_of
from cell.model import CellModel
from cell.program import AllOf, Amount, AnyOf, Block, Compare, Condition, IsState, Loop, When
from cell.program_walk import blocks_in
from cell.state import CellState, DeviceState, InPlace

WHAT = "a `when` outside loops on anything but counts, doors, clamps and spindles"
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Seen:
    """`branch` is taken by these `facts` (name, value), -1 for none of them; None where one of the facts is not known yet."""

    branch: int | None
    facts: tuple[tuple[str, str], ...]


def is_observable(cell: CellModel, when: When) -> bool:
    """Whether all that its conditions ask for is observed when a plan is made, and its branches have no `until`: whether that is
    asked for would depend on the branch."""
    conditions = [branch.condition for branch in when.branches if branch.condition is not None]
    return all(_fact(cell, test) for c in conditions for test in _tests(c)) and not any(
        isinstance(line, Loop) and line.until is not None
        for b in when.branches
        for inner in blocks_in(b.block)
        for line in inner.lines
    )


def seen(cell: CellModel, state: CellState, when: When) -> Seen:
    """The first branch whose condition is true. One that is not known before it decides nothing."""
    facts: dict[str, str] = {}
    for number, branch in enumerate(when.branches):
        value = True if branch.condition is None else _value(cell, state, branch.condition, facts)
        if value is not False:
            return Seen(None if value is None else number, tuple(facts.items()))
    return Seen(-1, tuple(facts.items()))


def inner_block(when: When, branch: int) -> Block | None:
    return when.branches[branch].block if branch >= 0 else None


def _tests(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _tests(part)
    else:
        yield condition


def _fact(cell: CellModel, test: Condition) -> str:
    """The name of the fact that the test asks for (cell/read_facts.py), "" where that is none."""
    match test:
        case Compare(subject=subject, limit=Amount()) if len(subject.path) == 2 and subject.path[1] == "count":
            return f"count {subject.path[0]}" if subject.path[0] in cell.equipment else ""
        case IsState(subject=subject) if len(subject.path) == 2 and subject.path[0] in cell.equipment:
            words = {"door": "door", "clamp": "clamp", "spindle": "running"}
            signals = cell.equipment[subject.path[0]].signals
            return f"{words[subject.path[1]]} {subject.path[0]}" if subject.path[1] in signals.keys() & words.keys() else ""
        case _:
            return ""


def _value(cell: CellModel, state: CellState, condition: Condition, facts: dict[str, str]) -> bool | None:
    """True, false or not known; what was looked at is taken up in `facts`."""
    match condition:
        case AllOf(parts=parts):
            return all_of(_value(cell, state, part, facts) for part in parts)
        case AnyOf(parts=parts):
            return any_of(_value(cell, state, part, facts) for part in parts)
        case Compare(subject=subject, operator=sign, limit=Amount(quantity=quantity)):
            count = _count(cell, state, subject.path[0])
            facts[f"count {subject.path[0]}"] = str(count)
            return bool(_SIGNS[sign](count, quantity.value))
        case IsState(subject=subject, value=wanted, negated=negated):
            now = _now(state.devices.get(subject.path[0], DeviceState()), subject.path[1])
            if now is None:
                return None
            facts[_fact(cell, condition)] = now[0]
            return (now[1] == wanted) is not negated
        case _:
            raise ValueError("not a condition on what is observed")


def _now(device: DeviceState, what: str) -> tuple[str, str] | None:
    """The value of the fact, and the word of the language for it."""
    match what:
        case "door":
            return None if device.door_open is None else ("open", "open") if device.door_open else ("shut", "closed")
        case "clamp":
            return None if device.clamped is None else ("closed", "closed") if device.clamped else ("open", "open")
        case _:
            return None if device.running is None else ("yes", "running") if device.running else ("no", "stopped")


def _count(cell: CellModel, state: CellState, name: str) -> int:
    places = {place.name for place in cell.equipment[name].places}
    return sum(isinstance(part.location, InPlace) and part.location.place in places for part in state.parts)
