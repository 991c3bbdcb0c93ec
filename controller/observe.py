"""Readings become observations: what a driver shows, said as a fact of the plan's vocabulary. Pure.

Law: facts come before the report that a command is done, and alarms before both, so that the fold never has to wonder why
something ended. Which part a hand holds no gripper knows; it is the one that the hand was asked to grip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

import numpy as np

from cell import device
from cell.commands import Subject
from cell.events import (
    CommandReported,
    CountReported,
    DeviceAlarm,
    FactObserved,
    HandClosedEmpty,
    LinkReported,
    Observation,
    OutcomeTold,
    QuantityMeasured,
)
from cell.events import CommandStatus as Status
from cell.geometry import Array
from cell.motion_plan import MotionPlan
from cell.run import RunContext
from cell.steps import Fact, FactName, Grip, Stance, stance_name
from controller.run_state import DeviceBelief, HandBelief, RunState
from controller.stance_seen import stance_seen

NEAR = 2e-3  # rad or m: how far a robot at rest may at most be from a stance to be seen in it
STANDSTILL = 1e-3  # rad/s or m/s
SECOND = 1e9

Stances = Mapping[str, Mapping[Stance, Array]]


def stances_of(plan: MotionPlan) -> Stances:
    """For each robot the joint positions (n,) of every stance that the plan's motions start or end in."""
    found: dict[str, dict[Stance, Array]] = {}
    for motion in plan.motions.values():
        of = found.setdefault(motion.need.robot, {})
        of[motion.need.start] = motion.segments[0].control[0]
        of[motion.need.end] = motion.segments[-1].control[-1]
    return found


def ordered(events: Iterable[device.DeviceEvent]) -> list[device.DeviceEvent]:
    """Alarms first, then readings, then outcomes, then what became of commands; the devices' own order within each. Of a machine
    only the newest reading tells of an alarm: the end of that in an older one may have been told, and nobody tells it again."""
    found = list(events)
    newest = {event.device: event for event in found if isinstance(event, device.MachineChanged)}
    return sorted((_without_past_alarm(event, newest) for event in found), key=_rank)


def _without_past_alarm(event: device.DeviceEvent, newest: Mapping[str, device.MachineChanged]) -> device.DeviceEvent:
    if not isinstance(event, device.MachineChanged) or event is newest[event.device]:
        return event
    return replace(event, state=replace(event.state, alarm=None))


def observations(state: RunState, event: device.DeviceEvent) -> Iterator[Observation]:
    """What one device event says, beyond what is already believed."""
    at = event.time
    match event:
        case device.CommandChanged(command=command, status=status):
            yield from _reported(state, at, command, status)
        case device.GripChanged(state=seen):
            yield from hand_seen(state, at, seen)
        case device.CouplingChanged(state=seen):
            yield from coupling_seen(state, at, seen)
        case device.MachineChanged(state=seen):
            yield from machine_seen(state, at, seen)
        case device.OutcomeTold(command=command, outcome=outcome, value=value):
            yield OutcomeTold(at, _subject(state, command), outcome, value, event.device)
        case device.SignalChanged(sample=sample):
            yield from signal_seen(state, at, sample)
        case device.Measured(command=command, quantity=quantity, value=value):
            yield QuantityMeasured(at, _subject(state, command), quantity, value, event.device)
        case device.FaultRaised(fault=fault, text=text):
            yield DeviceAlarm(at, _run(state), event.device, True, fault, text)
        case device.FaultCleared(fault=fault):
            yield DeviceAlarm(at, _run(state), event.device, False, fault, "")
        case device.LinkChanged(is_up=is_up, why=why):
            yield LinkReported(at, _run(state), event.device, is_up, why)
        case device.SpeedScaled():
            pass
        case _:
            assert_never(event)


def robot_seen(state: RunState, at: int, seen: device.RobotState, stances: Stances, within: float) -> Iterator[Observation]:
    """Where a robot at standstill stands. Silent while it moves, and when that is known already. `within` rad or m of a stance it
    stands there: no further than its driver starts a motion from."""
    if not is_at_rest(seen):
        return
    stance = stance_seen(state, seen, stances.get(seen.device, {}), within)
    believed = state.belief.robots.get(seen.device)
    if believed is None or believed.stance != stance:
        fact = Fact("stands", (seen.device, stance_name(stance)))
        yield FactObserved(at, _of_device(state, seen.device), fact, True, seen.device, _age(at, seen.received))


def is_at_rest(seen: device.RobotState) -> bool:
    return seen.command is None and float(np.max(np.abs(seen.qd), initial=0.0)) <= STANDSTILL


def hand_seen(state: RunState, at: int, seen: device.GripperState) -> Iterator[Observation]:
    hand = f"{seen.device}.{seen.hand}"
    believed = state.belief.hands.get(hand, HandBelief())
    of, age = _of_device(state, hand), _age(at, seen.time)
    match seen.grip:
        case "open" if believed.grip != "open":
            yield FactObserved(at, of, Fact("empty", (hand,)), True, seen.device, age)
        case "held" if believed.grip != "held":
            part = believed.part or of.part or _asked_to_grip(state, hand) or ""
            yield FactObserved(at, replace(of, part=part or None), Fact("held", (part, hand)), True, seen.device, age)
        case "empty" if believed.grip != "empty":
            yield HandClosedEmpty(at, of, hand, seen.touched, seen.device, age)
        case _:
            pass


def _asked_to_grip(state: RunState, hand: str) -> str | None:
    """The part that the hand was last asked to grip when sight of it was lost; None where nothing was lost sight of."""
    plan = state.progress.plan
    if plan is None:
        return None
    lost = [name for name, status in state.progress.status.items() if status == "unknown"]
    newest_first = (plan.steps[name].action for name in sorted(lost, key=plan.position.__getitem__, reverse=True))
    return next((a.part for a in newest_first if isinstance(a, Grip) and f"{a.tool}.{a.hand}" == hand), None)


