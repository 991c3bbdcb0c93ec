"""What is joined to what, as the text asks for it: the members of kits, the holes of a part, and the joint of each goal.

Derived from program, cell and observed state alone. In reading order each joint changes what its base is; that the plan's order
makes it so whatever anything takes, the facts `is` and `vacant` prove (needs.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cell.dataclass import dataclass
from cell.equipment import Seat
from cell.members import Members, members_of, owner_of, resolved
from cell.model import CellModel
from cell.program import Amount, Goal, Loop, Ref
from cell.state import CellState, InPart, PartState

JOINING = ("assemble", "fasten")


@dataclass(frozen=True, slots=True)
class JointDuty:
    """A part of `kind` (`part` where it is that very one) is to be in `seat` of the part `base`. `is_driven`: a fastener, with
    `torque` Nm, None where the line does not say. In an order's kit `of` is the demand, `base` the kind of it, and `seat` "":
    any pocket will do."""

    kind: str
    part: str | None
    base: str
    seat: str
    is_driven: bool
    torque: float | None
    of: str = ""


@dataclass(slots=True)
class Joints:
    """`kinds`: what each part is at this point of the text; `filled`: the seats (base, seat) that lines before have filled."""

    cell: CellModel
    state: CellState
    kinds: dict[str, str] = field(init=False)
    filled: set[tuple[str, str]] = field(default_factory=set)
    first: Mapping[str, PartState] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = {p.id: p.kind for p in self.state.parts}
        self.first = {p.origin: p for p in reversed(self.state.parts)}

    def members(self, loop: Loop, bound: Members) -> tuple[str, ...]:
        """The kits of a tray, or the holes of a part; none where the loop is over anything else."""
        name = resolved(loop.members, bound)
        equipment = self.cell.equipment.get(owner_of(name))
        if equipment is not None and name == equipment.name:
            return members_of(equipment, name) if "each" in equipment.attributes else ()
        owner, _, _ = name.rpartition(".")
        if owner not in self.first or not name.endswith(f".{loop.member}s"):
            return ()
        features = self.cell.parts[self.first[owner].kind].features
        return tuple(f"{owner}.{f.name}" for f in features if f.kind == loop.member)

    def part(self, ref: Ref, bound: Members) -> PartState | None:
        """The part of a kit that the name stands for."""
        return self.first.get(resolved(ref, bound)) if len(ref.path) > 1 or ref.path[0] in bound else None

    def asked(self, goal: Goal, bound: Members) -> JointDuty | None:
        """The joint that the goal asks for; None where it is none that can be proved."""
        what, base = self._what(goal), self._base(goal, bound)
        if what is None or base is None:
            return None
        part = self.part(what, bound)
        kind = self.kinds[part.id] if part is not None else what.text
        seat = self._seat(goal, base, kind, resolved(goal.object, bound).rpartition(".")[2])
        if seat is None:
            return None
        self.filled.add((base.id, seat.name))
        if self.fills(base.id, seat.name) is None:
            self.kinds[base.id] = seat.becomes
        torque = goal.role("torque")
        turned = torque.quantity.value if isinstance(torque, Amount) else None
        return JointDuty(kind, None if part is None else part.id, base.id, seat.name, seat.is_driven, turned)

    def is_done(self, goal: Goal, joint: JointDuty) -> bool:
        """Whether what is in that seat was put there for this goal."""
        there = self.fills(joint.base, joint.seat)
        return there is not None and goal.id in there.reached

    def fills(self, base: str, seat: str) -> PartState | None:
        return next((p for p in self.state.parts if p.location == InPart(base, seat)), None)

    def _what(self, goal: Goal) -> Ref | None:
        said = goal.role("with") if goal.verb == "fasten" else goal.object
        return said if isinstance(said, Ref) else None

    def _base(self, goal: Goal, bound: Members) -> PartState | None:
        into = goal.role("into")
        name = resolved(into, bound) if isinstance(into, Ref) else resolved(goal.object, bound).rpartition(".")[0]
        return self.first.get(name)

    def _seat(self, goal: Goal, base: PartState, kind: str, feature: str) -> Seat | None:
        """The one that the goal has filled already, else the first that is open and takes the part, in the order of the cell; the
        hole that is named."""
        own = {s.name: s for p in self.cell.parts.values() if p.family == self.cell.parts[base.kind].family for s in p.seats}
        for part in self.state.parts:
            at = part.location
            if not isinstance(at, InPart) or at.part != base.id or goal.id not in part.reached:
                continue
            if (base.id, at.seat) not in self.filled and (goal.verb == "assemble" or at.seat == feature):
                return own.get(at.seat)
        for seat in self.cell.parts[self.kinds[base.id]].seats:
            is_asked = seat.name == feature if goal.verb == "fasten" else not seat.is_driven
            is_open = (base.id, seat.name) not in self.filled and self.fills(base.id, seat.name) is None
            if kind in seat.takes and is_asked and is_open:
                return seat
        return None
