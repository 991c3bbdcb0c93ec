"""Which driver drives what: each device by the driver that its declaration names, else by the cell's only one (E290)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.dataclass import dataclass
from cell.devices import Named, addresses, devices_of, named_drivers, span_of
from cell.diagnostic import Diagnostic, Outcome, Span, error
from cell.model import CellModel


@dataclass(frozen=True, slots=True)
class Assigned:
    """What `driver` is to drive, and at which addresses, by device. `spans` are where the cell file names it."""

    driver: str
    devices: frozenset[str]
    addresses: Mapping[str, str]
    spans: tuple[Span, ...]


def assigned(cell: CellModel) -> Outcome[tuple[Assigned, ...]]:
    """By driver, in the order in which the cell file names them. E290 where nobody, or more than one, would drive a device."""
    named = tuple(named_drivers(cell))
    names = tuple(dict.fromkeys(by.driver for by in named))
    found = (*_doubly(named), *_nobodys(cell, named, names))
    if found:
        return Outcome(None, found)
    of = dict.fromkeys(devices_of(cell), names[0]) if len(names) == 1 else {}
    of |= {by.device: by.driver for by in named}
    return Outcome(tuple(_assigned(cell, driver, of, named) for driver in names))


def _assigned(cell: CellModel, driver: str, of: Mapping[str, str], named: tuple[Named, ...]) -> Assigned:
    devices = frozenset(device for device, by in of.items() if by == driver)
    own = {device: address for device, address in addresses(cell).items() if device in devices}
    return Assigned(driver, devices, own, tuple(by.span for by in named if by.driver == driver))


def _nobodys(cell: CellModel, named: tuple[Named, ...], names: tuple[str, ...]) -> Iterator[Diagnostic]:
    if len(names) == 1:
        return
    if not names:
        yield error("E290", "nobody drives anything: the cell names no driver", help="write `driver NAME` in a device")
        return
    driven = {by.device for by in named}
    first = [next(by.span for by in named if by.driver == name).labelled(f"`{name}` is named here") for name in names]
    for device in devices_of(cell):
        if device not in driven:
            message = f"nobody drives `{device}`: the cell has several drivers ({', '.join(names)})"
            yield error("E290", message, span_of(cell, device), *first, help=f"write `driver {names[0]}` where it is declared")


def _doubly(named: tuple[Named, ...]) -> Iterator[Diagnostic]:
    """Two changers may serve one robot, whose coupling has one driver."""
    first: dict[str, Named] = {}
    for by in named:
        other = first.setdefault(by.device, by)
        if other.driver != by.driver:
            yield error("E290", f"`{by.device}` is driven by `{other.driver}` and by `{by.driver}`", by.span, other.span)
