"""The facts of an observed state that a plan may rely on, by name: what was read when it was made, what is so now.

One file states names and values, so the maker of a plan and the run that checks it mean the same. Values only: no ages, and no
joint positions (a robot that merely stands elsewhere gets a motion to the start).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from cell.state import CellState, DeviceState, InHand, InPlace, Location, Lost, PartState
from cell.task_plan import ReadFact


def part_facts(part: PartState) -> tuple[ReadFact, ...]:
    """Where it is, what it has reached, what was told of it."""
    return (
        ReadFact(f"where {part.id}", _where(part.location)),
        ReadFact(f"reached {part.id}", " ".join(sorted(part.reached))),
        ReadFact(f"told {part.id}", " ".join(f"{name}={value}" for name, value in sorted(part.outcomes))),
    )


def device_facts(name: str, device: DeviceState) -> tuple[ReadFact, ...]:
    """Only what something reports."""
    words = (
        ("door", device.door_open, ("open", "closed")),
        ("clamp", None if device.clamped is None else not device.clamped, ("open", "closed")),
        ("program", device.running, ("running", "none")),
    )
    return tuple(ReadFact(f"{what} {name}", word[0 if value else 1]) for what, value, word in words if value is not None)


def read_facts(state: CellState, parts: Iterable[str], devices: Iterable[str]) -> tuple[ReadFact, ...]:
    """The facts about those parts and devices; one that the state does not have reads as unknown."""
    known = {part.id: part for part in state.parts}
    found: list[ReadFact] = []
    for part in parts:
        found.extend(part_facts(known[part]) if part in known else (ReadFact(f"where {part}", "unknown"),))
    for name in devices:
        found.extend(device_facts(name, state.devices.get(name, DeviceState())))
    return tuple(found)


def value_of(state: CellState, name: str) -> str:
    """What `name` is now, "unknown" when the state does not say."""
    what, _, thing = name.partition(" ")
    if what in ("where", "reached", "told"):
        facts = next((part_facts(part) for part in state.parts if part.id == thing), ())
    else:
        facts = device_facts(thing, state.devices.get(thing, DeviceState()))
    return next((fact.value for fact in facts if fact.name == name), "unknown")


def _where(location: Location) -> str:
    match location:
        case InPlace(place):
            return place
        case InHand(hand, grasp):
            return f"{hand} by grasp {grasp}"
        case Lost():
            return "lost"
    assert_never(location)
