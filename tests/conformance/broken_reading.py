"""Faults of what a driver says: of itself, of its states, of what was asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cell.device import (
    Capabilities,
    CommandStatus,
    DeviceEvent,
    FaultCleared,
    LinkChanged,
    LinkHeard,
    ReadbackBlock,
    RobotState,
    SignalValue,
    SpeedScaled,
    Trajectory,
)
from cell.driver_errors import Refusal, Refused
from cell_drivers.conformance.laws import doubting, linking, measuring, moving, opening, sampling, scaling, telling, wiring
from tests.conformance.around import SECOND, Around, Fault, Set, deaf, grippers, machines, robots


class Declares(Around):
    changes: dict[str, Any]

    def capabilities(self) -> Capabilities:
        declared: Capabilities = self.inner.capabilities()
        return replace(declared, **self.changes)


def declares(**changes: object) -> type[Around]:
    return type("Declares", (Declares,), {"changes": changes})


class SaysOfItself(Around):
    """A robot whose state is another."""

    def changed(self, state: RobotState) -> RobotState:
        return state

    def state(self) -> RobotState:
        return self.changed(self.inner.state())


class OldStates(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, received=state.received - SECOND)


class RoundNumbers(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, seq=state.seq % 10)


class NotANumber(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, effort=np.full(4, np.nan))


class Numb(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, force=None)


class Leaning(SaysOfItself):
    """Its load is not the one that it was told."""

    def changed(self, state: RobotState) -> RobotState:
        return replace(state, force=np.array([0.0, 0.0, -20.0]))


class NoForce(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, force=np.full(3, np.nan))


class NoSpeed(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, qd=state.qd * np.nan)


class ClockRunsBack(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, device_time=1000 * SECOND - state.device_time)


class Secretive(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, command=None, s=None)


class OffThePath(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return state if state.s is None else replace(state, q=state.q + 0.05 * np.array([0, 0, 0, 1]) * min(1.0, state.s))


class Slow(Around):
    """25 states a second, where 125 are declared."""

    last: RobotState | None = None

    def state(self) -> RobotState:
        if self.last is None or self.now - self.last.received >= 0.04 * SECOND:
            self.last = self.inner.state()
        return self.last


class MadeUp(Around):
    """Goes on saying what it said, with the time of now."""

    def state(self) -> RobotState:
        state: RobotState = self.inner.state()
        return replace(state, received=self.now, device_time=self.now, seq=self.now)


class LostAndBack(Set):
    """Of a link that is lost it tells at each look that it is another way round."""

    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        silent = [robot.name for robot in self.inner.motion.values() if robot.is_frozen]
        return (*events, *(LinkChanged(name, self.now(), is_up) for name in silent for is_up in (False, True)))


class TakesNoNumber(Around):
    """What its robot tells it passes on, a joint that is no number too."""

    def state(self) -> RobotState:
        state: RobotState = self.inner.state()
        return replace(state, q=state.q * np.nan) if self.inner.is_frozen else state


class TakesAnyTime(Around):
    """What its robot tells is newer than what it told before."""

    def state(self) -> RobotState:
        state: RobotState = self.inner.state()
        passed = self.now - state.received
        return replace(state, device_time=state.device_time - passed, received=self.now) if self.inner.is_frozen else state


class TellsOfBefore(Around):
    """It grows old, and its device's time runs back all the same."""

    def state(self) -> RobotState:
        state: RobotState = self.inner.state()
        earlier = state.device_time - self.now + state.received
        return replace(state, device_time=earlier, seq=self.now) if self.inner.is_frozen else state


class TakesTheSameAgain(Around):
    def state(self) -> RobotState:
        state: RobotState = self.inner.state()
        return replace(state, received=self.now) if self.inner.is_frozen else state


class StaysAway(Around):
    """It has one link for each `open`, and makes it anew as often as `links` says."""

    links = 0
    kept: RobotState | None = None
    cuts = 0
    was_cut = False

    def state(self) -> RobotState:
        self.heartbeat()
        if self.cuts <= self.links:
            self.kept = self.inner.state()
        assert self.kept is not None
        return self.kept

    def heartbeat(self) -> None:
        is_cut = self.inner.is_frozen
        self.cuts += is_cut and not self.was_cut
        self.was_cut = is_cut


class ComesBackOnce(StaysAway):
    links = 1


