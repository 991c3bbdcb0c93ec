"""A scenario as a file writes it (docs/how_to/scenarios.md): one table for each disturbance, named like its class.

    seed = 7
    [[grip_lost]]
    tool = "twin_grip"
    nth = 3
    when = "at grip"

Takes a mapping, so it reads no file itself. A key that nothing reads is somebody's typo, so it is an error.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args

from cell.arrivals import brings
from cell.dataclass import dataclass
from cell.diagnostic import CodePage, Diagnostic, Outcome, Position, Span, error
from cell.model import CellModel
from cell.outfeeds import is_outfeed
from cell.scenario import (
    Beside,
    Bump,
    ClockJump,
    CouplingFails,
    DiskFull,
    DiskSlow,
    Disturbance,
    Drift,
    DriveSpoiled,
    EmergencyStop,
    FrozenState,
    GripLost,
    Identified,
    Jam,
    Late,
    LinkCut,
    LinkSlow,
    MachineAlarm,
    MissingPart,
    OperatorAsks,
    OperatorWord,
    OrderComes,
    OrderGoes,
    OutfeedStops,
    PersonAway,
    PersonEnters,
    PersonNears,
    PersonRefuses,
    ProtectiveStop,
    Reject,
    RejectShare,
    Scenario,
    Stall,
    Stretched,
    Stuck,
    SupplyStops,
)

UNKNOWN_KEY = "E281"
BAD_VALUE = "E282"
NOT_IN_CELL = "E283"


@dataclass(frozen=True, slots=True)
class Rule:
    """`wanted` in words. `accepts` what has the right type and range; `is_number`: whole numbers are taken as they are.
    `taken` makes of a value what the disturbance has."""

    wanted: str
    accepts: Callable[[object], bool]
    is_number: bool = True
    required: bool = True
    taken: Callable[[Any], object] = lambda value: value


def _between(low: float, high: float) -> Callable[[object], bool]:
    return lambda v: isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) and low <= v <= high


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _are_items(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(_is_count(count) and count <= 1000 for count in value.values())


def _is_instant(value: object) -> bool:
    return getattr(value, "tzinfo", None) is not None and hasattr(value, "timestamp")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


NAME = Rule("a name", _is_name, is_number=False)
COUNT = Rule("a whole number from 1", _is_count, is_number=False)
SHARE = Rule("a number from 0 to 1", _between(0.0, 1.0))
FACTOR = Rule("a number from 0.01 to 100", _between(0.01, 100.0))
RATE = Rule("rad or m per second, from -10 to 10", _between(-10.0, 10.0))
METRES = Rule("m, from 0 to 10", _between(0.0, 10.0))
FORCE = Rule("N, from 0 to 100000", _between(0.0, 1e5))
SECONDS = Rule("seconds, 0 or more", _between(0.0, 1e9))
JUMP = Rule("seconds, from -1000000 to 1000000", _between(-1e6, 1e6))
DELAY = Rule("seconds, from 0 to 3600", _between(0.0, 3600.0))
ID = Rule(
    "letters, digits, _ and -",
    lambda v: isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", v) is not None,
    is_number=False,
)
ITEMS = Rule("so many of each kind: { bracket = 2 }", _are_items, is_number=False, taken=lambda items: tuple(items.items()))
DUE = Rule("a time with its zone: 2026-11-28T14:00:00Z", _is_instant, False, required=False, taken=lambda due: due.timestamp())
HOW = Rule('"jam", "cross_threaded" or "over_turned"', lambda v: v in ("jam", "cross_threaded", "over_turned"), is_number=False)
WORDS = get_args(OperatorWord)
WORD = Rule(f"one of {', '.join(map(repr, WORDS))}", lambda v: v in WORDS, is_number=False)
WHEN = Rule('"at grip" or "on the way"', lambda v: v in ("at grip", "on the way"), is_number=False)

TABLES: Mapping[str, tuple[Callable[..., Disturbance], Mapping[str, Rule]]] = {
    "reject_share": (RejectShare, {"share": SHARE}),
    "reject": (Reject, {"nth": COUNT, "times": Rule(COUNT.wanted, COUNT.accepts, is_number=False, required=False)}),
    "identified": (Identified, {"nth": COUNT, "kind": NAME}),
    "missing_part": (MissingPart, {"place": NAME}),
    "grip_lost": (GripLost, {"tool": NAME, "nth": COUNT, "when": WHEN}),
    "drive_spoiled": (DriveSpoiled, {"tool": NAME, "nth": COUNT, "how": HOW}),
    "jam": (Jam, {"robot": NAME, "nth": COUNT}),
    "coupling_fails": (CouplingFails, {"robot": NAME, "nth": COUNT}),
    "machine_alarm": (
        MachineAlarm,
        {
            "machine": NAME,
            "nth": COUNT,
            "fraction": SHARE,
            "clears_after": Rule(SECONDS.wanted, SECONDS.accepts, required=False),
            "event": Rule(NAME.wanted, NAME.accepts, is_number=False, required=False),
        },
    ),
    "late": (Late, {"machine": NAME, "factor": FACTOR}),
    "stretched": (Stretched, {"lowest": FACTOR, "highest": FACTOR}),
    "stall": (Stall, {"robot": NAME, "at": SECONDS, "duration": SECONDS}),
    "stuck": (Stuck, {"robot": NAME, "at": SECONDS, "duration": SECONDS}),
    "drift": (Drift, {"robot": NAME, "start": SECONDS, "end": SECONDS, "rate": RATE}),
    "bump": (Bump, {"robot": NAME, "at": SECONDS, "duration": SECONDS, "force": FORCE}),
    "protective_stop": (ProtectiveStop, {"robot": NAME, "at": SECONDS}),
    "emergency_stop": (EmergencyStop, {"robot": NAME, "start": SECONDS, "end": SECONDS}),
    "person_enters": (PersonEnters, {"zone": NAME, "start": SECONDS, "end": SECONDS}),
    "person_nears": (PersonNears, {"zone": NAME, "start": SECONDS, "end": SECONDS, "distance": METRES}),
    "person_away": (PersonAway, {"person": NAME, "start": SECONDS, "end": SECONDS}),
    "person_refuses": (PersonRefuses, {"person": NAME, "nth": COUNT}),
    "supply_stops": (SupplyStops, {"supply": NAME, "start": SECONDS, "end": SECONDS}),
    "outfeed_stops": (OutfeedStops, {"outfeed": NAME, "start": SECONDS, "end": SECONDS}),
    "frozen_state": (FrozenState, {"device": NAME, "start": SECONDS, "end": SECONDS}),
    "link_cut": (LinkCut, {"device": NAME, "start": SECONDS, "end": SECONDS}),
    "link_slow": (LinkSlow, {"device": NAME, "start": SECONDS, "end": SECONDS, "latency": DELAY, "share": SHARE}),
    "clock_jump": (ClockJump, {"at": SECONDS, "by": JUMP}),
    "disk_slow": (DiskSlow, {"start": SECONDS, "end": SECONDS, "delay": DELAY}),
    "disk_full": (DiskFull, {"start": SECONDS, "end": SECONDS}),
    "operator_asks": (OperatorAsks, {"at": SECONDS, "what": WORD}),
    "order_added": (OrderComes, {"id": ID, "at": SECONDS, "items": ITEMS, "due": DUE}),
    "order_withdrawn": (OrderGoes, {"id": ID, "at": SECONDS}),
}
SPELLS = (
    "drift", "emergency_stop", "person_enters", "person_nears", "person_away", "supply_stops", "outfeed_stops", "frozen_state",
    "link_cut", "link_slow", "disk_slow", "disk_full",
)  # fmt: skip
"""Tables whose `start` comes before their `end`."""

PAGES: Mapping[str, CodePage] = {
    UNKNOWN_KEY: CodePage(
        "Unknown entry in a scenario",
        "A scenario file has `seed` and one `[[table]]` for each disturbance; each table has fixed entries, listed in\n"
        "docs/how_to/scenarios.md.\n\n"
        "**Why.** An entry that nothing reads would disturb nothing, so it is refused.\n\n"
        "**Example.**\n```toml\n[[grip_lost]]\ntool = \"twin_grip\"\nntn = 3        # E281: did you mean nth?\n"
        "when = \"at grip\"\n```\n\n"
        "**What to do.** Write the entry that the message suggests.\n",
    ),
    BAD_VALUE: CodePage(
        "Wrong value in a scenario",
        "The entry is missing, of another type, or out of range. Shares and fractions go from 0 to 1 (`0.1`, not `10 %`),\n"
        "counts start at 1, times are seconds since the run began.\n\n"
        "**Why.** A disturbance that nobody meant shows nothing about the cell.\n\n"
        "**Example.**\n```toml\n[[reject]]\nshare = 10        # E282: from 0 to 1\n```\n\n"
        "**What to do.** Write a value in the range that the message names.\n",
    ),
    NOT_IN_CELL: CodePage(
        "A scenario names what the cell does not have",
        "The place, tool, machine, robot, zone or device is not declared in the cell file.\n\n"
        "**Why.** The disturbance could never happen.\n\n"
        "**Example.**\n```toml\n[[grip_lost]]\ntool = \"twin_girp\"        # E283\n```\n\n"
        "**What to do.** Take a declared name; the message lists the nearest one.\n",
    ),
}  # fmt: skip


def scenario_from_mapping(mapping: Mapping[str, object], file: str = "") -> Outcome[Scenario]:
    """The scenario, or all that is wrong with it (E281, E282). `file` names it in the diagnostics' spans."""
    found: list[Diagnostic] = []
    seed = mapping.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool):
        found.append(_error(BAD_VALUE, f"seed is {seed!r}, expected a whole number", file))
    disturbances: list[Disturbance] = []
    for key, value in mapping.items():
        if key == "seed":
            continue
        if key not in TABLES:
            found.append(_error(UNKNOWN_KEY, f"a scenario has no entry {key!r}", file, _nearest(key, ("seed", *TABLES))))
        elif not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
            found.append(_error(BAD_VALUE, f"{key} is no list of tables", file, f"write [[{key}]] over its entries"))
        else:
            for index, entry in enumerate(value, start=1):
                wrong = tuple(_entry_findings(key, index, entry, file))
                found.extend(wrong)
                if not wrong:
                    disturbances.append(_disturbance(key, entry))
    if found or not isinstance(seed, int):
        return Outcome(None, tuple(found))
    return Outcome(Scenario(seed, tuple(disturbances)))


