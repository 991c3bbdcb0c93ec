"""What robots do in a rehearsal, kept as keyframes while it lasts: the recording of a run that nothing is written of."""

from __future__ import annotations

import numpy as np

from cell.driver import DriverSet
from cell.driver_errors import DriverError
from cell.events import PlanReleased
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cellwright.reading import Reading
from cellwright.report.keyframes import Track, kept
from cellwright.report.record import Ground, Record, Said
from cellwright.same_sources import same_texts
from controller.rehearsal import RunRecord
from controller.run_state import RunState

SECOND = 1e9


def rehearsal_record(
    run: RunRecord, request: PlanningRequest, reading: Reading, released: ReleasedPlan, watched: Watched, said: Said
) -> Record:
    texts = same_texts(released.motion_plan, reading)
    tracks = watched.tracks(run.events[0].at)
    # The proof at hand is that of the first plan; of those that came after it the events keep the counts.
    plans = sum(isinstance(event, PlanReleased) for event in run.events)
    proof = released.proof if plans == 1 else None
    return Record(run.events, run.summary, said, Ground(request.cell, request.robots), "", texts, tracks, proof)


class Watched:
    """A `Recorder` (controller/callers.py) that keeps few samples."""

    def __init__(self) -> None:
        self._tracks: dict[str, list[Track]] = {}

    def take(self, drivers: DriverSet, state: RunState) -> None:
        for robot in drivers.motion.values():
            try:
                blocks = robot.readback()
            except DriverError:
                continue
            for block in blocks:
                if len(block.time):
                    numbers = kept(block.time / SECOND, block.q)
                    self._tracks.setdefault(block.device, []).append(Track(block.time[numbers] / SECOND, block.q[numbers]))

    def write(self) -> None:
        """Nothing goes to a disk."""

    def tracks(self, zero: int) -> dict[str, Track]:
        """By robot, in s from `zero` ns on."""
        return {
            robot: Track(
                np.maximum.accumulate(np.concatenate([t.time for t in own])) - zero / SECOND, np.concatenate([t.q for t in own])
            )
            for robot, own in sorted(self._tracks.items())
        }
