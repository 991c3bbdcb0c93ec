"""Laws of a device that is silent and whose link is not cut: nobody is told, and only the driver's own patience ends it.

Time is judged by what comes before what, wherever it can be: a computer that is busy makes a call late now and then, a driver
that waits for its device makes it late each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise

from cell.device import FaultCleared, FaultRaised, RobotState
from cell.driver_errors import DriverError
from cell_drivers.conformance.bed import KIT, SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.gripping import between, force_of, hand_of, opened, parted
from cell_drivers.conformance.laws.linking import refuses_to_move, told_truly
from cell_drivers.conformance.laws.telling import AT_ONCE, LATE
from cell_drivers.conformance.motions import Rig, rig
from cell_drivers.conformance.seen import Broken, demand

TRIES = 3
"""Of what a busy computer may spoil."""
PASSING = 0.02
"""s: a call that is over sooner keeps nobody waiting."""
AGAIN = 10.0
"""s that a device which speaks again may take to be heard: by then a link that was given up has been made anew."""
CLOSING = 3.0
"""s within which a hand that nobody has stopped is closed."""
STAYS = 1.0
"""s for which it is watched then."""

Call = tuple[str, Callable[[], object]]


@law("device", "No call waits for a device that is silent and not cut: within 50 ms it is back, or has raised.")
def no_call_waits_for_a_silent_device(bed: Bed, device: str) -> str:
    allowed = AT_ONCE + (LATE if bed.drivers.virtual is None else 0.0)
    took, late = dict[str, float](), set[str]()
    for tried in range(TRIES):
        took = _kept(bed, device)
        waits = {what for what, seconds in took.items() if seconds > allowed}
        late = waits if tried == 0 else late & waits
        if not late:
            return f"at most {1e3 * max(took.values()):.2g} ms"
    raise Broken("; ".join(f"{what} took {took[what]:.3g} s" for what in sorted(late)))


def _kept(bed: Bed, device: str) -> dict[str, float]:
    """s that each call took: as soon as it is silent, once that is known, and where nobody has looked since."""
    old, sent = 2.0 * bed.capabilities(device).max_age + 0.2, list[str]()
    calls = tuple(_calls(bed, device, sent))
    with bed.hushed(device):
        found = _took(bed, calls, "")
        bed.wait(old)
        found |= _took(bed, calls, " on an old state")
    _is_over(bed, device, sent)
    calls = tuple(_calls(bed, device, sent))
    with bed.hushed(device):
        bed.unlooked(old)
        found |= _took(bed, calls, " after nobody has looked")
    _is_over(bed, device, sent)
    return found


def _is_over(bed: Bed, device: str, sent: list[str]) -> None:
    """It is heard again, and what a robot was sent has come to its end; where it cannot tell, time has passed."""
    is_heard_again(bed, device)
    bed.until(lambda: all(bed.status(device, command).is_final for command in sent), 5.0)


def _took(bed: Bed, calls: tuple[Call, ...], when: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for what, call in calls:
        began = bed.now()
        with suppress(DriverError):
            call()
        found[f"`{what}`{when}"] = (bed.now() - began) / SECOND
    return found


def _calls(bed: Bed, device: str, sent: list[str]) -> Iterator[Call]:
    """A stop last: what was taken all the same ends. `sent` gets what a robot may have begun."""
    of, stranger, drivers = bed.device(device), bed.id(), bed.drivers
    yield "heartbeat", of.heartbeat
    yield "poll", drivers.poll
    yield "status", lambda: of.status(stranger)
    yield "acknowledge", lambda: of.acknowledge("no such fault", KIT)
    if device in drivers.motion:
        yield from _of_a_robot(rig(bed, device), sent)
    if device in drivers.grippers:
        gripper, hand, force = drivers.grippers[device], hand_of(bed, device), force_of(bed, device)
        yield "state", lambda: gripper.state(hand)
        yield "grip", lambda: gripper.grip(bed.id(), hand, None, force)
        yield "release", lambda: gripper.release(bed.id(), hand)
        yield "stop", gripper.stop
    if device in drivers.machines:
        machine = drivers.machines[device]
        yield "state", machine.state
        yield "set_door", lambda: machine.set_door(bed.id(), True)
        yield "program", lambda: machine.program(bed.id(), "no such program")
        yield "stop", machine.stop
    if device in drivers.stations:
        yield "state", drivers.stations[device].state
    for coupling in [coupling for coupling in drivers.couplings.values() if coupling.name == device]:
        yield "state", coupling.state
    if device == drivers.signals.name and drivers.signals.signals:
        yield "read", lambda: [drivers.signals.read(signal) for signal in drivers.signals.signals]
    if device == drivers.people.name and drivers.people.zones:
        yield "is_occupied", lambda: [drivers.people.is_occupied(zone, bed.now()) for zone in drivers.people.zones]


def _of_a_robot(moving: Rig, sent: list[str]) -> Iterator[Call]:
    robot, way, ready = moving.robot, moving.way(), moving.prepared()
    sent.append(ready.command)
    yield "state", robot.state
    yield "readback", robot.readback
    yield "prepare", lambda: moving.prepared(way)
    yield "start", lambda: robot.start(ready)
    yield "status of what was sent", lambda: robot.status(ready.command)
    yield "stop", lambda: robot.stop("hold")


@law("motion", "A stop goes out to a silent device at once, and waits behind no other call: the robot stands on its way.")
def a_stop_goes_out_to_a_silent_device(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, way = moving.halfway(0.2)
    next = moving.way("next")
    beside: tuple[Call, ...] = (
        ("status", lambda: moving.robot.status(bed.id())), ("status", lambda: moving.robot.status(prepared.command)),
        ("prepare", lambda: moving.prepared(next)), ("start", lambda: moving.robot.start(prepared)),
    )  # fmt: skip
    with bed.hushed(robot):
        if bed.drivers.virtual is not None:
            moving.robot.stop("hold")
        else:
            for what, call in beside:
                _passes(moving, what, call)
        # As long as it would have gone on: a stop that goes out only when it is heard comes too late.
        bed.wait(prepared.duration + moving.declared.standstill["hold"] + 0.5)
    is_heard_again(bed, robot)
    bed.wait(moving.declared.standstill["hold"])  # one that did nothing meanwhile stops only now
    demand(moving.stands(), "once it is heard again it moves")
    away = moving.distance(moving.q(), way.segments[-1].control[-1])
    demand(away > moving.declared.start_tolerance, "stopped while it was silent, it went to its end")
    bed.until(lambda: bed.status(robot, prepared.command).state in ("aborted", "unknown"), 5.0)
    state = bed.status(robot, prepared.command).state
    demand(state in ("aborted", "unknown"), f"it stands on its way, and the command is {state}")
    return f"stands {away:.2g} from its end: {state}"


def _passes(moving: Rig, what: str, call: Callable[[], object]) -> None:
    """Raises Broken where a stop comes back only behind `call`, each time that this waits at all."""
    behind = list[float]()
    for _ in range(TRIES):
        other = threading.Thread(target=_whatever_it_raises(call), daemon=True)
        other.start()
        other.join(PASSING)
        waits, began = other.is_alive(), moving.bed.now()
        moving.robot.stop("hold")
        took = (moving.bed.now() - began) / SECOND
        has_passed = other.is_alive() or took < PASSING
        other.join()
        moving.bed.bench.alive(moving.bed.drivers)
        if has_passed:
            return
        if waits:
            behind.append(took)
    if behind:
        raise Broken(f"a stop came back behind a `{what}` that waits for a silent device, {max(behind):.3g} s later")


def _whatever_it_raises(call: Callable[[], object]) -> Callable[[], None]:
    """Told by the other laws."""

    def quiet() -> None:
        with suppress(Exception):
            call()

    return quiet


@law(
    "motion",
    "Silence is told as age: no state is made up, nothing is sent on an old one, and what comes late is not told as new.",
)
def silence_is_told_as_age(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, ready, before = moving.way(), moving.prepared(moving.way("ready")), moving.watch(0.3)
    declared, most = moving.declared, moving.declared.max_age
    with bed.hushed(robot):
        moving.watch(2.0 / declared.rate)  # what was under way may still arrive
        last = moving.robot.state()
        states = moving.watch(2.0 * most + 0.5)
        made_up = states[-1].received - last.received
        demand(made_up <= most * SECOND, f"it is silent, and states go on for {made_up / SECOND:.3g} s")
        age = (bed.now() - states[-1].received) / SECOND
        demand(age > most, f"it is silent, and the newest state is only {age:.3g} s old")
        refuses_to_move(moving, way, ready, age)
    after = is_heard_again(bed, robot, STAYS)
    _grow(after)
    if declared.device_clock:
        _are_not_late(before, after, most)
    demand(moving.stands(), "once it is heard again it moves, and nobody asked")
    return f"the newest state was {age:.3g} s old, and {len(after)} came when it spoke again"


def _grow(states: list[RobotState]) -> None:
    for one, next in pairwise(states):
        demand(
            one.device_time < next.device_time,
            f"after a state of {one.device_time} ns comes one of {next.device_time} ns of its time",
        )


def _are_not_late(before: list[RobotState], after: list[RobotState], allowed: float) -> None:
    """By the device's own clock a state is as old as it came later than the quickest did."""
    quickest = min(state.received - state.device_time for state in before)
    latest = max((state.received - state.device_time - quickest) / SECOND for state in after)
    demand(latest <= allowed, f"a state that is {latest:.3g} s old by the device's clock is told as if it were new")


