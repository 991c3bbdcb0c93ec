"""What no device event tells: the first look at everything, silence, bad links, robots that do not follow, people in zones.

Law: a state older than its maximum age is stale; silence of a person detector is *occupied*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from cell.commands import Subject
from cell.device import CouplingState, GripperState, MachineState, RobotState
from cell.driver import DriverSet, HasLooked
from cell.driver_errors import DriverError
from cell.events import (
    CommandReported,
    DeviceSilent,
    FactObserved,
    ForceSeen,
    JointSpeedSeen,
    NoProgressSeen,
    Observation,
    StillMoves,
    TooFastSeen,
    TrackingErrorSeen,
    ZoneReported,
)
from cell.geometry import Array
from cell.run import UNCOUNTED_IS_BROKEN
from cell.steps import Fact, Stance
from controller.forces import Clauses, allowed, clauses_of, free
from controller.hearing import Hearing
from controller.observe import NEAR, Stances, coupling_seen, hand_seen, is_at_rest, machine_seen, robot_seen, signal_seen
from controller.run_state import Flight, RunState
from controller.separation import separations_seen
from controller.standing import Obedience, Progress
from controller.supply import outfeeds_seen, supplies_seen
from controller.waiting import watched

TRACKING_LIMIT = 0.1  # rad or m between setpoint and readback of a joint that follows
MOST_OVER = 1.25  # of a joint's limit: some drivers tell speeds as differences of positions
AWAITING = frozenset({"Starting", "Unholding"})
"""States in which no step moves a robot and the run waits to see where each stands; in others it may be braking."""
NANOSECONDS = 1e9

T = TypeVar("T")


class Watch:
    """Knows the stances of every plan so far and the maximum age of each device's state."""

    def __init__(self, drivers: DriverSet) -> None:
        self._drivers = drivers
        self._progress, self._obedience = Progress(), Obedience()
        self._raced: dict[str, int] = {}  # by robot: when it was last told that a joint is too fast
        self._hearing = Hearing(drivers)
        said = ((name, robot.capabilities().force_accuracy) for name, robot in drivers.motion.items())
        self._force_accuracy = {name: accuracy for name, accuracy in said if accuracy is not None}
        self._clauses: Clauses | None = None
        self._looked = drivers if isinstance(drivers, HasLooked) else None  # once: it takes longer to find out than to look
        self._stances: dict[str, dict[Stance, Array]] = {}
        self._near = {name: min(NEAR, robot.capabilities().start_tolerance) for name, robot in drivers.motion.items()}
        self._limits = {name: robot.capabilities().joints for name, robot in drivers.motion.items()}
        self._fastest = {name: MOST_OVER * np.array([j.velocity for j in joints]) for name, joints in self._limits.items()}
        self._max_age = {d.name: d.capabilities().max_age for d in (*drivers.motion.values(), *drivers.machines.values())}
        self._max_age |= {d.name: d.capabilities().max_age for d in (*drivers.grippers.values(), *drivers.couplings.values())}

    @property
    def stances(self) -> Stances:
        return self._stances

    def learn(self, stances: Stances) -> None:
        for robot, known in stances.items():
            self._stances.setdefault(robot, {}).update(known)

    def standing(self, state: RunState, now: int, seen: RobotState) -> Iterator[Observation]:
        """Where it is seen to stand. What is believed is where its driver lets a motion begin."""
        yield from robot_seen(state, now, seen, self._stances, self._near[seen.device])

    def look(self, state: RunState, now: int) -> Iterator[Observation]:
        of = Subject(state.run)
        robots = {name: seen for name, robot in self._drivers.motion.items() if (seen := told(robot.state)) is not None}
        untold = ((name, 0) for name in self._drivers.motion if name not in robots)
        for name, sampled in (*((n, seen.received) for n, seen in robots.items()), *untold, *self._samples(state, now)):
            if name in state.belief.cut:
                continue
            age = (now - min(sampled, self._progress.told(robots.get(name), now))) / NANOSECONDS
            is_silent = age > self._max_age[name]
            if is_silent is not (name in state.belief.silent):
                yield DeviceSilent(now, of, name, is_silent, age)
        for name, seen in robots.items():
            if name in state.belief.cut:  # its driver may have a sample of before at hand
                continue
            yield from self._as_asked(state, seen, now)
            if astray := tuple(_astray(state, seen, now)):
                yield from astray
            elif state.belief.robots[name].stance is None and name not in state.progress.busy:
                yield from self.standing(state, now, seen)
            if _is_awaited(state, name) and not is_at_rest(seen):
                yield StillMoves(now, of, name)
        under_way = state.progress.flights.items()
        yield from people_seen(self._drivers, state, now, [(c, flight) for c, flight in under_way if flight.is_untold])
        yield from self._hearing.look(state, now)
        yield from self._counts(state, now)
        yield from supplies_seen(state, now)
        yield from outfeeds_seen(state, now)

    def at_each_look(self, state: RunState, now: int) -> Iterator[Observation]:
        """What may be over in the next look. Path and force are of robots that are on a motion, of a step or by hand."""
        jog = state.manual.flight if state.manual is not None else ""
        under_way = {
            command: flight
            for command, flight in state.progress.flights.items()
            if flight.device in self._limits and not flight.is_stopped and (flight.step is not None or command == jog)
        }
        on_their_way = {flight.device for flight in under_way.values()}
        at_hand = self._looked.robots_seen if self._looked is not None else ()  # a driver of this process: once a second
        for seen in at_hand:
            yield from self._as_asked(state, seen, now)
            if seen.device in on_their_way:
                yield from _astray(state, seen, now)
        yield from self._forces(state, now, {c: f for c, f in under_way.items() if f.device in self._force_accuracy})

    def _as_asked(self, state: RunState, seen: RobotState, now: int) -> Iterator[Observation]:
        """Whether it moves on, and no faster than it was asked to and than it may."""
        of, name = Subject(state.run), seen.device
        if (asked := self._obedience.exceeded(state, seen, now)) is not None:
            yield TooFastSeen(now, of, name, seen.speed_scaling or 0.0, asked)
        if (standing := self._progress.standing(state, seen, now)) is not None:
            yield NoProgressSeen(now, of, name, seen.s or 0.0, standing)
        fast = self._over_speed(seen)
        if fast is not None and self._is_to_be_told(state, name, now):
            self._raced[name] = now
            yield JointSpeedSeen(now, of, name, *fast)

    def _is_to_be_told(self, state: RunState, robot: str, now: int) -> bool:
        """What is not heard of any more said last is nothing to go by. As long as something else holds the run, which is by hand
        always so, it is told once a second and not at each look."""
        if robot in state.belief.silent or robot in state.belief.cut or _is_held_for(state, "R772"):
            return False
        before = self._raced.get(robot)
        return state.trouble.hold is None or before is None or now - before >= NANOSECONDS

    def _forces(self, state: RunState, now: int, under_way: Mapping[str, Flight]) -> Iterator[ForceSeen]:
        for seen in self._newest([flight.device for flight in under_way.values()]):
            flight = under_way.get(seen.command or "")
            if flight is None or seen.force is None or state.context is None:
                continue
            limit, met = self._allowed(state, flight.step, seen), float(np.linalg.norm(seen.force))
            if met - self._force_accuracy[seen.device] > limit:
                yield ForceSeen(now, Subject(state.run), seen.device, met, limit, seen.s)

    def _allowed(self, state: RunState, step: str | None, seen: RobotState) -> float:
        """N; by hand there is no contact that it may have."""
        assert state.context is not None
        if step is None:
            return free(state.context, seen.device)
        if self._clauses is None:
            self._clauses = clauses_of(state.context.program)
        return allowed(self._clauses, state.context, state.progress, step, seen.device, seen.s).force

    def comes_to_rest(self, state: RunState, now: int) -> Iterator[Observation]:
        """At every look, of robots that have said done and were not seen to stand yet: a joint may settle a moment later."""
        done = [flight.device for flight in state.progress.flights.values() if flight.is_done]
        for seen in self._newest([name for name in done if name in self._drivers.motion]):
            yield from self.standing(state, now, seen)

    def _newest(self, robots: Sequence[str]) -> list[RobotState]:
        """What there is at hand: this loop waits for no driver's answer."""
        if not robots:
            return []
        if self._looked is not None:
            return [seen for seen in self._looked.robots_seen if seen.device in robots]
        return [seen for name in robots if (seen := told(self._drivers.motion[name].state)) is not None]

    def _over_speed(self, seen: RobotState) -> tuple[str, float, float] | None:
        """The joint that is furthest over what it may: its name, its speed, its limit."""
        over = np.abs(seen.qd) - self._fastest[seen.device]
        if float(np.max(over, initial=0.0)) <= 0.0:
            return None
        worst = int(np.argmax(over))
        joint = self._limits[seen.device][worst]
        return joint.name, abs(float(seen.qd[worst])), joint.velocity

    def _samples(self, state: RunState, now: int) -> Iterator[tuple[str, int]]:
        """(device, time of its newest sample) but of robots. A machine is as fresh as the stalest signal that the cell file
        has report it, a tool as the stalest of its hands."""
        for name, machine in self._drivers.machines.items():
            yield name, min([_time(told(machine.state)), *self._signal_times(state, name, now)])
        for name, tool in self._drivers.grippers.items():
            hands = [hand.split(".", 1)[1] for hand in state.belief.hands if hand.split(".", 1)[0] == name]
            states = (told(lambda tool=tool, hand=hand: tool.state(hand)) for hand in hands)  # type: ignore[misc]
            yield name, min(map(_time, states), default=now)
        for coupling in self._drivers.couplings.values():
            yield coupling.name, _time(told(coupling.state))

    def _counts(self, state: RunState, now: int) -> Iterator[DeviceSilent]:
        """Whether what counts the parts in an outfeed still does: nothing is put there by an old count. And whether what a clause
        goes by does."""
        context = state.context
        if context is None:
            return
        clauses = watched(context.program) if context.rules >= UNCOUNTED_IS_BROKEN else ()  # before, that would hold with R713
        by_clauses = {compare.subject.path[0] for _, compare, _ in clauses}
        for signal, name in context.waiting.items():
            is_asked = name in context.outfeeds or name in by_clauses
            if not is_asked or signal not in self._drivers.signals.signals:
                continue
            sample = self._drivers.signals.read(signal)
            if sample.is_stale(now) is not (name in state.belief.silent):
                yield DeviceSilent(now, Subject(state.run), name, sample.is_stale(now), (now - sample.time) / NANOSECONDS)

    def _signal_times(self, state: RunState, device: str, now: int) -> Iterator[int]:
        """A signal that does not age is as fresh as now."""
        known = state.context.devices.get(device) if state.context is not None else None
        for signal in (known.door, known.clamp, known.running) if known is not None else ():
            if signal is not None and signal in self._drivers.signals.signals:
                sample = self._drivers.signals.read(signal)
                yield now if sample.max_age is None else sample.time


