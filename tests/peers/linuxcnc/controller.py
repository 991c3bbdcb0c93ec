"""Starts and ends a LinuxCNC, homes it by a client of its own, and reads the record that it keeps itself."""

import ctypes
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from cell.robot import RobotModel
from tests.peers import counterpart
from tests.peers.linuxcnc.configuration import ACCELERATION, AXES, write_configuration

HERE = Path(__file__).parent
READY = 20.0
"""s, at most, until its shell answers; 3 s were seen on a quiet machine."""
TRIES = 4
"""Starts, each on other ports."""
PERIOD = 1e-3
"""s between two rows of its record."""
URGENCY = {"rtapi_app": 3, "milltask": 2}
"""Real-time priorities; of its other programs 1."""
TAIL = 16384
"""Bytes at the end of its record in which there are a hundred rows at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """`number` (N,) of each servo period, `q` (N, n) rad as fed back, `line` (N,) of the program that moves it, 0 for none."""

    number: NDArray[np.int64]
    q: NDArray[np.float64]
    line: NDArray[np.int64]

    @property
    def moving(self) -> NDArray[np.bool_]:
        """(N - 1,): whether anything moved in the period."""
        moved: NDArray[np.bool_] = np.abs(np.diff(self.q, axis=0)).max(axis=1, initial=0.0) > 1e-9
        return moved

    @property
    def travelled(self) -> NDArray[np.float64]:
        """(n,) rad that each joint went, to and fro."""
        way: NDArray[np.float64] = np.abs(np.diff(self.q, axis=0)).sum(axis=0)
        return way

    @property
    def executions(self) -> int:
        """How many programs moved it: each begins with a line before the one that the last one ended with. A pause tells nothing:
        its interpreter may starve between two pieces of one program."""
        line = self.line[1:][self.moving & (self.line[1:] > 0)]
        return 0 if line.size == 0 else 1 + int(np.count_nonzero(np.diff(line) < 0))


class Controller:
    """Running as long as the `with` block lasts. `programs` is the folder that it shares with whoever commands it."""

    def __init__(
        self,
        model: RobotModel,
        home: Sequence[float],
        *,
        acceleration: float = ACCELERATION,
        unit: str = "degree",
        order: str = AXES,
        is_homed: bool = True,
    ) -> None:
        (milltask,) = counterpart.needs("linuxcnc/root/usr/bin/milltask")
        if os.geteuid() != 0:
            counterpart.missing("a mount namespace", "run the tests as root, as in a container")
        self._package = milltask.parents[2]
        self._temporary = tempfile.TemporaryDirectory(prefix="linuxcnc-")
        self.folder = Path(self._temporary.name)
        self.programs = self.folder / "programs"
        self.programs.mkdir()
        for folder in (self.folder, self.programs):
            folder.chmod(0o777)
        self.port = 0
        self._configure: Callable[[int], None] = lambda port: write_configuration(
            self.folder, model, home, port, acceleration, unit, order
        )
        self._is_homed, self._joints = is_homed, model.degrees_of_freedom
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"linuxcnc://127.0.0.1:{self.port}{self.programs}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def __enter__(self) -> "Controller":
        """Raises TimeoutError with what it wrote."""
        try:
            for _ in range(TRIES - 1):
                try:
                    return self._started()
                except TimeoutError:
                    if "Address already in use" not in self.log:
                        raise
            return self._started()
        except BaseException:
            self._temporary.cleanup()
            raise

    def _started(self) -> "Controller":
        """On ports that are free now; until it takes them somebody else may have."""
        self.port = _free_port()
        self._configure(_free_port())
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ("unshare", "-m", "-p", "-i", "-f", "--kill-child", "bash", HERE / "enclose.sh", self._package, self.folder,
                 str(self.port)),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        try:
            with self._answering() as shell:
                _before_all_others(of(str(self.folder)))
                if self._is_homed:
                    home(shell, self._joints)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._end()
        self._temporary.cleanup()

    def _end(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def shell(self) -> "Shell":
        return Shell(self.port)

    def go_to(self, q: Sequence[float]) -> None:
        """Stops whatever runs, and moves there by a single line, as an operator does. `q` rad."""
        words = " ".join(f"{axis}{value:.6f}" for axis, value in zip(AXES, np.degrees(q), strict=False))
        with self.shell() as shell:
            shell.tell("set estop off", "set machine on")
            shell.wait("get machine", "MACHINE ON")
            shell.tell("set abort", "set feed_override 100", "set mode mdi")
            shell.wait("get mode", "MODE MDI")
            shell.tell(f"set mdi G21 G90 G94 G0 {words}")
            there = " ".join(f"{value:.6f}" for value in np.degrees(q)).replace("-0.000000", "0.000000")
            shell.wait("get abs_cmd_pos", f"ABS_CMD_POS {there}", 10.0)

    def wait_for_rows(self, more: int, seconds: float = 10.0) -> int:
        """Until `more` rows have come, which are written in blocks. The number of the newest."""
        until, first = time.monotonic() + seconds, self.newest()
        while (newest := self.newest()) < first + more:
            if time.monotonic() > until:
                raise TimeoutError(f"no {more} rows in {seconds:g} s")
            time.sleep(0.01)  # nothing announces a row of theirs
        return newest

    def settled(self, mark: int) -> Record:
        """Its record from `mark` on, to 0.3 s from now at least."""
        self.wait_for_rows(300)
        return self.record(mark)

    def at_rest(self, mark: int, seconds: float = 10.0) -> Record:
        """Its record from `mark` on, once it has stood still for 0.3 s: it finishes what it has, also when nobody is there."""
        until = time.monotonic() + seconds
        while (record := self.settled(mark)).moving[-300:].any():
            if time.monotonic() > until:
                raise TimeoutError(f"it still moves after {seconds:g} s")
        return record

    def standing(self) -> int:
        """Where its record goes on, once it has stood still for 0.3 s."""
        self.at_rest(self.mark())
        return self.mark()

    def mark(self) -> int:
        """Where its record ends now, so that what follows is read alone: from the beginning it is millions of rows."""
        return (self.folder / "record.txt").stat().st_size

    def latest(self) -> Record:
        """The last hundred rows, or what there is."""
        return self.record(max(0, self.mark() - TAIL))

    def newest(self) -> int:
        """The number of the last row, 0 where there is none."""
        number = self.latest().number
        return int(number[-1]) if number.size else 0

    def record(self, mark: int) -> Record:
        """Whole rows only, from `mark` on."""
        with (self.folder / "record.txt").open("rb") as file:
            file.seek(mark)
            text = file.read().decode()
        lines = text.rpartition("\n")[0].splitlines()[1 if mark else 0 :]
        cells = [line.split() for line in lines if "overrun" not in line]
        width = self._joints + 2
        table = np.array([row for row in cells if len(row) == width], dtype=np.float64).reshape(-1, width)
        return Record(table[:, 0].astype(np.int64), np.radians(table[:, 1:-1]), table[:, -1].astype(np.int64))

    def _answering(self) -> "Shell":
        """Its shell, once it greets. Raises TimeoutError with what it wrote."""
        assert self._process is not None
        until = time.monotonic() + READY
        while time.monotonic() < until and self._process.poll() is None:
            try:
                return self.shell()
            except OSError:
                time.sleep(0.05)  # a program of others is starting, which nothing announces
        raise TimeoutError(f"LinuxCNC does not answer:\n{self.log}")


PATIENCE = 20.0
"""s for a request of an operator's, with another client beside."""


