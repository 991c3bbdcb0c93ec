"""What each action needs and changes, by what it is: the facts that a step of it has to carry, no more and no fewer.

Independent of how the step was made. The order of the facts is part of the form, so that equal plans have equal text.
"""

from __future__ import annotations

from typing import assert_never

from cell.dataclass import dataclass
from cell.model import CellModel
from cell.people import CLEAR, HANDOVER
from cell.scene import is_in_passing
from cell.seats import has_family
from cell.steps import (
    Action,
    Along,
    AtPlace,
    Await,
    Couple,
    Decide,
    Docking,
    Drive,
    Fact,
    FactName,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Stance,
    Treat,
    Uncouple,
    stance_name,
)
from planner.proof.initial import has_clamp, has_door, is_device, is_heap

Facts = tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Change:
    needs: Facts
    adds: Facts
    deletes: Facts


@dataclass(frozen=True, slots=True)
class Setting:
    """What a step's facts depend on besides its action. `robot` and `stance`: who stands where when it starts; `part` and `hand`
    (tool.hand): what the step is about and which hand holds it; `verb` and `goal` are those of the step's operation, `outcome`
    that of the choice it decides. `is_joined`: the device is at it already when the plan starts. `carriers` are the facts of what
    lies beneath the place of contact. `handed_to`: the place in which a person who has taken the part over has it lie, "" where
    nobody has; `lies_in`: where the part lies now, "" where it does not. `kind` is what the part is now; where the place of
    contact is a seat, `base` is the part that has it, and `base_kind` what that is now."""

    robot: str
    stance: Stance
    part: str
    hand: str | None
    verb: str
    goal: str
    outcome: str
    is_joined: bool
    carriers: Facts = ()
    handed_to: str = ""
    lies_in: str = ""
    kind: str = ""
    base: str = "nothing"
    base_kind: str = ""

    def place_in(self, cell: CellModel, equipment: str) -> str:
        """Where the robot is in contact with `equipment`, "" where it is not."""
        place = self.stance.place if isinstance(self.stance, AtPlace) else ""
        return place if place and cell.places[place].equipment == equipment else ""


def change_of(action: Action, at: Setting, cell: CellModel) -> Change:
    match action:
        case Move(need=need):
            return _of_move(need, at, cell)
        case Grip(tool=tool, hand=hand, part=part):
            here, free = Fact("at", (part, _place(at))), Fact("empty", (f"{tool}.{hand}",))
            is_given = at.verb == HANDOVER and is_in_passing(cell, cell.places[_place(at)])
            reached = (Fact("reached", (at.goal, part)),) if is_given else ()
            adds = (Fact("held", (part, f"{tool}.{hand}")), *reached)
            return Change((_stands(at), here, *_is(at, cell), free), adds, (here, free))
        case Release(tool=tool, hand=hand, part=part):
            held = Fact("held", (part, f"{tool}.{hand}"))
            if _place(at) in cell.places and cell.places[_place(at)].of is not None:
                return _of_joint(part, f"{tool}.{hand}", at, cell)
            reached = (Fact("reached", (at.goal, part)),) if at.verb in ("move", HANDOVER) else ()
            adds = (Fact("at", (part, at.handed_to or _place(at))), Fact("empty", (f"{tool}.{hand}",)), *reached)
            return Change((_stands(at), held), adds, (held,))
        case Couple() | Uncouple():
            return _of_change(action, at, cell)
        case Drive(tool=tool, hand=hand, part=part):
            return _of_joint(part, f"{tool}.{hand}", at, cell)
        case SetClamp():
            return _of_clamp(action, at, cell)
        case SetDoor(machine=name, is_open=is_open):
            opened, shut = Fact("open", (name,)), Fact("shut", (name,))
            if is_open:
                return Change((*_if(is_device(cell, cell.equipment[name]), "idle", name), shut), (opened,), (shut,))
            return Change((opened, _stands(at)), (shut,), (opened,))
        case RunProgram(machine=name, part=part):
            equipment = cell.equipment[name]
            guarded = (*_if(has_clamp(equipment), "clamped", name), *_if(has_door(equipment), "shut", name))
            return _of_work(name, part, at, cell, guarded, ())
        case Inspect(station=name, outcome=outcome, part=part):
            return _of_work(name, part, at, cell, (), (Fact("told", (outcome, part)),))
        case Treat(station=name, part=part):
            return _of_work(name, part, at, cell, (), ())
        case Service(station=name):
            return of_service(name, at, cell)
        case Await():
            return of_person(action, at, cell)
        case Present(supply=name, part=part):
            free = Fact("free", (cell.equipment[name].places[0].name,))
            return Change((free,), (Fact("at", (part, free.args[0])),), (free,))
        case Decide():
            return Change((Fact("told", (at.outcome, at.part)),), (), ())
    assert_never(action)


