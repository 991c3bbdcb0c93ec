"""Sets that follow a robot of another driver, each with one fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cell.device import DeviceEvent, RobotState
from cell_drivers.conformance.laws import following
from tests.conformance.around import Fault, Set

GANTRY = frozenset({"gantry"})


class Follows(Set):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.last: RobotState | None = None

    @property
    def follows(self) -> frozenset[str]:
        return GANTRY

    def believes(self, state: RobotState) -> RobotState:
        return state

    def follow(self, state: RobotState) -> None:
        self.last = self.believes(state)
        self.inner.follow(self.last)


class AtHome(Follows):
    def believes(self, state: RobotState) -> RobotState:
        return replace(state, q=state.q if self.last is None else self.last.q)


class NeverLost(Follows):
    def poll(self) -> tuple[DeviceEvent, ...]:
        if self.last is not None:
            self.inner.follow(replace(self.last, received=self.inner.now()))
        return super().poll()


class InAnyOrder(Follows):
    def believes(self, state: RobotState) -> RobotState:
        newest = state.received if self.last is None else max(self.last.received + 1, state.received)
        return replace(state, received=newest)


class ZeroForNaN(Follows):
    def believes(self, state: RobotState) -> RobotState:
        return replace(state, q=np.nan_to_num(state.q))


FAULTS = (
    Fault("has its robot stand where it first was", following.a_hand_closes_where_its_robot_is, AtHome, GANTRY),
    Fault("believes for ever what it last heard", following.a_hand_waits_for_its_robot_to_be_seen, NeverLost, GANTRY),
    Fault("takes states in any order", following.what_cannot_be_moves_no_robot, InAnyOrder, GANTRY),
    Fault("takes what is no number for nought", following.what_cannot_be_moves_no_robot, ZeroForNaN, GANTRY),
)
