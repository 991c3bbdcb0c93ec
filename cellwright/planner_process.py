"""The planner of a run as a process of its own: `python -m cellwright.planner_process FOLDER`.

It reads the sources as the run began with them, then answers requests for plans that come on stdin until there are no more. What
it prints goes to the run's log.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cellwright.planner_link import receive, send
from cellwright.running import ResidentPlanner
from cellwright.start_file import read_again, read_start
from cellwright.workshop import open_workshop
from controller.journal.folder import RunFolder


def main(words: list[str]) -> int:
    gc.set_threshold(50_000, 20, 50)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    requests, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not speak to the controller
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    start = read_start(RunFolder(Path(words[0]))).expect()
    workshop = open_workshop(lambda stage, done, of: None, start.jobs)
    planner = ResidentPlanner(read_again(start), workshop, start.seed, frozenset(start.without), start.is_continuous)
    with suppress(EOFError, BrokenPipeError):
        while True:
            request = receive(requests)
            assert isinstance(request, RequestPlan)
            send(answers, _planned(planner, request))
    return 0


def _planned(planner: ResidentPlanner, request: RequestPlan) -> Outcome[MotionPlan]:
    """Proved here too, so that the proof over there finds its certificates; but it is not released by that."""
    found = planner.replan(request)
    value = None if found.value is None else found.value.motion_plan
    return Outcome(value, found.diagnostics, found.why)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
