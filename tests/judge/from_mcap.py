"""The motion of every robot as a run recorded it beside its journal: the samples of its MCAP file, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from controller.journal.recording import Sample, read_recording
from tests.judge.recording import Run, Track


def tracks_in(path: Path) -> dict[str, Track]:
    """One track a robot, in the order of their first samples."""
    samples: dict[str, list[Sample]] = {}
    for sample in read_recording(path):
        samples.setdefault(sample.robot, []).append(sample)
    return {robot: _track(robot, own) for robot, own in samples.items()}


def _track(robot: str, samples: Sequence[Sample]) -> Track:
    """Where one motion starts on the tick at which the one before ended, that tick is the later one's."""
    last = {sample.time: sample for sample in samples}
    kept = [last[time] for time in sorted(last)]
    at = np.array([s.time for s in kept], dtype=np.int64)
    setpoint, readback = (np.array([getattr(s, name) for s in kept]) for name in ("setpoint", "q"))
    return Track(robot, at, setpoint, readback, np.array([s.s for s in kept]), tuple(_runs(kept)))


def _runs(kept: Sequence[Sample]) -> Iterator[Run]:
    first = 0
    for (command, motion), group in groupby(kept, key=lambda s: (s.command, s.motion)):
        count = sum(1 for _ in group)
        if command:
            yield Run(command, motion, first, first + count)
        first += count
