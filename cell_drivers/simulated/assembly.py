"""Builds the simulated cell: one world, a face for every device of the cell file, and the virtual time that moves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from cell.arrivals import ahead
from cell.declared_state import declared_state
from cell.device import DeviceEvent, LinkHeard, RobotState
from cell.devices import devices_of, signal_devices
from cell.driver import Assembly
from cell.equipment import Equipment
from cell.model import CellModel, Tool
from cell.outfeeds import taking_away
from cell.people import PERSON
from cell.state import Expected, InHand, PartState
from cell.world_record import Happening, WorldRecord
from cell_drivers.simulated.arm import Arm
from cell_drivers.simulated.coupling_face import CouplingFace
from cell_drivers.simulated.disturbances import Misfortunes
from cell_drivers.simulated.face import Face
from cell_drivers.simulated.followed import Followed
from cell_drivers.simulated.gripper_face import GripperFace
from cell_drivers.simulated.machine_face import MachineFace
from cell_drivers.simulated.person_face import PersonFace
from cell_drivers.simulated.robot_face import RobotFace
from cell_drivers.simulated.screwdriver_face import ScrewdriverFace
from cell_drivers.simulated.sensors import PeopleFace, SignalsFace, signal_sources
from cell_drivers.simulated.supply_face import SupplyFace
from cell_drivers.simulated.taker import Taker
from cell_drivers.simulated.world import World

F = TypeVar("F", bound=Face)


class SimulatedCell:
    """A `DriverSet` with virtual time, and the world's record beside it for whoever judges. `on_effect` hears every effect
    and violation at once, so a record can be kept outside this process. A robot that another driver moves stands where that
    driver has it (`follow`); all else that is another's stands in the world as it was declared. This set offers neither."""

    def __init__(self, assembly: Assembly, on_effect: Callable[[Happening], None] | None = None) -> None:
        cell, self._devices = assembly.cell, assembly.devices
        self.world = world = World(cell, Misfortunes(assembly.scenario), on_effect, assembly.remembers)
        models = assembly.robots
        own = {name: unit for name, unit in cell.robots.items() if name in self._devices}
        self._robots = {name: RobotFace(world, Arm(world, unit, models[name])) for name, unit in own.items()}
        others_robots = {name: unit for name, unit in cell.robots.items() if name not in own}
        self._followed = {name: Followed(world, unit, models[name]) for name, unit in others_robots.items()}
        world.arms.update({name: face.arm for name, face in self._robots.items()})
        world.arms.update(self._followed)
        self._tools = {name: _tool_face(world, tool) for name, tool in cell.tools.items()}
        world.hands.update(self._tools)
        for one in assembly.in_hands:
            self._put_in_hand(one)
        changing = dict.fromkeys(robot for changer in cell.changers.values() for robot in changer.serves)
        self._couplings = {robot: CouplingFace(world, robot) for robot in changing}
        self._machines = {name: MachineFace(world, e) for name, e in cell.equipment.items() if _is_device(e)}
        world.machines.update(self._machines)
        self._stations = {name: face for name, face in self._machines.items() if face.equipment.offers}
        coming = _coming(cell)
        self._supplies = {name: SupplyFace(world, cell.equipment[name], count) for name, count in coming.items()}
        laws = ((thing, taking_away(thing)) for thing in cell.equipment.values())
        self._takers = tuple(Taker(world, thing, law) for thing, law in laws if law is not None)
        self._persons = {name: PersonFace(world, person) for name, person in cell.people.items()}
        sources = signal_sources(world, self._tools, self._machines, self._supplies, self._persons)
        reporting = signal_devices(cell)
        self._signals = SignalsFace(world, {name: read for name, read in sources.items() if reporting[name] in self._devices})
        world.refresh = self._refresh
        others = set(devices_of(cell)) - self._devices
        self._people = PeopleFace(world, tuple(zone for zone in cell.zones if zone not in others))
        self._faces: tuple[Face, ...] = (
            *self._robots.values(), *self._couplings.values(), *self._tools.values(), *self._machines.values(),
            *self._supplies.values(), *self._persons.values(), self._signals, self._people,
        )  # fmt: skip

    def _put_in_hand(self, one: PartState) -> None:
        assert isinstance(one.location, InHand)
        tool, _, hand = one.location.hand.partition(".")
        self.world.parts.hold(one.id, one.kind, one.location.hand, one.location.grasp)
        self._tools[tool].holds(hand)

    @property
    def follows(self) -> frozenset[str]:
        return frozenset(self._followed)

    def follow(self, state: RobotState) -> None:
        if state.device in self._followed:
            self._followed[state.device].follow(state)

    @property
    def motion(self) -> Mapping[str, RobotFace]:
        return self._own(self._robots)

    @property
    def grippers(self) -> Mapping[str, GripperFace]:
        return self._own(self._tools)

    @property
    def couplings(self) -> Mapping[str, CouplingFace]:
        return self._own(self._couplings)

    @property
    def machines(self) -> Mapping[str, MachineFace]:
        return self._own(self._machines)

    @property
    def stations(self) -> Mapping[str, MachineFace]:
        return self._own(self._stations)

    @property
    def supplies(self) -> Mapping[str, SupplyFace]:
        return self._own(self._supplies)

    @property
    def persons(self) -> Mapping[str, PersonFace]:
        return self._own(self._persons)

    def _own(self, faces: Mapping[str, F]) -> Mapping[str, F]:
        return {key: face for key, face in faces.items() if face.name in self._devices}

    @property
    def signals(self) -> SignalsFace:
        return self._signals

    @property
    def people(self) -> PeopleFace:
        return self._people

    @property
    def drivers(self) -> Mapping[str, Face]:
        """Every face by its device's name; the signals and people detectors by these words."""
        return {face.name: face for face in self._faces}

    @property
    def virtual(self) -> SimulatedCell:
        return self

    def _refresh(self) -> None:
        for supply in self._supplies.values():
            supply.look()
        self._signals.refresh()

    def open(self) -> None:
        for face in self._faces:
            face.open()

    def close(self) -> None:
        for face in self._faces:
            face.close()

    def poll(self) -> tuple[DeviceEvent, ...]:
        found = [numbered for face in self._faces for numbered in face.drain()]
        return tuple(event for _, event in sorted(found, key=lambda numbered: numbered[0]))

    def heard(self) -> tuple[LinkHeard, ...]:
        """Of the devices whose links a scenario makes slow; no other one has any to be measured."""
        measured = ((face.name, face.link.heard()) for face in self._faces)
        return tuple(heard for name, heard in measured if heard is not None and name in self._devices)

    def record(self) -> WorldRecord:
        return self.world.record()

    # --- virtual time ---

    def now(self) -> int:
        return self.world.now

    def next_event_time(self) -> int | None:
        return self.world.timeline.next_time()

    def advance_to(self, time: int) -> None:
        self.world.timeline.advance_to(time)


def _coming(cell: CellModel) -> dict[str, int | None]:
    """How many parts will arrive at each conveyor, None: without end."""
    found: dict[str, int] = {}
    for part in declared_state(cell).parts:
        if isinstance(part.location, Expected):
            name = cell.places[part.location.place].equipment
            found[name] = found.get(name, 0) + 1
    return {name: count if ahead(cell.equipment[name]) is None else None for name, count in found.items()}


def _tool_face(world: World, tool: Tool) -> GripperFace:
    return ScrewdriverFace(world, tool) if tool.drives else GripperFace(world, tool)


def _is_device(equipment: Equipment) -> bool:
    """Whether it has anything to command; a person has not."""
    is_commanded = bool(equipment.programs or equipment.offers or equipment.signals.keys() & {"door", "clamp"})
    return is_commanded and equipment.kind != PERSON
