"""Things that stand in the cell: where parts lie, machines, stations. All poses are in the world frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cell.diagnostic import Span
from cell.geometry import Body, Pose, Shape


@dataclass(frozen=True, slots=True)
class PartKind:
    """A kind of part. Its frame is the centre of its lower face; `shape` stands on that face, one that is
    taken for granted where the cell says none. `grip_force` in N."""

    name: str
    mass: float
    shape: Shape
    grip_force: float | None
    span: Span
    features: tuple[Feature, ...] = ()
    made_from: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    has_assumed_shape: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """`hole a at (…)`: a named frame on a part, in the part's frame."""

    kind: str
    name: str
    pose: Pose
    span: Span


@dataclass(frozen=True, slots=True)
class Place:
    """One spot for one part (`capacity` 1), or a heap for many (`capacity` None: a bin; parts fall in and are not taken
    out again). `frame` is where the part's lower face comes to rest, z up out of the place. `lies_on` are the places whose
    parts carry it: they are filled before it and emptied after it. Empty where the equipment itself carries it."""

    name: str
    equipment: str
    frame: Pose
    accepts: tuple[str, ...]
    capacity: int | None
    lies_on: tuple[str, ...] = ()


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
    spindle, alarm, verdict, waiting, …) to the signal that reports it."""

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
