"""What is joined to what: the goals `assemble` and `fasten`, the members of kits, the holes of a part.

A kit of a tray is a group of parts in one pocket: in `for each kit in kits` the loop's variable stands for kits[1], kits[2] …,
and `kit.housing` for the part that was first seen in kits[1].housing, wherever it is by now. What lines before have joined to it
makes it another kind of part for the lines that follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cell.equipment import Equipment, Place, Seat
from cell.members import Members, members_of, owner_of, places_in, resolved
from cell.model import CellModel
from cell.program import Amount, Goal, Loop, Ref
from cell.seats import place_of_seat, seated, seats_ever
from cell.state import CellState, InPart, InPlace, PartState
from planner.tasks.findings import Findings
from planner.tasks.methods import tool_asked
from planner.tasks.route import Clauses, Join, Stage
from planner.tasks.unfold import bounded

JOINING = ("assemble", "fasten")
_ROLES = {"assemble": ("into", "at", "using"), "fasten": ("with", "at", "using", "torque")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A joint that is asked for: a part of `kind` (`part` where it is that very one) into `seat` of `base`, at `places`."""

    kind: str
    part: PartState | None
    base: PartState
    seat: Seat
    places: tuple[str, ...]


@dataclass(slots=True)
class Assembly:
    """`kinds` is what each part is at this point of the text, `where` the equipment that it has been brought to; `joining` who is
    to be joined to each base, by seat."""

    cell: CellModel
    state: CellState
    found: Findings
    kinds: dict[str, str] = field(init=False)
    where: dict[str, str] = field(init=False)
    filled: dict[str, set[str]] = field(default_factory=dict)
    _first: dict[str, PartState] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = {p.id: p.kind for p in self.state.parts}
        places = self.cell.places
        lying = ((p.id, p.location.place) for p in self.state.parts if isinstance(p.location, InPlace))
        self.where = {part: places[place].equipment for part, place in lying if place in places}
        self._first = {p.origin: p for p in reversed(self.state.parts)}

    # --- names -----------------------------------------------------------------------------------------------------

    def members(self, loop: Loop, bound: Members) -> tuple[str, ...] | None:
        """The kits of a tray, or the holes of a part; None for a loop over anything else."""
        name = resolved(loop.members, bound)
        equipment = self.cell.equipment.get(owner_of(name))
        if equipment is not None and name == equipment.name and "each" in equipment.attributes:
            return members_of(equipment, name)
        owner, _, what = name.rpartition(".")
        part = self._first.get(owner)
        if part is None or what != f"{loop.member}s":
            return None
        return tuple(f"{owner}.{f.name}" for f in self.cell.parts[part.kind].features if f.kind == loop.member)

    def part(self, ref: Ref, bound: Members) -> PartState | None:
        """The very part that a name stands for; None where it is a kind, or something else."""
        return self._first.get(resolved(ref, bound)) if len(ref.path) > 1 or ref.path[0] in bound else None

    def brought(self, part: str, stage: Stage) -> None:
        if stage.path is None:  # work along a path leaves the part where it lies
            self.where[part] = stage.equipment

    # --- joints ----------------------------------------------------------------------------------------------------

    def wanted(self, goal: Goal, bound: Members) -> Wanted | None:
        """What the goal asks for, None where that cannot be, which is then said."""
        odd = [r.span for r in goal.roles if r.name not in _ROLES[goal.verb]]
        odd += [b.span for b in goal.bounds if b.name not in ("force", "speed") or b.operator not in ("<", "<=")]
        if odd:
            self.found.unsupported(f"this role or bound of {goal.verb}", *odd)
            return None
        base = self._base(goal, bound)
        where = self._workplace(goal, bound)
        if base is None or where is None:
            return None
        kind, part = self._what(goal, bound)
        seat = self._seat(goal, base, kind, bound) if kind else None
        if seat is None:
            return None
        return Wanted(kind, part, base, seat, self._places(where, base, seat))

    def has_passed(self, goal: Goal, bound: Members) -> bool:
        """Whether something was joined for this goal, wherever its base is by now."""
        base, hole = self._first.get(_base_of(goal, bound)), _hole_of(goal, bound)
        return base is not None and any(
            goal.id in p.reached and isinstance(at := p.location, InPart) and at.part == base.id and hole in ("", at.seat)
            for p in self.state.parts
        )

    def stage(self, goal: Goal, wanted: Wanted, clauses: Clauses) -> Stage:
        """The stage that joins it; from then on in the text the base is what it becomes."""
        base, seat = wanted.base.id, wanted.seat
        self.kinds[base] = seat.becomes
        self.filled.setdefault(base, set()).add(seat.name)
        clauses = bounded(goal, clauses)
        torque = goal.role("torque")
        turned = torque.quantity.value if isinstance(torque, Amount) else None
        equipment = self.cell.places[wanted.places[0]].equipment
        into = Join(base, seat.is_driven, turned)
        return Stage(goal, equipment, wanted.places, None, clauses, into=into, using=tool_asked(goal))

    def pocket(self, goal: Goal, base: PartState, kind: str) -> Wanted | None:
        """A free pocket of `base` for a part of `kind`, where the base lies by then; None where there is none, which is said."""
        where = self.cell.equipment.get(self.where.get(base.id, ""))
        if where is None or not where.seats:
            self._lies_nowhere(goal, base)
            return None
        now, taken = self.kinds[base.id], {*seated(self.state, base.id), *self.filled.get(base.id, ())}
        seats = (s for s in self.cell.parts[now].seats if kind in s.takes and not s.is_driven and s.name not in taken)
        seat = next(seats, None)
        if seat is None:
            self._no_seat(goal, base, now, kind, "")
            return None
        return Wanted(kind, None, base, seat, self._places(where, base, seat))

    def _lies_nowhere(self, goal: Goal, base: PartState) -> None:
        help_ = "Add a line before it that moves it to a station or a fixture."
        message = f"the {base.kind} does not lie by then where something can be put into it"
        self.found.of_line(goal.span, "E630", message, self.cell.parts[base.kind].span, help=help_)

    def _base(self, goal: Goal, bound: Members) -> PartState | None:
        """What the part goes into, or whose hole it is."""
        into, base = goal.role("into"), self._first.get(_base_of(goal, bound))
        if base is None:
            span = into.span if isinstance(into, Ref) else goal.object.span
            help_ = _loop_over_kits(self.cell)
            self.found.unsupported(f"{goal.verb} about anything but a part of a kit, or a hole of one", span, help=help_)
        return base

    def _workplace(self, goal: Goal, bound: Members) -> Equipment | None:
        at = goal.role("at")
        name = resolved(at, bound) if isinstance(at, Ref) else None
        base = self._base(goal, bound)
        if name is None and base is not None:
            name = self.where.get(base.id)  # a hole is driven where its part lies
        equipment = self.cell.equipment.get(name) if name is not None else None
        if equipment is None or not equipment.seats:
            if at is not None:
                self.found.unsupported(f"{goal.verb} anywhere but at a fixture, a station or a machine", at.span)
            elif base is not None:
                self._lies_nowhere(goal, base)
            return None
        if base is not None and self.where.get(base.id) != equipment.name:
            help_ = f"Add a line before it that moves it to {equipment.name}."
            message = f"the {base.kind} does not lie at {equipment.name} by then"
            self.found.of_line(goal.span, "E630", message, equipment.span, help=help_)
            return None
        return equipment

    def _what(self, goal: Goal, bound: Members) -> tuple[str, PartState | None]:
        """(kind, the very part or None for any one) of what is joined; "" where that is not known."""
        said = goal.role("with") if goal.verb == "fasten" else goal.object
        part = self.part(said, bound) if isinstance(said, Ref) else None
        if part is not None:
            return self.kinds[part.id], part
        name = said.text if isinstance(said, Ref) else ""
        if name not in self.cell.declared_parts:
            self.found.unsupported(f"{goal.verb} with anything but a part of a kit or any one of a kind", goal.span)
            return "", None
        return name, None

    def _seat(self, goal: Goal, base: PartState, kind: str, bound: Members) -> Seat | None:
        """The seat of the base as it will be by then."""
        now, name = self.kinds[base.id], _hole_of(goal, bound)
        taken = {*seated(self.state, base.id), *self.filled.get(base.id, ())}
        for seat in self.cell.parts[now].seats:
            fits = kind in seat.takes and (seat.name == name if name else not seat.is_driven)
            if fits and seat.name not in taken:
                return seat
        self._no_seat(goal, base, now, kind, name)
        return None

    def _no_seat(self, goal: Goal, base: PartState, now: str, kind: str, name: str) -> None:
        part, what = self.cell.parts[now], f"hole {name}" if name else f"seat for a {kind}"
        later = [s for s in seats_ever(self.cell, now) if kind in s.takes and (not name or s.name == name)]
        if later:
            help_ = "Put the line behind those that join what comes before it."
        elif name:
            help_ = f"Its mouth has to lie on the surface of a {now}; or let a tool of the cell drive a {kind}."
        else:
            help_ = f"Declare `part … {{ from [{base.kind}, …, {kind}] }}`, or `slots` of {base.kind}."
        self.found.error("E630", f"a {now} has no open {what}", goal.span, part.span, help=help_)

    def _places(self, equipment: Equipment, base: PartState, seat: Seat) -> tuple[str, ...]:
        family = self.cell.parts[base.kind].family
        return tuple(place.name for place in self._seat_places(equipment, family, seat))

    def _seat_places(self, equipment: Equipment, family: str, seat: Seat) -> Iterator[Place]:
        for place in places_in(equipment, equipment.name):
            found = place_of_seat(self.cell, place.name, family, seat.name)
            if found is not None:
                yield found


def _base_of(goal: Goal, bound: Members) -> str:
    """The name of what the part goes into, or of whose hole it is."""
    into = goal.role("into")
    return resolved(into, bound) if isinstance(into, Ref) else resolved(goal.object, bound).rpartition(".")[0]


def _hole_of(goal: Goal, bound: Members) -> str:
    """The hole that is named, "" where any seat will do."""
    return resolved(goal.object, bound).rpartition(".")[2] if goal.verb == "fasten" else ""


def _loop_over_kits(cell: CellModel) -> str:
    """The loop to write, in the names of the cell where it has a tray of kits."""
    trays = ((name, equipment.attributes.get("each")) for name, equipment in cell.equipment.items())
    for tray, each in trays:
        match each:
            case (str(kit), (base, *_)):
                return f"Write the loop: `for each {kit} in {tray} {{ … }}`, and `{kit}.{base}` for the part in its pocket."
    return "What is joined comes from a kit: a tray with `each kit [base, cover]`, and `for each kit in tray { … kit.base … }`."