def _of_move(need: MotionNeed, at: Setting, cell: CellModel) -> Change:
    start, end = (Fact("stands", (need.robot, stance_name(s))) for s in (need.start, need.end))
    touch = need.touch
    if touch is None:
        return Change((start,), (end,), (start,))
    if isinstance(touch, Docking):
        return Change((start, *_for_docking(touch, need.robot, cell)), (end,), (start,))
    name = cell.places[touch.place].equipment
    equipment, free = cell.equipment[name], _if(not is_heap(cell, touch.place), "free", touch.place)
    passing = free if is_in_passing(cell, cell.places[touch.place]) else ()
    held, empty = Fact("held", (at.part, touch.hand)), Fact("empty", (touch.hand,))
    access = (*_if(has_door(equipment), "open", name), *_if(is_device(cell, equipment), "idle", name))
    unclamped = _if(has_clamp(equipment), "unclamped", name)
    above = (name for name, place in cell.places.items() if touch.place in place.lies_on and place.of is None)
    bare = tuple(Fact("free", (name,)) for name in above)
    if isinstance(touch, Along):
        clamped = _if(has_clamp(equipment), "clamped", name)
        lies = (Fact("at", (at.part, touch.place)), *_is(at, cell))
        return Change((start, *lies, *clamped, *access, *bare), (Fact("reached", (at.goal, at.part)),), ())
    if cell.places[touch.place].of is not None and (touch.pair, touch.end) == ("part and place", "end"):
        return Change((start, held, *_of_base(at, touch.place, cell), *access), (end,), (start,))
    match touch.pair, touch.end:
        case "fingers and part", "end":
            lies = () if is_in_passing(cell, cell.places[touch.place]) else (Fact("at", (at.part, touch.place)), *_is(at, cell))
            return Change((start, *lies, empty, *access, *bare), (end,), (start,))
        case "part and place", "start" if cell.places[touch.place].of is not None:
            return Change((held, start), (end,), (start,))
        case "part and place", "start":
            return Change((held, start, *unclamped, *bare), (end, *free), (start,))
        case "part and place", "end":
            return Change((start, held, *free, *unclamped, *access, *at.carriers), (end,), (start, *free))
        case _:
            return Change((start, empty, *bare), (end, *passing), (start,))


def _for_docking(touch: Docking, robot: str, cell: CellModel) -> Facts:
    """Nothing is in the hands of a tool that goes into its pocket; a flange that comes for one is bare."""
    pocket = cell.pockets[touch.pocket]
    mounted, bare = Fact("mounted", (pocket.tool, robot)), Fact("bare", (robot,))
    match touch.pair, touch.end:
        case "tool and pocket", "end":
            return mounted, *_empty(pocket.tool, cell)
        case "flange and tool", "end":
            return bare, Fact("stored", (pocket.tool, pocket.name))
        case "tool and pocket", "start":
            return (mounted,)
        case _:
            return (bare,)


def _of_change(action: Couple | Uncouple, at: Setting, cell: CellModel) -> Change:
    pocket = cell.pocket_of(action.tool)
    mounted, bare = Fact("mounted", (action.tool, action.robot)), Fact("bare", (action.robot,))
    stored = Fact("stored", (action.tool, "" if pocket is None else pocket.name))
    if isinstance(action, Couple):
        return Change((_stands(at), bare, stored), (mounted,), (bare, stored))
    return Change((_stands(at), mounted, *_empty(action.tool, cell)), (bare, stored), (mounted,))


def _empty(tool: str, cell: CellModel) -> Facts:
    return tuple(Fact("empty", (f"{tool}.{hand.name}",)) for hand in cell.tools[tool].hands)


def _of_base(at: Setting, place: str, cell: CellModel) -> Facts:
    """What has to be so for something to go into a seat: the base lies there, clamped where there is a clamp, is what it is
    taken for, and has that seat empty."""
    spot = cell.places[place]
    assert spot.of is not None
    clamped = _if(has_clamp(cell.equipment[spot.equipment]), "clamped", spot.equipment)
    lies, kind = Fact("at", (at.base, spot.lies_on[0])), Fact("is", (at.base, at.base_kind))
    return (lies, kind, Fact("vacant", (at.base, spot.of.name)), *clamped)


