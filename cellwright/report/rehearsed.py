"""What robots do in a rehearsal, kept as keyframes while it lasts: the recording of a run that nothing is written of."""

from __future__ import annotations

import numpy as np

from cell.driver import DriverSet
from cell.driver_errors import DriverError
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cellwright.reading import Reading
from cellwright.report.gathered import Gathered
from cellwright.report.keyframes import Track, kept
from cellwright.report.record import Ground, Record
from cellwright.same_sources import same_texts
from controller.rehearsal import RunRecord
from controller.run_state import RunState

SECOND = 1e9


def rehearsal_record(
    run: RunRecord, seen: Gathered, request: PlanningRequest, reading: Reading, released: ReleasedPlan, watched: Watched
) -> Record:
    texts = same_texts(released.motion_plan, reading)
    tracks = watched.tracks(seen.clock.zeros[0])
    # The proof at hand is that of the first plan; of those that came after it the events have the counts.
    proof = released.proof if seen.released == 1 else None
    return Record(seen, run.summary, Ground(request.cell, request.robots), "", texts, tracks, proof)


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
