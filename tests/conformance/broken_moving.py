"""Faults of what a robot does: opening, power, what it takes, and what it does when nobody is there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from cell.command_book import CommandBook
from cell.device import CommandStatus, Prepared, RobotState, Trajectory
from cell.driver_errors import Refusal, Refused, Stale
from cell.geometry import Array, frozen
from cell.newest import Newest
from cell_drivers.conformance.laws import linking, moving, numbering, opening, powering, refusing, remembering
from cell_drivers.conformance.motions import straight
from tests.conformance.around import Around, Fault, Set, another_id, deaf, even_closed, robots, sneak
from tests.conformance.broken_reading import SaysOfItself, declares


class MovesWhenItOpens(Set):
    def open(self) -> None:
        self.inner.open()
        for robot in self.inner.motion.values():
            sneak(robot)


class PowersWhenItOpens(Set):
    def open(self) -> None:
        self.inner.open()
        for robot in self.inner.motion.values():
            robot.activate(another_id())


class OpensLater(Around):
    """Has no state for the first 20 ms."""

    opened = 0

    def state(self) -> RobotState:
        if self.now - self.opened < 20_000_000:
            raise Stale(self.inner.name, None, self.now, "no sample has come yet")
        state: RobotState = self.inner.state()
        return state


class OpensItsRobotsLater(Set):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.motion = {name: OpensLater(robot) for name, robot in inner.motion.items()}

    def open(self) -> None:
        self.inner.open()
        for robot in self.motion.values():
            robot.opened = robot.now


class ClosesOnce(Set):
    def close(self) -> None:
        if not next(iter(self.inner.motion.values())).is_open:
            raise RuntimeError("it is closed already")
        self.inner.close()


class WillNotCloseInMotion(Set):
    def close(self) -> None:
        if any(robot.arm.run is not None for robot in self.inner.motion.values()):
            raise RuntimeError("a motion runs")
        self.inner.close()


class StopsWhenItCloses(Set):
    def close(self) -> None:
        for robot in self.inner.motion.values():
            robot.stop("hold")
        self.inner.close()


class StopsLater(Set):
    """0.5 s after it was closed."""

    def close(self) -> None:
        for robot in self.inner.motion.values():
            self.inner.world.timeline.after(0.5, lambda r=robot: r.stop("hold"))
        self.inner.close()


def stops_later(cell: Any) -> object:
    drivers = StopsLater(cell)
    wrapper = declares(on_link_loss="stops", standstill_on_link_loss=0.2)
    drivers.motion = {name: wrapper(robot) for name, robot in cell.motion.items()}
    return drivers


class BeginsAnewWhenItOpens(Set):
    """Takes up again what it was at when it was closed."""

    was_at = False

    def open(self) -> None:
        self.inner.open()
        if self.was_at:
            for robot in self.inner.motion.values():
                sneak(robot)

    def close(self) -> None:
        self.was_at = self.was_at or any(robot.arm.run is not None for robot in self.inner.motion.values())
        self.inner.close()


class ForgetsWhenItOpens(Set):
    def open(self) -> None:
        self.inner.open()
        for robot in self.inner.motion.values():
            robot.commands._status.clear()


class ForgetsSoon(Around):
    """All but the newest twenty that are over."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        inner.commands = CommandBook(inner.name, 20)


