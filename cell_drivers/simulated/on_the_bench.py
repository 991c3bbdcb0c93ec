"""The simulated cell on the bench of the conformance kit: what a hand of God may do in a world that is nobody's."""

from __future__ import annotations

from collections.abc import Callable

from cell.driver import Assembly, DriverSet
from cell.grasps import T_part_tcp, grasps
from cell_drivers.conformance import Bench, Hooks
from cell_drivers.simulated.assembly import SimulatedCell
from cell_drivers.simulated.face import Face

PART = "bench part"


def bench(assembly: Assembly) -> Bench:
    hooks = Hooks(cut=cut, fault=fault, between=between, part=part, astray=astray, hush=cut, executions=executions, shown=shown)
    return Bench(SimulatedCell, assembly, travel=0.5, speed=0.9, hooks=hooks)


def cut(drivers: DriverSet, device: str) -> Callable[[], None]:
    """What it says stays as it was; it goes on acting, and takes what it is told: it is silent, and where there is no wire a cut
    comes to the same. Raises KeyError."""
    face = _face(drivers, device)
    face.freeze()
    return face.thaw


def fault(drivers: DriverSet, device: str) -> str:
    """An alarm of a machine. Raises KeyError for what has none."""
    machine = _cell(drivers).machines[device]
    return machine.raise_alarm("the bench says so")


def astray(drivers: DriverSet, robot: str, by: float) -> Callable[[], None]:
    """Its joints are read that far from where they are. Raises KeyError."""
    face = _cell(drivers).motion[robot]
    face.stray = by

    def end() -> None:
        face.stray = 0.0

    return end


def executions(drivers: DriverSet, robot: str) -> int:
    """As its arm has run them, not as they were commanded. Raises KeyError."""
    return len(_cell(drivers).world.arms[robot].motions())


def shown(drivers: DriverSet, person: str) -> bool:
    """Raises KeyError."""
    return _cell(drivers).persons[person].is_asked


def between(drivers: DriverSet, tool: str, hand: str, is_there: bool) -> None:
    """A part of the first kind that the tool grips, where the hand closes."""
    world, name = _cell(drivers).world, f"{PART} of {tool}.{hand}"
    world.parts.carry_off(name)
    if is_there:
        of = world.cell.tools[tool]
        kind = world.cell.parts[of.takes[0]]
        T_world_tcp = world.T_world_tcp(of, hand)
        assert T_world_tcp is not None, "the kit tries tools that are at a flange"
        pose = T_world_tcp @ T_part_tcp(kind.shape, grasps(kind.shape)[0]).inverse()
        world.parts.lay(name, kind.name, next(iter(world.cell.places)), pose)


def part(drivers: DriverSet, device: str, is_there: bool) -> None:
    """A part in its first place. Raises KeyError for what is no machine, station or place to work at."""
    world = _cell(drivers).world
    place = world.cell.equipment[device].places[0]
    world.parts.carry_off(PART)
    if is_there:
        world.parts.appear(PART, place.accepts[0], place)


def _cell(drivers: DriverSet) -> SimulatedCell:
    assert isinstance(drivers, SimulatedCell)
    return drivers


def _face(drivers: DriverSet, device: str) -> Face:
    return _cell(drivers).drivers[device]
