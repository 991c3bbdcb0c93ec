"""The beginning of a run as a journal of its own, with a snapshot every so many events: what a killed controller leaves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from cell.events import Event, PlanReleased
from controller.journal import disk
from controller.journal.disk import DiskJournal
from controller.journal.journal import StoredJournal
from controller.journal.replay import states

AT_A_TIME = 20  # events in a transaction


def rewritten(events: Sequence[Event], folder: Path, every: int, patch: pytest.MonkeyPatch) -> StoredJournal:
    """`every`: from one snapshot to the next, in events."""
    patch.setattr(disk, "SNAPSHOT_EVERY", every)
    journal = DiskJournal(folder, "again")
    for event in events:
        if isinstance(event, PlanReleased) and event.plan is not None:
            journal.keep_plan(event.plan)
    pairs = zip(events, states(events), strict=True)
    while batch := list(islice(pairs, AT_A_TIME)):
        journal.append([event for event, _ in batch], batch[-1][1], is_durable=False)
    journal.close()
    return StoredJournal(folder)