def _of_joint(part: str, hand: str, at: Setting, cell: CellModel) -> Change:
    """The hand lets go of it, or drives it in, at a seat."""
    spot, held = cell.places.get(_place(at)), Fact("held", (part, hand))
    if spot is None or spot.of is None:
        return Change((_stands(at), held, Fact("vacant", ("nothing", ""))), (), (held,))
    seat = cell.parts[at.base_kind].seat(spot.of.name) if at.base_kind in cell.parts else None
    becomes = at.base_kind if seat is None else seat.becomes
    kind, vacant = Fact("is", (at.base, at.base_kind)), Fact("vacant", (at.base, spot.of.name))
    changed = (kind,) if becomes != at.base_kind else ()
    became = (Fact("is", (at.base, becomes)),) if changed else ()
    adds = (Fact("joined", (part, at.base)), Fact("empty", (hand,)), *became, Fact("reached", (at.goal, part)))
    return Change((_stands(at), held, *_of_base(at, _place(at), cell)), adds, (held, vacant, *changed))


def _is(at: Setting, cell: CellModel) -> Facts:
    """What a base is while it is taken."""
    return (Fact("is", (at.part, at.kind)),) if has_family(cell, at.kind) else ()


def _of_clamp(action: SetClamp, at: Setting, cell: CellModel) -> Change:
    """With the robot in contact it takes over from the hand, or hands over to it; else the place is empty, or the part is in."""
    name = action.machine
    shut, opened = Fact("clamped", (name,)), Fact("unclamped", (name,))
    place = at.place_in(cell, name)
    held, spot = Fact("held", (at.part, at.hand or "")), cell.equipment[name].places[0].name
    if action.is_closed:
        needs = (_stands(at), held, opened) if place else (opened, Fact("at", (at.part, spot)))
        return Change(needs, (shut,), (opened,))
    needs = (held, _stands(at), shut) if place else (shut, Fact("free", (spot,)), _stands(at))
    return Change(needs, (opened,), (shut,))


def _of_work(name: str, part: str, at: Setting, cell: CellModel, guarded: Facts, tells: Facts) -> Change:
    lies = Fact("at", (part, _own_place(name, at.lies_in, cell)))
    adds = (*tells, Fact("reached", (at.goal, part)))
    if at.is_joined:
        running = Fact("running", (name,))
        return Change((lies, running, *guarded), (*adds, Fact("idle", (name,))), (running,))
    return Change((lies, Fact("idle", (name,)), *guarded), adds, ())


def of_service(name: str, at: Setting, cell: CellModel) -> Change:
    """Nothing is done to it and nothing lies in it meanwhile."""
    places = (place.name for place in cell.equipment[name].places if place.of is None and not is_heap(cell, place.name))
    needs = (Fact("idle", (name,)), *(Fact("free", (place,)) for place in places))
    return Change(needs, (Fact("reached", (at.goal, name)),), ())


def of_person(action: Await, at: Setting, cell: CellModel) -> Change:
    """A handover reserves the place in which the part will lie and keeps the robot standing; what a person carries leaves its
    place free; all other work is done to what lies there."""
    idle, place = Fact("idle", (action.person,)), Fact("at", (action.part, action.place))
    room = () if is_heap(cell, action.place) else (Fact("free", (action.place,)),)
    if action.verb == HANDOVER and action.place == action.person:
        hand = at.stance.hand if isinstance(at.stance, AtPlace) else ""
        lies, empty = Fact("at", (action.part, at.lies_in)), Fact("empty", (hand,))
        return Change((_stands(at), lies, empty, *room, idle), (place, Fact("free", (at.lies_in,))), (lies, *room))
    if action.verb == HANDOVER:
        held = Fact("held", (action.part, at.hand or ""))
        return Change((_stands(at), held, *room, idle), (), room)
    if action.verb == CLEAR:
        lies = Fact("at", (action.part, at.lies_in))
        return Change((lies, *room, idle), (place, Fact("free", (at.lies_in,))), (lies, *room))
    told = (Fact("told", (action.outcome, action.part)),) if action.outcome else ()
    return Change((place, idle), (*told, Fact("reached", (at.goal, action.part))), ())


def _own_place(name: str, lies_in: str, cell: CellModel) -> str:
    """The place of the device that the part lies in; its first one where it lies in none, so that no fact can match."""
    places = [place.name for place in cell.equipment[name].places]
    return lies_in if lies_in in places else places[0]


def _stands(at: Setting) -> Fact:
    return Fact("stands", (at.robot, stance_name(at.stance)))


def _place(at: Setting) -> str:
    """Where the robot is in contact; no place for a robot that is not, so that no fact can match."""
    return at.stance.place if isinstance(at.stance, AtPlace) else ""


def _if(holds: bool, name: FactName, arg: str) -> Facts:
    return (Fact(name, (arg,)),) if holds else ()
