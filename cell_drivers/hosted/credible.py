"""What a look at a driver may say. Pure: no socket, no process.

Law: nothing that breaks whoever believes it gets past here: a command that nobody gave, another's device, an array that has not
one value for each joint, a moment that has not come yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cell.device import (
    CommandChanged,
    CouplingChanged,
    CouplingState,
    DeviceEvent,
    GripChanged,
    GripperState,
    LinkHeard,
    MachineChanged,
    MachineState,
    PersonState,
    ReadbackBlock,
    RobotState,
    SignalChanged,
)
from cell_drivers.hosted.wire import Hello, Seen

AHEAD = 1_000_000_000
"""ns that a moment may be later than the look that tells of it. By a clock further ahead states would never grow old."""
COLUMNS = ("q", "qd", "setpoint")
Told = DeviceEvent | RobotState | GripperState | CouplingState | MachineState | PersonState | ReadbackBlock | LinkHeard


def incredible(seen: Seen, hello: Hello, is_given: Callable[[str], bool]) -> str | None:
    """The first thing in it that cannot be, in words; None for none. `is_given`: whether somebody gave that command."""
    return next(_incredible(seen, hello, is_given), None)


def _incredible(seen: Seen, hello: Hello, is_given: Callable[[str], bool]) -> Iterator[str]:
    known = {*(described.name for described in hello.devices), "signals", "people"}
    for device in _devices(seen):
        if device not in known:
            yield f"it speaks of {device!r}, which it does not drive"
    for event in seen.events:
        if isinstance(event, CommandChanged) and not is_given(event.command):
            yield f"it answers for command {event.command!r}, which nobody gave it"
    yield from _misshapen(seen, {d.name: len(d.capabilities.joints) for d in hello.devices if d.group == "motion"})
    for heard in seen.heard:
        if heard.lost < 0 or min(heard.took, default=0.0) < 0.0:
            yield f"it has measured less than nothing of {heard.device}"
    for device, moment in _moments(seen):
        if moment > seen.time + AHEAD:
            yield f"it tells of {device} what is {(moment - seen.time) / 1e9:.3g} s ahead of the clock"


def _devices(seen: Seen) -> Iterator[str]:
    told: Sequence[Told] = (*seen.events, *seen.robots, *seen.readback, *seen.heard, *_timed(seen))
    yield from (value.device for value in told)


def _timed(seen: Seen) -> Sequence[GripperState | CouplingState | MachineState | PersonState]:
    return (*seen.hands, *seen.couplings, *seen.machines, *seen.persons)


def _misshapen(seen: Seen, joints: dict[str, int]) -> Iterator[str]:
    for state in seen.robots:
        count = joints.get(state.device, 0)
        for what in (*COLUMNS, "effort", "temperature"):
            array = getattr(state, what)
            if array is not None and array.shape != (count,):
                yield f"{state.device} tells {what} with shape {array.shape}, it has {count} joints"
        if state.force is not None and state.force.shape != (3,):
            yield f"{state.device} tells a force with shape {state.force.shape}"
    for block in seen.readback:
        rows, count = len(block.time), joints.get(block.device, 0)
        shapes = {what: getattr(block, what).shape for what in (*COLUMNS, "time", "s", "speed_scaling")}
        wanted = {what: (rows, count) if what in COLUMNS else (rows,) for what in shapes}
        if shapes != wanted:
            what = next(what for what in shapes if shapes[what] != wanted[what])
            yield f"{block.device} reads {what} back with shape {shapes[what]}, expected {wanted[what]}"


def _moments(seen: Seen) -> Iterator[tuple[str, int]]:
    """Every time in it, with what it is of."""
    for robot in seen.robots:
        yield robot.device, robot.received
    for state in _timed(seen):
        yield state.device, state.time
    for sample in seen.signals:
        yield sample.name, sample.time
    for event in seen.events:
        yield event.device, event.time
        match event:
            case GripChanged() | CouplingChanged() | MachineChanged():
                yield event.device, event.state.time
            case SignalChanged():
                yield event.sample.name, event.sample.time
            case _:
                pass
