"""A driver's process from the controller's side: started, reached, and what the system says of it."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from cell.dataclass import dataclass
from cell.driver import Assembly
from cell_drivers.hosted.bounds import Bounds
from cell_drivers.hosted.child import CALLS, FOLDER, STOPS
from cell_drivers.hosted.pace import Pace
from cell_drivers.hosted.printed import Printed

MARK = "CELLWRIGHT_DRIVER"
"""The variable of its environment by which what a driver has started is found, also where that left its session."""
LOOKED = 0.01  # s between two looks whether it has ended


@dataclass(frozen=True, slots=True)
class StartUp:
    """What a child needs. `path` as sys.path. `keeps` s: how long a simulated world goes on
    without a controller; drivers of real devices stop. `holds`: descriptors that stay open as long as the child is there."""

    driver: str
    assembly: Assembly
    pace: Pace
    path: tuple[str, ...] = field(default_factory=lambda: tuple(sys.path))
    period: float = 0.02
    keeps: float = 0.0
    holds: tuple[int, ...] = ()


@dataclass(slots=True)
class Reached:
    """A child that can be talked to. `process` None: somebody else has started it. `socket_path` is where it can be reached."""

    calls: socket.socket
    stops: socket.socket
    socket_path: Path
    process: subprocess.Popen[bytes] | None = None
    printed: Printed = field(default_factory=Printed)

    def next_piece(self) -> bytes:
        """What comes over `calls`, b"" after the last. Raises TimeoutError."""
        try:
            return self.calls.recv(262144)
        except ConnectionError:
            return b""

    def kill(self) -> None:
        """With everything that it has started. Twice is as good as once."""
        if self.process is not None and self.process.returncode is None:
            _kill_all_of(self.process.pid, str(self.socket_path))
        self.let_go()

    def has_ended(self) -> bool:
        """It leaves its number taken, so that what it has started can still be found by that."""
        if self.process is None or self.process.returncode is not None:
            return self.process is not None
        try:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # another thread has seen it end
            return True

    def let_go(self) -> None:
        for end in (self.calls, self.stops):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def ended(self, within: float) -> str:
        """How it ended, in words; "" where it has not, or nobody knows. What it has started ends with it."""
        if self.process is None:
            return ""
        until = time.monotonic() + within
        while not self.has_ended():
            if time.monotonic() >= until:
                return ""
            time.sleep(LOOKED)
        if self.process.returncode is None:
            _kill_all_of(self.process.pid, str(self.socket_path))
        code = self.process.wait()
        shutil.rmtree(self.socket_path.parent, ignore_errors=True)
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"{how}{f'; {last}' if (last := self.printed.last) else ''}"

    def memory(self) -> int:
        """Resident, in bytes; 0 where nobody knows."""
        return self._of_system(lambda here: int((here / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))

    def files(self) -> int:
        return self._of_system(lambda here: len(os.listdir(here / "fd")))

    def _of_system(self, read: Callable[[Path], int]) -> int:
        if self.process is None:
            return 0
        try:
            return read(Path("/proc") / str(self.process.pid))
        except (OSError, ValueError, IndexError):
            return 0


def _kill_all_of(leader: int, mark: str) -> None:
    """The process group that `leader` leads or led, and every process that carries the mark. The leader has not been waited for:
    nobody else can have its number."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    wanted = f"{MARK}={mark}".encode()
    for here in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (here / "environ").read_bytes().split(b"\0"):
                os.kill(int(here.name), signal.SIGKILL)


def spawn(start_up: StartUp, bounds: Bounds) -> Reached:
    """Starts a child and reaches it. What it says first is its hello, or why there is none. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    path = folder / "driver"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(4)
        process = subprocess.Popen(
            [sys.executable, "-m", "cell_drivers.hosted", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(listener.fileno(), *start_up.holds),
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(start_up.path), MARK: str(path)},
        )
    reached = reach(path, process)
    threading.Thread(target=_hand_over, args=(process, start_up), name=f"driver {start_up.driver} starts", daemon=True).start()
    assert process.stdout is not None
    listen, prints = reached.printed.listen, process.stdout
    threading.Thread(target=listen, args=(prints,), name=f"driver {start_up.driver} prints", daemon=True).start()
    return reached


def reach(path: Path, process: subprocess.Popen[bytes] | None = None) -> Reached:
    """A child that runs already. Raises OSError where there is none."""
    ends = []
    for role in (CALLS, STOPS):
        end = socket.socket(socket.AF_UNIX)
        end.connect(str(path))
        end.sendall(role)
        ends.append(end)
    return Reached(ends[0], ends[1], path, process)


def _hand_over(process: subprocess.Popen[bytes], start_up: StartUp) -> None:
    assert process.stdin is not None
    with suppress(OSError), process.stdin as pipe:
        pickle.dump(start_up, pipe)
