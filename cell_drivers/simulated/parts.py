"""Where every part truly is, by geometry alone: which one a hand closes on, and where one comes to rest when it is let go.

Laws: a part is in exactly one location. A hand holds a part only if its TCP is at the part's grasp point when it closes. A
part rests in a place only if it is let go within tolerance of it and nothing lies there; anything else is a fall, and what
has fallen cannot be gripped. No plan and no belief enters here.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cell.declared_state import declared_state
from cell.equipment import PartKind, Place
from cell.geometry import Array, Box, ConvexHull, Cylinder, Pose, Shape, Sphere, height
from cell.grasps import T_part_tcp
from cell.model import CellModel
from cell.outfeeds import is_outfeed, room_in
from cell.scene import is_heap, is_in_passing
from cell.seats import turns
from cell.state import InPlace
from cell.world_record import Fallen, HeldBy, JoinedTo, PartRecord, RestsIn, Whereabouts

REACH = 0.002
"""m: how far the TCP may be from the grasp point, and a released part from its place."""
TILT = math.radians(1.0)
"""rad: how far axes may differ then, and turns of a shape that is not round."""


@dataclass(frozen=True, slots=True)
class Part:
    """`kind` is what it is by now. `pose` is T_world_part where it rests or fell; in a hand `T_tcp_part` counts and `pose` is
    where it was taken; joined to another one `pose` is T_base_part."""

    id: str
    kind: PartKind
    where: Whereabouts
    pose: Pose
    T_tcp_part: Pose | None = None
    programs: tuple[tuple[str, str], ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Heaped:
    """The newest parts of all heaps, where nobody takes them out again; the others are `gone` and only counted."""

    remembers: int | None = None
    gone: Callable[[str, str], None] = lambda kind, place: None
    newest: deque[str] = field(default_factory=deque)

    def take(self, part: str) -> str | None:
        """The one that is forgotten for it."""
        if self.remembers is None:
            return None
        self.newest.append(part)
        return self.newest.popleft() if len(self.newest) > self.remembers else None


@dataclass(slots=True)
class Parts:
    cell: CellModel
    parts: dict[str, Part] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    taken_over: dict[str, str] = field(default_factory=dict)
    heaped: Heaped = field(default_factory=Heaped)
    _at: Array = field(init=False)  # (places, 3): where they are

    def __post_init__(self) -> None:
        self._at = np.array([place.frame.translation for place in self.places.values()]).reshape(-1, 3)

    @classmethod
    def declared(cls, cell: CellModel, missing: frozenset[str]) -> Parts:
        """Everything that the cell file says is there, but for what `missing` places should have held."""
        found = cls(cell, {}, {name: place for name, place in cell.places.items() if not is_in_passing(cell, place)})
        for part in declared_state(cell).parts:
            if isinstance(part.location, InPlace) and part.location.place not in missing:
                place = found.places[part.location.place]
                found.parts[part.id] = Part(part.id, cell.parts[part.kind], RestsIn(place.name), place.frame)
        return found

    def appear(self, part: str, kind: str, place: Place) -> None:
        """A part that was not there before. Raises ValueError for a name that is taken."""
        if part in self.parts:
            raise ValueError(f"there is a {part} already")
        self._put(Part(part, self.cell.parts[kind], RestsIn(place.name), place.frame))

    def hold(self, part: str, kind: str, hand: str, grasp: int) -> None:
        """A part that `hand` holds from the beginning, so gripped; nobody has seen where it was taken."""
        known = self.cell.parts[kind]
        T_tcp_part = T_part_tcp(known.shape, grasp).inverse()
        self._put(Part(part, known, HeldBy(hand), Pose.identity(), T_tcp_part))

    def lay(self, part: str, kind: str, place: str, pose: Pose) -> None:
        """Somebody puts a part at `pose` (T_world_part); `place` counts as where it lies."""
        self._put(Part(part, self.cell.parts[kind], RestsIn(place), pose))

    def carry_off(self, part: str) -> None:
        """Somebody takes it out of the cell; one that is not there is no matter."""
        self.parts.pop(part, None)

    def lying_in(self, place: str) -> tuple[str, ...]:
        """The one that has lain there longest first."""
        return tuple(part.id for part in self.parts.values() if part.where == RestsIn(place))

    def take_away(self, part: str) -> None:
        """Out of the cell, with all that was joined to it; counted where it lay."""
        self._forget(part)

    def resting_in(self, place: str) -> Part | None:
        return next((part for part in self.parts.values() if part.where == RestsIn(place)), None)

    def count_in(self, equipment: str) -> int:
        names = {place.name for place in self.places.values() if place.equipment == equipment}
        return sum(isinstance(p.where, RestsIn) and p.where.place in names for p in self.parts.values())

    def held_by(self, hand: str) -> Part | None:
        return next((part for part in self.parts.values() if part.where == HeldBy(hand)), None)

    def within_reach(self, T_world_tcp: Pose) -> Part | None:
        """The part that a hand at `T_world_tcp` closes on. Heaps give nothing back."""
        x, y, z = T_world_tcp.translation
        for part in self.parts.values():
            if not isinstance(part.where, RestsIn) or self.cell.places[part.where.place].capacity is None:
                continue
            px, py, pz = part.pose.translation
            reach = height(part.kind.shape) + REACH  # the grasp point is within the part's height of its frame
            if max(abs(x - px), abs(y - py), abs(z - pz)) <= reach and is_grasp(part, T_world_tcp):
                return part
        return None

    def take(self, part: Part, hand: str, T_world_tcp: Pose) -> Part:
        return self._put(replace(part, where=HeldBy(hand), T_tcp_part=T_world_tcp.inverse() @ part.pose))

    def pose_in(self, part: Part, T_world_tcp: Pose) -> Pose:
        """T_world_part of a held part."""
        if part.T_tcp_part is None:
            raise ValueError(f"{part.id} is in no hand")
        return T_world_tcp @ part.T_tcp_part

    def take_over(self, part: Part, place: str) -> None:
        """A person holds it: where a hand lets go of it, it lies in `place`, which is theirs."""
        self.taken_over[part.id] = place

    def give(self, part: Part, place: str) -> None:
        """A person holds it where a hand can close on it."""
        self._put(replace(part, where=RestsIn(place), pose=self.cell.places[place].frame, T_tcp_part=None))

    def carry(self, part: Part, place: str) -> None:
        """A person carries it there. Raises ValueError where there is no room."""
        target = self.places[place]
        if not self.has_room(target):
            raise ValueError(f"{place} is taken")
        self._put(replace(part, where=RestsIn(place), pose=target.frame, T_tcp_part=None))

    def let_go(self, part: Part, T_world_tcp: Pose) -> tuple[Part, str]:
        """The part where it comes to rest, and "" or why it fell."""
        taken_to = self.taken_over.pop(part.id, None)
        if taken_to is not None and self.has_room(self.places[taken_to]):
            self.carry(part, taken_to)
            return self.parts[part.id], ""
        pose = self.pose_in(part, T_world_tcp)
        places = tuple(place for place in self.places_at(pose, part.kind) if self._is_there(place))
        free = next((place for place in places if self.has_room(place)), None)
        if free is not None and part.kind.name in free.accepts:
            if free.of is not None:
                return self._join(part, pose, free), ""
            return self._put(replace(part, where=RestsIn(free.name), pose=pose, T_tcp_part=None)), ""
        why = f"{places[0].name} is taken or does not accept it" if places else "nothing carries it here"
        return self.fall(part, pose, why), why

    def base_at(self, place: Place) -> Part | None:
        """What lies where the place is a seat of it."""
        return self.resting_in(place.lies_on[0]) if place.of is not None else None

    def _is_there(self, place: Place) -> bool:
        """A seat is there with the base, and while the base is of a kind that has it."""
        base = self.base_at(place)
        return place.of is None or (base is not None and base.kind.seat(place.of.name) is not None)

    def _join(self, part: Part, pose: Pose, place: Place) -> Part:
        base = self.base_at(place)
        seat = None if base is None or place.of is None else base.kind.seat(place.of.name)
        assert base is not None
        assert seat is not None
        self._put(replace(base, kind=self.cell.parts[seat.becomes]))
        return self._put(replace(part, where=JoinedTo(base.id, seat.name), pose=base.pose.inverse() @ pose, T_tcp_part=None))

    def fall(self, part: Part, pose: Pose, why: str) -> Part:
        x, y, z = (float(v) for v in pose.translation)
        return self._put(replace(part, where=Fallen(why, (x, y, z)), pose=pose, T_tcp_part=None))

    def places_at(self, pose: Pose, kind: PartKind) -> Iterator[Place]:
        near = np.flatnonzero(np.linalg.norm(self._at - pose.translation, axis=1) <= REACH)
        places = tuple(self.places.values())
        return (places[i] for i in near if rests_at(self.cell, kind, pose, places[i].frame))

    def has_room(self, place: Place) -> bool:
        """A place with `capacity` n holds n parts, a heap any number, but for one that is emptied from outside: what does not go
        in there falls. A seat is filled by what is joined there; without its base
        there is nothing to meet."""
        if place.of is not None:
            base = self.base_at(place)
            return base is None or all(part.where != JoinedTo(base.id, place.of.name) for part in self.parts.values())
        lying = sum(part.where == RestsIn(place.name) for part in self.parts.values())
        thing = self.cell.equipment.get(place.equipment)
        most = room_in(thing) if thing is not None and is_outfeed(thing) else place.capacity
        return most is None or lying < most

    def processed(self, part: Part, machine: str, program: str) -> None:
        self._put(replace(part, programs=(*part.programs, (machine, program))))

    def told(self, part: Part, outcome: str, value: str) -> None:
        self._put(replace(part, outcomes=(*part.outcomes, (outcome, value))))

    def record(self) -> tuple[PartRecord, ...]:
        return tuple(PartRecord(p.id, p.kind.name, p.where, p.programs, p.outcomes) for p in self.parts.values())

    def _put(self, part: Part) -> Part:
        self.parts[part.id] = part
        if isinstance(part.where, RestsIn) and self._heaps_up(self.cell.places[part.where.place]):
            self._forget(self.heaped.take(part.id))
        return part

    def _heaps_up(self, place: Place) -> bool:
        """Without end, for nobody takes anything out."""
        return is_heap(self.cell, place) and not is_outfeed(self.cell.equipment[place.equipment])

    def _forget(self, part: str | None) -> None:
        """With all that was joined to it."""
        known = None if part is None else self.parts.pop(part, None)
        if known is None:
            return
        if isinstance(known.where, RestsIn):
            self.heaped.gone(known.kind.name, known.where.place)
        for other in [p.id for p in self.parts.values() if isinstance(p.where, JoinedTo) and p.where.base == known.id]:
            self._forget(other)


def is_grasp(part: Part, T_world_tcp: Pose) -> bool:
    """Whether the TCP is at the centre of the part's upper face, pointing down into it, turned as its sides ask."""
    T_part_tcp = part.pose.inverse() @ T_world_tcp
    top = np.array([0.0, 0.0, height(part.kind.shape)])
    if float(np.linalg.norm(T_part_tcp.translation - top)) > REACH:
        return False
    if _angle(T_part_tcp.rotation[:, 2], np.array([0.0, 0.0, -1.0])) > TILT:
        return False
    return _is_turned_by(part.kind.shape, T_part_tcp.rotation[:, 0], quarter=True)