class Shell:
    """A client of the shell's own, blocking: what an operator at a terminal does."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._greet()
        for request in ("set echo off", "set verbose on"):
            self.ask(request)

    def _greet(self) -> None:
        """Its threads read their lines with one place between them (strtok): beside a busy client a greeting is now and then
        refused, and all that follows with `SET NAK`."""
        until = time.monotonic() + PATIENCE
        while not (answer := self.ask("hello EMC operator 1.0")).startswith("HELLO ACK"):
            if time.monotonic() > until:
                raise RuntimeError(f"hello: {answer}")

    def tell(self, *requests: str, seconds: float = PATIENCE) -> None:
        """In control, which nobody else has then. Each must be taken: by then what a client that has gone had sent is over, which
        may take control once more. A request of another client at that instant can cost one of ours the shell's own wait of
        some seconds, after which it is refused and has to be sent again."""
        until = time.monotonic() + seconds
        for request in requests:
            while not (answer := self._in_control(request)).endswith("ACK"):
                if time.monotonic() > until:
                    raise RuntimeError(f"{request}: {answer}")

    def _in_control(self, request: str) -> str:
        self.ask("set enable EMCTOO")
        return self.ask(request)

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._socket.close()

    def ask(self, request: str) -> str:
        self._socket.sendall(f"{request}\r\n".encode())
        answer = b""
        while not answer.endswith((b"\r\n", b"\n\r")):
            answer += self._socket.recv(4096) or _closed()
        return answer.decode().strip()

    def wait(self, request: str, expected: str, seconds: float = 5.0) -> None:
        """Asks until it answers so."""
        until = time.monotonic() + seconds
        while (answer := self.ask(request).replace(" -0.000000", " 0.000000")) != expected:
            if time.monotonic() > until:
                raise TimeoutError(f"{request}: {answer}, not {expected}")


def home(shell: Shell, joints: int) -> None:
    """Joints that have no switch are where the ini file says."""
    shell.tell("set estop off", "set machine on")
    shell.wait("get machine", "MACHINE ON")
    shell.tell("set mode manual", "set home -1")
    shell.wait("get joint_homed", "JOINT_HOMED " + " ".join(["YES"] * joints + ["NO"] * (6 - joints)))
    shell.tell("set machine off")


def of(folder: str) -> list[int]:
    """The processes that work in `folder`, or have it in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if folder in os.readlink(process / "cwd") or folder.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _closed() -> bytes:
    raise ConnectionError("LinuxCNC has closed the link")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _before_all_others(processes: Sequence[int]) -> None:
    """With a real-time priority, as on a computer of its own, where that is allowed. Whoever makes the periods goes first. Not
    before it runs: what starts one would keep the next from its periods."""
    for process in processes:
        name = Path(f"/proc/{process}/comm").read_text().strip()
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(PermissionError, ProcessLookupError):
                os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(URGENCY.get(name, 1)))


def _die_with_parent() -> None:
    """The kernel ends it when the process that starts it ends, however that ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