def _astray(state: RunState, seen: RobotState, now: int) -> Iterator[TrackingErrorSeen]:
    """Told until everything was stopped for it. What a silent robot said last is nothing to go by."""
    error = float(np.max(np.abs(seen.q - seen.setpoint), initial=0.0))  # rad or m
    if error > TRACKING_LIMIT and seen.device not in state.belief.silent and not _is_held_for(state, "R714"):
        yield TrackingErrorSeen(now, Subject(state.run), seen.device, error, TRACKING_LIMIT)


def _is_awaited(state: RunState, robot: str) -> bool:
    """The run cannot go on before it is seen to stand, and nobody has told yet that it moves."""
    believed = state.belief.robots[robot]
    is_waiting = state.pack in AWAITING or (state.pack == "Execute" and state.trouble.mode == "readying")
    return is_waiting and believed.stance is None and not believed.still_moves


def _is_held_for(state: RunState, code: str) -> bool:
    """It was told, everything was stopped, and nobody has resumed since."""
    return state.trouble.hold is not None and state.trouble.hold.code == code


def told(read: Callable[[], T]) -> T | None:
    """What a driver says, None where it says that it cannot: it is silent then."""
    try:
        return read()
    except DriverError:
        return None


def _time(state: GripperState | MachineState | CouplingState | None) -> int:
    return 0 if state is None else state.time


