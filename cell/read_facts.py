"""The facts of an observed state that a plan may rely on, by name: `run` compares them with what the plan has read.

Names and values: `at <place>` and `hand <tool.hand>` are a part kind or `empty`; `door <machine>` is open or shut, `clamp
<machine>` open or closed, `running <machine>` yes or no; `count <equipment>` is a number; `enough <place> <n>` is yes while at
least n parts lie there; `reached <part>` lists goals, `bound <part>` is the demand that it is for; `<outcome> <part>` is what was
told; `seat <part>.<seat>` is the kind in that seat of a part, or `empty`; `order <id>` is what an order asks for, `done <queue>`
how many were done; `tool <robot>` is what is at its flange, or `none`. No ages, and no joint positions: a robot that merely
stands elsewhere gets a motion to the start.
"""

from __future__ import annotations

from collections.abc import Callable

from cell.orders import contents
from cell.shelves import stock
from cell.state import CellState, DeviceState, InHand, InPart, InPlace, PartState


def value_of(state: CellState, name: str) -> str | None:
    """What the fact called `name` is now. None: nothing reports it, so nobody can say that it differs."""
    what, _, thing = name.partition(" ")
    match what:
        case "at":
            return _kind(state, lambda part: part.location == InPlace(thing))
        case "hand":
            return _kind(state, lambda part: isinstance(part.location, InHand) and part.location.hand == thing)
        case "enough":
            place, _, least = thing.rpartition(" ")
            return "yes" if len(stock(state.parts, place)) >= int(least) else "no"
        case "seat":
            base, _, seat = thing.rpartition(".")
            return _kind(state, lambda part: part.location == InPart(base, seat))
        case "tool":
            at_flange = next((tool for tool, mount in state.mounts.items() if mount == thing), "none")
            return at_flange if state.mounts else None
        case "count":
            return str(sum(isinstance(p.location, InPlace) and _equipment(p.location.place) == thing for p in state.parts))
        case "door":
            return _word(_device(state, thing).door_open, "open", "shut")
        case "clamp":
            return _word(_device(state, thing).clamped, "closed", "open")
        case "running":
            return _word(_device(state, thing).running, "yes", "no")
    if what in ("order", "done"):
        return _order(state, what, thing)
    part = next((part for part in state.parts if part.id == thing), None)
    if what == "bound":
        return part.bound if part is not None else ""
    if what == "reached":
        return " ".join(sorted(part.reached)) if part is not None else ""
    return dict(part.outcomes).get(what, "not told") if part is not None else "not told"


def _order(state: CellState, what: str, name: str) -> str:
    if what == "done":
        return str(sum(order.is_done for order in state.orders if order.queue == name))
    return next((contents(order) for order in state.orders if order.id == name and order.is_open), "not there")


def _equipment(place: str) -> str:
    """left.layers[2].spots[1] belongs to left."""
    return place.split("[")[0].split(".")[0]


def _kind(state: CellState, is_there: Callable[[PartState], bool]) -> str:
    return next((part.kind for part in state.parts if is_there(part)), "empty")


def _device(state: CellState, name: str) -> DeviceState:
    return state.devices.get(name, DeviceState())


def _word(value: bool | None, if_so: str, if_not: str) -> str | None:
    return None if value is None else if_so if value else if_not
