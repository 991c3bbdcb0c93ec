"""What a step uses, by what it is: the claims that it has to carry and the resources in whose orders its operation stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from cell.model import CellModel
from cell.steps import (
    Action,
    Await,
    Couple,
    Decide,
    Docking,
    Drive,
    Grip,
    Inspect,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Treat,
    Uncouple,
)
from planner.proof.initial import is_device
from planner.proof.right_of_way import entered_zones


def claims_of(action: Action, place: str, cell: CellModel, shared: tuple[str, ...]) -> tuple[str, ...]:
    """The machine or station and the zones entered for whatever happens in contact at `place`, the changer for a pocket; the
    device, or the person, that acts. `shared` as in right_of_way.py."""
    match action:
        case Move(need=need):
            return _at(need.touch.where, cell, shared) if need.touch is not None else ()
        case Grip() | Release() | Drive() | Couple() | Uncouple():
            return _at(place, cell, shared) if place else ()
        case SetClamp(machine=name) | Await(person=name):
            return _at(place, cell, shared) if place else (name,)
        case SetDoor(machine=name) | RunProgram(machine=name) | Inspect(station=name):
            return (name,)
        case Treat(station=name) | Service(station=name) | Present(supply=name):
            return (name,)
        case Decide():
            return ()
    assert_never(action)


def uses_of(action: Action, robot: str, place: str, hand: str, claims: tuple[str, ...]) -> tuple[str, ...]:
    """Every resource that the step keeps from others: robot, hand and place in contact, and what it claims."""
    match action:
        case Move(need=need):
            if need.touch is None:
                return (robot,)
            if isinstance(need.touch, Docking):
                return (robot, *claims)
            return (robot, need.touch.hand, need.touch.place, *claims)
        case Couple() | Uncouple():
            return (robot, *claims)
        case Grip() | Release() | Drive():
            return (robot, hand, place, *claims)
        case SetClamp() | Await():
            return (robot, hand, place, *claims) if place else claims
        case _:
            return claims


def orders_of(steps: Sequence[Step], uses: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The operations that use each resource, in the order of their first use; resources by name. `uses` by step id."""
    orders: dict[str, dict[str, None]] = {}
    for step in steps:
        for resource in uses[step.id]:
            orders.setdefault(resource, {})[step.operation] = None
    return {resource: tuple(operations) for resource, operations in sorted(orders.items())}


def _at(place: str, cell: CellModel, shared: tuple[str, ...]) -> tuple[str, ...]:
    equipment = cell.equipment[cell.equipment_of(place)]
    device = (equipment.name,) if is_device(cell, equipment) or place in cell.pockets else ()
    return (*device, *entered_zones(cell, place, shared))