class ForgetsWhatRuns(Around):
    """All but the newest twenty, over or not."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.taken: Newest[str, bool] = Newest(20)

    def start(self, prepared: Prepared) -> None:
        self.taken[prepared.command] = True
        self.inner.start(prepared)

    def scale_speed(self, command: str, scaling: float) -> None:
        self.taken[command] = True
        self.inner.scale_speed(command, scaling)

    def status(self, command: str) -> CommandStatus:
        found: CommandStatus = self.inner.status(command)
        return found if command in self.taken or found.is_final else CommandStatus("not seen")


class TakesWhileClosed(Around):
    def prepare(self, command: str, trajectory: Trajectory) -> object:
        return even_closed(self.inner, lambda: self.inner.prepare(command, trajectory))


class PowerStaysOn(Around):
    def state(self) -> RobotState:
        state: RobotState = self.inner.state()
        return replace(state, mode="idle") if state.mode == "off" else state


class PowersToPrepare(Around):
    def prepare(self, command: str, trajectory: Trajectory) -> object:
        self.inner.arm.is_active = True
        return self.inner.prepare(command, trajectory)


class DeactivatesInMotion(Around):
    def deactivate(self, command: str) -> None:
        if self.inner.arm.run is not None:
            self.inner.stop("power")
        else:
            self.inner.deactivate(command)


class Blind(Around):
    """Takes what it should refuse."""

    to: tuple[Refusal, ...] = ()

    def prepare(self, command: str, trajectory: Trajectory) -> object:
        instead = Prepared(self.inner.name, command, trajectory.motion, 1.0)
        return deaf(*self.to)(lambda: self.inner.prepare(command, trajectory), instead)


def blind(*codes: Refusal) -> Callable[[Any], object]:
    return robots(type("BlindTo", (Blind,), {"to": codes}))


class OtherDuration(Around):
    def prepare(self, command: str, trajectory: Trajectory) -> object:
        is_new = self.inner.status(command).state == "not seen"
        prepared: Prepared = self.inner.prepare(command, trajectory)
        return prepared if is_new else replace(prepared, duration=2.0 * prepared.duration)


class StartsAgain(Around):
    def start(self, prepared: Prepared) -> None:
        was = self.inner.status(prepared.command).state
        self.inner.start(prepared)
        if was == "done":
            sneak(self.inner)


class Swallows(Around):
    """Its `start` or `deactivate` takes a refusal for an answer."""

    swallowing = "start"
    to: tuple[Refusal, ...] = ()

    def start(self, prepared: Prepared) -> object:
        return deaf(*(self.to if self.swallowing == "start" else ()))(lambda: self.inner.start(prepared))

    def deactivate(self, command: str) -> object:
        return deaf(*(self.to if self.swallowing == "deactivate" else ()))(lambda: self.inner.deactivate(command))


def swallows(*codes: Refusal, call: str = "start") -> Callable[[Any], object]:
    return robots(type("SwallowsIt", (Swallows,), {"swallowing": call, "to": codes}))


class SpendsIds(Around):
    """An id that was refused is gone."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.spent: set[str] = set()

    def prepare(self, command: str, trajectory: Trajectory) -> object:
        if command in self.spent:
            raise Refused(Refusal.ID_REUSED, self.inner.name, command, self.now)
        try:
            return self.inner.prepare(command, trajectory)
        except Refused:
            self.spent.add(command)
            raise


class DoneTooSoon(Around):
    def status(self, command: str) -> CommandStatus:
        status: CommandStatus = self.inner.status(command)
        return CommandStatus("done", 0.5) if status.state == "running" and (status.at or 0.0) > 0.35 else status


class ByPosition(Around):
    """Takes columns for what they are not named."""

    def prepare(self, command: str, trajectory: Trajectory) -> object:
        names = tuple(joint.name for joint in self.inner.capabilities().joints)
        known = set(trajectory.joints) == set(names) and len(trajectory.joints) == len(names)
        return self.inner.prepare(command, replace(trajectory, joints=names) if known else trajectory)


class SendsOnStale(Around):
    def prepare(self, command: str, trajectory: Trajectory) -> object:
        return self.thawed(lambda: self.inner.prepare(command, trajectory))

    def start(self, prepared: Prepared) -> object:
        return self.thawed(lambda: self.inner.start(prepared))

    def thawed(self, call: Callable[[], object]) -> object:
        state, status = self.inner._frozen_state, self.inner._frozen_status
        self.inner.thaw()
        try:
            return call()
        finally:
            self.inner._frozen_state, self.inner._frozen_status = state, status


