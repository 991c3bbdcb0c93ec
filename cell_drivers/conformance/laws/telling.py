"""Laws of `poll` and of calls in general: in order, each thing once, at once, and what failed says what about."""

from __future__ import annotations

from dataclasses import replace

from cell.device import RobotState, Trajectory
from cell.driver_errors import Refusal
from cell_drivers.conformance.bed import SECOND, Bed, devices
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import Rig, rig
from cell_drivers.conformance.seen import Broken, NotTried, demand
from cell_drivers.conformance.trying import refusal

AT_ONCE = 0.05
"""s that a call may wait for its device, where that does not answer; where it does, a call takes none in virtual time."""
LATE = 0.05
"""s that a busy computer may be late in letting a call come back."""


@law("set", "`poll` gives what is new from all devices in order of time, and nothing from the future.")
def poll_is_in_order_of_time(bed: Bed, _: str) -> str:
    _stir(bed)
    bed.wait(3.0, step=0.5)
    for batch, now in bed.batches:
        _is_ordered([event.time for event in batch], now)
    if not (bed.drivers.motion or bed.drivers.grippers or bed.events):
        raise NotTried("it has no robot and no gripper that could be asked to act")
    demand(bool(bed.events), "everything was asked to act, and `poll` told nothing")
    return f"{len(bed.events)} events"


def _is_ordered(times: list[int], now: int) -> None:
    demand(times == sorted(times), "an event comes before one that is older")
    demand(not times or times[-1] <= now, f"an event is {(times[-1] - now) / SECOND:.3g} s ahead of now" if times else "")


def _stir(bed: Bed) -> None:
    """Something from every robot and hand at a time, without a look in between."""
    for robot in bed.drivers.motion:
        rig(bed, robot).started()
    for tool in bed.drivers.grippers.values():
        for hand in bed.bench.assembly.cell.tools[tool.name].hands:
            tool.release(bed.id(), hand.name)
    virtual = bed.drivers.virtual
    if virtual is not None:
        virtual.advance_to(virtual.now() + 2 * SECOND)


@law("set", "`poll` tells each thing once.")
def poll_tells_each_thing_once(bed: Bed, _: str) -> str:
    _stir(bed)
    bed.wait(3.0)
    first = bed.drivers.poll()
    second = bed.drivers.poll() if bed.drivers.virtual is not None else ()
    demand(not second, f"polled again in the same instant, {len(second)} events come")
    seen = [(type(e), e.device, getattr(e, "command", None), getattr(e, "status", None), e.time) for e in (*bed.events, *first)]
    commands = [key for key in seen if key[2] is not None]
    demand(len(commands) == len(set(commands)), "a status of a command is told twice")
    return f"{len(commands)} news of commands, no two alike"


@law("set", "Devices are called as in the cell file, and what they say goes by the same names.")
def devices_are_called_as_in_the_cell(bed: Bed, _: str) -> str:
    drivers, cell = bed.drivers, bed.bench.assembly.cell
    equipment = {*cell.equipment, *cell.people}
    for what, named, known in (
        ("robot", drivers.motion, set(cell.robots)), ("tool", drivers.grippers, set(cell.tools)),
        ("machine", drivers.machines, equipment), ("station", drivers.stations, equipment),
        ("supply", drivers.supplies, equipment), ("person", drivers.persons, set(cell.people)),
    ):  # fmt: skip
        for name, device in named.items():
            demand(device.name == name, f"the {what} {name} calls itself {device.name}")
            demand(name in known, f"there is no {what} {name} in the cell")
    _stir(bed)
    bed.wait(1.0)
    strangers = {event.device for event in bed.events} - set(devices(drivers))
    demand(not strangers, f"events come from {', '.join(sorted(strangers))}, which is none of them")
    demand(bool(drivers.motion or drivers.grippers or drivers.machines or drivers.stations or drivers.supplies or drivers.persons
                or drivers.signals.signals or drivers.people.zones), "it drives nothing")  # fmt: skip
    return f"{len(devices(drivers))} devices"


@law("motion", "No call waits: it returns at once.")
def calls_return_at_once(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, command = moving.way(), bed.id()
    longest, allowed = 0.0, AT_ONCE + LATE if bed.drivers.virtual is None else 0.0
    for what, call in (
        ("capabilities", lambda: moving.robot.capabilities()), ("state", lambda: moving.robot.state()),
        ("status", lambda: moving.robot.status(command)), ("heartbeat", lambda: moving.robot.heartbeat()),
        ("prepare", lambda: moving.robot.prepare(command, way)),
        ("start", lambda: moving.robot.start(moving.robot.prepare(command, way))), ("poll", lambda: bed.drivers.poll()),
        ("readback", lambda: moving.robot.readback()),
    ):  # fmt: skip
        began = bed.now()
        call()
        took = (bed.now() - began) / SECOND
        longest = max(longest, took)
        demand(took <= allowed, f"`{what}` took {took:.3g} s")
    return f"at most {1e3 * max(longest, _stop_at_speed(moving, way, allowed)):.2g} ms"


def _stop_at_speed(moving: Rig, way: Trajectory, allowed: float) -> float:
    """s that a stop takes to come back where the robot is fastest: one that has hardly begun to move stands at once."""
    moving.watch(0.5 * sum(phase.duration for phase in way.phases))
    began = moving.bed.now()
    moving.robot.stop("hold")
    took = (moving.bed.now() - began) / SECOND
    if took > allowed:
        waits = "the robot stood when it came back: a stop is sent and not waited for, `state` and `poll` tell what became of it"
        seen = waits if moving.stands() else "the robot still moved when it came back"
        raise Broken(f"`stop` took {took:.3g} s in mid-motion, and {seen}")
    return took


@law("motion", "A refusal carries the device, the command, the time and the last state.")
def a_refusal_says_what_about(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    command, began = bed.id(), bed.now()
    refused = refusal(lambda: moving.prepared(replace(moving.way(), phases=()), command), "a trajectory without phases")
    demand(refused.device == robot, f"it names the device {refused.device!r}")
    demand(refused.command == command, f"it names the command {refused.command!r}")
    demand(isinstance(refused.code, Refusal), f"its code is {refused.code!r}")
    earliest = began - round(moving.declared.max_age * SECOND)
    demand(earliest <= refused.time <= bed.now(), f"its time is {(refused.time - began) / SECOND:.3g} s from when it was asked")
    demand(isinstance(refused.last, RobotState), f"its last state is {refused.last!r}")
    return str(refused)
