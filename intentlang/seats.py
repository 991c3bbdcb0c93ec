"""What parts become when others are joined to them: `from`, `slots` and holes become seats, and kinds that no cell file names.

`part unit { from [housing, gear, cover] }`: a housing has a seat for a gear; with it, it is a `housing+gear`, which has a seat
for a cover; with that it is a unit. Each stands in the middle of all that was joined before, where no `seat` says otherwise.
`slots [a, b]` are pockets side by side along the longer side of the upper face, each for all that fits into it; a kit with
anything in it is a `kit+items`. A hole whose mouth lies on the surface is a seat for each fastener that a tool drives.

Law: what a part has become is one convex body, which encloses all that it is made of; its mass is the sum, fasteners included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from cell.dataclass import dataclass
from cell.equipment import Feature, PartKind, Place, Seat, SeatOf
from cell.geometry import Array, Box, Cylinder, Pose, Shape, corners, height
from cell.vocabulary import KindSchema
from intentlang.declared import Declared, Given, numbers
from intentlang.forms import Named

ON_SURFACE = 1e-3
"""m: the mouth of a hole lies between so far inside and so far outside of the body."""

Parts = Mapping[str, PartKind]
Solids = tuple[tuple[Shape, Pose], ...]
"""Shapes that stand, each on the frame beside it, in the base's frame."""


@dataclass(frozen=True, slots=True)
class _Built:
    """A base as far as it is built: its kind, what it is made of from its root on, and the seats that are filled since."""

    kind: str
    root: str
    solids: Solids
    filled: tuple[str, ...]


def with_seats(declared: Sequence[Declared], parts: Parts, driven: Sequence[str]) -> dict[str, PartKind]:
    """`parts` with their seats, and the kinds that they become behind the kind that they come from. `driven`: the fasteners."""
    made = _Made(dict(parts), {d.name.text: d for d in declared}, tuple(driven))
    for name in _in_order(parts):
        made.assemble(name)
    for name in tuple(made.parts):
        made.pockets(name)
    made.holes()
    order = {name: i for i, name in enumerate(parts)}
    return dict(sorted(made.parts.items(), key=lambda item: order.get(item[0], order.get(item[1].family, 0))))


def _in_order(parts: Parts) -> list[str]:
    """Assemblies, each behind those that it is made of. What is made of itself is left out: cell_rules.py says so."""
    left = [name for name, part in parts.items() if part.made_from]
    done: list[str] = []
    while ready := [name for name in left if not set(parts[name].made_from) & set(left)]:
        done += ready
        left = [name for name in left if name not in ready]
    return done


