"""Which drivers are installed: entry points of the group `cell_drivers`, by the name that a cell file writes after `driver`.

Law: looking never imports a driver; what is told of it comes from its package's metadata, and from the text of its module
(declared.py). Only `load` imports it. A package whose metadata cannot be read brings nothing, and disturbs nobody.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import cast

from cell.dataclass import dataclass
from cell.devices import named_drivers
from cell.diagnostic import CodePage, Diagnostic, Outcome, Span, error
from cell.driver import DriverFactory, DriverSet
from cell.model import CellModel

GROUP = "cell_drivers"
UNKNOWN_DRIVER = "E291"
BROKEN_DRIVER = "E292"
DOUBLE_DRIVER = "E293"
PAGES: Mapping[str, CodePage] = {
    UNKNOWN_DRIVER: CodePage(
        "Unknown driver",
        "The word after `driver` names an installed driver package; none has this name.\n\n"
        "**Why.** A driver comes with its own package, under an entry point of the group `cell_drivers`; who speaks to a robot\n"
        "is never guessed.\n\n"
        "**Example.**\n```cell\nrobot r1 {\n  driver simulated    # E291: did you mean sim?\n}\n```\n\n"
        "**What to do.** Write one of those that the message lists, or install the package that brings it.\n",
    ),
    BROKEN_DRIVER: CodePage(
        "A driver that cannot be loaded",
        "The driver is installed, but importing it fails, or what its entry point names cannot be called.\n\n"
        "**Why.** Most often a library that the driver needs is missing; the message gives the cause.\n\n"
        "**Example.**\n```\nthe driver `gripper` cannot be loaded: No module named 'pymodbus'\n```\n\n"
        "**What to do.** Install its package again with what it depends on.\n",
    ),
    DOUBLE_DRIVER: CodePage(
        "Two drivers of one name",
        "Two installed packages bring a driver of this name.\n\n"
        "**Why.** Which of them would move the robot depends on the order of loading.\n\n"
        "**Example.**\n```\ntwo packages bring a driver `arm`: acme-robots 2.0 and arm-driver 0.3\n```\n\n"
        "**What to do.** Uninstall one of them.\n",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InstalledDriver:
    """`target` is module:attribute; `package`, `version`, `summary` as its distribution says, "" where it does not."""

    name: str
    target: str
    package: str
    version: str
    summary: str


def installed(path: Iterable[str] | None = None) -> tuple[InstalledDriver, ...]:
    """All drivers, by name; `path` like sys.path, which is the default. A distribution counts once, where found first."""
    return tuple(sorted(_found(path), key=lambda driver: (driver.name, driver.package)))


def find_driver(name: str, *spans: Span, path: Iterable[str] | None = None) -> Outcome[InstalledDriver]:
    """The driver that a cell file calls `name`, or E291 with the installed names, or E293."""
    return _one_called(name, installed(path), spans)


def _one_called(name: str, drivers: tuple[InstalledDriver, ...], spans: tuple[Span, ...]) -> Outcome[InstalledDriver]:
    of_name = [driver for driver in drivers if driver.name == name]
    if len(of_name) == 1:
        return Outcome(of_name[0])
    if of_name:
        packages = " and ".join(driver.package for driver in of_name)
        return Outcome(None, (error(DOUBLE_DRIVER, f"driver {name!r} comes from {packages}", *spans, help="uninstall one"),))
    names = tuple(driver.name for driver in drivers)
    near = difflib.get_close_matches(name, names, n=1)
    told = f"installed: {', '.join(names) or 'none'}"
    help = f"did you mean {near[0]}? {told}" if near else told
    return Outcome(None, (error(UNKNOWN_DRIVER, f"no driver {name!r} is installed", *spans, help=help),))


def load(driver: InstalledDriver, *spans: Span) -> Outcome[DriverFactory]:
    """Imports it. E292 when that fails."""
    try:
        factory = EntryPoint(driver.name, driver.target, GROUP).load()
    except KeyboardInterrupt:
        raise
    except BaseException as cause:  # whatever a foreign module raises on import, SystemExit too, is the user's to know
        why = f"{type(cause).__name__}: {cause}"
        return Outcome(None, (error(BROKEN_DRIVER, f"driver {driver.name!r} cannot be loaded", *spans, help=why),))
    if not callable(factory):
        message = f"driver {driver.name!r} names {driver.target}, which cannot be called"
        return Outcome(None, (error(BROKEN_DRIVER, message, *spans, help="it has to be a cell.driver.DriverFactory"),))
    return Outcome(factory)


def as_set(made: object) -> DriverSet:
    """What a factory gave. Raises TypeError where it is no set of drivers: a factory without its `return`, a list of them."""
    if lacking := [name for name in dir(DriverSet) if not name.startswith("_") and not hasattr(made, name)]:
        raise TypeError(f"its factory gives no DriverSet: {type(made).__name__} has no {', '.join(lacking)}")
    return cast(DriverSet, made)


def unknown_drivers(cell: CellModel, path: Iterable[str] | None = None) -> tuple[Diagnostic, ...]:
    """E291 or E293 for each driver that the cell names and that is not there, with every place that names it."""
    drivers, spans = installed(path), dict[str, list[Span]]()
    for named in named_drivers(cell):
        spans.setdefault(named.driver, []).append(named.span)
    return tuple(d for name, where in spans.items() for d in _one_called(name, drivers, tuple(dict.fromkeys(where))).diagnostics)


def entries(group: str, path: Iterable[str] | None = None) -> Iterator[tuple[Distribution, EntryPoint]]:
    """The entry points of a group with the package of each; a package counts once, where found first."""
    seen = set()
    for distribution in distributions() if path is None else distributions(path=list(path)):
        try:
            package, points = _told(distribution, "Name"), tuple(distribution.entry_points)
        except Exception:  # its files are whatever somebody has left there
            continue
        if package not in seen:
            seen.add(package)
            yield from ((distribution, point) for point in points if point.group == group)


def _found(path: Iterable[str] | None) -> Iterator[InstalledDriver]:
    for of, entry in entries(GROUP, path):
        yield InstalledDriver(entry.name, entry.value, _told(of, "Name"), of.version, _told(of, "Summary"))


def _told(distribution: Distribution, field: str) -> str:
    told = distribution.metadata
    return str(told[field]) if field in told else ""