def rests_at(cell: CellModel, kind: PartKind, pose: Pose, frame: Pose) -> bool:
    """Whether a part at `pose` stands in a place with that frame: near enough, upright, turned as its shape asks, and not at all
    where another part goes in beside its axis."""
    T_place_part = frame.inverse() @ pose
    if float(np.linalg.norm(T_place_part.translation)) > REACH:
        return False
    if _angle(T_place_part.rotation[:, 2], np.array([0.0, 0.0, 1.0])) > TILT:
        return False
    x_axis = T_place_part.rotation[:, 0]
    if turns(cell, kind.name) == (0.0,):
        return abs(math.atan2(float(x_axis[1]), float(x_axis[0]))) <= TILT
    return _is_turned_by(kind.shape, x_axis, quarter=False)


def _is_turned_by(shape: Shape, x_axis: Array, quarter: bool) -> bool:
    """Whether an x axis, seen from above, is turned by a multiple of the shape's own symmetry (or of a quarter)."""
    match shape:
        case Cylinder() | Sphere():
            return True
        case Box(size):
            step = math.pi / 2 if quarter or size[0] == size[1] else math.pi
        case ConvexHull():
            step = math.pi / 2 if quarter else math.tau
    turn = math.remainder(math.atan2(float(x_axis[1]), float(x_axis[0])), step)
    return abs(turn) <= TILT


def _angle(a: Array, b: Array) -> float:
    return math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b))
