"""Laws of stations: what they tell of parts, and when they refuse."""

from __future__ import annotations

from cell.device import CommandChanged, OutcomeTold
from cell.driver_errors import Refusal
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.machining import equipment_of, part
from cell_drivers.conformance.seen import demand
from cell_drivers.conformance.trying import is_not_seen, refusal, unsent


def outcomes_of(bed: Bed, station: str) -> list[str]:
    """In the cell's own words."""
    cell = bed.bench.assembly.cell
    return [outcome.name for offer in cell.equipment[station].offers for outcome in cell.vocabulary.told_by(offer.verb)]


def sees_parts(bed: Bed, station: str) -> bool:
    return "occupied" in equipment_of(bed, station).signals


def placed(bed: Bed, station: str, is_there: bool) -> None:
    """Raises NotTried where a part would have to be there and the bench cannot put one in."""
    if bed.bench.hooks.part is not None or sees_parts(bed, station):
        part(bed, station, is_there)


def tells_nothing(bed: Bed, station: str) -> str:
    return "" if outcomes_of(bed, station) else "exempt because it offers nothing that tells an outcome"


@law("station", "An outcome that the station does not tell is refused.")
def an_unknown_outcome_is_refused(bed: Bed, station: str) -> str:
    command = bed.id()
    refusal(lambda: bed.drivers.stations[station].inspect(command, "no such outcome"), "an outcome that there is not")
    is_not_seen(bed, station, command)
    return "refused"


@law("station", "Work that the station does not offer is refused.")
def unknown_work_is_refused(bed: Bed, station: str) -> str:
    command = bed.id()
    refusal(lambda: bed.drivers.stations[station].treat(command, "no such work"), "work that there is not")
    is_not_seen(bed, station, command)
    return "refused"


def sees_no_parts(bed: Bed, station: str) -> str:
    if sees_parts(bed, station):
        return tells_nothing(bed, station)
    return "exempt because the cell gives it no signal that tells whether a part is there"


@law("station", "A driver that is not open sends nothing.", exempt=tells_nothing)
def no_inspection_while_closed(bed: Bed, station: str) -> str:
    placed(bed, station, is_there=True)
    bed.drivers.close()
    unsent(lambda: bed.drivers.stations[station].inspect(bed.id(), outcomes_of(bed, station)[0]), "inspect")
    bed.drivers.open()
    placed(bed, station, is_there=False)
    return "refused"


@law("station", "An inspection is refused with no part there.", exempt=sees_no_parts)
def no_inspection_without_a_part(bed: Bed, station: str) -> str:
    placed(bed, station, is_there=False)
    outcome = outcomes_of(bed, station)[0]
    refused = refusal(lambda: bed.drivers.stations[station].inspect(bed.id(), outcome), "an inspection of nothing")
    demand(refused.code is Refusal.NO_PART, f"it is refused as {refused.code.name}")
    return "refused"


@law("station", "An outcome is told before the news that its command is done, and once.", exempt=tells_nothing)
def an_outcome_is_told_before_done(bed: Bed, station: str) -> str:
    placed(bed, station, is_there=True)
    driver, outcome, command = bed.drivers.stations[station], outcomes_of(bed, station)[0], bed.id()
    driver.inspect(command, outcome)
    driver.inspect(command, outcome)
    bed.done(station, command, 120.0)
    driver.inspect(command, outcome)
    bed.wait(0.5)
    events = bed.events
    told = [k for k, e in enumerate(events) if isinstance(e, OutcomeTold) and e.command == command]
    done = [k for k, e in enumerate(events) if isinstance(e, CommandChanged) and (e.command, e.status.state) == (command, "done")]
    demand(
        len(told) == 1 and len(done) == 1, f"sent three times, {outcome} was told {len(told)} times and done {len(done)} times"
    )
    demand(told[0] < done[0], f"it is done, and {outcome} told later")
    placed(bed, station, is_there=False)
    found = events[told[0]]
    return f"{outcome} is {found.value}" if isinstance(found, OutcomeTold) else ""
