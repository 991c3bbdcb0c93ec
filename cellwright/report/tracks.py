"""Where the robots of a run on record really were: its samples, thinned, in s of the run."""

from __future__ import annotations

from collections.abc import Sequence

from cellwright.report.keyframes import Track, recorded_tracks
from controller.journal.folder import RunFolder
from controller.journal.recording import read_recording


def tracks_of(folder: RunFolder, begun: Sequence[int]) -> dict[str, Track]:
    """`begun`: the zero of each controller (clock.py). None where one of them has left no recording: then nobody can say whose
    clock is whose."""
    recordings = folder.recordings()
    if len(recordings) != len(begun):
        return {}
    return recorded_tracks((zero, read_recording(path)) for zero, path in zip(begun, recordings, strict=True))
