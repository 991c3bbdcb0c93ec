"""Drivers that take silence for something else: each is sound as long as its device answers, or its link is cut."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cell.device import CommandStatus, GripperState, MachineState, RobotState, SignalSample, StopKind
from cell_drivers.conformance.laws import hushing
from cell_drivers.simulated import SimulatedCell
from tests.conformance.around import SECOND, Around, Fault, grippers, machines, robots, sneak, with_devices
from tests.conformance.broken_moving import SendsOnStale
from tests.conformance.broken_reading import MadeUp, RemembersWhatItPolled
from tests.conformance.broken_serving import Trusting
from tests.conformance.in_real_time import InRealTime


class WaitsForAnAnswer(Around):
    """A second, where none comes."""

    def status(self, command: str) -> CommandStatus:
        if self.inner.is_frozen:
            self.inner.world.timeline.advance_to(self.now + SECOND)
        status: CommandStatus = self.inner.status(command)
        return status


class KeepsAStop(Around):
    """While its device is silent."""

    kept: StopKind | None = None

    def stop(self, kind: StopKind) -> None:
        if self.inner.is_frozen:
            self.kept = kind
        else:
            self.inner.stop(kind)


class StopsInTurn(KeepsAStop):
    """What is said to it goes out behind the answer to what was said before, a stop too."""

    def heartbeat(self) -> None:
        if self.kept is not None and not self.inner.is_frozen:
            self.inner.stop(self.kept)
            self.kept = None


class StampsWhatItReads(Around):
    """What its device said while the line held it back comes at once, and each state counts as received when it is read."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.held: deque[RobotState] = deque()

    def heartbeat(self) -> None:
        if self.inner.is_frozen:
            self.held.append(self.inner._state_now())

    def state(self) -> RobotState:
        if self.inner.is_frozen or not self.held:
            state: RobotState = self.inner.state()
            return state
        return replace(self.held.popleft(), received=self.now)


class SendsAnew(Around):
    """What it has not heard of for a while it sends once more."""

    was_silent = False

    def heartbeat(self) -> None:
        if self.was_silent and not self.inner.is_frozen and self.inner.arm.run is None:
            self.was_silent = False
            sneak(self.inner)
        self.was_silent |= self.inner.is_frozen


class TakesAStopForStopped(Around):
    """What it was asked to stop it calls aborted, whether that was heard or not."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.unheard: set[str] = set()

    def stop(self) -> None:
        if not self.inner.is_frozen:
            self.inner.stop()
        self.unheard |= {command for command, status in self.inner.commands.snapshot().items() if status.state == "running"}

    def status(self, command: str) -> CommandStatus:
        status: CommandStatus = self.inner.status(command)
        return CommandStatus("aborted", None, "stop") if command in self.unheard else status


class AlwaysNow(Around):
    """A hand or a machine that is as it last was."""

    def state(self, *hand: str) -> GripperState | MachineState:
        state: GripperState | MachineState = self.inner.state(*hand)
        return replace(state, time=self.now)


class SignalsOfNow(Around):
    def read(self, signal: str) -> SignalSample:
        sample: SignalSample = self.inner.read(signal)
        return replace(sample, time=self.now)


class WaitsToSee(Around):
    """A detector that asks, and waits a second where no answer comes."""

    def is_occupied(self, zone: str, now: int) -> bool:
        if self.inner._frozen_words is not None:
            self.inner.world.timeline.advance_to(self.now + SECOND)
        return bool(self.inner.is_occupied(zone, now))


class Paced(InRealTime):
    """`status` waits for a silent device, and `waits` says how."""

    waits: type[Waiting]

    def __init__(self, inner: SimulatedCell) -> None:
        super().__init__(inner)
        self.motion = {name: self.waits(robot, self) for name, robot in inner.motion.items()}


class Waiting(Around):
    """Until somebody wants to stop it, and a little longer: as one does whose patience is long. `asking` is held meanwhile."""

    def __init__(self, inner: Any, whole: Paced) -> None:
        super().__init__(inner)
        self.whole, self.asking, self.wanted = whole, threading.Lock(), threading.Event()

    def state(self) -> RobotState:
        self.whole.pass_time()
        state: RobotState = self.inner.state()
        return replace(state, received=state.received + self.whole.began)

    def status(self, command: str) -> CommandStatus:
        with self.asking:
            if self.inner.is_frozen:
                self.wanted.clear()
                self.wanted.wait(10.0)
                threading.Event().wait(2.0 * hushing.PASSING)
        status: CommandStatus = self.inner.status(command)
        return status

    def stop(self, kind: StopKind) -> None:
        self.wanted.set()
        self.whole.pass_time()
        with self.whole.turn:
            self.inner.stop(kind)


class WaitsItsTurnToStop(Waiting):
    def stop(self, kind: StopKind) -> None:
        self.wanted.set()
        with self.asking:
            super().stop(kind)


def paced(kind: type[Waiting]) -> Callable[[SimulatedCell], object]:
    return type("PacedSo", (Paced,), {"waits": kind})


FAULTS = (
    Fault("waits a second for a silent device", hushing.no_call_waits_for_a_silent_device, robots(WaitsForAnAnswer)),
    Fault("waits a second for a silent detector", hushing.no_call_waits_for_a_silent_device, with_devices("people", WaitsToSee)),
    Fault("waits with a lock held", hushing.a_stop_goes_out_to_a_silent_device, paced(WaitsItsTurnToStop)),
    Fault("has a stop wait for an answer", hushing.a_stop_goes_out_to_a_silent_device, robots(StopsInTurn)),
    Fault("goes on with states of a silent device", hushing.silence_is_told_as_age, robots(MadeUp)),
    Fault("tells old states as fresh", hushing.silence_is_told_as_age, robots(StampsWhatItReads)),
    Fault("sends on what a silent device once said", hushing.silence_is_told_as_age, robots(SendsOnStale)),
    Fault("keeps a status from before the silence", hushing.what_ran_in_the_silence_is_told_truly, robots(RemembersWhatItPolled)),
    Fault("sends anew what it heard nothing of", hushing.what_ran_in_the_silence_is_told_truly, robots(SendsAnew)),
    Fault("says aborted of jaws that close", hushing.a_stop_of_a_silent_tool_is_told_truly, grippers(TakesAStopForStopped)),
    Fault("has a hand that never grows old", hushing.a_silent_hand_grows_old, grippers(AlwaysNow)),
    Fault("has a machine that never grows old", hushing.a_silent_machine_grows_old, machines(AlwaysNow)),
    Fault("has signals that never grow old", hushing.a_hushed_signal_grows_stale, with_devices("signals", SignalsOfNow)),
    Fault("is free while it is silent", hushing.a_hushed_detector_says_occupied, with_devices("people", Trusting)),
)  # fmt: skip
