"""Which drivers are installed: entry points of the group `cell_drivers`, by the name that a cell file writes after `driver`.

Law: looking never imports a driver; what is told of it comes from its package's metadata and the text of its module. Only `load`
imports it. A package whose metadata cannot be read brings nothing, and disturbs nobody.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, EntryPoint, distributions

from cell.devices import named_drivers
from cell.diagnostic import CodePage, Diagnostic, Outcome, Span, error
from cell.driver import DriverFactory
from cell.model import CellModel

GROUP = "cell_drivers"
UNKNOWN_DRIVER = "E291"
BROKEN_DRIVER = "E292"
DOUBLE_DRIVER = "E293"
LARGEST = 1_000_000
"""bytes of a module that are read, for its first sentence and what it declares."""
SHARED = "SHARES_ADDRESS"
"""A driver whose module says `SHARES_ADDRESS = True`: behind one address are many devices, and others may drive theirs there."""

APART = "TOLD_APART_BY"
"""What tells one device of a driver from another in its address, beside the host, as `{"port": "502", "unit": "9"}`: the port,
words of the query, and what is meant where they are not said. Where a driver says nothing of it the whole address does."""

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


def summary(driver: InstalledDriver) -> str:
    """What its module says of itself in its first sentence, read and never imported; else what its package says."""
    module = _parsed(driver)
    words = "" if module is None else ast.get_docstring(module) or ""
    paragraph = " ".join(words.partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].removesuffix(".") or driver.summary


def shares_address(driver: InstalledDriver) -> bool:
    """Whether its module says so, read and never imported. False where nothing is said: an address is one client's."""
    module = _parsed(driver)
    return module is not None and any(_says_shared(statement) for statement in module.body)


def told_apart_by(driver: InstalledDriver) -> Mapping[str, str] | None:
    """What its module says, read and never imported. None where nothing is said that can be read."""
    module = _parsed(driver)
    told = (_says_apart(statement) for statement in (module.body if module is not None else ()))
    return next((words for words in told if words is not None), None)


def _says_apart(statement: ast.stmt) -> Mapping[str, str] | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as told) if name == APART:
            return _words(told)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() as told) if name == APART:
            return _words(told)
        case _:
            return None


def _words(told: ast.Dict) -> Mapping[str, str] | None:
    """None where it is not made of texts alone."""
    found = {}
    for pair in zip(told.keys, told.values, strict=True):
        match pair:
            case ast.Constant(value=str(key)), ast.Constant(value=str(value)):
                found[key] = value
            case _:
                return None
    return found


def _says_shared(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=True)):
            return name == SHARED
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=True)):
            return name == SHARED
        case _:
            return False


def _parsed(driver: InstalledDriver) -> ast.Module | None:
    """None for a text that is no module, or none that can be found."""
    try:
        return ast.parse(_text_of(driver.target.partition(":")[0]))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _text_of(module: str) -> bytes:
    """Its source. Raises OSError where there is none to be found without an import."""
    within: Sequence[str] | None = None
    spec = None
    for end in range(len(parts := module.split("."))):
        spec = PathFinder.find_spec(".".join(parts[: end + 1]), within)
        if spec is None:
            raise FileNotFoundError(module)
        within = list(spec.submodule_search_locations or ())
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise FileNotFoundError(module)
    with open(spec.origin, "rb") as file:
        return file.read(LARGEST)
