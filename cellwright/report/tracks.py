"""Where the robots of a run on record really were: its samples, thinned, in s of the run."""

from __future__ import annotations

from collections.abc import Sequence

from cell.events import Event
from cellwright.report.clock import zeros
from cellwright.report.keyframes import Track, recorded_tracks
from controller.journal.folder import RunFolder
from controller.journal.recording import read_recording


def tracks_of(folder: RunFolder, events: Sequence[Event]) -> dict[str, Track]:
    """None where a controller has left no recording: then nobody can say whose clock is whose."""
    recordings, begun = folder.recordings(), zeros(events)
    if len(recordings) != len(begun):
        return {}
    return recorded_tracks((zero, read_recording(path)) for zero, path in zip(begun, recordings, strict=True))
