"""What a plan says about itself beside its steps: its parts, the facts it reads, its assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.arrivals import arrival_law
from cell.awaited_work import waits_for_people
from cell.diagnostic import Diagnostic, error
from cell.driving import driving_assumptions
from cell.equipment import Equipment
from cell.model import CellModel
from cell.outfeeds import taking_laws
from cell.people import HANDOVER
from cell.program import AllOf, AnyOf, Compare, Condition, Loop
from cell.reasons import decided_later, planned_when_taken
from cell.seats import has_family, seats_ever
from cell.shelves import is_bin, presentation, stock
from cell.state import CellState, DeviceState, Expected, InHand, InPart, InPlace, PartState, PlanningRequest, tool_at
from cell.steps import Along, Await, Grip, Inspect, MotionNeed, Move, RunProgram, Service, Touch, Treat
from cell.task_plan import PlannedPart, TaskPlan
from planner.proof.duty import Duties
from planner.proof.initial import has_clamp, has_door, is_device, is_heap
from planner.proof.order_facts import all_order_facts, order_facts

_AGAIN = "plan again from what is there now"
FACTS_TOLD = 5  # by name; a tray that was emptied has changed forty facts


def check_figures(tasks: TaskPlan, request: PlanningRequest, duties: Duties) -> tuple[Diagnostic, ...]:
    return tuple(_wrong(tasks, request, duties))


def _wrong(tasks: TaskPlan, request: PlanningRequest, duties: Duties) -> Iterator[Diagnostic]:
    cell, state = request.cell, request.state
    worked = [p for p in state.parts if p.id in {o.part for o in tasks.operations}]
    parts = tuple(PlannedPart(p.id, p.kind, _where(p)) for p in worked)
    if tasks.parts != parts:
        differs = next((p.id for p in (*parts, *tasks.parts) if (p in parts) != (p in tasks.parts)), "their order")
        yield error("E681", f"the plan's parts are not those that it works on as they are now ({differs})")
    loops = duties.loops
    reads = dict(_reads(tasks, cell, state, worked, loops)) | duties.observed
    more = {name: value for device in _left(tasks, cell) for name, value in _device_facts(device, cell, state)}
    said = {read.name: read.value for read in tasks.reads}
    for name in sorted({*reads, *said}):
        if reads.get(name, more.get(name) if name in said else None) != said.get(name):
            message = f"the plan relies on `{name}` being {said.get(name, 'unread')}; it is {reads.get(name, 'not used')}"
            yield error("E681", message, help=_AGAIN)
    if [read.name for read in tasks.reads] != sorted(said):
        yield error("E683", "the facts that the plan reads do not stand once each, by name")
    if (tasks.decided, tasks.undecided) != (tuple(duties.decided), tuple(when.id for when in duties.undecided)):
        yield error("E683", "what a `when` on observed facts comes to is not what the plan says")
    later = dict.fromkeys(decided_later(when.span.start.line) for when in duties.undecided)
    if tasks.assumptions != (assumed := (*_assumptions(tasks, cell, state), *later)):
        yield error("E683", f"the plan's assumptions are not {'; '.join(assumed) or 'none'}")


def _where(part: PartState) -> str:
    match part.location:
        case InPlace(place) | Expected(place):
            return place
        case InHand(hand, _):
            return hand
        case _:
            return ""


# --- facts read ------------------------------------------------------------------------------------------------------


def _reads(
    tasks: TaskPlan, cell: CellModel, state: CellState, worked: list[PartState], loops: Mapping[str, Loop]
) -> Iterator[tuple[str, str]]:
    taken = {p.location.place for p in state.parts if isinstance(p.location, InPlace)}
    yield from ((f"enough {place} {count}", "yes") for place, count in _from_bins(worked, cell).items())
    for part in worked:
        if isinstance(part.location, Expected):
            if part.location.place not in taken:
                yield f"at {part.location.place}", "empty"
            continue
        yield (f"hand {_where(part)}" if isinstance(part.location, InHand) else f"at {_where(part)}"), part.kind
        if part.bound:
            yield f"bound {part.id}", part.bound
        if part.reached:
            yield f"reached {part.id}", " ".join(sorted(part.reached))
        yield from ((f"{outcome} {part.id}", value) for outcome, value in part.outcomes)
    yield from _seats_read(tasks, cell, state, {p.id for p in worked})
    held = {p.location.hand for p in worked if isinstance(p.location, InHand)}
    for step in tasks.steps:
        match step.action:
            case Move(need=MotionNeed(touch=Touch(pair="part and place", end="end", place=place))):
                if place not in taken and cell.places[place].of is None and not is_heap(cell, place):
                    yield f"at {place}", "empty"
            case Await(verb=verb, place=place) if verb == HANDOVER and place not in taken:
                yield f"at {place}", "empty"
            case Grip(tool=tool, hand=hand) if f"{tool}.{hand}" not in held:
                yield f"hand {tool}.{hand}", "empty"
            case _:
                pass
    for name in _devices(tasks, cell):
        yield from _device_facts(name, cell, state)
    moved = {step.robot for step in tasks.steps}
    yield from (
        (f"tool {name}", _at_flange(name, cell, state)) for name in cell.robots if name in moved and can_change(cell, name)
    )
    for loop in loops.values() if tasks.operations else ():
        for name in (n for n in _counted(loop.until) if n in cell.equipment):
            yield f"count {name}", str(_count(cell.equipment[name], state))
    yield from order_facts(tasks, cell, state, loops)


def can_change(cell: CellModel, robot: str) -> bool:
    return len(cell.tools_of(robot)) > 1


def _at_flange(robot: str, cell: CellModel, state: CellState) -> str:
    tool = tool_at(cell, state, robot)
    return "none" if tool is None else tool.name


def _from_bins(worked: list[PartState], cell: CellModel) -> dict[str, int]:
    """How many parts the plan takes out of each bin of a shelf."""
    places = [p.location.place for p in worked if isinstance(p.location, InPlace) and is_bin(cell, p.location.place)]
    return {place: places.count(place) for place in dict.fromkeys(places)}


def _seats_read(tasks: TaskPlan, cell: CellModel, state: CellState, worked: set[str]) -> Iterator[tuple[str, str]]:
    """The seats that are filled, and their bases where the plan does nothing else with them."""
    at = {p.id: (p.location.place, p.kind) for p in state.parts if isinstance(p.location, InPlace)}
    for step in tasks.steps:
        for fact in (f for f in step.deletes if f.name == "vacant" and len(f.args) == 2):
            base, seat = fact.args
            yield f"seat {base}.{seat}", "empty"
            if base not in worked and base in at:
                yield f"at {at[base][0]}", at[base][1]


def _devices(tasks: TaskPlan, cell: CellModel) -> tuple[str, ...]:
    """Equipment at which the plan does anything, in the order of declaration."""
    used = {cell.places[o.source].equipment for o in tasks.operations if o.source in cell.places and o.source is not None}
    for step in tasks.steps:
        match step.action:
            case Move(need=MotionNeed(touch=Touch(end="end", place=place) | Along(place=place))):
                used.add(cell.places[place].equipment)
            case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name) | Service(station=name):
                used.add(name)
            case Await(person=name, place=place):
                used |= {name, cell.places[place].equipment}
            case _:
                pass
    return tuple(name for name in cell.equipment if name in used)


def _left(tasks: TaskPlan, cell: CellModel) -> set[str]:
    """Equipment that a robot only gets out of, where an earlier plan left it: its facts may be read, and need not be."""
    touches = (s.action.need.touch for s in tasks.steps if isinstance(s.action, Move))
    return {cell.places[touch.place].equipment for touch in touches if isinstance(touch, Touch) and touch.end == "start"}


def _counted(condition: Condition | None) -> tuple[str, ...]:
    match condition:
        case Compare(subject=subject):
            return (subject.path[0],)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return tuple(name for part in parts for name in _counted(part))
        case _:
            return ()


def _assumptions(tasks: TaskPlan, cell: CellModel, state: CellState) -> Iterator[str]:
    worked = {o.part for o in tasks.operations}
    coming = [p.location.place for p in state.parts if isinstance(p.location, Expected) and p.id in worked]
    yield from (arrival_law(cell.equipment[name]) for name in dict.fromkeys(cell.places[place].equipment for place in coming))
    yield from (presentation(place) for place in sorted(_from_bins([p for p in state.parts if p.id in worked], cell)))
    yield from waits_for_people(tasks.steps, cell)
    yield from driving_assumptions(tasks.steps, cell)
    yield from taking_laws(tasks.steps, cell)
    later = ((c, a) for c in tasks.choices for a in c.alternatives if a.is_planned_later)
    yield from dict.fromkeys(planned_when_taken(c.outcome, a.values, c.because.span.start.line) for c, a in later)
    for name in _devices(tasks, cell):
        equipment, device = cell.equipment[name], state.devices.get(name, DeviceState())
        if has_door(equipment) and device.door_open is None:
            yield f"the door of {name} is shut at the start: nothing reports it"
        if has_clamp(equipment) and device.clamped is None:
            yield f"the clamp of {name} is open at the start: nothing reports it"
        works = [(p.name, p.duration) for p in equipment.programs] + [
            (o.verb, o.duration) for o in equipment.offers if name not in cell.people
        ]
        for what, length in works:
            if length.is_usual:
                yield f"{what} at {name} takes {length.longest:g} s: usual, not a bound"


def check_reads(tasks: TaskPlan, request: PlanningRequest) -> tuple[Diagnostic, ...]:
    """Whether the facts that the plan says it reads are still so; the first question to a plan that lay in a file."""
    now = _facts_now(request.cell, request.state)
    others = [read for read in tasks.reads if now.get(read.name) != read.value]
    found = [
        error(
            "E681",
            f"the plan relies on `{r.name}` being {r.value}; it is {now.get(r.name, 'not known')}",
            help=_what_to_do(r.name),
        )
        for r in others[:FACTS_TOLD]
    ]
    if more := len(others) - len(found):
        found.append(error("E681", f"and {more} more of the facts that the plan relies on", help=_AGAIN))
    return tuple(found)


def _what_to_do(fact: str) -> str:
    """Orders are data that come with each call; a plan names them and does not hold them."""
    return f"give the orders that it was made for with `--orders FILE`, or {_AGAIN}" if fact.startswith("order ") else _AGAIN


def _facts_now(cell: CellModel, state: CellState) -> dict[str, str]:
    """Every fact that a plan could read, by name."""
    facts = {f"at {name}": "empty" for name, place in cell.places.items() if place.capacity is not None and place.of is None}
    facts |= {f"hand {tool.name}.{hand.name}": "empty" for tool in cell.tools.values() for hand in tool.hands}
    facts |= {f"tool {name}": _at_flange(name, cell, state) for name in cell.robots}
    for part in state.parts:
        if isinstance(part.location, Expected):
            continue
        facts[f"hand {_where(part)}" if isinstance(part.location, InHand) else f"at {_where(part)}"] = part.kind
        facts |= {f"bound {part.id}": part.bound} if part.bound else {}
        facts |= {f"reached {part.id}": " ".join(sorted(part.reached))} if part.reached else {}
        facts |= {f"{outcome} {part.id}": value for outcome, value in part.outcomes}
    facts |= all_order_facts(cell, state)
    bins = {name: len(stock(state.parts, name)) for name in cell.places if is_bin(cell, name)}
    facts |= {f"enough {name} {k}": "yes" for name, count in bins.items() for k in range(1, count + 1)}
    facts |= _seat_facts(cell, state)
    for name, equipment in cell.equipment.items():
        facts |= dict(_device_facts(name, cell, state))
        facts[f"count {name}"] = str(_count(equipment, state))
    return facts


def _seat_facts(cell: CellModel, state: CellState) -> dict[str, str]:
    """What is in each seat of each base."""
    kinds = {p.id: p.kind for p in state.parts}
    bases = (p for p in state.parts if has_family(cell, p.kind))
    facts = {f"seat {p.id}.{s.name}": "empty" for p in bases for s in seats_ever(cell, p.kind)}
    filled = ((p.location, kinds[p.id]) for p in state.parts if isinstance(p.location, InPart))
    return facts | {f"seat {at.part}.{at.seat}": kind for at, kind in filled}


def _device_facts(name: str, cell: CellModel, state: CellState) -> Iterator[tuple[str, str]]:
    equipment, device = cell.equipment[name], state.devices.get(name, DeviceState())
    if has_door(equipment):
        yield f"door {name}", "open" if device.door_open else "shut"
    if has_clamp(equipment):
        yield f"clamp {name}", "closed" if device.clamped else "open"
    if is_device(cell, equipment):
        yield f"running {name}", "yes" if device.running else "no"


def _count(equipment: Equipment, state: CellState) -> int:
    places = {p.name for p in equipment.places}
    return sum(isinstance(p.location, InPlace) and p.location.place in places for p in state.parts)
