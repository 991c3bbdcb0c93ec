"""A `when` on what is observed of the cell, derived again: whether it is due, and which branch it takes by the observed state.

It is due when the plan does nothing of what stands before it. One that is not due, or whose facts are not known, is left open:
then a plan may do nothing of it, and nothing of the lines that wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.model import CellModel
from cell.program import AllOf, Amount, AnyOf, Compare, Condition, IsState, When
from cell.state import CellState, DeviceState, InPlace

Facts = Mapping[str, str]
_WORDS = {
    "door": {True: "open", False: "closed"},
    "clamp": {True: "closed", False: "open"},
    "spindle": {True: "running", False: "stopped"},
}
_SAID = {
    "door": ("door", {True: "open", False: "shut"}),
    "clamp": ("clamp", {True: "closed", False: "open"}),
    "spindle": ("running", {True: "yes", False: "no"}),
}


def can_be_observed(when: When, cell: CellModel) -> bool:
    tests = [test for branch in when.branches if branch.condition is not None for test in _tests(branch.condition)]
    return bool(tests) and all(_is_known_of(test, cell) for test in tests)


def branch_by_facts(when: When, cell: CellModel, state: CellState) -> tuple[int | None, Facts]:
    """(the branch that is taken, -1 for none, None where that is not known; what that was read from)."""
    facts: dict[str, str] = {}
    for k, branch in enumerate(when.branches):
        holds = branch.condition is None or _holds(branch.condition, cell, state, facts)
        if holds is None:
            return None, facts
        if holds:
            return k, facts
    return -1, facts


def _tests(condition: Condition) -> Iterator[Condition]:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _tests(part)
        case _:
            yield condition


def _is_known_of(test: Condition, cell: CellModel) -> bool:
    match test:
        case Compare(subject=subject, limit=Amount()):
            return len(subject.path) == 2 and subject.path[1] == "count" and subject.path[0] in cell.equipment
        case IsState(subject=subject):
            thing = cell.equipment.get(subject.path[0])
            return thing is not None and len(subject.path) == 2 and subject.path[1] in _WORDS and subject.path[1] in thing.signals
        case _:
            return False


def _holds(condition: Condition, cell: CellModel, state: CellState, facts: dict[str, str]) -> bool | None:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            found = [_holds(part, cell, state, facts) for part in parts]
            settles = isinstance(condition, AnyOf)
            return settles if settles in found else None if None in found else not settles
        case Compare(subject=subject, operator=sign, limit=Amount(quantity=quantity)):
            own = {place.name for place in cell.equipment[subject.path[0]].places}
            count = len([p for p in state.parts if isinstance(p.location, InPlace) and p.location.place in own])
            facts[f"count {subject.path[0]}"] = str(count)
            less, same = count < quantity.value, count == quantity.value
            return {"<": less, "<=": less or same, ">": not (less or same), ">=": not less}[sign]
        case IsState(subject=subject, value=wanted, negated=negated):
            thing, what = subject.path
            device = state.devices.get(thing, DeviceState())
            now = {"door": device.door_open, "clamp": device.clamped, "spindle": device.running}[what]
            if now is None:
                return None
            name, values = _SAID[what]
            facts[f"{name} {thing}"] = values[now]
            return (_WORDS[what][now] == wanted) != negated
        case _:
            return None
