"""What another controller asks of the devices before it goes on with a run: what became of the commands that were under way,
where each robot truly stands, which faults are still there.

Law: it asks and sends nothing. A device that cannot tell what became of a command is `unknown`, whatever it answers. One that
knows of a command which the run has never sent shows that the record is older than the cell: what to do next nobody can say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from cell.command_book import LEAST_REMEMBERED
from cell.commands import RequestJog, RequestPlan, Subject
from cell.device import CommandStatus
from cell.driver import Device, DriverSet
from cell.driver_errors import DriverError
from cell.events import CommandReported, DeviceAlarm, FactObserved, Observation
from cell.events import CommandStatus as Reported
from cell.run import RunContext
from cell.steps import AtMeasured, Fact, Stance, stance_name
from controller.observe import is_at_rest
from controller.plan_index import device_of
from controller.run_state import DeviceBelief, Flight, RunState
from controller.watch import Watch, people_seen, told

FIRST = 40  # of those whose names are foreseen and whose number is not
UNSAID = 3  # commands that a device says nothing of, until it is asked for no more: each may be waited for


def robots_found(drivers: DriverSet, state: RunState, watch: Watch, now: int) -> Iterator[Observation]:
    """Those that do not stand where they are believed to: elsewhere, on their way, or not to be seen."""
    for name, believed in state.belief.robots.items():
        if believed.stance is None or name not in drivers.motion:
            continue
        seen = told(drivers.motion[name].state)
        if seen is None or not is_at_rest(seen):
            fact = Fact("stands", (name, stance_name(believed.stance)))
            yield FactObserved(now, Subject(state.run), fact, False, name, 0.0)
        else:
            yield from watch.standing(state, now, seen)


def declared(drivers: DriverSet, context: RunContext) -> RunContext:
    """With what the drivers of the robots declare that a run has to know: what a robot does when its link is lost."""
    losses = {name: drivers.motion[name].capabilities().on_link_loss for name in context.robots if name in drivers.motion}
    robots = {name: replace(robot, on_link_loss=losses.get(name)) for name, robot in context.robots.items()}
    return replace(context, robots=robots)


def measured(drivers: DriverSet, request: RequestJog) -> RequestPlan:
    """The same as the planner is asked it: every robot stands where it is read to stand now; as it was believed to, where it
    cannot be read."""
    stances: dict[str, Stance] = dict(request.state.stances)
    for name, robot in drivers.motion.items():
        seen = told(robot.state)
        if seen is not None and is_at_rest(seen):
            stances[name] = AtMeasured(tuple(float(x) for x in seen.q))
    state = replace(request.state, stances=stances)
    return RequestPlan(request.id, request.of, 0, request.wanted.jog.text, state, jog=request.wanted)


def faults_found(drivers: DriverSet, state: RunState, now: int) -> Iterator[DeviceAlarm]:
    """Faults that are there and not believed, or believed and not there."""
    of = Subject(state.run)
    for name, there in _faults(drivers, state):
        believed, codes = state.belief.devices.get(name, DeviceBelief()).faults, [code for code, _ in there]
        over = (fault.code for fault in believed if fault.code not in codes and not _is_signalled(state, name, fault.code))
        yield from (DeviceAlarm(now, of, name, False, code, "") for code in over)
        if there and not any(fault.code in codes for fault in believed):  # of the others the driver tells by itself
            yield DeviceAlarm(now, of, name, True, *there[0])


def faults_over(drivers: DriverSet, state: RunState, devices: Container[str], now: int) -> Iterator[DeviceAlarm]:
    """Of these `devices`, to which there is a link again: a driver that was started anew does not tell the end of what another
    process of it had told, for it knows of none. What is there it tells by itself."""
    return (found for found in faults_found(drivers, state, now) if not found.is_active and found.device in devices)


def commands_found(drivers: DriverSet, state: RunState, now: int) -> Iterator[Observation]:
    """What became of each command that was under way; nothing of those that still are and have not begun to say so. Where a
    person's driver cannot tell, whether they are still asked."""
    plan = state.progress.plan
    for command, flight in state.progress.flights.items():
        device = _device(drivers, flight.device)
        status = CommandStatus("unknown") if device is None else _status(device, command)
        word = _word(status, flight, drivers)
        if word is not None:
            if word == "unknown":
                yield from people_seen(drivers, state, now, ((command, flight),))
            of = plan.subjects[flight.step] if plan is not None and flight.step is not None else Subject(state.run)
            yield CommandReported(now, of, command, word, "", status.why or _text(word), status.at)