class Remembers(Around):
    """What a status was while the link was cut it is for ever."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.kept: dict[str, CommandStatus] = {}

    def status(self, command: str) -> CommandStatus:
        status: CommandStatus = self.inner.status(command)
        if self.inner.is_frozen:
            self.kept[command] = status
        return self.kept.get(command, status)


class RemembersWhatItPolled(Remembers):
    """Asked or not, what ran when the link was cut runs for ever."""

    def heartbeat(self) -> None:
        if self.inner.is_frozen and self.inner.arm.run is not None:
            self.status(self.inner.arm.run.command)


class Gaps(Around):
    """Leaves out samples and does not say so."""

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return tuple(self.thinned(block) for block in self.inner.readback())

    @staticmethod
    def thinned(block: ReadbackBlock) -> ReadbackBlock:
        rows = np.arange(len(block.time)) % 10 != 5
        return ReadbackBlock(
            block.device, block.command, block.motion, block.first_seq, block.time[rows], block.q[rows], block.qd[rows],
            block.setpoint[rows], block.s[rows], block.speed_scaling[rows],
        )  # fmt: skip


class TwiceTheSamples(Around):
    kept: tuple[ReadbackBlock, ...] = ()

    def readback(self) -> tuple[ReadbackBlock, ...]:
        self.kept += self.inner.readback()
        return self.kept


class Nervous(Around):
    def heartbeat(self) -> None:
        self.inner.tell(SpeedScaled(self.inner.name, self.now, 1.0))


class ClearsAnything(Around):
    def acknowledge(self, fault: str, operator: str) -> None:
        self.inner.tell(FaultCleared(self.inner.name, self.now, fault))


class NeverClears(Around):
    def acknowledge(self, fault: str, operator: str) -> None: ...


class CannotSay(Around):
    def status(self, command: str) -> CommandStatus:
        status: CommandStatus = self.inner.status(command)
        return CommandStatus("unknown") if status.state == "not seen" else status


class KnowsNoPlace(Around):
    def status(self, command: str) -> CommandStatus:
        status: CommandStatus = self.inner.status(command)
        return replace(status, at=None) if status.state == "running" else status


class Misnamed(Around):
    name = "robot"


class Waits(Around):
    """`prepare` waits for the device's answer."""

    def prepare(self, command: str, trajectory: Trajectory) -> object:
        self.inner.world.timeline.advance_to(self.now + SECOND // 20)
        return self.inner.prepare(command, trajectory)


class Terse(Around):
    def prepare(self, command: str, trajectory: Trajectory) -> object:
        try:
            return self.inner.prepare(command, trajectory)
        except Refused as refused:
            raise Refused(refused.code, refused.device, None, refused.time, "", refused.last) from None


class TakesAnyPoint(Around):
    def set_io(self, *asked: object) -> object:
        return deaf(Refusal.UNKNOWN_NAME)(lambda: self.inner.set_io(*asked))


class Backwards(Set):
    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        return events[::-1]


class Repeats(Set):
    last: tuple[DeviceEvent, ...] = ()

    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        last, self.last = self.last, events
        return last + events


class Measures(Set):
    """What it tells of its links, each time anew."""

    def heard(self) -> tuple[LinkHeard, ...]:
        return (LinkHeard("gantry", (), 1),)


class MeasuresOthers(Set):
    def heard(self) -> tuple[LinkHeard, ...]:
        return (LinkHeard("coffee", (), 0),)


class MeasuresBackwards(Set):
    def heard(self) -> tuple[LinkHeard, ...]:
        return (LinkHeard("gantry", (-0.01,), 0),)


class Untold(Set):
    """Leaves one kind of news out."""

    what: type[Any] = SpeedScaled

    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        return tuple(event for event in events if not isinstance(event, self.what))


class QueuedUntold(Set):
    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        return tuple(e for e in events if getattr(getattr(e, "status", None), "state", "") != "queued")


class Lamp(Around):
    """A robot with one I/O point, and no fault."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.is_lit = False

    def capabilities(self) -> Capabilities:
        declared: Capabilities = self.inner.capabilities()
        return replace(declared, io_points=("lamp",))

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        if point != "lamp":
            self.inner.set_io(command, point, value)
        if self.inner.takes(command, "set_io", point, value):
            self.inner.begin(command, "set_io", point, value)
            self.inner.change(command, CommandStatus("done"))
            self.light(bool(value))

    def light(self, is_lit: bool) -> None:
        self.is_lit = is_lit

    def state(self) -> RobotState:
        state: RobotState = self.inner.state()
        return replace(state, io={"lamp": self.is_lit})


class DarkLamp(Lamp):
    def light(self, is_lit: bool) -> None: ...


class Flickering(Lamp):
    """Each call changes it, where it was to be a state to reach."""

    def light(self, is_lit: bool) -> None:
        self.is_lit = not self.is_lit


class Sorted(Around):
    def capabilities(self) -> Capabilities:
        declared: Capabilities = self.inner.capabilities()
        return replace(declared, joints=declared.joints[::-1])


CanSay, CanScale = declares(command_status=False), declares(speed_scaling=False)
HasALamp = declares(io_points=("lamp",))

FAULTS = (
    Fault("says nothing of what it was run against", opening.capabilities_are_whole, robots(declares(verified_against=()))),
    Fault("declares a rate of 0", opening.capabilities_are_whole, grippers(declares(rate=0.0))),
    Fault("is streamed with no look-ahead", opening.capabilities_are_whole, robots(declares(feeding="streamed"))),
    Fault("holds no time ahead", opening.capabilities_are_whole, robots(declares(look_ahead=0.0))),
    Fault("lacks a kind of stop", opening.capabilities_are_whole, robots(declares(standstill={"hold": 0.5}))),
    Fault("stops by itself and does not say when", opening.capabilities_are_whole, robots(declares(on_link_loss="stops"))),
    Fault("has its joints in another order", opening.joints_are_the_models, robots(Sorted)),
    Fault("news at every heartbeat", opening.heartbeat_changes_nothing, robots(Nervous)),
    Fault("clears a fault that it never had", opening.acknowledging_nothing_is_nothing, grippers(ClearsAnything)),
    Fault("declares that it can tell, and cannot", opening.a_strangers_command_is_not_seen, robots(CannotSay)),
    Fault("declares that it cannot tell, and can", opening.a_strangers_command_is_not_seen, robots(CanSay)),
    Fault("tells its news backwards", telling.poll_is_in_order_of_time, Backwards),
    Fault("tells its news twice", telling.poll_tells_each_thing_once, Repeats),
    Fault("measures another's link", measuring.links_are_measured_of_its_own_devices, MeasuresOthers),
    Fault("has answers before they are asked for", measuring.links_are_measured_of_its_own_devices, MeasuresBackwards),
    Fault("tells of a lost answer at every look", measuring.links_are_measured_of_its_own_devices, Measures),
    Fault("has a name of its own", telling.devices_are_called_as_in_the_cell, robots(Misnamed)),
    Fault("waits in a call", telling.calls_return_at_once, robots(Waits)),
    Fault("refuses without a word", telling.a_refusal_says_what_about, robots(Terse)),
    Fault("says what was so a second ago", sampling.states_are_fresh, robots(OldStates)),
    Fault("numbers states from 0 to 9", sampling.states_number_up, robots(RoundNumbers)),
    Fault("has a clock that runs back", sampling.states_number_up, robots(ClockRunsBack)),
    Fault("declares 125 Hz and gives 25", sampling.states_come_at_the_declared_rate, robots(Slow)),
    Fault("has NaN for what it does not know", sampling.unknown_is_none, robots(NotANumber)),
    Fault("has a speed that is no number", sampling.unknown_is_none, robots(NoSpeed)),
    Fault("declares a force and tells none", sampling.force_is_told_as_declared, robots(Numb)),
    Fault("feels what is not there", sampling.force_is_told_as_declared, robots(Leaning)),
    Fault("has NaN for a force", sampling.force_is_told_as_declared, robots(NoForce)),
    Fault("tells a force that it does not declare", sampling.force_is_told_as_declared, robots(declares(force_accuracy=None))),
    Fault("does not say what it runs", sampling.states_follow_the_motion, robots(Secretive)),
    Fault("has gaps in its samples", sampling.readback_has_no_gap_inside_a_block, robots(Gaps)),
    Fault("gives samples twice", sampling.readback_has_no_gap_inside_a_block, robots(TwiceTheSamples)),
    Fault("takes a joint that is no number", doubting.what_is_not_finite_is_no_state, robots(TakesNoNumber)),
    Fault("does not grow old on what is no number", doubting.what_is_not_finite_is_no_state, robots(TakesTheSameAgain)),
    Fault("tells a time that runs back", doubting.what_runs_back_is_no_state, robots(TellsOfBefore)),
    Fault("takes a time that runs back", doubting.what_runs_back_is_no_state, robots(TakesAnyTime)),
    Fault("leaves its path", moving.a_motion_keeps_to_its_path, robots(OffThePath)),
    Fault("does not say how far it is", moving.status_tells_the_whole_life, robots(KnowsNoPlace)),
    Fault("says unknown of nothing", moving.status_is_unknown_where_undeclared, robots(CanSay)),
    Fault("does not tell that a command is queued", moving.every_change_of_a_command_is_told, QueuedUntold),
    Fault("does not tell its scaling", scaling.scaling_is_told, Untold),
    Fault("declares that it cannot scale, and does", scaling.scaling_is_refused_where_undeclared, robots(CanScale)),
    Fault("goes on with states when the link is cut", linking.no_state_is_made_up, robots(MadeUp)),
    Fault("tells a link that is cut as back", linking.no_state_is_made_up, LostAndBack),
    Fault("never comes back from a cut", linking.a_lost_link_comes_back_by_itself, robots(StaysAway)),
    Fault("comes back from one cut alone", linking.a_lost_link_comes_back_by_itself, robots(ComesBackOnce)),
    Fault("has no state after the cut to be true of", linking.status_is_true_after_a_cut, robots(StaysAway)),
    Fault("keeps a status from before the cut", linking.status_is_true_after_a_cut, robots(RemembersWhatItPolled)),
    Fault("declares an I/O point that it does not have", wiring.set_io_reaches_its_value, robots(HasALamp)),
    Fault("says done, and its lamp stays dark", wiring.set_io_reaches_its_value, robots(DarkLamp)),
    Fault("changes its lamp at each call", wiring.set_io_reaches_its_value, robots(Flickering)),
    Fault("takes any I/O point", wiring.an_unknown_io_point_is_refused, robots(TakesAnyPoint)),
    Fault("keeps an alarm that was acknowledged", wiring.a_fault_is_told_and_acknowledged, machines(NeverClears)),
)  # fmt: skip