def first_look(drivers: DriverSet, state: RunState, watch: Watch, now: int) -> Iterator[Observation]:
    """Everything that can be seen before anything is sent."""
    for robot in drivers.motion.values():
        if (at := told(robot.state)) is not None:
            yield from watch.standing(state, now, at)
    for hand in state.belief.hands:
        tool, own = hand.split(".", 1)
        if tool in drivers.grippers and (jaws := told(lambda tool=tool, own=own: drivers.grippers[tool].state(own))) is not None:  # type: ignore[misc]
            yield from hand_seen(state, now, jaws)
    for coupling in drivers.couplings.values():
        if (held := told(coupling.state)) is not None:
            yield from coupling_seen(state, now, held)
    for machine in drivers.machines.values():
        if (shown := told(machine.state)) is not None:
            yield from machine_seen(state, now, shown)
    for signal in drivers.signals.signals:
        yield from signal_seen(state, now, drivers.signals.read(signal))
    yield from zones_seen(drivers, state, now)


def people_seen(drivers: DriverSet, state: RunState, now: int, asked: Iterable[tuple[str, Flight]]) -> Iterator[Observation]:
    """Whether they are still asked for something, and have begun it: of what another controller has asked and nobody can tell of,
    by command. Of anything else they tell by themselves."""
    for command, flight in asked:
        name = flight.device
        seen = told(drivers.persons[name].state) if name in drivers.persons else None
        if seen is None:
            continue
        if (seen.work is not None) is not flight.is_shown:
            age = max(0, now - seen.time) / NANOSECONDS
            yield FactObserved(now, Subject(state.run), Fact("running", (name,)), seen.work is not None, name, age)
        if seen.is_working and state.progress.status.get(flight.step or "") == "claimed":
            yield CommandReported(now, Subject(state.run), command, "running")


def zones_seen(drivers: DriverSet, state: RunState, now: int) -> Iterator[Observation]:
    """Changes of the zones of which the cell file has somebody report whether people are there, or how near they are."""
    if state.context is None:
        return
    yield from separations_seen(drivers, state, now)
    for name, zone in state.context.zones.items():
        if zone.occupied is None:
            continue
        is_occupied = name not in drivers.people.zones or drivers.people.is_occupied(name, now)
        if state.belief.zones.get(name) is not is_occupied:
            yield ZoneReported(now, Subject(state.run), name, is_occupied, zone.occupied)
