"""A run on a disk that is truly full: `python -m tests.controller.full_disk HOW FOLDER ANSWER`, in a process of its own.

HOW is `tmpfs`, where FOLDER is a small file system that is filled to its last byte, or `limit`, where files may not grow beyond
what was set aside (RLIMIT_FSIZE). ANSWER is what the operator does about the hold: `stop`, or `resume` once there is space again.
"""

from __future__ import annotations

import contextlib
import json
import queue
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from cell.events import HoldRaised, JournalReported, PlanReleased
from cell.run import RunSummary
from controller.journal import disk
from controller.journal.folder import new_run
from controller.service import post, read_message, serve
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, world

FILL_AT = 60  # events after which there is no space any more
LIMIT = (16 + 32) * disk.PAGE + 20_000  # bytes of a file: the log as it was set aside, and little more


def fill(folder: Path) -> None:
    """Every block that anybody can have."""
    with (folder / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 512)


def limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Watching(queue.SimpleQueue):  # type: ignore[type-arg]
    """Fills the disk, answers the hold."""

    def __init__(self, inbox: queue.SimpleQueue[str], answer: str, fill: Callable[[], None], free: Callable[[], None]) -> None:
        self._inbox, self._answer, self._fill, self._free = inbox, answer, fill, free
        self._count = 0

    def put(self, text: str, *more: object) -> None:
        message = read_message(text)
        if isinstance(message, RunSummary):
            return
        self._count += 1
        if self._count == FILL_AT:
            self._fill()
        if isinstance(message, HoldRaised) and message.code == "R742":
            post(self._inbox, "stop") if self._answer == "stop" else self._free()
        if isinstance(message, JournalReported) and not message.why:
            post(self._inbox, "resume")


def main(how: str, folder: Path, answer: str) -> None:
    disk.LOG, disk.RESERVE = 16, 32
    given = spec(intent(), "full")
    plan = small_plan(given.state, 3)
    assert plan is not None
    run, inbox = new_run(folder, "full"), queue.SimpleQueue[str]()
    ways = {
        "tmpfs": (lambda: fill(folder), lambda: (folder / "filler").unlink()),
        "limit": (lambda: limit(LIMIT), lambda: limit(resource.RLIM_INFINITY)),
    }
    outbox = Watching(inbox, answer, *ways[how])
    summary = serve(given, released(plan), world(), SmallPlanner(3), run, inbox, outbox, is_recorded=True)
    events = run.events()
    sys.stdout.write(
        json.dumps(
            {
                "told": summary.state,
                "kept": run.state().pack,
                "damage": run.damage() is not None,
                "holds": [e.code for e in events if isinstance(e, HoldRaised)],
                "reports": [e.why for e in events if isinstance(e, JournalReported)],
                "last": type(events[-1]).__name__,
                "plans": sum(isinstance(e, PlanReleased) for e in events),
                "free": len((folder / "filler").read_bytes()) if (folder / "filler").exists() else None,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
