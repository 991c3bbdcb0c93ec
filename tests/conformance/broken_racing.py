"""Drivers that lose a stop beside a start, or wait for what a stop brings about."""

from __future__ import annotations

import threading

import numpy as np

from cell.device import CommandStatus, Prepared, RobotState, StopKind
from cell_drivers.conformance.laws import racing, telling
from tests.conformance.around import Fault
from tests.conformance.broken_hushing import Waiting, paced


class HasAnOutbox(Waiting):
    """A motion goes to the robot when it is next looked at. A stop goes at once, to a robot that stands and has none."""

    outbox: Prepared | None = None

    def start(self, prepared: Prepared) -> None:
        self.outbox = prepared

    def stop(self, kind: StopKind) -> None:
        if self.outbox is None:
            super().stop(kind)

    def state(self) -> RobotState:
        self.look()
        return super().state()

    def status(self, command: str) -> CommandStatus:
        self.look()
        return super().status(command)

    def look(self) -> None:
        prepared, self.outbox = self.outbox, None
        if prepared is not None:
            self.inner.start(prepared)


class TakesTurns(Waiting):
    """Either the start is first and its motion is stopped, or it is refused."""

    def start(self, prepared: Prepared) -> None:
        with self.whole.turn:
            self.inner.start(prepared)


class WaitsUntilItStands(Waiting):
    def stop(self, kind: StopKind) -> None:
        super().stop(kind)
        while np.max(np.abs(self.inner.state().qd)) > 0.01:
            threading.Event().wait(0.005)
            self.whole.pass_time()


FAULTS = (
    Fault("lets a stop overtake its motion", racing.a_stop_beside_a_start_is_not_lost, paced(HasAnOutbox)),
    Fault("has a stop wait until it stands", telling.calls_return_at_once, paced(WaitsUntilItStands)),
)