def sent_beyond(drivers: DriverSet, state: RunState) -> tuple[str, str] | None:
    """A device, and a command of this run that it knows and that by the record was never sent to it: it was by a controller whose
    record this one is not, or is no more. None where no device tells of any."""
    unsaid = Counter[str]()
    again, others = _next_steps(state), (*_next_plan(drivers, state), *_next_activations(drivers, state))
    for is_told_again, (name, command) in (*((True, step) for step in again), *((False, other) for other in others)):
        if unsaid[name] < UNSAID:
            known = _known(drivers, name, command)
            if _is_of_somebody(known, name in drivers.motion, is_told_again):
                return name, command
            unsaid[name] += known.state == "unknown"
    return None


def _next_steps(state: RunState) -> Iterator[tuple[str, str]]:
    """Of the plan in hand, so many at each device as it has to remember."""
    plan, progress, many = state.progress.plan, state.progress, Counter[str]()
    for step in plan.steps.values() if plan is not None else ():
        device = device_of(step.action)
        if device is not None and step.id not in progress.status and many[device] < LEAST_REMEMBERED:
            many[device] += 1
            yield device, f"{state.run}/{progress.number}.{step.id}"


def _next_plan(drivers: DriverSet, state: RunState) -> Iterator[tuple[str, str]]:
    """Whose steps are named as those of the one in hand; which device has which is not known."""
    for device in (*drivers.motion, *drivers.machines, *drivers.stations, *drivers.persons):
        yield from ((device, f"{state.run}/{state.progress.number + 1}.s{k}") for k in range(1, FIRST + 1))


def _next_activations(drivers: DriverSet, state: RunState) -> Iterator[tuple[str, str]]:
    """Whoever goes on with a run activates its robots first, with an id that follows from the record."""
    next_ = state.trouble.commands + 1
    for robot in drivers.motion:
        yield from ((robot, f"{state.run}/activate.{k}") for k in range(next_, next_ + FIRST))


def _known(drivers: DriverSet, name: str, command: str) -> CommandStatus:
    device = _device(drivers, name)
    return CommandStatus("unknown") if device is None else _status(device, command)


def _is_of_somebody(known: CommandStatus, is_robot: bool, is_told_again: bool) -> bool:
    """What a robot was told, and not to go, was told again by earlier versions; a stop that came first has taken it from it."""
    return (
        known.state in ("running", "done")
        or (known.state == "queued" and not is_robot)
        or (known.state == "aborted" and not (is_robot and is_told_again))
    )


def _word(status: CommandStatus, flight: Flight, drivers: DriverSet) -> Reported | None:
    match status.state:
        case "not seen":
            return "not begun"
        case "queued":  # a robot has been told the way, and whoever stops it takes that from it; a person has not come
            return "aborted" if flight.device in drivers.motion else None
        case "running" | "done" | "aborted" | "unknown":
            return status.state


def _is_signalled(state: RunState, device: str, fault: str) -> bool:
    """Whether a signal reports it, which then tells its end."""
    return state.context is not None and state.context.raises.get(device, {}).get(fault) is not None


def _text(word: Reported) -> str:
    return "" if word in ("running", "done") else "it does not say what became of it" if word == "unknown" else word


def _status(device: Device, command: str) -> CommandStatus:
    try:
        return device.status(command) if device.capabilities().command_status else CommandStatus("unknown")
    except DriverError:
        return CommandStatus("unknown")


def _device(drivers: DriverSet, name: str) -> Device | None:
    tool = name.partition(".")[0]
    couplings: dict[str, Device] = {coupling.name: coupling for coupling in drivers.couplings.values()}
    every: dict[str, Device] = {**drivers.persons, **drivers.supplies, **drivers.stations, **drivers.machines, **drivers.motion}
    return couplings.get(name) or every.get(name) or drivers.grippers.get(tool)


def _faults(drivers: DriverSet, state: RunState) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """By device: its faults and what it says of them. Nothing of one that does not answer. A machine says that it has an alarm,
    and not which."""
    for name, robot in drivers.motion.items():
        if (at := told(robot.state)) is not None:
            yield name, [(fault, "") for fault in at.faults]
    for name, machine in drivers.machines.items():
        if (shown := told(machine.state)) is not None:
            known = [(fault.code, fault.text) for fault in state.belief.devices.get(name, DeviceBelief()).faults]
            yield name, [] if shown.alarm is None else known or [("alarm", shown.alarm)]
    for name, tool in drivers.grippers.items():
        hands = [hand.partition(".")[2] for hand in state.belief.hands if hand.partition(".")[0] == name]
        states = [told(lambda tool=tool, hand=hand: tool.state(hand)) for hand in hands]  # type: ignore[misc]
        if None not in states:
            yield name, [(fault, "") for jaws in states if jaws is not None for fault in jaws.faults]
