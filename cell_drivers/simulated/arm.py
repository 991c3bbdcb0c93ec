"""One robot in the world: its joints in motion, with lag, speed scaling, stops and stalls. The contract is in robot_face.py.

Laws: it moves only along a trajectory that was started; every change of speed stays on the path; a motion ends only when the
measured joints have settled. Samples lie on one grid of 8 ms for ever, so a number of a sample is its time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cell.device import ReadbackBlock, StopKind
from cell.geometry import Array, Pose, frozen
from cell.home import home_of
from cell.model import RobotUnit
from cell.robot import RobotModel
from cell.trajectory import Law, Path
from cell.world_record import MotionRecord
from cell_drivers.simulated.playback import PERIOD, Ramp, Samples, cut, first_sample, joined, ramp_duration, run_on
from cell_drivers.simulated.timeline import Due, nanoseconds
from cell_drivers.simulated.world import World

TICK = nanoseconds(PERIOD)
SEVERITY: dict[StopKind, int] = {"hold": 0, "quick": 1, "power": 2}
HARDNESS: dict[StopKind, float] = {"hold": 1.0, "quick": 0.5, "power": 0.5}
"""Length of the braking ramp, of the one that keeps the acceleration limits."""
SETTLING_TICKS = 6

Ending = Literal["done", "aborted"]


@dataclass(slots=True, eq=False)
class Run:
    """One motion under way or over. Row k of `samples` is at `times[k]` ns."""

    command: str
    motion: str
    path: Path
    law: Law
    samples: Samples
    times: NDArray[np.int64]
    held: tuple[tuple[str, str], ...]
    outcome: Literal["running", "done", "aborted"] = "running"
    stopping: StopKind | None = None
    due: Due | None = None
    delivered: int = 0
    finished: list[Callable[[Ending, float], None]] = field(default_factory=list)

    def row(self, now: int) -> int:
        """The newest row at `now`."""
        return max(0, int(np.searchsorted(self.times, now, side="right")) - 1)


class Arm:
    def __init__(self, world: World, unit: RobotUnit, model: RobotModel) -> None:
        self.world = world
        self.unit = unit
        self.model = model
        self.is_active = False
        self.scaling = 1.0
        self.run: Run | None = None
        self.on_scaling: Callable[[float], None] = lambda scaling: None
        self._rest: Array = frozen(home_of(unit, model))
        self._flange: tuple[Array, Pose] | None = None  # for the joints that were asked about last
        self._runs: deque[Run] = deque(maxlen=world.remembers)
        self._fresh: deque[Run] = deque(maxlen=world.remembers)
        self._stalls = self._stuck = 0
        self.longest_ramp = 1.5 * float(np.max(model.velocity / model.acceleration))
        for stall in world.luck.stalls(unit.name):
            world.timeline.after(stall.at, lambda: self._stall(1))
            world.timeline.after(stall.at + stall.duration, lambda: self._stall(-1))
        for stuck in world.luck.stuck(unit.name):
            world.timeline.after(stuck.at, lambda: self._stick(1))
            world.timeline.after(stuck.at + stuck.duration, lambda: self._stick(-1))

    # --- where it is ---

    @property
    def is_moving(self) -> bool:
        return self.run is not None and bool(np.any(np.abs(self.run.samples.qd[self.run.row(self.world.now)]) > 1e-3))

    @property
    def effective_scaling(self) -> float:
        return 0.0 if self._stalls or self._stuck else self.scaling

    @property
    def told_scaling(self) -> float | None:
        """What it says while it is stuck, None when it says what is so."""
        return self.scaling if self._stuck and not self._stalls else None

    def measured(self) -> Array:
        """q (n,) now."""
        if self.run is None:
            return self._rest
        q: Array = self.run.samples.q[self.run.row(self.world.now)]
        return q

    def T_world_flange(self) -> Pose:
        q = self.measured()
        if self._flange is None or not np.array_equal(self._flange[0], q):
            self._flange = (q, self.unit.base @ Pose.from_matrix(self.model.chain.flange_pose(q)))
        return self._flange[1]

    def T_world_flange_at(self, q: Array) -> Pose:
        return self.unit.base @ Pose.from_matrix(self.model.chain.flange_pose(q))

    def standstill(self, kind: StopKind) -> float:
        """s, the worst there can be."""
        return HARDNESS[kind] * self.longest_ramp + SETTLING_TICKS * PERIOD

    # --- motion ---

    def start(self, command: str, motion: str, path: Path, law: Law, finished: Callable[[Ending, float], None]) -> None:
        """At the next tick. The caller has made sure that the arm is at rest where the path begins."""
        name = self.unit.name
        held = tuple((f"{tool.name}.{hand}", part.id) for tool, hand, part in self.world.held(name))
        first = first_sample(path, self.measured(), self.effective_scaling)
        begin = -(-self.world.now // TICK) * TICK
        self.run = Run(command, motion, path, law, first, np.array([begin], dtype=np.int64), held, finished=[finished])
        self._runs.append(self.run)
        self._fresh.append(self.run)
        self.world.effect(name, command, "motion started", detail=motion)
        self.world.judge_start(name, command)
        self.world.departs(name, law.duration)
        self._go_on(self.run, Ramp(self.effective_scaling, self.effective_scaling, 0.0))

    def scale(self, scaling: float) -> None:
        if scaling != self.scaling:
            self.scaling = scaling
            self._scaling_changed()

    def stop(self, kind: StopKind) -> None:
        run = self.run
        if run is None:
            self._take_power(kind)
        elif run.stopping is None or SEVERITY[kind] > SEVERITY[run.stopping]:
            run.stopping = kind
            self._turn_to(run, 0.0, HARDNESS[kind])

    def _stall(self, change: int) -> None:
        self._stalls += change
        self._scaling_changed()

    def _stick(self, change: int) -> None:
        """Nobody is told."""
        self._stuck += change
        self._follow_scaling()

    def _scaling_changed(self) -> None:
        self.world.effect(self.unit.name, "", "scaled", detail=f"{self.effective_scaling:g}")
        self.on_scaling(self.effective_scaling)
        self._follow_scaling()

    def _follow_scaling(self) -> None:
        if self.run is not None and self.run.stopping is None:
            self._turn_to(self.run, self.effective_scaling, 1.0)

    def _turn_to(self, run: Run, scaling: float, hardness: float) -> None:
        """Forgets what was to come and ramps to `scaling` from the next tick on."""
        tick = max(-(-self.world.now // TICK) * TICK, int(run.times[0]))
        rows = int(np.searchsorted(run.times, tick, side="right"))
        run.samples, run.times = cut(run.samples, slice(0, rows)), run.times[:rows]
        if int(run.times[-1]) < tick:
            self._stand_until(run, tick)
        now = float(run.samples.scaling[-1])
        tau = float(run.samples.tau[-1])
        needed = ramp_duration(run.path, run.law, tau, scaling - now, self.model.acceleration, self.longest_ramp)
        self._go_on(run, Ramp(now, scaling, hardness * needed))

    @staticmethod
    def _stand_until(run: Run, tick: int) -> None:
        """After a standstill on the path: one more row like the last, so that the gap before it is seen to be at rest."""
        again = cut(run.samples, slice(-1, None))
        run.samples = joined(run.samples, replace(again, qd=np.zeros_like(again.qd)))
        run.times = np.append(run.times, np.int64(tick))

    def _go_on(self, run: Run, ramp: Ramp) -> None:
        following = run_on(run.path, run.law, run.samples, ramp)
        run.samples = joined(run.samples, following)
        run.times = np.concatenate([run.times, run.times[-1] + TICK * np.arange(1, len(following) + 1)])
        if run.due is not None:
            run.due.cancel()
            run.due = None
        if run.samples.ends == "end":
            run.due = self.world.timeline.at(int(run.times[-1]), lambda: self._finish(run, "done"))
        elif run.samples.ends is None:
            onward = Ramp(ramp.end, ramp.end, 0.0)
            run.due = self.world.timeline.at(int(run.times[-1]), lambda: self._go_on(run, onward))
        elif run.stopping is not None:
            run.due = self.world.timeline.at(int(run.times[-1]), lambda: self._finish(run, "aborted"))

    def _finish(self, run: Run, ending: Ending) -> None:
        self._rest = frozen(run.samples.q[-1])
        run.outcome, self.run = ending, None
        s = float(run.samples.s_setpoint[-1])
        name = self.unit.name
        if ending == "done":
            self.world.effect(name, run.command, "motion ended", detail=run.motion)
        else:
            self.world.effect(name, run.command, "motion aborted", detail=f"{s!r}")
        self.world.judge_end(name, run.command)
        if run.stopping is not None:
            self._take_power(run.stopping)
        for tell in run.finished:
            tell(ending, s)

    def _take_power(self, kind: StopKind) -> None:
        if kind == "power" and self.is_active:
            self.is_active = False
            self.world.effect(self.unit.name, "", "deactivated")

    # --- what was measured ---

    def readback(self) -> tuple[ReadbackBlock, ...]:
        """Rows up to now that were not handed out before, in blocks without a gap."""
        found = []
        for run in self._fresh:
            end = int(np.searchsorted(run.times, self.world.now, side="right"))
            gaps = run.delivered + 1 + np.flatnonzero(np.diff(run.times[run.delivered : end]) > TICK)
            borders = [run.delivered, *gaps.tolist(), end]
            found += [self._block(run, slice(a, b)) for a, b in pairwise(borders) if b > a]
            run.delivered = end
        self._fresh = deque((run for run in self._fresh if run.outcome == "running"), self.world.remembers)
        return tuple(found)

    def _block(self, run: Run, rows: slice) -> ReadbackBlock:
        of, times = run.samples, run.times[rows]
        return ReadbackBlock(
            self.unit.name, run.command, run.motion, int(times[0]) // TICK, times,
            of.q[rows], of.qd[rows], of.setpoint[rows], of.s[rows], of.scaling[rows],
        )  # fmt: skip

    def motions(self) -> tuple[MotionRecord, ...]:
        """All motions so far, the one under way up to now."""
        return tuple(self._motion(run) for run in self._runs)

    def _motion(self, run: Run) -> MotionRecord:
        rows = slice(0, int(np.searchsorted(run.times, self.world.now, side="right")))
        of = run.samples
        return MotionRecord(
            self.unit.name, run.command, run.motion, run.outcome, run.held,
            run.times[rows], of.q[rows], of.qd[rows], of.setpoint[rows], of.s[rows], of.scaling[rows],
        )  # fmt: skip