class ReplaysAfterward(Around):
    """What it could not send while the link was cut it sends when it is back."""

    late: Prepared | None = None

    def start(self, prepared: Prepared) -> None:
        try:
            self.inner.start(prepared)
        except Exception:
            self.late = prepared
            raise

    def heartbeat(self) -> None:
        if self.late is not None and not self.inner.is_frozen:
            with suppress(Refused):
                self.inner.start(self.late)
            self.late = None


class SendsAgain(Around):
    """What it had sent when the link was lost it sends once more: the robot goes to the first point of that, and all its way."""

    was_cut = False
    while_it_moves = False

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.prepared: dict[str, Trajectory] = {}
        self.points: list[Array] = []
        self.to_do: list[Array] = []

    def prepare(self, command: str, trajectory: Trajectory) -> object:
        self.prepared[command] = trajectory
        return self.inner.prepare(command, trajectory)

    def start(self, prepared: Prepared) -> None:
        self.inner.start(prepared)
        way = self.prepared[prepared.command].segments
        self.points = [way[0].control[0], way[-1].control[-1]]

    def heartbeat(self) -> None:
        moves, is_cut = self.inner.arm.run is not None, self.inner.is_frozen
        if self.was_cut and not is_cut and moves is self.while_it_moves:
            self.to_do, self.points = self.points, []
        self.was_cut = is_cut
        if self.to_do and not moves and not is_cut:
            way = straight(self.inner.capabilities().joints, self.inner.arm.measured(), self.to_do.pop(0), 0.9, "once more")
            self.inner.start(self.inner.prepare(another_id(), way))


class SendsAgainUnseen(SendsAgain):
    """And tells no state until that is over."""

    last: RobotState | None = None

    def state(self) -> RobotState:
        if self.last is None or not (self.to_do or self.inner.is_frozen or (self.inner.arm.run is not None and not self.points)):
            self.last = self.inner.state()
        return self.last


class AppendsAgain(SendsAgain):
    """Where it still runs: the robot has it in a queue then."""

    while_it_moves = True


