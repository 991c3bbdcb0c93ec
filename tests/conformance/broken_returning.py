"""Drivers that stay without a link, that wait for one without end, or whose stop waits or is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cell.device import CommandStatus, MachineState
from cell_drivers.conformance.laws import halting, returning
from cell_drivers.simulated import SimulatedCell
from tests.conformance.around import SECOND, Around, Fault, Set, grippers, machines, with_devices
from tests.conformance.in_real_time import InRealTime


class StaysAway(Around):
    """Once its link was lost it has none before it is opened again: what it was told last is all that it knows."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.last: dict[str, Any] = {}
        self.is_lost = False

    @property
    def is_cut(self) -> bool:
        return bool(self.inner.is_frozen)

    def open(self) -> None:
        self.is_lost = False
        self.inner.open()

    def heartbeat(self) -> None:
        self.is_lost |= self.is_cut

    def said(self, what: str, call: Callable[..., Any], *given: str) -> Any:
        if not self.is_lost or what not in self.last:
            self.last[what] = call(*given)
        return self.last[what]

    def state(self, *hand: str) -> Any:
        return self.said("".join(hand), self.inner.state, *hand)


class SignalsStayAway(StaysAway):
    @property
    def is_cut(self) -> bool:
        return self.inner._frozen_samples is not None

    def read(self, signal: str) -> Any:
        return self.said(signal, self.inner.read, signal)


class Patient(Set):
    """As long as its lathe does not answer it waits a minute, in `open` or in `close`."""

    waits_in = ""

    def waits(self, where: str) -> None:
        if where == self.waits_in and self.inner.machines["lathe"].is_frozen:
            self.inner.advance_to(self.inner.now() + 60 * SECOND)

    def open(self) -> None:
        self.waits("open")
        self.inner.open()

    def close(self) -> None:
        self.waits("close")
        self.inner.close()


class OpensPatiently(Patient):
    waits_in = "open"


class ClosesPatiently(Patient):
    waits_in = "close"


class StopsWhenHeard(Around):
    """A stop waits until the device has answered what was asked before."""

    waiting = False

    def stop(self) -> None:
        self.waiting = self.inner.is_frozen
        if not self.waiting:
            self.inner.stop()

    def heartbeat(self) -> None:
        if self.waiting and not self.inner.is_frozen:
            self.stop()


class WithOutboxes(InRealTime):
    """Devices of one kind have one."""

    kind = ""

    def __init__(self, inner: SimulatedCell) -> None:
        super().__init__(inner)
        setattr(self, self.kind, {name: HasAnOutbox(device, self) for name, device in getattr(inner, self.kind).items()})


class HasAnOutbox(Around):
    """What it is to begin goes out when it is next looked at. A stop goes at once, to a device that has nothing to stop."""

    outbox: tuple[Callable[..., None], tuple[Any, ...]] | None = None

    def __init__(self, inner: Any, whole: InRealTime) -> None:
        super().__init__(inner)
        self.whole = whole

    def program(self, *given: Any) -> None:
        self.outbox = (self.inner.program, given)

    def grip(self, *given: Any) -> None:
        self.outbox = (self.inner.grip, given)

    def stop(self) -> None:
        with self.whole.turn:
            self.inner.stop()

    def state(self, *hand: str) -> Any:
        self.look()
        state: MachineState = self.inner.state(*hand)
        return state

    def status(self, command: str) -> CommandStatus:
        self.look()
        status: CommandStatus = self.inner.status(command)
        return status

    def look(self) -> None:
        self.whole.pass_time()
        with self.whole.turn:
            outbox, self.outbox = self.outbox, None
            if outbox is not None:
                outbox[0](*outbox[1])


class MachinesLater(WithOutboxes):
    kind = "machines"


class GrippersLater(WithOutboxes):
    kind = "grippers"


LONG = (
    Fault("lets a stop overtake its program", halting.a_stop_beside_a_program_is_not_lost, MachinesLater),
    Fault("lets a stop overtake its grip", halting.a_stop_beside_a_grip_is_not_lost, GrippersLater),
)
"""In real time."""

FAULTS = (
    Fault("has no tool once its link was cut", returning.a_tools_lost_link_comes_back_by_itself, grippers(StaysAway)),
    Fault("has no machine once its link was cut", returning.a_machines_lost_link_comes_back_by_itself, machines(StaysAway)),
    Fault("has no signals once their link was cut", returning.a_lost_link_of_signals_comes_back_by_itself,
          with_devices("signals", SignalsStayAway)),
    Fault("waits a minute to open", returning.nobody_waits_for_a_silent_device_to_open, OpensPatiently),
    Fault("waits a minute to close", returning.nobody_waits_for_a_silent_device_to_open, ClosesPatiently),
    Fault("has a machine's stop wait for an answer", halting.a_stop_goes_out_to_a_silent_machine, machines(StopsWhenHeard)),
    Fault("has a gripper's stop wait for an answer", halting.a_stop_goes_out_to_a_silent_tool, grippers(StopsWhenHeard)),
    *LONG,
)  # fmt: skip
