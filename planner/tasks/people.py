"""What stations and people do with a part by what they offer: label, seal, clean, inspect, take over from a robot, carry away.

A person is a device that has no place of its own but for handing over: the part lies where they work. Nobody commands them; the
plan says when they are asked, and counts on what is usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cell.durations import action_duration
from cell.equipment import Equipment
from cell.members import places_in
from cell.model import CellModel
from cell.people import ARM_LENGTH, CLEAR, HANDOVER, Person, beyond_arm, person_duration
from cell.program import Goal, Ref
from cell.state import InPlace, PartState
from cell.steps import Treat
from planner.tasks.findings import Findings
from planner.tasks.route import Clauses, Handing, Leg, Stage, Work


def person_of(cell: CellModel, goal: Goal) -> Person | None:
    """Who the goal waits for: whoever takes or gives in a handover, `by` of the rest."""
    roles = ("to", "from") if goal.verb == HANDOVER else ("by",)
    named = (goal.role(role) for role in roles)
    return next((cell.people[who.text] for who in named if isinstance(who, Ref) and who.text in cell.people), None)


def workplace(
    cell: CellModel, goal: Goal, person: Person, kind: str, found: Findings
) -> tuple[Equipment, tuple[str, ...]] | None:
    """Where the part lies while the person works on it, and the places there; None where there is none, which is then said."""
    equipment = cell.equipment.get(person.at)
    if equipment is None or not equipment.places:
        message = f"{person.name} works in {person.at}, where no part can lie"
        found.error("E625", message, goal.span, person.span, help="Let them work `at` a station, and stand it there.")
        return None
    where = goal.role("at")
    if isinstance(where, Ref) and where.text != equipment.name and where.text not in cell.zones:
        message = f"{person.name} works at {equipment.name}, not at {where.text}"
        found.error(
            "E625", message, where.span, person.span, help=f"Take `at {where.text}` out, or ask somebody who works there."
        )
        return None
    places = tuple(p.name for p in places_in(equipment, equipment.name) if kind in p.accepts)
    if not places:
        help_ = f"Add {kind} to what {equipment.name} holds."
        found.error("E613", f"{equipment.name} does not take {kind}", goal.span, equipment.span, help=help_)
        return None
    return equipment, places


def work_by(cell: CellModel, person: Person, verb: str) -> Work:
    """Raises KeyError where the person does not offer the verb."""
    tells = cell.vocabulary.told_by(verb)
    seconds = person_duration(person, verb).longest
    return Work("person", verb, seconds, by=person.name, outcome=tells[0].name if tells else "")


def handing_to(cell: CellModel, goal: Goal, person: Person, found: Findings) -> Handing | None:
    """How a robot hands over to the person; None where there is nowhere to do it, which is then said."""
    zone = goal.role("at")
    if not cell.equipment[person.name].places:
        message = f"no handover zone is within reach of {person.name}"
        found.error("E625", message, goal.span, person.span, help=_nearer(cell, person))
        return None
    spot = cell.equipment[person.name].places[0]
    if isinstance(zone, Ref) and zone.text in cell.zones and not cell.zones[zone.text].holds(spot.frame.translation):
        message = f"{person.name} takes over elsewhere than in {zone.text}"
        help_ = "Take the `at` out, or bring that zone nearer to where they work."
        found.error("E625", message, zone.span, cell.zones[zone.text].span, help=help_)
        return None
    giver = goal.role("from")
    gives = isinstance(giver, Ref) and giver.text == person.name
    return Handing(person.name, spot.name, person_duration(person, HANDOVER).longest, gives)


def _nearer(cell: CellModel, person: Person) -> str:
    """Where a handover zone would have to be, in numbers; by how much the nearest one is too far."""
    x, y, z = (1e3 * float(v) for v in cell.equipment[person.at].frame.translation)
    reach = f"within {1e3 * ARM_LENGTH:.0f} mm, over the floor, of ({x:.0f} mm, {y:.0f} mm)"
    shown = f"Declare a zone with `handover at (x, y, z)` whose box comes {reach}, where {person.name} works"
    gaps = [(beyond_arm(cell.equipment[person.at], zone), zone) for zone in cell.zones.values() if zone.handover]
    if not gaps:
        return f"{shown}; z about {z:.0f} mm to {z + 400.0:.0f} mm."
    gap, zone = min(gaps, key=lambda pair: pair[0])
    return f"{zone.name} is {1e3 * gap:.0f} mm too far: a handover zone has to come {reach}, where {person.name} works."


def treatment(cell: CellModel, station: Equipment, goal: Goal, found: Findings) -> Work | None:
    """What the station does by itself to what lies there; None where it does not offer it, which is then said."""
    if not any(offer.verb == goal.verb for offer in station.offers):
        help_ = f"Add `offers {goal.verb} for …` to it, or do it elsewhere."
        found.error("E612", f"{station.name} does not offer {goal.verb}", goal.span, station.span, help=help_)
        return None
    return Work("treatment", goal.verb, action_duration(cell, Treat(station.name, goal.verb, "")).longest)


def received(legs: Sequence[Leg], found: Findings) -> list[Leg]:
    """What a person gives is taken on the way to where the next line wants it; where no line says where, that is said in
    `found`."""
    out: list[Leg] = []
    giving: Stage | None = None
    for leg in legs:
        if giving is not None and isinstance(leg, Stage) and leg.handing is None and not leg.is_carried:
            leg, giving = replace(leg, received=giving), None
        if isinstance(leg, Stage) and leg.handing is not None and leg.handing.gives:
            giving = leg
            continue
        out.append(leg)
    if giving is not None:
        message, help_ = "no line says where the robot puts what it is given", "Add a line that moves it on."
        found.error("E625", message, giving.goal.span, help=help_)
    return out


# --- carrying away ---------------------------------------------------------------------------------------------------


def clearing(cell: CellModel, last: Stage) -> Stage | None:
    """The leg on which a person carries away what is finished where they work; None where nobody does."""
    person = _who_clears(cell, last.equipment)
    return None if person is None else _carried_by(cell, person, last.goal)


def left_behind(cell: CellModel, part: PartState, goals: Sequence[Goal]) -> Stage | None:
    """The same for a part that an earlier plan has finished there and nobody has carried away yet."""
    if not isinstance(part.location, InPlace) or not part.reached or part.given_up:
        return None
    place = cell.places.get(part.location.place)
    person = None if place is None else _who_clears(cell, place.equipment)
    done = [goal for goal in goals if goal.id in part.reached]
    return None if person is None or not done else _carried_by(cell, person, done[-1])


def cleared_to(cell: CellModel, equipment: str | None) -> str | None:
    """Where what is finished in an equipment comes to lie: there, or where a person carries it."""
    person = None if equipment is None else _who_clears(cell, equipment)
    return equipment if person is None else person.clears


def _who_clears(cell: CellModel, equipment: str) -> Person | None:
    return next((p for p in cell.people.values() if p.at == equipment and p.clears is not None), None)


def _carried_by(cell: CellModel, person: Person, goal: Goal) -> Stage:
    assert person.clears is not None
    target = cell.equipment[person.clears]
    work = Work("person", CLEAR, person_duration(person, CLEAR).longest, by=person.name)
    return Stage(goal, target.name, tuple(p.name for p in target.places), work, Clauses())
