"""A process of this program that answers one message at a time: it stays at hand, may crash, and is there again for the next.

Law: a message is bytes behind their length. The two ends are one program of one user, and one has started the other, so what they
say is pickled; but what comes from there is proved before it counts.
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
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from cellwright.sparing import spare

LENGTH = 8  # bytes before each message
LARGEST = 2_000_000_000  # bytes


class AtHand:
    """The end that asks. `command`: what the interpreter is called with, before the run's `folder`."""

    def __init__(self, command: tuple[str, ...], folder: Path, patience: float) -> None:
        self._command, self._folder, self._patience = command, folder, patience
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def warm(self) -> None:
        """Has it read everything before the first message. Does not wait."""
        with suppress(OSError):
            self._alive()

    def tell(self, *messages: bytes) -> None:
        """Raises OSError or EOFError where the process has gone."""
        pipe = self._alive().stdin
        assert pipe is not None
        for message in messages:
            send(pipe, message)

    def heard(self, is_on_the_way: Callable[[bytes], bool] = lambda message: False) -> bytes:
        """The next message that is an answer, none on the way to one. Raises OSError or EOFError where the process has gone, or
        goes, or takes too long."""
        if self._process is None:
            raise EOFError("it has ended")
        assert self._process.stdout is not None
        until = time.monotonic() + self._patience
        while is_on_the_way(message := receive(self._process.stdout, until)):
            pass
        return message

    def ended(self, what: str) -> str:
        """How it ended, in words. It has, after this."""
        process, self._process = self._process, None
        if process is None:
            return what
        has_ended = _has_ended(process, within=1.0)
        _kill(process)
        code = process.returncode
        if not has_ended:
            return what
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}, {what}"

    def close(self) -> None:
        """Never raises."""
        with self._lock:
            self._is_closed = True
        if self._process is not None:
            _kill(self._process)

    def _alive(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_closed:
                raise EOFError("the run is over")
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, *self._command, str(self._folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                )
            return self._process


def _has_ended(process: subprocess.Popen[bytes], within: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(within)
    return process.returncode is not None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With all that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


# --- the end that answers ----------------------------------------------------------------------------------------------


def asked_and_answered() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes of a process at hand, once it has made itself one: what it prints goes to the run's log, only who started it ends
    it, and it ends with that, also in the midst of an answer."""
    spare()
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    requests, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=(requests,), name="asker", daemon=True).start()
    return requests, answers


def _end_with(requests: IO[bytes]) -> None:
    hung_up = select.poll()
    hung_up.register(requests, 0)  # that the other end has gone is told unasked
    hung_up.poll()
    os._exit(1)


# --- the line between them ---------------------------------------------------------------------------------------------


def send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(LENGTH, "big") + message)
    pipe.flush()


def receive(pipe: IO[bytes], until: float = float("inf")) -> bytes:
    """Raises EOFError where the other end has gone, TimeoutError at the moment `until` (monotonic s)."""
    length = int.from_bytes(_exactly(pipe, LENGTH, until), "big")
    if length > LARGEST:
        raise EOFError(f"a message of {length} bytes is announced")
    return _exactly(pipe, length, until)


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


def unpickled(message: bytes, wanted: type) -> object:
    """Raises EOFError for anything else than a `wanted`."""
    try:
        found = pickle.loads(message)
    except (pickle.UnpicklingError, AttributeError, ImportError, IndexError) as cause:
        raise EOFError(f"it says what cannot be read: {cause}") from cause
    if not isinstance(found, wanted):
        raise EOFError(f"it answers with {type(found).__name__}")
    return found
