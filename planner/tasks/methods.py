"""What each verb needs: in which place the part has to lie and what is done to it there. Pick, place, door, clamp and swap
follow from that; nobody writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.diagnostic import Span
from cell.durations import action_duration
from cell.equipment import Equipment, Place
from cell.members import Members, owner_of, places_in, resolved
from cell.model import CellModel
from cell.people import HANDOVER, Person
from cell.program import Bound, Goal, Ref
from cell.steps import Inspect, RunProgram
from planner.tasks.findings import Findings
from planner.tasks.paths import path_work
from planner.tasks.people import handing_to, person_of, treatment, work_by, workplace
from planner.tasks.route import Handing, Work

VERBS = ("move", "process", HANDOVER)
"""Those with a method of their own; what is offered is done by whoever offers it."""
_ROLES = {"move": ("to", "from", "using", "by"), "process": ("at", "using"), HANDOVER: ("from", "to", "at")}


@dataclass(frozen=True, slots=True)
class Method:
    """Where the part has to lie for a goal, and the work there. `robot` where the goal names one."""

    equipment: str
    places: tuple[str, ...]
    work: Work | None
    robot: str | None
    handing: Handing | None = None


def method_of(cell: CellModel, goal: Goal, kind: str, found: Findings, bound: Members) -> Method | None:
    """The method for `goal` on a part of `kind`; None when it has none, which is then said in `found`. `bound`: the members that
    loop variables stand for."""
    if goal.along:
        work = path_work(cell, goal, kind, found)
        return None if work is None else Method("", (), work, _robot(goal))
    person = person_of(cell, goal)
    if goal.verb not in VERBS and not is_offered(cell, goal.verb):
        found.unsupported(f"the verb {goal.verb}", goal.span)
        return None
    odd = [r.span for r in goal.roles if r.name not in _ROLES.get(goal.verb, ("at", "by"))]
    odd += [b.span for b in goal.bounds if not _is_limit(b)]
    if odd:
        found.unsupported(f"this role or bound of {goal.verb}", *odd)
        return None
    if person is not None:
        return _of_person(cell, goal, person, kind, found)
    if goal.verb == HANDOVER or (isinstance(goal.role("by"), Ref) and goal.verb != "move"):
        found.unsupported("taking over from a person, or from robot to robot", goal.span)
        return None
    target = _target(cell, goal, "to" if goal.verb == "move" else "at", found, bound)
    if target is None:
        return None
    equipment, name = target
    places = tuple(p.name for p in places_in(equipment, name) if kind in p.accepts)
    if not places:
        help_ = f"Add {kind} to what {equipment.name} holds, or choose another place."
        found.error("E613", f"{name} does not take {kind}", goal.span, equipment.span, help=help_)
        return None
    if goal.verb == "move":
        return Method(equipment.name, places, None, _robot(goal))
    work = _work(cell, equipment, goal, found)
    return None if work is None else Method(equipment.name, places[:1], work, _robot(goal))


def _of_person(cell: CellModel, goal: Goal, person: Person, kind: str, found: Findings) -> Method | None:
    where = workplace(cell, goal, person, kind, found)
    if where is None:
        return None
    equipment, places = where
    if goal.verb != HANDOVER:
        return Method(equipment.name, places, work_by(cell, person, goal.verb), None)
    handing = handing_to(cell, goal, person, found)
    giver = goal.role("to" if handing is not None and handing.gives else "from")
    robot = giver.text if isinstance(giver, Ref) else None
    return None if handing is None else Method(equipment.name, places, None, robot, handing)


def _work(cell: CellModel, equipment: Equipment, goal: Goal, found: Findings) -> Work | None:
    match goal.verb:
        case "process":
            return _program(cell, equipment, goal, found)
        case verb if told_by(cell, verb) is not None:
            return _inspection(cell, equipment, goal, found)
        case _:
            return treatment(cell, equipment, goal, found)


def is_heap(place: Place) -> bool:
    """A heap takes any number and gives nothing back."""
    return place.capacity != 1


def is_device(cell: CellModel, equipment: Equipment) -> bool:
    """It works on parts by itself, so it can be idle or running."""
    return cell.kind_of(equipment).works_by_itself or bool(equipment.programs or equipment.offers)


def has_door(equipment: Equipment) -> bool:
    return "door" in equipment.signals


def has_clamp(equipment: Equipment) -> bool:
    return "clamp" in equipment.signals


def is_offered(cell: CellModel, verb: str) -> bool:
    """Whether a station or a person does it to what lies there."""
    return verb in cell.vocabulary.verbs and cell.vocabulary.verbs[verb].offered


def told_by(cell: CellModel, verb: str) -> str | None:
    """The outcome that a verb tells: inspect tells verdict."""
    tells = cell.vocabulary.told_by(verb)
    return tells[0].name if tells else None


def _is_limit(bound: Bound) -> bool:
    return bound.name in ("speed", "force") and bound.operator in ("<", "<=")


def _target(cell: CellModel, goal: Goal, role: str, found: Findings, bound: Members) -> tuple[Equipment, str] | None:
    """The equipment, and the name of it or of the member of it that is asked for."""
    where = goal.role(role)
    if not isinstance(where, Ref):
        found.unsupported(f"{goal.verb} without `{role}`", goal.span)
        return None
    name = resolved(where, bound)
    equipment = cell.equipment.get(owner_of(name))
    kind = cell.kind_of(equipment) if equipment is not None else None
    grouped = equipment is not None and any("." in p.name for p in equipment.places)
    if equipment is None or kind is None or not kind.takes_in or (grouped and kind.layout != "layers"):
        what = f"a {equipment.kind} as a target" if equipment else f"{where.text} as a target"
        found.unsupported(what, where.span)
        return None
    return equipment, name


def tool_asked(goal: Goal) -> str | None:
    """The tool that the goal is to be reached with; of `process`, `using` is the program."""
    using = goal.role("using") if goal.verb != "process" else None
    if goal.along and using is None:
        using = goal.role("with")
    return using.text if isinstance(using, Ref) else None


def _robot(goal: Goal) -> str | None:
    by = goal.role("by")
    return by.text if isinstance(by, Ref) else None


def _program(cell: CellModel, machine: Equipment, goal: Goal, found: Findings) -> Work | None:
    using = goal.role("using")
    names = [p.name for p in machine.programs]
    name = using.path[-1] if isinstance(using, Ref) else (names[0] if len(names) == 1 else None)
    if name not in names:
        listed = ", ".join(names) or "none"
        span: Span = using.span if isinstance(using, Ref) else goal.span
        help_ = "Write `using` and one of them." if names else "Add `program NAME for …` to it."
        found.error("E612", f"which program of {machine.name}? It has {listed}", span, machine.span, help=help_)
        return None
    return Work("program", name, action_duration(cell, RunProgram(machine.name, name, "")).longest)


def _inspection(cell: CellModel, station: Equipment, goal: Goal, found: Findings) -> Work | None:
    if not any(o.verb == goal.verb for o in station.offers):
        help_ = f"Add `offers {goal.verb} for …` to it, or {goal.verb} elsewhere."
        found.error("E612", f"{station.name} does not offer {goal.verb}", goal.span, station.span, help=help_)
        return None
    outcome = told_by(cell, goal.verb) or ""
    return Work("inspection", outcome, action_duration(cell, Inspect(station.name, outcome, "")).longest)