def coupling_seen(state: RunState, at: int, seen: device.CouplingState) -> Iterator[Observation]:
    """Which tool is at a flange, and which is not any more."""
    of, age = _of_device(state, seen.device), _age(at, seen.time)
    for tool, mount in state.belief.mounts.items():
        if (mount == seen.robot) is not (tool == seen.tool):
            yield FactObserved(at, of, Fact("mounted", (tool, seen.robot)), tool == seen.tool, seen.device, age)


def machine_seen(state: RunState, at: int, seen: device.MachineState) -> Iterator[Observation]:
    """What the machine itself says, where the cell file names no signal for it."""
    context = state.context.devices.get(seen.device) if state.context else None
    if context is None:
        return
    believed = state.belief.devices.get(seen.device, DeviceBelief())
    age = _age(at, seen.time)
    of = _of_device(state, seen.device)
    if context.door is None:
        yield from _leaf(at, of, believed.door_open, seen.door, ("open", "shut"), seen.device, seen.device, age)
    if context.clamp is None:
        yield from _leaf(at, of, _opposite(believed.clamped), seen.clamp, ("unclamped", "clamped"), seen.device, seen.device, age)
    if context.running is None and seen.running is not None and seen.running is not believed.running:
        yield FactObserved(at, of, Fact("running", (seen.device,)), seen.running, seen.device, age)
    if seen.alarm is not None and not believed.faults:
        yield DeviceAlarm(at, of, seen.device, True, "alarm", seen.alarm)


def signal_seen(state: RunState, at: int, sample: device.SignalSample) -> Iterator[Observation]:
    """What a signal says that the cell file names for a door, a clamp, a spindle or waiting parts. Stale is not known."""
    if state.context is None:
        return
    value = None if sample.is_stale(at) else sample.value
    thing = state.context.waiting.get(sample.name)
    if thing is not None and isinstance(value, int | float) and state.belief.waiting.get(thing) != value:
        yield CountReported(at, _run(state), thing, float(value), sample.name)
    yield from _events_seen(state, at, state.context, sample.name, value)
    for name, context in state.context.devices.items():
        believed = state.belief.devices.get(name, DeviceBelief())
        of, age = _of_device(state, name), _age(at, sample.time)
        if sample.name == context.door:
            yield from _leaf(at, of, believed.door_open, value, ("open", "shut"), name, sample.name, age)
        elif sample.name == context.clamp:
            yield from _leaf(at, of, _opposite(believed.clamped), value, ("unclamped", "clamped"), name, sample.name, age)
        elif sample.name == context.running and value in ("running", "stopped"):
            if believed.running is (value == "running"):
                continue
            yield FactObserved(at, of, Fact("running", (name,)), value == "running", sample.name, age)


# --- parts of these ----------------------------------------------------------------------------------------------------


def _rank(event: device.DeviceEvent) -> int:
    match event:
        case device.FaultRaised() | device.FaultCleared() | device.LinkChanged():
            return 0
        case device.OutcomeTold() | device.Measured():
            return 2
        case device.CommandChanged():
            return 3
        case _:
            return 1


def _reported(state: RunState, at: int, command: str, status: device.CommandStatus) -> Iterator[Observation]:
    if command not in state.progress.flights:
        return
    words: dict[str, Status] = {
        "running": "running", "done": "done", "aborted": "aborted", "unknown": "unknown", "not seen": "unknown"
    }  # fmt: skip
    if status.state in words:
        text = status.why or ("" if status.state in ("running", "done") else status.state)
        yield CommandReported(at, _subject(state, command), command, words[status.state], "", text, status.at)


def _leaf(
    at: int,
    of: Subject,
    is_open: bool | None,
    seen: object,
    words: tuple[FactName, FactName],
    device: str,
    source: str,
    age: float,
) -> Iterator[Observation]:
    """A door or clamp: `words` for open and closed; anything else is in between, so not what it was."""
    if seen in ("open", "closed"):
        if is_open is not (seen == "open"):
            yield FactObserved(at, of, Fact(words[0] if seen == "open" else words[1], (device,)), True, source, age)
    elif is_open is not None:
        yield FactObserved(at, of, Fact(words[0] if is_open else words[1], (device,)), False, source, age)


def _events_seen(state: RunState, at: int, context: RunContext, signal: str, value: object) -> Iterator[Observation]:
    """A signal that reports an event of a thing: yes or no; not known changes nothing."""
    if not isinstance(value, bool):
        return
    for thing, event in ((t, e) for t, events in context.raises.items() for e, by in events.items() if by == signal):
        if value is not any(fault.code == event for fault in state.belief.devices.get(thing, DeviceBelief()).faults):
            yield DeviceAlarm(at, _of_device(state, thing), thing, value, event, signal if value else "")


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def _run(state: RunState) -> Subject:
    plan = state.progress.plan
    return Subject(state.run, plan.plan.plan_id if plan is not None else None)


def _subject(state: RunState, command: str) -> Subject:
    flight = state.progress.flights.get(command)
    plan = state.progress.plan
    if flight is None or flight.step is None or plan is None:
        return _run(state)
    return plan.subjects[flight.step]


def _of_device(state: RunState, device: str) -> Subject:
    """The step that the device is busy with, else the run."""
    command = state.progress.busy.get(device)
    return _run(state) if command is None else _subject(state, command)


def _age(at: int, sampled: int) -> float:
    return max(0, at - sampled) / SECOND