@law("motion", "What ran while its device was silent is told truly once it is heard again, and nothing is sent anew.")
def what_ran_in_the_silence_is_told_truly(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, way = moving.halfway()
    with bed.hushed(robot):
        bed.wait(prepared.duration + (moving.declared.standstill_on_link_loss or 0.0) + 1.0)
    is_heard_again(bed, robot)

    def told() -> str:
        return bed.status(robot, prepared.command).state

    bed.until(lambda: told() in ("done", "aborted", "unknown"), 5.0)
    there = moving.q()
    away = max(moving.distance(state.q, there) for state in moving.watch(STAYS))
    demand(away <= moving.still, f"it has moved by {away:.3g} since, and nobody asked")
    return told_truly(moving, way, there, told())


@law("gripper", "What a silent tool has said of its hand grows old, and is told anew once it is heard again.")
def a_silent_hand_grows_old(bed: Bed, tool: str) -> str:
    gripper, hand = bed.drivers.grippers[tool], hand_of(bed, tool)
    return _grows_old(bed, tool, lambda: gripper.state(hand).time)


@law("gripper", "What was stopped in a silent tool is told truly: a hand that went on and holds its part was not `aborted`.")
def a_stop_of_a_silent_tool_is_told_truly(bed: Bed, tool: str) -> str:
    hand, command = stopped_in_silence(bed, tool)
    gripper = bed.drivers.grippers[tool]

    def told() -> str:
        return bed.status(tool, command).state

    bed.until(lambda: told() in ("done", "aborted", "unknown"), 5.0)
    grip = gripper.state(hand).grip
    fits = ("done", "unknown") if grip == "held" else ("aborted", "unknown")
    demand(told() in fits, f"it is {grip}, and `status` says {told()}")
    seen = f"{grip or 'on its way'}: {told()}"
    parted(bed, tool)
    return seen


def stopped_in_silence(bed: Bed, tool: str) -> tuple[str, str]:
    """A hand that was stopped on its way about its part, while its tool was silent: the hand, and the command of its grip. It is
    heard again, and had the time to close."""
    gripper, hand = opened(bed, tool)
    between(bed, tool, hand, is_there=True)
    command = bed.id()
    gripper.grip(command, hand, None, force_of(bed, tool))
    bed.wait(0.1)
    with bed.hushed(tool):
        with suppress(DriverError):
            gripper.stop()
        bed.wait(CLOSING)
    is_heard_again(bed, tool)
    return hand, command


@law("machine", "What a silent machine has said of itself grows old, and is told anew once it is heard again.")
def a_silent_machine_grows_old(bed: Bed, machine: str) -> str:
    return _grows_old(bed, machine, lambda: bed.drivers.machines[machine].state().time)


def _grows_old(bed: Bed, device: str, told: Callable[[], int]) -> str:
    allowed = bed.capabilities(device).max_age
    bed.wait(0.2)
    with bed.hushed(device):
        bed.wait(2.0 * allowed + 0.5)
        age = (-told() + bed.now()) / SECOND
        demand(age > allowed, f"it has been silent for {2.0 * allowed + 0.5:.2g} s, and its state is only {age:.3g} s old")
    is_heard_again(bed, device)
    return f"{age:.3g} s old, and fresh again"


@law("signals", "A signal of a device that is silent grows stale, or is no longer known.")
def a_hushed_signal_grows_stale(bed: Bed, device: str) -> str:
    signals = bed.drivers.signals
    with bed.hushed(device):
        bed.wait(2.0)
        for signal in signals.signals:
            sample = signals.read(signal)
            demand(sample.value is None or sample.is_stale(bed.now()), f"2 s silent, {signal} is {sample.value!r} and not stale")
    is_heard_again(bed, device)
    return "stale or None after 2 s"


@law("people", "A detector that is silent and not cut says *occupied* once its last word is too old.")
def a_hushed_detector_says_occupied(bed: Bed, device: str) -> str:
    detector = bed.drivers.people
    with bed.hushed(device):
        bed.wait(2.0)
        free = [zone for zone in detector.zones if not detector.is_occupied(zone, bed.now())]
    demand(not free, f"it has been silent for 2 s, and {', '.join(free)} is free")
    return "occupied after 2 s"


def is_heard_again(bed: Bed, device: str, stays: float = 0.0) -> list[RobotState]:
    """Whoever drives it acknowledges what was told of the silence, as Resume does. The states of a robot from then on, and for
    `stays` s more. Raises Broken where nothing fresh comes."""
    seen: list[RobotState] = []
    allowed = bed.capabilities(device).max_age
    before = bed.now()

    def look() -> bool:
        with suppress(DriverError):
            if device in bed.drivers.motion:
                state = bed.drivers.motion[device].state()
                if not seen or state.seq != seen[-1].seq:
                    seen.append(state)
        with suppress(DriverError):
            acknowledge(bed, device)
            return age_of(bed, device) <= allowed and (
                device not in bed.drivers.motion or (bool(seen) and seen[-1].received > before)
            )
        return False

    demand(bed.until(look, AGAIN, 0.002), f"{AGAIN:g} s after it speaks again nothing fresh is told of it")
    bed.wait(stays, 0.002, look)
    return [state for state in seen if state.received > before]


def acknowledge(bed: Bed, device: str) -> None:
    last = {e.fault: e for e in bed.events if isinstance(e, FaultRaised | FaultCleared) and e.device == device}
    for fault in [fault for fault, told in last.items() if isinstance(told, FaultRaised)]:
        bed.device(device).acknowledge(fault, KIT)


def age_of(bed: Bed, device: str) -> float:
    """s of what it says; 0 for what tells no time. The state before the clock: a driver may look when it is asked."""
    drivers = bed.drivers
    if device in drivers.motion:
        then = drivers.motion[device].state().received
    elif device in drivers.grippers:
        then = drivers.grippers[device].state(hand_of(bed, device)).time
    elif device in drivers.machines:
        then = drivers.machines[device].state().time
    elif device in drivers.stations:
        then = drivers.stations[device].state().time
    elif device == drivers.signals.name and drivers.signals.signals:
        then = min(drivers.signals.read(signal).time for signal in drivers.signals.signals)
    else:
        return 0.0
    return (-then + bed.now()) / SECOND
