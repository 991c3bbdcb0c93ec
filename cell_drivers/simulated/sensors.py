"""The signals of the cell and the detectors of people, as simulated faces. Signals speak the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cell.device import SignalChanged, SignalSample, SignalValue
from cell.driver_errors import Refusal
from cell_drivers.simulated.approaches import Approaches
from cell_drivers.simulated.face import Face
from cell_drivers.simulated.gripper_face import GripperFace
from cell_drivers.simulated.machine_face import MachineFace
from cell_drivers.simulated.person_face import PersonFace
from cell_drivers.simulated.supply_face import SupplyFace
from cell_drivers.simulated.timeline import nanoseconds
from cell_drivers.simulated.world import World

MAX_AGE = nanoseconds(0.5)

Sources = Mapping[str, Callable[[], SignalValue]]


def signal_sources(
    world: World,
    grippers: Mapping[str, GripperFace],
    machines: Mapping[str, MachineFace],
    supplies: Mapping[str, SupplyFace],
    persons: Mapping[str, PersonFace],
) -> dict[str, Callable[[], SignalValue]]:
    """A reader for every signal that the cell file names. What nothing simulates reads None: not known."""
    found: dict[str, Callable[[], SignalValue]] = {}
    for name, tool in world.cell.tools.items():
        for fact, signal in tool.signals.items():
            found[signal] = _tool_source(grippers[name], fact)
    for name, equipment in world.cell.equipment.items():
        for fact, signal in equipment.signals.items():
            machine, supply = machines.get(name), supplies.get(name)
            if machine is not None:
                found[signal] = _machine_source(machine, fact)
            elif supply is not None and fact == "waiting":
                found[signal] = _waiting_source(supply)
            else:
                found[signal] = _place_source(world, name, fact)
    for name, zone in world.cell.zones.items():
        if zone.occupied is not None:
            found[zone.occupied] = _zone_source(world, name)
        if zone.distance is not None:
            found[zone.distance] = Approaches(world, name).nearest
    for person in world.cell.people.values():
        if person.ready is not None:
            found[person.ready] = _person_source(persons[person.name])
    return found


def _person_source(person: PersonFace) -> Callable[[], SignalValue]:
    return lambda: person.ready


def _tool_source(gripper: GripperFace, fact: str) -> Callable[[], SignalValue]:
    if fact == "holding":
        return lambda: "yes" if gripper.is_holding else "no"
    return lambda: False if fact == "alarm" else None


def _machine_source(machine: MachineFace, fact: str) -> Callable[[], SignalValue]:
    return lambda: machine.signal(fact)


def _waiting_source(supply: SupplyFace) -> Callable[[], SignalValue]:
    return lambda: float(supply.waiting)


def _place_source(world: World, equipment: str, fact: str) -> Callable[[], SignalValue]:
    match fact:
        case "waiting":
            return lambda: float(world.parts.count_in(equipment))
        case "occupied":
            return lambda: "occupied" if world.parts.count_in(equipment) else "free"
        case "alarm":
            return lambda: False
    return lambda: None


def _zone_source(world: World, zone: str) -> Callable[[], SignalValue]:
    return lambda: "occupied" if world.occupied[zone] else "free"


class SignalsFace(Face):
    """Tells a change when the world refreshes it, and the value of this moment when asked."""

    def __init__(self, world: World, sources: Sources) -> None:
        super().__init__(world, "signals")
        self._sources = dict(sources)
        self._last = {signal: read() for signal, read in sources.items()}
        self._frozen_samples: dict[str, SignalSample] | None = None

    @property
    def signals(self) -> tuple[str, ...]:
        return tuple(self._sources)

    def read(self, signal: str) -> SignalSample:
        if signal not in self._sources:
            raise self.refused(Refusal.UNKNOWN_NAME, "", f"no signal {signal!r}; there are {', '.join(self._sources)}")
        if self._frozen_samples is not None:
            return self._frozen_samples[signal]
        return self._sample(signal)

    def refresh(self) -> None:
        for signal, read in self._sources.items():
            value = read()
            if value != self._last[signal]:
                self._last[signal] = value
                self.tell(SignalChanged(self.name, self.world.now, self._sample(signal)))

    def freeze(self) -> None:
        self._frozen_samples = {signal: self._sample(signal) for signal in self._sources}
        super().freeze()

    def thaw(self) -> None:
        self._frozen_samples = None
        super().thaw()

    def _sample(self, signal: str) -> SignalSample:
        return SignalSample(signal, self._sources[signal](), self.world.now, MAX_AGE)


class PeopleFace(Face):
    """Zones where a person is. Silence is occupied: a frozen detector says so once its last word has grown old."""

    def __init__(self, world: World, zones: tuple[str, ...]) -> None:
        super().__init__(world, "people")
        self._zones = zones
        self._frozen_words: dict[str, bool] | None = None
        self._frozen_at = 0

    @property
    def zones(self) -> tuple[str, ...]:
        return self._zones

    def is_occupied(self, zone: str, now: int) -> bool:
        if zone not in self._zones:
            raise self.refused(Refusal.UNKNOWN_NAME, "", f"no zone {zone!r}; there are {', '.join(self._zones)}")
        if not self.is_open:
            return True
        if self._frozen_words is not None:
            return self._frozen_words[zone] or now - self._frozen_at > MAX_AGE
        return bool(self.world.occupied[zone]) or now - self.world.now > MAX_AGE

    def freeze(self) -> None:
        self._frozen_words = {zone: bool(self.world.occupied[zone]) for zone in self._zones}
        self._frozen_at = self.world.now
        super().freeze()

    def thaw(self) -> None:
        self._frozen_words = None
        super().thaw()