def named(disturbance: Disturbance) -> str:
    """The name of its table."""
    return next(table for table, (make, _) in TABLES.items() if make is type(disturbance))


def beside(scenario: Scenario) -> tuple[str, ...]:
    """The tables of what only a rehearsal makes happen."""
    return tuple(dict.fromkeys(named(d) for d in scenario.disturbances if isinstance(d, Beside)))


def not_in_cell(scenario: Scenario, cell: CellModel, file: str = "") -> tuple[Diagnostic, ...]:
    """E283 for each name that the cell does not declare."""
    devices = (*cell.robots, *cell.tools, *cell.equipment, "signals", "people")
    found = []
    for disturbance in scenario.disturbances:
        for what, name, known in _names(disturbance, cell, devices):
            if name not in known:
                found.append(_error(NOT_IN_CELL, f"the cell has no {what} {name!r}", file, _nearest(name, known)))
    return tuple(found)


def _names(disturbance: Disturbance, cell: CellModel, devices: tuple[str, ...]) -> Iterator[tuple[str, str, Iterable[str]]]:
    match disturbance:
        case MissingPart(place):
            yield "place", place, cell.places
        case GripLost(tool=tool) | DriveSpoiled(tool=tool):
            yield "tool", tool, cell.tools
        case MachineAlarm(machine=machine, event=str(event)) if machine in cell.equipment:
            known = (e.name for e in cell.kind_of(cell.equipment[machine]).events if e.source != "counted")
            yield f"event of {machine}", event, tuple(known)
        case MachineAlarm(machine=machine) | Late(machine=machine):
            yield "machine, station or person", machine, cell.equipment
        case Stall(robot=robot) | Stuck(robot=robot) | Drift(robot=robot) | ProtectiveStop(robot=robot):
            yield "robot", robot, cell.robots
        case Jam(robot=robot) | CouplingFails(robot=robot) | Bump(robot=robot) | EmergencyStop(robot=robot):
            yield "robot", robot, cell.robots
        case PersonEnters(zone=zone):
            yield "zone", zone, cell.zones
        case PersonNears(zone=zone):
            yield "zone with a `distance`", zone, tuple(name for name, known in cell.zones.items() if known.distance is not None)
        case PersonAway(person=person) | PersonRefuses(person=person):
            yield "person", person, cell.people
        case SupplyStops(supply=supply):
            yield "conveyor or feed", supply, tuple(name for name, e in cell.equipment.items() if brings(e) is not None)
        case OutfeedStops(outfeed=outfeed):
            yield "bin that `leaves` or is `emptied`", outfeed, tuple(n for n, e in cell.equipment.items() if is_outfeed(e))
        case FrozenState(device=device):
            yield "device", device, devices
        case LinkCut(device=device) | LinkSlow(device=device):
            yield "device", device, tuple(name for name in devices if name not in ("signals", "people"))
        case OrderComes(items=items):
            yield "queue", next(iter(cell.queues), "orders"), tuple(cell.queues)[:1]
            for kind, _ in items:
                yield "part", kind, cell.parts
        case RejectShare() | Reject() | Identified() | OrderGoes() | Stretched():
            return
        case ClockJump() | DiskSlow() | DiskFull() | OperatorAsks():
            return