@dataclass(slots=True)
class _Made:
    parts: dict[str, PartKind]
    declared: Mapping[str, Declared]
    driven: tuple[str, ...]

    # --- from ------------------------------------------------------------------------------------------------------

    def assemble(self, name: str) -> None:
        whole, known = self.parts[name], self.parts
        joined = [n for n in whole.made_from[1:] if n in known and n not in self.driven]
        if whole.made_from[0] not in known or not joined:
            return
        given = {g.key: g for g in self.declared[name].all("seat")}
        now = self._begun(whole.made_from[0])
        for k, kind in enumerate(joined):
            becomes = name if k == len(joined) - 1 else self._name((whole.made_from[0], *joined[: k + 1]))
            now = self._join(now, kind, becomes, whole, given)

    def _begun(self, base: str) -> _Built:
        return _Built(base, base, ((self.parts[base].shape, Pose.identity()),), ())

    def _name(self, members: tuple[str, ...]) -> str:
        """An assembly that is declared to be made of just these, else a name that no cell file can have."""
        whole = next((p.name for p in self.parts.values() if self._members(p) == members), None)
        return whole if whole is not None else "+".join(members)

    def _members(self, part: PartKind) -> tuple[str, ...]:
        return tuple(n for n in part.made_from if n not in self.driven)

    def _join(self, now: _Built, kind: str, becomes: str, whole: PartKind, given: Mapping[str, Given]) -> _Built:
        number = 1 + sum(f == kind or f.startswith(f"{kind}_") for f in now.filled)
        own = kind if number == 1 else f"{kind}_{number}"
        top = Pose.from_xyz_rpy((0.0, 0.0, _highest(now.solids)))
        frame = _posed(given.get(own), top)
        base = self.parts[now.kind]
        known = next((s for s in base.seats if s.becomes == becomes), None)
        if known is None:
            known = Seat(self._free_name(base.family or now.kind, own), (kind,), frame, becomes, now.root, now.filled)
            family = base.family or now.kind
            self.parts[now.kind] = replace(base, seats=(*base.seats, known), family=family)
            self._become(becomes, kind, whole, now, known, family)
        solids = (*now.solids, (self.parts[kind].shape, known.frame))
        if becomes in self.declared and not self.parts[becomes].has_assumed_shape:
            return self._begun(becomes)
        return _Built(becomes, now.root, solids, (*now.filled, known.name))

    def _free_name(self, family: str, own: str) -> str:
        """Two assemblies of one family may put the same kind into different places."""
        taken = {s.name for p in self.parts.values() if p.family == family for s in p.seats}
        name, number = own, 1
        while name in taken:
            number += 1
            name = f"{own}_{number}"
        return name

    def _become(self, name: str, kind: str, whole: PartKind, now: _Built, seat: Seat, family: str) -> None:
        """What the base is with a part of `kind` in that seat."""
        base, comes = self.parts[now.kind], self.parts[kind]
        shape = _around((*now.solids, (comes.shape, seat.frame)))
        if name in self.parts:
            own = self.parts[name]
            features = (*own.features, *(f for f in base.features if f.name not in {o.name for o in own.features}))
            shape = shape if own.has_assumed_shape else own.shape
            self.parts[name] = replace(own, shape=shape, features=features, family=family)
            return
        self.parts[name] = PartKind(
            name, base.mass + comes.mass, shape, base.grip_force, whole.span, base.features, (*_members_of(base), kind),
            has_assumed_shape=True, family=family, is_made=True,
        )  # fmt: skip

    # --- slots -----------------------------------------------------------------------------------------------------

    def pockets(self, name: str) -> None:
        part = self.parts[name]
        if not part.slots:
            return
        given = {g.key: g for g in self.declared[name].all("seat")} if name in self.declared else {}
        laden, takes = f"{name}+items", {}
        for slot, (frame, room) in zip(part.slots, _side_by_side(part), strict=True):
            posed = _posed(given.get(slot), frame)
            takes[slot] = (posed, _held(given.get(slot)) or tuple(self._fitting(part, room)))
        seats = tuple(
            Seat(slot, kinds, frame, laden, name, (), tuple(s for s in takes if s != slot))
            for slot, (frame, kinds) in takes.items()
        )
        self.parts[name] = replace(part, seats=(*part.seats, *seats), family=part.family or name)
        heaviest = sum(max((self.parts[k].mass for k in kinds if k in self.parts), default=0.0) for _, kinds in takes.values())
        solids = [(self.parts[k].shape, frame) for frame, kinds in takes.values() for k in kinds if k in self.parts]
        self.parts[laden] = replace(
            self.parts[name], name=laden, mass=part.mass + heaviest, is_made=True, has_assumed_shape=True,
            shape=_around(((part.shape, Pose.identity()), *solids)),
        )  # fmt: skip

    def _fitting(self, kit: PartKind, room: tuple[float, float]) -> Iterator[str]:
        """All that the cell declares and that is not larger than the pocket, but what is itself put things into."""
        for name, part in self.parts.items():
            low, high = _extent(((part.shape, Pose.identity()),))
            size = high - low
            fits = size[0] <= room[0] + 1e-9 and size[1] <= room[1] + 1e-9
            if fits and not part.slots and not part.is_made and name != kit.name:
                yield name

    # --- holes -----------------------------------------------------------------------------------------------------

    def holes(self) -> None:
        """Of every kind that has any, in the state in which their mouths are open. Each may hold the heaviest fastener."""
        if not self.driven:
            return
        heaviest = max(self.parts[k].mass for k in self.driven)
        filled = self._filled()
        for name, part in tuple(self.parts.items()):
            holes = [f for f in part.features if f.kind == "hole"]
            if not holes or name in self.driven:
                continue
            root, upon = filled.get(name, (name, ()))
            own = {s.name for s in part.seats}
            seats = tuple(
                Seat(f.name, self.driven, f.pose, name, root, upon, is_driven=True)
                for f in holes
                if f.name not in own and _is_open(part.shape, f)
            )
            mass = part.mass + heaviest * len(holes)
            self.parts[name] = replace(part, seats=(*part.seats, *seats), family=part.family or name, mass=mass)

    def _filled(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """For each kind that others were joined to, the root and the seats that are filled."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for part in self.parts.values():
            for seat in part.seats:
                own_shape = seat.becomes in self.declared and not self.parts[seat.becomes].has_assumed_shape
                if not seat.beside and seat.becomes != part.name and not own_shape:
                    found.setdefault(seat.becomes, (seat.root, (*seat.upon, seat.name)))
        return {kind: entry for kind, entry in found.items() if not self.parts[kind].slots}


def _members_of(part: PartKind) -> tuple[str, ...]:
    return part.made_from if part.is_made else (part.name,)


def _posed(given: Given | None, otherwise: Pose) -> Pose:
    """`seat gear at (…) [rotation (…)] [holds …]`."""
    if given is None or not _vectors(given):
        return otherwise
    vectors = _vectors(given)
    return Pose.from_xyz_rpy(vectors[0], vectors[1] if len(vectors) > 1 else (0.0, 0.0, 0.0))


def _vectors(given: Given) -> list[tuple[float, ...]]:
    return [v for v in (numbers(x) for x in given.values[1:] if isinstance(x, tuple)) if len(v) == 3]


def _held(given: Given | None) -> tuple[str, ...]:
    return () if given is None else tuple(n.text for n in given.match.names if isinstance(n, Named) and n.what == ("part",))


def _is_open(shape: Shape, hole: Feature) -> bool:
    """Whether its mouth lies on the surface."""
    out = np.array(hole.pose.rotation[:, 2]) * ON_SURFACE
    return _holds(shape, hole.pose.translation - out) and not _holds(shape, hole.pose.translation + out)


def _holds(shape: Shape, point: Array) -> bool:
    """Whether a shape that stands on the origin holds the point."""
    x, y, z = (float(v) for v in point)
    match shape:
        case Box(size):
            return abs(x) <= size[0] / 2 and abs(y) <= size[1] / 2 and 0.0 <= z <= size[2]
        case Cylinder(radius, length):
            return x * x + y * y <= radius * radius and 0.0 <= z <= length
        case _:
            low, high = _extent(((shape, Pose.identity()),))
            return bool(np.all(point >= low) and np.all(point <= high))


def _extent(solids: Solids) -> tuple[Array, Array]:
    """The least and greatest x, y, z (3,) of all."""
    points = np.concatenate(
        [(frame @ Pose.from_xyz_rpy((0.0, 0.0, height(s) / 2))).apply(corners(s, facets=64)) for s, frame in solids]
    )
    return points.min(axis=0), points.max(axis=0)


def _highest(solids: Solids) -> float:
    return round(float(_extent(solids)[1][2]), 9)


def _around(solids: Solids) -> Shape:
    """One body that stands on the base's frame and encloses all: a cylinder around cylinders on one axis, else a box."""
    low, high = _extent(solids)
    radii = [s.radius for s, frame in solids if isinstance(s, Cylinder) and _is_upon_the_axis(frame)]
    if len(radii) == len(solids):
        return Cylinder(max(radii), round(float(high[2]), 9))
    half = np.maximum(np.abs(low), np.abs(high))
    return Box((round(2.0 * float(half[0]), 9), round(2.0 * float(half[1]), 9), round(float(high[2]), 9)))


def _is_upon_the_axis(frame: Pose) -> bool:
    return bool(abs(frame.rotation[2, 2] - 1.0) < 1e-9 and np.abs(frame.translation[:2]).max() < 1e-9)


def _side_by_side(part: PartKind) -> list[tuple[Pose, tuple[float, float]]]:
    """For each pocket its frame and its size along x and y."""
    low, high = _extent(((part.shape, Pose.identity()),))
    x, y, z = (float(v) for v in high - low)
    count = len(part.slots)
    steps = [(i + 0.5) / count - 0.5 for i in range(count)]
    if x >= y:
        return [(Pose.from_xyz_rpy((x * t, 0.0, z)), (x / count, y)) for t in steps]
    return [(Pose.from_xyz_rpy((0.0, y * t, z)), (x, y / count)) for t in steps]


# --- places ----------------------------------------------------------------------------------------------------------


def becoming(parts: Parts, kinds: Sequence[str]) -> tuple[str, ...]:
    """`kinds` and all that parts of these can become while they lie there."""
    found = dict.fromkeys(kinds)
    left = list(kinds)
    while left:
        kind = left.pop(0)
        for seat in parts[kind].seats if kind in parts else ():
            if seat.becomes not in found:
                found[seat.becomes] = None
                left.append(seat.becomes)
    return tuple(found)


def with_laden(kinds: Sequence[str], parts: Parts) -> tuple[str, ...]:
    """`kinds`, and of each with pockets also what it is with something in them: that is handled alike."""
    laden = [s.becomes for kind in kinds if kind in parts for s in parts[kind].seats if s.beside]
    return tuple(dict.fromkeys((*kinds, *laden)))


def admitting(place: Place, kind: KindSchema, parts: Parts) -> Place:
    """The place of a thing of that kind, with what its parts become: a workplace has all of it, a tray or a bin a kit with
    something in it."""
    if kind.is_workplace:
        return replace(place, accepts=becoming(parts, place.accepts))
    return replace(place, accepts=with_laden(place.accepts, parts)) if kind.layout in ("grid", "heap") else place


@dataclass(slots=True)
class _Spot:
    """A seat of a base of `family`, as one place: `kind` is the first of its kinds that has the seat."""

    name: str
    seat: Seat
    family: str
    kind: str
    beside: dict[str, None]


def seat_places(place: Place, parts: Parts) -> tuple[Place, ...]:
    """One place for each seat of each base that may lie in `place`: nest.gear."""
    found: dict[tuple[str, str], _Spot] = {}
    named: set[str] = set()
    for kind in (k for k in place.accepts if k in parts and parts[k].family):
        family = parts[kind].family
        for seat in parts[kind].seats:
            name = f"{place.name}.{seat.name}"
            name = f"{place.name}.{family}.{seat.name}" if name in named else name
            spot = found.setdefault((family, seat.name), _Spot(name, seat, family, kind, {}))
            named.add(name)
            spot.beside |= dict.fromkeys(s for s in (*seat.beside, *seat.upon) if s not in spot.seat.upon)
    return tuple(_seat_place(place, spot, found) for spot in found.values())


def _seat_place(place: Place, spot: _Spot, found: Mapping[tuple[str, str], _Spot]) -> Place:
    """A base that comes there as what it has become is one body; one that is built there is as many as were joined."""

    def named(seats: Iterable[str]) -> tuple[str, ...]:
        return tuple(found[spot.family, s].name for s in seats if (spot.family, s) in found)

    seat, beneath = spot.seat, named(spot.seat.upon)
    is_built_there = seat.root in place.accepts and len(beneath) == len(seat.upon)
    root, upon = (seat.root, beneath) if is_built_there else (spot.kind, ())
    of = SeatOf(seat.name, spot.family, root, named(spot.beside), seat.is_driven)
    return Place(spot.name, place.equipment, place.frame @ seat.frame, seat.takes, 1, (place.name, *upon), of)
