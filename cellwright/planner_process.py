"""The planner of a run as a process of its own: `python -m cellwright.planner_process FOLDER`.

It reads the sources as the run began with them, then answers requests for plans that come on stdin until there are no more, and
tells on the way how far it has got. What it prints goes to the run's log.
"""

from __future__ import annotations

import pickle
import sys
from contextlib import suppress
from pathlib import Path

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cellwright.at_hand import asked_and_answered, receive, send, unpickled
from cellwright.getting_on import Telling
from cellwright.running import ResidentPlanner
from cellwright.start_file import read_start
from cellwright.starting_again import read_again
from cellwright.workshop import open_workshop
from controller.journal.folder import RunFolder


def main(words: list[str]) -> int:
    requests, answers = asked_and_answered()
    start = read_start(RunFolder(Path(words[0]))).expect()
    telling = Telling(answers)
    telling("reading", 0, 0)  # heard by whoever asks before it is done
    workshop = open_workshop(telling, start.jobs)
    planner = ResidentPlanner(read_again(start), workshop, start.seed, frozenset(start.without), start.is_continuous)
    with suppress(EOFError, BrokenPipeError):
        while True:
            request = unpickled(receive(requests), RequestPlan)
            assert isinstance(request, RequestPlan)
            send(answers, pickle.dumps(_planned(planner, request)))
    return 0


def _planned(planner: ResidentPlanner, request: RequestPlan) -> Outcome[MotionPlan]:
    """Proved here too, so that the proof over there finds its certificates; but it is not released by that."""
    found = planner.replan(request)
    value = None if found.value is None else found.value.motion_plan
    return Outcome(value, found.diagnostics, found.why)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
