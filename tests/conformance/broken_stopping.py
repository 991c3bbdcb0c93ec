"""Faults of how a robot stops, and of how fast it goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cell.device import CommandChanged, CommandStatus, Prepared, SpeedScaled, StopKind, Trajectory
from cell.driver_errors import Refusal, Refused
from cell_drivers.conformance.laws import scaling, stopping
from tests.conformance.around import Around, Fault, Set, robots, sneak
from tests.conformance.broken_reading import declares


class ForgetsWhatItBegan(Around):
    """Stops only what it has begun since it was opened."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.began = False

    def start(self, prepared: Prepared) -> None:
        self.inner.start(prepared)
        self.began = True

    def stop(self, kind: StopKind) -> None:
        if self.began:
            self.inner.stop(kind)


class ForgetsWhatItsRobotsBegan(Set):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.motion = {name: ForgetsWhatItBegan(robot) for name, robot in inner.motion.items()}

    def close(self) -> None:
        self.inner.close()
        for robot in self.motion.values():
            robot.began = False


class SlowToStop(Around):
    def stop(self, kind: StopKind) -> None:
        self.inner.world.timeline.after(0.5, lambda: self.inner.stop(kind))


class StopsAtNought(Around):
    def status(self, command: str) -> CommandStatus:
        status: CommandStatus = self.inner.status(command)
        return replace(status, at=0.0) if status.state == "aborted" else status


class TellsEachStop(Around):
    def stop(self, kind: StopKind) -> None:
        self.inner.stop(kind)
        for command, status in self.inner.commands.snapshot().items():
            if status.state == "aborted":
                self.inner.tell(CommandChanged(self.inner.name, self.now, command, status))


class FirstStopCounts(Around):
    def stop(self, kind: StopKind) -> None:
        if self.inner.arm.run is None or self.inner.arm.run.stopping is None:
            self.inner.stop(kind)


class KeepsPower(Around):
    def stop(self, kind: StopKind) -> None:
        self.inner.stop("quick" if kind == "power" else kind)


class StopsOnlyMotions(Around):
    def stop(self, kind: StopKind) -> None:
        if self.inner.arm.run is not None:
            self.inner.stop(kind)


class Resumes(Around):
    def stop(self, kind: StopKind) -> None:
        if self.inner.arm.run is not None:
            self.inner.world.timeline.after(2.5, lambda: sneak(self.inner))
        self.inner.stop(kind)


class PowerlessAtRest(Around):
    def stop(self, kind: StopKind) -> None:
        self.inner.stop(kind if self.inner.arm.run is not None else "power")


class WantsPowerAfterAStop(Around):
    """Until it is activated again it takes no motion."""

    was_stopped = False

    def stop(self, kind: StopKind) -> None:
        self.inner.stop(kind)
        self.was_stopped = True

    def activate(self, command: str) -> None:
        self.inner.activate(command)
        self.was_stopped = False

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        if self.was_stopped:
            raise Refused(Refusal.NOT_ACTIVE, self.inner.name, command, self.now, "it was stopped")
        prepared: Prepared = self.inner.prepare(command, trajectory)
        return prepared


class OnlySaysScaled(Around):
    def scale_speed(self, command: str, scaling: float) -> None:
        self.inner.begin(command, "scale", scaling)
        self.inner.tell(SpeedScaled(self.inner.name, self.now, scaling))
        self.inner.change(command, CommandStatus("done"))


class ScalesToHalf(Around):
    """No slower than that."""

    def scale_speed(self, command: str, scaling: float) -> None:
        self.inner.scale_speed(command, 1.0 if scaling < 0.5 else scaling)


class StopsAtZero(Around):
    def scale_speed(self, command: str, scaling: float) -> None:
        self.inner.scale_speed(command, scaling or 1.0)
        if scaling == 0.0:
            self.inner.stop("hold")


class Clamps(Around):
    def scale_speed(self, command: str, scaling: float) -> None:
        self.inner.scale_speed(command, float(np.clip(np.nan_to_num(scaling, nan=1.0), 0.0, 1.0)))


AT_ONCE = dict.fromkeys(("hold", "quick", "power"), 0.01)
FAULTS = (
    Fault("takes 0.5 s longer to stop", stopping.a_stop_stands_in_the_declared_time, robots(SlowToStop)),
    Fault("declares a stop in 10 ms", stopping.a_stop_stands_in_the_declared_time, robots(declares(standstill=AT_ONCE))),
    Fault("says that it stopped where it began", stopping.a_stop_ends_on_the_path, robots(StopsAtNought)),
    Fault("ends a command with each stop", stopping.stop_twice_is_once, robots(TellsEachStop)),
    Fault("stops only what it began", stopping.a_stop_counts_after_a_reconnect, ForgetsWhatItsRobotsBegan),
    Fault("keeps to the first stop", stopping.the_harder_stop_wins, robots(FirstStopCounts)),
    Fault("keeps its power", stopping.a_power_stop_takes_the_power, robots(KeepsPower)),
    Fault("keeps what is prepared", stopping.a_stop_drops_what_is_prepared, robots(StopsOnlyMotions)),
    Fault("resumes by itself", stopping.nothing_resumes_by_itself, robots(Resumes)),
    Fault("loses its power to a stop at rest", stopping.a_stop_at_rest_changes_nothing, robots(PowerlessAtRest)),
    Fault("wants power after each stop", stopping.what_was_stopped_moves_on_from_there, robots(WantsPowerAfterAStop)),
    Fault("says that it scales", scaling.scaling_is_followed, robots(OnlySaysScaled)),
    Fault("goes no slower than half", scaling.nothing_is_caught_up, robots(ScalesToHalf)),
    Fault("gives up at 0", scaling.zero_holds_on_the_path, robots(StopsAtZero)),
    Fault("clamps silently", scaling.scaling_out_of_range_is_refused, robots(Clamps)),
)  # fmt: skip
