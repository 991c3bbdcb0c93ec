"""What every device over TCP needs: a link that is made anew by itself, one message after the other, no long wait for an answer.
`TcpArm` is a robot's, `TcpWorks` a machine's. Leave it as it is; write what your protocol says.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from io import BufferedReader
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from cell.driver_errors import ProtocolViolation
from cell.equipment import Equipment
from dry_driver.machine import Became, Reading
from dry_driver.robot import Fate, Sample

PATIENCE = 2.0  # s until somebody has answered, and has said who he is
RETRY, SILENT = 0.2, 5.0  # s between two attempts at a link; after which one that says nothing is lost
ANSWER = 0.04  # s for which an answer is waited for
LONGEST = 1 << 16  # bytes of a line
KNOWN = 10_000  # numbers of which the command is remembered: a run may go on for weeks
KEPT = 100  # answers that nobody has fetched: one that comes too late is never fetched

News = TypeVar("News")
Answer = TypeVar("Answer")


class Incoming:
    """What the device says. Raises ConnectionError at its end."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream

    def line(self) -> str:
        read = self._stream.readline(LONGEST)
        if not read.endswith(b"\n"):
            raise ConnectionError("it has closed the link" if len(read) < LONGEST else f"a line of {LONGEST} bytes has no end")
        return read.decode("latin-1").rstrip("\r\n")

    def exactly(self, length: int) -> bytes:
        read = self._stream.read(length)
        if len(read) < length:
            raise ConnectionError("it has closed the link")
        return read


class OverTcp(ABC, Generic[News, Answer]):
    """One device at `scheme://host:port`. A thread of its own reads; whatever is no message of the protocol ends the link. It is
    then made anew, and nothing is said again."""

    scheme = ""
    now = staticmethod(time.monotonic_ns)

    def __init__(self, name: str, address: str) -> None:
        url = urlsplit(address)
        if url.scheme != self.scheme or not url.hostname or not url.port:
            raise ValueError(f"{name}: the address is {address!r}, expected like {self.scheme}://192.0.2.7:7000")
        self.name, self._at = name, (url.hostname, url.port)
        self._heard, self._saying = threading.Condition(), threading.Lock()
        self._news, self._answers = deque[News](), dict[str, Answer]()
        self._names: dict[int, str] = {}
        self._over, self._socket, self._reads = threading.Event(), socket.socket(), threading.local()
        self._why: Exception | None = None
        self._socket.close()  # there is none yet: whatever is said is lost

    # --- yours ---

    def greet(self, incoming: Incoming) -> None:
        """Reads what a new link begins with. Raises `stranger(…)` where it is another device than the cell says."""

    @abstractmethod
    def take(self, incoming: Incoming) -> News | tuple[str, Answer] | None:
        """Reads one message: news, or the answer that `ask` of a command asked for. What it raises ends the link. A device that
        tells only what it is asked for is asked here."""

    @abstractmethod
    def ask(self, command: str) -> None:
        """Asks what became of a command."""

    # --- for you ---

    def say(self, message: bytes) -> None:
        """What cannot be sent is lost; that the state grows old tells of it. One message after the other, whoever says it: else a
        stop gets into the midst of a long motion, and is none. A link with half a message in it is of no more use."""
        with self._saying, suppress(OSError):
            link = getattr(self._reads, "link", self._socket)  # who greets asks a robot that nobody else may speak to yet
            try:
                link.sendall(message)
            except TimeoutError:
                link.shutdown(socket.SHUT_RDWR)

    def stranger(self, said: object) -> ProtocolViolation:
        return ProtocolViolation(self.name, None, self.now(), f"it says {str(said)[:80]!r}")

    def number(self, command: str, bits: int = 64) -> int:
        """The command for a device that takes numbers: of whichever drivers, always the same, and never 0."""
        found = int.from_bytes(hashlib.blake2b(command.encode()).digest(), "big") % ((1 << bits) - 1) + 1
        if len(self._names) >= KNOWN:
            self._names.pop(next(iter(self._names)))
        self._names[found] = command
        return found

    def command(self, number: int) -> str:
        """The command of that number, "" of 0; of one that is not ours a text that no command has."""
        return self._names.get(number, f"number {number}" if number else "")

    # --- the link ---

    def connect(self) -> None:
        self._over, self._why, self._news = threading.Event(), None, deque()
        threading.Thread(target=self._keep_a_link, args=(self._over,), name=self.name, daemon=True).start()
        with self._heard:
            self._heard.wait_for(lambda: self._news or self._why, 3 * PATIENCE)
        if not self._news:
            self.disconnect()
            why = self._why or TimeoutError(f"{self.name}: it says who it is, and nothing more")
            if isinstance(why, OSError | ProtocolViolation):
                raise why
            raise ProtocolViolation(self.name, None, self.now(), f"what it says makes no sense: {why!r}") from why

    def disconnect(self) -> None:
        with self._heard, suppress(OSError):
            self._over.set()
            self._socket.shutdown(socket.SHUT_RDWR)

    def asked(self, command: str) -> Answer | None:
        """None where no answer comes. Nothing is locked meanwhile, so that a stop goes out."""
        with self._heard:
            self._answers.pop(command, None)
        self.ask(command)
        with self._heard:
            self._heard.wait_for(lambda: command in self._answers, ANSWER)
            return self._answers.pop(command, None)

    def _keep_a_link(self, over: threading.Event) -> None:
        while not over.is_set():
            try:
                with socket.create_connection(self._at, PATIENCE) as link, link.makefile("rb") as stream:
                    self._read(link, Incoming(stream), over)
            except Exception as why:  # closed, or what is said makes no sense, whatever that raises: the state grows old
                with self._heard:
                    self._why = self._why if over.is_set() else why
                    self._heard.notify_all()
            over.wait(RETRY)

    def _read(self, link: socket.socket, incoming: Incoming, over: threading.Event) -> None:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reads.link = link
        self.greet(incoming)
        link.settimeout(SILENT)
        with self._heard:
            self._socket = self._socket if over.is_set() else link
        while not over.is_set():
            told = self.take(incoming)
            with self._heard:
                if over.is_set():
                    return
                if isinstance(told, tuple):
                    self._answers[told[0]] = told[1]
                    if len(self._answers) > KEPT:
                        del self._answers[next(iter(self._answers))]
                elif told is not None:
                    self._news.append(told)
                self._heard.notify_all()


class TcpArm(OverTcp[Sample, Fate]):
    """All of an `Arm` but what only you know."""

    def __init__(self, name: str, address: str, joints: tuple[str, ...]) -> None:
        super().__init__(name, address)
        self.joints = joints

    def samples(self) -> list[Sample]:
        return [self._news.popleft() for _ in range(len(self._news))]

    def fate(self, command: str) -> Fate | None:
        return self.asked(command)

    def acknowledge(self, fault: str) -> None:
        """For robots that tell faults."""


class TcpWorks(OverTcp[Reading, Became]):
    """All of a machine's `Works` but what only you know."""

    def __init__(self, equipment: Equipment, address: str) -> None:
        super().__init__(equipment.name, address)
        self.equipment = equipment

    def reading(self) -> Reading | None:
        """The newest."""
        while len(self._news) > 1:
            self._news.popleft()
        return self._news[0] if self._news else None

    def became(self, command: str) -> Became | None:
        return self.asked(command)

    def clear(self) -> None:
        """For machines that have alarms."""
