"""Things that stand in the cell: where parts lie, machines, stations. All poses are in the world frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.geometry import Body, Pose, Shape


@dataclass(frozen=True, slots=True)
class PartKind:
    """A kind of part. Its frame is the centre of its lower face; `shape` stands on that face, one that is
    taken for granted where the cell says none. `grip_force` in N. `may_be` are the kinds that `identify` may tell that it is.
    `seats` are where other parts go on it. `family` is the kind that it began as, "" for one that nothing is ever joined to or
    put into; `is_made` for what the cell does not declare by itself: a housing with a gear in it, a kit with something in its
    pockets (intentlang/seats.py)."""

    name: str
    mass: float
    shape: Shape
    grip_force: float | None
    span: Span
    features: tuple[Feature, ...] = ()
    made_from: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    has_assumed_shape: bool = False
    seats: tuple[Seat, ...] = ()
    family: str = ""
    is_made: bool = False
    may_be: tuple[str, ...] = ()

    def seat(self, name: str) -> Seat | None:
        return next((seat for seat in self.seats if seat.name == name), None)

    def path(self, name: str) -> Feature | None:
        """The feature of that name, where it is a path or a spot."""
        return next((feature for feature in self.features if feature.name == name and feature.points), None)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a part of one of the kinds `takes` goes that is joined to a base, or put into a pocket of it. `frame` is in the frame
    of the base: where the lower face of what comes in rests, z up out of it. `becomes` is the kind that the base is from then on.
    `root` is the kind whose shape stands there, with the parts in the seats `upon` on it, which carry what comes in; the seats
    `beside` may be filled too. `is_driven`: a fastener is driven into it, and is flush with the base from then on."""

    name: str
    takes: tuple[str, ...]
    frame: Pose
    becomes: str
    root: str
    upon: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    is_driven: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """`hole a at (…)`: a named frame on a part, in the part's frame. Where it is a path, `points` are its waypoints and `normals`
    the unit vectors out of the part there, one for each (cell/paths.py says what curve that is); a spot has one of each."""

    kind: str
    name: str
    pose: Pose
    span: Span
    points: tuple[tuple[float, float, float], ...] = ()
    normals: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """One spot for one part (`capacity` 1), or a heap for many (`capacity` None: a bin; parts fall in and are not taken
    out again). `frame` is where the part's lower face comes to rest, z up out of the place. `lies_on` are the places whose
    parts carry it: they are filled before it and emptied after it. Empty where the equipment itself carries it. `of` is set where
    the place is a seat of a base that lies in the first of those: nothing ever lies there by itself."""

    name: str
    equipment: str
    frame: Pose
    accepts: tuple[str, ...]
    capacity: int | None
    lies_on: tuple[str, ...] = ()
    of: SeatOf | None = None


@dataclass(frozen=True, slots=True)
class SeatOf:
    """Which seat of a base a place is: its name, the base's family, and the kind `root` that stands at the base's place while
    something goes in. `beside` are the places of the other seats that may be filled then. `is_driven` as in Seat."""

    name: str
    family: str
    root: str
    beside: tuple[str, ...] = ()
    is_driven: bool = False


@dataclass(frozen=True, slots=True)
class DurationRange:
    """Seconds. `is_usual` marks a person's `usually`: an assumption, not a bound."""

    shortest: float
    longest: float
    is_usual: bool = False


@dataclass(frozen=True, slots=True)
class MachineProgram:
    name: str
    duration: DurationRange
    span: Span


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb that a station, a fixture or a person offers, and how long it takes there."""

    verb: str
    duration: DurationRange
    span: Span


@dataclass(frozen=True, slots=True)
class Equipment:
    """`kind` as declared (tray, bin, machine, station, fixture, conveyor, …). `bodies` are its collision geometry, in the
    world. `contains` is what lies there at the start when nothing observes it. `signals` maps a fact's name (door, clamp,
    spindle, alarm, verdict, waiting, …) to the signal that reports it. `seats` are the places on what lies in its `places`."""

    kind: str
    name: str
    frame: Pose
    bodies: tuple[Body, ...]
    places: tuple[Place, ...]
    contains: tuple[tuple[str, int], ...]
    programs: tuple[MachineProgram, ...]
    offers: tuple[Offer, ...]
    signals: Mapping[str, str]
    guard: str | None
    span: Span
    attributes: Mapping[str, object] = field(default_factory=dict)
    attribute_spans: Mapping[str, Span] = field(default_factory=dict)
    seats: tuple[Place, ...] = ()
