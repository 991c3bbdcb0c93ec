"""What proves the plans of a run, beside its controller: `python -m cellwright.checker_process FOLDER`.

It reads the sources as the run began with them, then proves each plan that the planner has answered with, keeps it in the run's
folder and sends it on in pieces, with its proof; how far it has got it tells on the way. What it prints goes to the run's log.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cell.plan_file import read_plan, write_plan
from cell.released_plan import ReleasedPlan
from cellwright.at_hand import asked_and_answered, receive, send, unpickled
from cellwright.getting_on import Telling
from cellwright.plan_pieces import Verdict, pieces_of
from cellwright.running import ResidentPlanner
from cellwright.session import release_plan
from cellwright.start_file import read_start
from cellwright.starting_again import read_again
from cellwright.workshop import open_workshop
from controller.journal.disk import keep_text
from controller.journal.folder import RunFolder


def main(words: list[str]) -> int:
    requests, answers = asked_and_answered()
    folder = RunFolder(Path(words[0]))
    start = read_start(folder).expect()
    telling = Telling(answers)
    telling("reading", 0, 0)  # heard by whoever asks before it is done
    workshop = open_workshop(telling, start.jobs)
    planner = ResidentPlanner(read_again(start), workshop, start.seed, frozenset(start.without), start.is_continuous)
    with suppress(EOFError, BrokenPipeError):
        while True:
            request, answer = receive(requests), receive(requests)
            for message in judged(planner, folder, request, answer):
                send(answers, message)
    return 0


def judged(planner: ResidentPlanner, folder: RunFolder, request: bytes, answer: bytes) -> Iterator[bytes]:
    """The verdict, and the pieces of the plan where there is one."""
    wanted, found = unpickled(request, RequestPlan), unpickled(answer, Outcome)
    assert isinstance(wanted, RequestPlan)
    assert isinstance(found, Outcome)
    released = found if found.value is None else _released(planner, folder, wanted, found.value)
    if released.value is None:
        yield pickle.dumps(Verdict(released.diagnostics, released.why))
        return
    pieces = tuple(pieces_of(released.value.motion_plan))
    yield pickle.dumps(Verdict(released.diagnostics, None, released.value.proof, len(pieces)))
    yield from pieces


def _released(planner: ResidentPlanner, folder: RunFolder, request: RequestPlan, answer: MotionPlan) -> Outcome[ReleasedPlan]:
    """By its text, as every plan that comes from elsewhere."""
    text = write_plan(answer)
    plan, wanted = read_plan(text, "the planner's answer"), planner.wanted(request)
    if plan.value is None or wanted.value is None:
        return Outcome(None, (*plan.diagnostics, *wanted.diagnostics))
    released = release_plan(plan.value, wanted.value, planner.workshop)
    if released.value is not None:
        with suppress(OSError):  # the journal keeps what is not kept yet, and says what its disk does not take
            keep_text(folder.path, plan.value.plan_id, text)
    return released


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