class InDegrees(SaysOfItself):
    """And stands turned, as any arm does; where all joints are at 0 nothing tells the units apart."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        inner.arm._rest = frozen([*inner.arm.measured()[:3], 0.5])

    def changed(self, state: RobotState) -> RobotState:
        q, qd, setpoint = (frozen([*values[:3], np.degrees(values[3])]) for values in (state.q, state.qd, state.setpoint))
        return replace(state, q=q, qd=qd, setpoint=setpoint)


class InMillimetres(SaysOfItself):
    def changed(self, state: RobotState) -> RobotState:
        return replace(state, q=frozen([*(1e3 * state.q[:3]), state.q[3]]))


FAULTS = (
    Fault("moves when it opens", opening.open_and_close_never_move, MovesWhenItOpens),
    Fault("powers when it opens", opening.open_never_powers, PowersWhenItOpens),
    Fault("has no state when it opens", opening.open_brings_a_state, OpensItsRobotsLater),
    Fault("tells degrees", opening.open_brings_a_state, robots(InDegrees)),
    Fault("tells millimetres", opening.open_brings_a_state, robots(InMillimetres)),
    Fault("closes only once", opening.close_never_raises, ClosesOnce),
    Fault("will not close in mid-motion", opening.close_in_motion_never_raises, WillNotCloseInMotion),
    Fault("prepares while it is closed", opening.nothing_is_taken_while_closed, robots(TakesWhileClosed)),
    Fault("says idle when it is off", powering.power_is_explicit, robots(PowerStaysOn)),
    Fault("powers itself to prepare", powering.prepare_needs_power, robots(PowersToPrepare)),
    Fault("is deactivated in mid-motion", powering.deactivate_is_refused_in_motion, robots(DeactivatesInMotion)),
    Fault("starts from elsewhere", refusing.prepare_refuses_a_first_point_elsewhere, blind(Refusal.START_DIFFERS)),
    Fault("takes times as they come", refusing.prepare_refuses_times_that_do_not_increase, blind(Refusal.TIMES)),
    Fault("takes any joints", refusing.prepare_refuses_joints_of_other_names, blind(Refusal.JOINTS)),
    Fault("takes NaN", refusing.prepare_refuses_what_is_not_finite, blind(Refusal.NOT_FINITE)),
    Fault("takes a motion without an end", refusing.prepare_refuses_what_does_not_rest, blind(Refusal.NOT_AT_REST)),
    Fault("takes a corner at speed", refusing.prepare_refuses_jumps, blind(Refusal.ACCELERATION_LIMIT, Refusal.JERK_LIMIT)),
    Fault("leaves a joint's range", refusing.prepare_refuses_beyond_a_range, blind(Refusal.POSITION_LIMIT)),
    Fault("is too fast", refusing.prepare_refuses_beyond_the_velocity, blind(Refusal.VELOCITY_LIMIT)),
    Fault("accelerates too hard", refusing.prepare_refuses_beyond_the_acceleration, blind(Refusal.ACCELERATION_LIMIT)),
    Fault("has too much jerk", refusing.prepare_refuses_beyond_the_jerk, blind(Refusal.JERK_LIMIT)),
    Fault("knows the newest twenty of what is over", remembering.a_motion_is_known_to_its_end, robots(ForgetsSoon)),
    Fault("knows the newest twenty of what is sent", remembering.a_motion_is_known_to_its_end, robots(ForgetsWhatRuns)),
    Fault("answers otherwise the second time", numbering.prepare_twice_is_once, robots(OtherDuration)),
    Fault("starts again what is done", numbering.start_twice_is_once, robots(StartsAgain)),
    Fault("takes an id twice", numbering.an_id_is_not_taken_for_another_command, swallows(Refusal.ID_REUSED, call="deactivate")),
    Fault("spends an id on a refusal", numbering.a_refused_id_may_be_sent_again, robots(SpendsIds)),
    Fault("starts what was never prepared", numbering.start_needs_prepare, swallows(Refusal.NOT_PREPARED)),
    Fault("takes a second motion", numbering.one_motion_at_a_time, swallows(Refusal.BUSY)),
    Fault("starts from where it no longer is", numbering.start_is_refused_from_elsewhere, swallows(Refusal.START_DIFFERS)),
    Fault("is done too soon", moving.a_motion_ends_at_its_end, robots(DoneTooSoon)),
    Fault("takes joints by position", moving.joints_are_matched_by_name, robots(ByPosition)),
    Fault("forgets when it is reopened", moving.status_survives_a_reconnect, ForgetsWhenItOpens),
    Fault("declares that it stops, and goes on", linking.link_loss_is_as_declared,
          robots(declares(on_link_loss="stops", standstill_on_link_loss=0.2))),
    Fault("stops later than it declares", linking.a_lost_link_stops_in_time, stops_later),
    Fault("declares that it goes on, and stops", linking.link_loss_is_as_declared, StopsWhenItCloses),
    Fault("begins anew after a reconnect", linking.nothing_is_replayed, BeginsAnewWhenItOpens),
    Fault("sends again what ran when its link was cut", linking.nothing_moves_anew_after_a_cut, robots(SendsAgain)),
    Fault("sends it again before it tells a state", linking.nothing_moves_anew_after_a_cut, robots(SendsAgainUnseen)),
    Fault("sends again what still runs", linking.a_motion_is_done_once_through_a_cut, robots(AppendsAgain)),
    Fault("sends on a stale state", linking.nothing_is_sent_on_a_stale_state, robots(SendsOnStale)),
    Fault("sends later what was refused as stale", linking.nothing_is_sent_on_a_stale_state, robots(ReplaysAfterward)),
)  # fmt: skip