def _entry_findings(table: str, index: int, entry: Mapping[str, object], file: str) -> Iterator[Diagnostic]:
    rules = TABLES[table][1]
    where = f"{table} number {index}"
    for key in entry:
        if key not in rules:
            yield _error(UNKNOWN_KEY, f"{where} has no entry {key!r}", file, _nearest(key, rules))
    is_complete = True
    for key, rule in rules.items():
        if key not in entry:
            if rule.required:
                is_complete = False
                yield _error(BAD_VALUE, f"{where} lacks {key}", file, f"it is {rule.wanted}")
        elif not rule.accepts(entry[key]):
            is_complete = False
            yield _error(BAD_VALUE, f"{key} of {where} is {entry[key]!r}, expected {rule.wanted}", file)
    if table in SPELLS and is_complete and not float(str(entry["start"])) < float(str(entry["end"])):
        yield _error(BAD_VALUE, f"{where} ends at {entry['end']} s, not after its start at {entry['start']} s", file)


def _disturbance(table: str, entry: Mapping[str, object]) -> Disturbance:
    make, rules = TABLES[table]
    values = {
        key: float(str(entry[key])) if rule.is_number else rule.taken(entry[key]) for key, rule in rules.items() if key in entry
    }
    return make(**values, **{key: None for key, rule in rules.items() if key not in entry})


def _error(code: str, message: str, file: str, help: str = "") -> Diagnostic:
    at = Position(1, 1)
    return error(code, message, *((Span(file, at, at),) if file else ()), help=help)


def _nearest(word: str, known: Iterable[str]) -> str:
    names = tuple(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}" if names else "the cell has none"
