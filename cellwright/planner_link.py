"""The planner in a process of its own: it stays at hand, may crash, and comes back.

Law: a plan that comes from there is unreleased; it is released by a proof in this process. A process that has ended is started
again, once for each request; if it ends again there is no plan, and the run holds.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from cell.commands import RequestPlan
from cell.diagnostic import Outcome, error
from cell.motion_plan import MotionPlan
from cell.plan_file import read_plan, write_plan
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cellwright.session import release_plan
from cellwright.workshop import Workshop

COMMAND = ("-m", "cellwright.planner_process")
LENGTH = 8  # bytes before each message
PATIENCE = 1800.0  # s for one plan
LARGEST = 2_000_000_000  # bytes
Answer = Outcome[MotionPlan]


class PlannerProcess:
    """Answers the controller's requests, one at a time, from a thread of the controller's."""

    def __init__(self, folder: Path, workshop: Workshop, request: PlanningRequest, patience: float = PATIENCE) -> None:
        """`folder` is the run's; `request` what the run began with."""
        self._folder, self._workshop, self._request, self._patience = folder, workshop, request, patience
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def warm(self) -> None:
        """Has it read everything before the first request. Does not wait."""
        with suppress(OSError):
            self._alive()

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        why = ""
        for _ in range(2):
            try:
                found = self._asked(request)
            except (OSError, EOFError, pickle.UnpicklingError) as cause:
                why = self._ended(str(cause) or type(cause).__name__)
                continue
            return self._released(found, request)
        text = f"the planner's process has ended twice over this plan: {why}"
        return Outcome(None, (error("R758", text, help="Resume to have it tried again; what it printed is in the run's log."),))

    def close(self) -> None:
        """Never raises."""
        self._is_closed = True
        if self._process is not None:
            self._kill(self._process)

    def _released(self, found: Answer, request: RequestPlan) -> Outcome[ReleasedPlan]:
        if found.value is None:
            return Outcome(None, found.diagnostics, found.why)
        unreleased = read_plan(write_plan(found.value), "the planner's answer")
        if unreleased.value is None:
            return Outcome(None, unreleased.diagnostics)
        return release_plan(unreleased.value, replace(self._request, state=request.state), self._workshop)

    def _asked(self, request: RequestPlan) -> Answer:
        """Raises OSError or EOFError where the process has gone, or goes."""
        process = self._alive()
        assert process.stdin is not None
        assert process.stdout is not None
        send(process.stdin, request)
        answer = receive(process.stdout, time.monotonic() + self._patience)
        if not isinstance(answer, Outcome):
            raise EOFError(f"it answers with {type(answer).__name__}")
        return answer

    def _alive(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_closed:
                raise EOFError("the run is over")
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, *COMMAND, str(self._folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                )
            return self._process

    def _ended(self, what: str) -> str:
        """How it ended, in words. It has, after this."""
        process, self._process = self._process, None
        if process is None:
            return what
        self._kill(process, within=1.0)
        code = process.returncode
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}, {what}"

    def _kill(self, process: subprocess.Popen[bytes], within: float = 0.0) -> None:
        """With all that it has started; first it may end by itself within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            process.wait(within)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def send(pipe: IO[bytes], message: object) -> None:
    content = pickle.dumps(message)
    pipe.write(len(content).to_bytes(LENGTH, "big") + content)
    pipe.flush()


def receive(pipe: IO[bytes], until: float = float("inf")) -> object:
    """Raises EOFError where the other end has gone, TimeoutError at the moment `until` (monotonic s)."""
    length = int.from_bytes(_exactly(pipe, LENGTH, until), "big")
    if length > LARGEST:
        raise EOFError(f"a message of {length} bytes is announced")
    return pickle.loads(_exactly(pipe, length, until))


def _exactly(pipe: IO[bytes], count: int, until: float) -> bytes:
    found = bytearray()
    while len(found) < count:
        left = until - time.monotonic()
        if not select.select([pipe], [], [], max(0.0, min(left, 3600.0)))[0]:
            if left <= 3600.0:
                raise TimeoutError("it has not answered in time")
            continue
        piece = os.read(pipe.fileno(), min(count - len(found), 1_000_000))
        if not piece:
            raise EOFError("it has ended")
        found += piece
    return bytes(found)
