"""Commands become driver calls: the one place that acts on the world.

Law: only a ReleasedPlan's motions are ever sent; nothing is sent on a stale state; a driver's refusal comes back as an event and
is never swallowed. Every call names a state to reach under the command's id, so twice is as good as once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import assert_never

from cell.commands import (
    Acknowledge,
    Activate,
    AwaitWork,
    CallOff,
    Couple,
    DeviceCommand,
    Drive,
    Grip,
    Inspect,
    Present,
    Release,
    SetClamp,
    SetDoor,
    SetSpeed,
    StartMotion,
    StartProgram,
    StopAll,
    Treat,
    Uncouple,
    Withdraw,
)
from cell.device import PersonWork, Process, Trajectory
from cell.driver import Device, DriverSet, coupling_name
from cell.driver_errors import DriverError, LinkLost, Refused, Timeout
from cell.events import CommandReported
from cell.motion_plan import Motion
from cell.released_plan import ReleasedPlan
from cell.steps import Along

NANOSECONDS = 1e9
PLANS = 2  # whose motions may be sent: an answer that came too late for its run leaves the one before it in hand


def process_of(motion: Motion) -> Process | None:
    """What the tool does on the motion, None for nothing."""
    for contact in motion.contacts:
        if isinstance(along := contact.touch, Along) and contact.between is not None:
            tool, settings = along.hand.rpartition(".")[0], (("force", along.force), *along.settings)
            return Process(tool, along.verb, along.place, along.feature, *contact.between, settings)
    return None


class Dispatcher:
    def __init__(self, drivers: DriverSet) -> None:
        self._drivers = drivers
        self._plans: deque[Mapping[str, Motion]] = deque(maxlen=PLANS)
        self._way: Mapping[str, Motion] = {}
        self._capabilities = {name: robot.capabilities() for name, robot in drivers.motion.items()}

    def take(self, plan: ReleasedPlan) -> None:
        """From now on the motions of `plan` may be sent. Raises TypeError for anything that was not released."""
        if not isinstance(plan, ReleasedPlan):
            raise TypeError(f"only a released plan is dispatched, got {type(plan).__name__}")
        self._plans.append(plan.motion_plan.motions)

    def take_way(self, plan: ReleasedPlan) -> None:
        """From now on, until the next one, a robot may be jogged along its motion. Raises TypeError as `take` does."""
        if not isinstance(plan, ReleasedPlan):
            raise TypeError(f"only a released plan is dispatched, got {type(plan).__name__}")
        self._way = plan.motion_plan.motions

    def send(self, command: DeviceCommand | SetSpeed, now: int) -> Iterator[CommandReported]:
        """Sends `command`. Yields a report when the driver does not take it; everything else is polled."""
        try:
            self._call(command, now)
        except Refused as refusal:
            yield CommandReported(now, command.of, command.id, "refused", refusal.code.name, refusal.text)
        except (LinkLost, Timeout) as cause:
            yield CommandReported(now, command.of, command.id, "unknown", type(cause).__name__, cause.text)
        except DriverError as cause:
            yield CommandReported(now, command.of, command.id, "refused", type(cause).__name__, cause.text)

    def stop(self, command: StopAll) -> list[DriverError]:
        """Every robot first, whatever one of them answers, and whatever fails here on the way to it; machines too when it is more
        than a normal stop. Whom it did not reach."""
        drivers, kind = self._drivers, command.kind
        stops: list[tuple[str, Callable[[], None]]] = [(name, partial(d.stop, kind)) for name, d in drivers.motion.items()]
        if kind != "hold":
            stops += [(name, tool.stop) for name, tool in drivers.grippers.items()]
            stops += [(coupling_name(robot), coupling.stop) for robot, coupling in drivers.couplings.items()]
            stops += [(name, machine.stop) for name, machine in drivers.machines.items()]
            stops += [(name, supply.stop) for name, supply in drivers.supplies.items()]
        return [failed for name, stop in stops if (failed := _not_stopped(name, stop)) is not None]

    def _call(self, command: DeviceCommand | SetSpeed, now: int) -> None:
        drivers = self._drivers
        match command:
            case StartMotion(id=id, of=of, robot=robot):
                self._start_motion(id, of.motion or "", robot, now)
            case Grip(id=id, tool=tool, hand=hand, force=force):
                drivers.grippers[tool].grip(id, hand, None, force)
            case Release(id=id, tool=tool, hand=hand):
                drivers.grippers[tool].release(id, hand)
            case Drive(id=id, tool=tool, hand=hand, torque=torque):
                drivers.grippers[tool].drive(id, hand, torque)
            case Couple(id=id, robot=robot, tool=tool):
                drivers.couplings[robot].couple(id, tool)
            case Uncouple(id=id, robot=robot, tool=tool):
                drivers.couplings[robot].uncouple(id, tool)
            case SetDoor(id=id, machine=machine, is_open=is_open):
                drivers.machines[machine].set_door(id, is_open)
            case SetClamp(id=id, machine=machine, is_closed=is_closed):
                drivers.machines[machine].set_clamp(id, is_closed)
            case StartProgram(id=id, machine=machine, program=program):
                drivers.machines[machine].program(id, program)
            case Inspect(id=id, station=station, outcome=outcome):
                drivers.stations[station].inspect(id, outcome)
            case Treat(id=id, station=station, verb=verb):
                drivers.stations[station].treat(id, verb)
            case AwaitWork(id=id, of=of, person=person, verb=verb, outcome=outcome, place=place):
                drivers.persons[person].await_work(id, PersonWork(verb, of.part or "", outcome, place))
            case Withdraw(person=person):
                drivers.persons[person].withdraw()
            case Present(id=id, of=of, supply=supply):
                drivers.supplies[supply].present(id, of.part or "")
            case CallOff(supply=supply):
                drivers.supplies[supply].stop()
            case SetSpeed(id=id, robot=robot, fraction=fraction):
                drivers.motion[robot].scale_speed(id, fraction)
            case Activate(id=id, robot=robot):
                drivers.motion[robot].activate(id)
            case Acknowledge(device=device, fault=fault, operator=operator):
                self._device(device).acknowledge(fault, operator)
            case StopAll():
                for failed in self.stop(command):
                    raise failed
            case _:
                assert_never(command)

    def _start_motion(self, id: str, motion_hash: str, robot: str, now: int) -> None:
        driver = self._drivers.motion[robot]
        capabilities = self._capabilities[robot]
        age = (now - driver.state().received) / NANOSECONDS
        if age > capabilities.max_age:
            raise LinkLost(robot, id, now, f"its last state is {age:.2f} s old, {capabilities.max_age:g} s is allowed")
        motion = self._motion(motion_hash)
        joints = tuple(joint.name for joint in capabilities.joints)
        contact = next(((c.first, c.last, c.force) for c in motion.contacts), None)
        trajectory = Trajectory(motion_hash, joints, motion.segments, motion.phases, contact, process_of(motion))
        driver.start(driver.prepare(id, trajectory))

    def _motion(self, motion_hash: str) -> Motion:
        """Raises KeyError for a motion that no plan in hand has."""
        for motions in (self._way, *reversed(self._plans)):
            if motion_hash in motions:
                return motions[motion_hash]
        raise KeyError(motion_hash)

    def _device(self, name: str) -> Device:
        drivers = self._drivers
        every: dict[str, Device] = {**drivers.persons, **drivers.supplies, **drivers.stations, **drivers.machines}
        every |= {**drivers.grippers, **drivers.motion, **{d.name: d for d in drivers.couplings.values()}}
        return every[name]


def _not_stopped(name: str, stop: Callable[[], None]) -> DriverError | None:
    """None where it was asked. A defect on the way to one device (no thread can be started, no memory) is no reason to leave the
    others moving."""
    try:
        stop()
    except DriverError as cause:
        return cause
    except Exception as defect:
        return DriverError(name, None, 0, f"{type(defect).__name__}: {defect}")
    return None
