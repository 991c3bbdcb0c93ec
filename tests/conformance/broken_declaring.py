"""Faults of what a robot declares, and of what it says that its watchers go by: its clock, its setpoint, its speed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cell.device import Capabilities, Prepared, RobotState, Trajectory
from cell.driver_errors import Refusal, Refused
from cell_drivers.conformance.laws import aiming, declaring, timing, wiring
from tests.conformance.around import Around, Fault, machines, robots
from tests.conformance.broken_reading import SaysOfItself


class CountsMilliseconds(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, device_time=state.device_time // 1_000_000)


class StampedWhenAsked(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, device_time=self.now)


class StandsStill(SaysOfItself):
    """Its clock: a number for each state, and no time."""

    def changed(self, state: RobotState) -> RobotState:
        return replace(state, device_time=state.seq)


class HasAClock(SaysOfItself):
    """And declares none."""

    def capabilities(self) -> Capabilities:
        declared: Capabilities = self.inner.capabilities()
        return replace(declared, device_clock=False)

    def changed(self, state: RobotState) -> RobotState:
        return replace(state, device_time=state.device_time - 1)


class FollowsItself(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, setpoint=state.q)


class FollowsItselfRoughly(SaysOfItself):
    """In other digits, and within what a sensor can tell."""

    def changed(self, state: RobotState) -> RobotState:
        return replace(state, setpoint=state.q + 1e-5)


class TellsOfBefore(SaysOfItself):
    """Its setpoint is what was measured some samples ago."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.seen: list[RobotState] = []

    def changed(self, state: RobotState) -> RobotState:
        self.seen = [*(one for one in self.seen if one.seq < state.seq), state][-5:]
        return replace(state, setpoint=self.seen[0].q)


class TellsItsGoal(SaysOfItself):
    """Its setpoint is where the motion is to end."""

    goal: Any = None

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        self.goal = trajectory.segments[-1].control[-1]
        prepared: Prepared = self.inner.prepare(command, trajectory)
        return prepared

    def changed(self, state: RobotState) -> RobotState:
        return state if state.command is None else replace(state, setpoint=self.goal)


class TellsWhereItBegan(SaysOfItself):
    """Its setpoint is not brought up to date."""

    began: Any = None

    def changed(self, state: RobotState) -> RobotState:
        self.began = state.setpoint if self.began is None else self.began
        return replace(state, setpoint=self.began)


class SpeedInDegrees(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, qd=np.degrees(state.qd))


class SaysThatItStands(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, qd=np.zeros_like(state.qd))


class Wider(Around):
    what: dict[str, Any]

    def capabilities(self) -> Capabilities:
        declared: Capabilities = self.inner.capabilities()
        return replace(declared, joints=(replace(declared.joints[0], **self.what), *declared.joints[1:]))


class Particular(Around):
    """Takes no motion that does not begin where it stands, to a hundredth of its tolerance."""

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        away = float(np.max(np.abs(trajectory.segments[0].control[0] - self.inner.state().q)))
        if away > 1e-5:
            raise Refused(Refusal.START_DIFFERS, self.inner.name, command, self.now, f"{away:.3g}", self.inner.state())
        prepared: Prepared = self.inner.prepare(command, trajectory)
        return prepared


class HiddenPoint(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, io={"horn": False})


class SilentAlarm(Around):
    """`poll` tells it, the state does not."""

    def state(self) -> Any:
        return replace(self.inner.state(), alarm=None)


def wider(**what: float) -> type[Around]:
    return type("Wider", (Wider,), {"what": what})


FAULTS = (
    Fault("has ms for ns", timing.a_device_time_goes_on_as_time_does, robots(CountsMilliseconds)),
    Fault("has the moment of asking for its own", timing.a_device_time_goes_on_as_time_does, robots(StampedWhenAsked)),
    Fault("counts states and calls it time", timing.a_device_time_goes_on_as_time_does, robots(StandsStill)),
    Fault("has a clock and declares none", timing.no_device_time_is_the_time_of_receipt, robots(HasAClock)),
    Fault("has what it measured for its setpoint", aiming.the_setpoint_leads, robots(FollowsItself)),
    Fault("has what it measured before for its setpoint", aiming.the_setpoint_leads, robots(TellsOfBefore)),
    Fault("has its goal for its setpoint", aiming.the_setpoint_leads, robots(TellsItsGoal)),
    Fault("has where it began for its setpoint", aiming.the_setpoint_leads, robots(TellsWhereItBegan)),
    Fault("follows itself in other digits", aiming.who_strays_is_seen_off_the_setpoint, robots(FollowsItselfRoughly)),
    Fault("says its speed in degrees", aiming.velocities_add_up_to_the_way, robots(SpeedInDegrees)),
    Fault("says that it stands while it moves", aiming.velocities_add_up_to_the_way, robots(SaysThatItStands)),
    Fault("declares a joint faster than it is", declaring.limits_are_within_the_models, robots(wider(velocity=10.0))),
    Fault("declares a joint that goes further", declaring.limits_are_within_the_models, robots(wider(high=3.5))),
    Fault("refuses what it declares to take", declaring.a_start_within_the_tolerance_is_taken, robots(Particular)),
    Fault("tells of a point that it does not declare", declaring.only_declared_points_are_told, robots(HiddenPoint)),
    Fault("has an alarm that its state does not show", wiring.a_fault_is_told_and_acknowledged, machines(SilentAlarm)),
)  # fmt: skip
