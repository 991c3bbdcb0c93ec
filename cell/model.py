"""The cell as its files declare it: hardware facts only, checked, in SI, with the span of every declaration.

A robot's kinematics are not in here: `RobotUnit.model` names them, the session loads a `RobotModel` beside this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from cell.changers import Changer, Pocket
from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.driven_by import DrivenBy
from cell.envelope import Envelope
from cell.equipment import Equipment, PartKind, Place
from cell.geometry import Body, Pose
from cell.people import Person
from cell.zones import Zone

if TYPE_CHECKING:
    from cell.vocabulary import KindSchema, Vocabulary


FORCE_LIMIT = 150.0
"""N at the TCP in contact, of a robot that declares no `force_limit`."""


@dataclass(frozen=True, slots=True)
class RobotUnit:
    """One robot as mounted. `home` in rad or m per joint, None when not declared. `payload` kg, `max_speed` m/s at the TCP; None
    means the model's own, or none. `force_limit` N; None means FORCE_LIMIT. `acceleration` and `jerk` scale the model's."""

    name: str
    model: str
    driver: str
    base: Pose
    home: tuple[float, ...] | None
    payload: float | None
    max_speed: float | None
    force_limit: float | None
    span: Span
    attribute_spans: Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class Hand:
    """One gripping point of a tool. `T_flange_tcp`: z of the TCP points out of the hand, towards the part."""

    name: str
    T_flange_tcp: Pose


@dataclass(frozen=True, slots=True)
class Tool:
    """`mount` is a robot's or a changer's name. `bodies` in the flange frame. `force` N, (lowest, highest). `does` are the verbs
    that it does along the paths of parts, or at spots of them, with its first hand."""

    name: str
    mount: str
    hands: tuple[Hand, ...]
    bodies: tuple[Body, ...]
    mass: float
    grips: tuple[str, ...]
    drives: tuple[str, ...]
    force: tuple[float, float] | None
    signals: Mapping[str, str]
    span: Span
    attributes: Mapping[str, object]
    attribute_spans: Mapping[str, Span]
    does: tuple[str, ...] = ()

    @property
    def takes(self) -> tuple[str, ...]:
        """The part kinds that it can hold: those that it grips, and the fasteners that it drives."""
        return tuple(dict.fromkeys((*self.grips, *self.drives)))


@dataclass(frozen=True, slots=True)
class Queue:
    """Orders that arrive as data. `of` is the part kind that an order makes."""

    name: str
    of: str
    span: Span


def _standard() -> Vocabulary:
    """Loaded only where a cell is made without words: who shows records needs no schemas, and they take long to load."""
    from cell.standard_verbs import STANDARD

    return STANDARD


@dataclass(frozen=True, slots=True)
class CellModel:
    """`revision` is the sha256 of the cell files' canonical content. Mappings keep the order of declaration. `places` are those
    of all equipment and, behind each, the seats of what may lie there. What stands of a changer (frame, bodies) is among the
    equipment, under the same name. `driven_by` has what is said of a device's driver, by the name that it is said of. `envelope`:
    None where none is declared. `vocabulary`: the words that its files were read with."""

    robots: Mapping[str, RobotUnit]
    tools: Mapping[str, Tool]
    parts: Mapping[str, PartKind]
    equipment: Mapping[str, Equipment]
    changers: Mapping[str, Changer]
    zones: Mapping[str, Zone]
    people: Mapping[str, Person]
    queues: Mapping[str, Queue]
    file: str
    revision: str
    driven_by: Mapping[str, DrivenBy] = field(default_factory=dict)
    envelope: Envelope | None = None
    vocabulary: Vocabulary = field(default_factory=_standard, repr=False, compare=False)
    places: Mapping[str, Place] = field(init=False, repr=False, compare=False)
    pockets: Mapping[str, Pocket] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Derived once: planning asks for places tens of thousands of times.
        object.__setattr__(self, "places", {p.name: p for e in self.equipment.values() for p in (*e.places, *e.seats)})
        object.__setattr__(self, "pockets", {p.name: p for c in self.changers.values() for p in c.pockets})

    @property
    def declared_parts(self) -> Mapping[str, PartKind]:
        """The kinds that the cell files name, without what they become."""
        return {name: part for name, part in self.parts.items() if not part.is_made}

    def tool_of(self, robot: str) -> Tool | None:
        """The one that is declared to be at its flange. What is there now a CellState says."""
        return next((t for t in self.tools.values() if t.mount == robot), None)

    def tools_of(self, robot: str) -> tuple[Tool, ...]:
        """Every tool that may ever be at its flange, in the order of declaration."""
        stored = {pocket.tool for c in self.changers.values() if robot in c.serves for pocket in c.pockets}
        return tuple(t for t in self.tools.values() if t.mount == robot or t.name in stored)

    def kind_of(self, equipment: Equipment) -> KindSchema:
        """What the words of the cell say of such a thing."""
        return self.vocabulary.kinds[equipment.kind]

    def frame_of(self, where: str) -> Pose:
        """Of a place or a pocket. Raises KeyError where there is neither."""
        return self.places[where].frame if where in self.places else self.pockets[where].frame

    def equipment_of(self, where: str) -> str:
        """What the place or the pocket belongs to. Raises KeyError where there is neither."""
        return self.places[where].equipment if where in self.places else self.pockets[where].changer

    def pocket_of(self, tool: str) -> Pocket | None:
        """None for a tool that no changer stores."""
        return next((pocket for pocket in self.pockets.values() if pocket.tool == tool), None)
