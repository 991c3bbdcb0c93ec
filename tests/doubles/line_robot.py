"""The robot that examples/driver_template/line_robot.py is written for: a real TCP server in real time, its joints are numbers.

It keeps the points that it got, runs along them on its own clock whoever is there, slows down along them when it is stopped, and
remembers what became of every command.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

import numpy as np

PERIOD = 0.01  # s
RAMP = 0.1  # s from full speed to standstill


class LineRobot:
    def __init__(self, joints: tuple[str, ...], home: tuple[float, ...], hello: str | None = None) -> None:
        self.hello = hello if hello is not None else f"HELLO 1 {','.join(joints)}"
        self.q, self.qd = np.array(home), np.zeros(len(home))
        self.is_on, self.scaling, self.seq = False, 1.0, 0
        self.fates: dict[str, tuple[str, float]] = {}
        self.command, self.times, self.points = "-", np.zeros(1), self.q[None, :]
        self.rate, self.stopping = 1.0, ""  # of trajectory time; which stop is under way
        self.heard: list[str] = []
        self.spoil: Callable[[bytes], bytes] = lambda line: line  # what becomes of a sample on its way
        self._lock, self._over = threading.Lock(), threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._clients: list[socket.socket] = []
        self._threads = [threading.Thread(target=act, daemon=True) for act in (self._live, self._accept)]

    def __enter__(self) -> LineRobot:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """None of its threads goes on to wait at a socket whose number another test's may have by then."""
        self._over.set()
        living, accepting = self._threads
        _shut(self._server)
        accepting.join()
        for client in tuple(self._clients):
            _shut(client)
        living.join()

    # --- the wire ---

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with suppress(OSError):
                client.sendall(f"{self.hello}\n".encode())
            with self._lock:
                self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            for line in client.makefile("r"):
                with self._lock:
                    answer = self._obey(line.split(maxsplit=2))
                    if answer:
                        client.sendall(f"{answer}\n".encode())
        except OSError:
            pass
        with self._lock:
            if client in self._clients:
                self._clients.remove(client)
        _shut(client)

    def _obey(self, words: list[str]) -> str:
        self.heard.append(" ".join(words[:2]))
        match words:
            case ["FATE", command]:
                what, seconds = self.fates.get(command, ("not seen", 0.0))
                return f"F {command} {what.replace(' ', '_')} {seconds!r}"
            case ["POWER", value]:
                self.is_on = value == "1"
            case ["SCALE", value]:
                self.scaling = float(value)
            case ["STOP", kind]:
                self._stop(kind)
            case ["MOVE", command, rows] if self.is_on and command not in self.fates:
                self._move(command, rows)
        return ""

    # --- the robot ---

    def _move(self, command: str, rows: str) -> None:
        pairs = [row.split(":") for row in rows.split(";")]
        self.times = np.array([float(t) for t, _ in pairs])
        self.points = np.array([[float(x) for x in q.split(",")] for _, q in pairs])
        self.command, self.fates[command] = command, ("running", 0.0)
        self.rate, self.stopping = self.scaling, ""

    def _stop(self, kind: str) -> None:
        if self.fates.get(self.command, ("", 0.0))[0] == "running":
            self.stopping = "power" if "power" in (kind, self.stopping) else kind
        elif kind == "power":
            self.is_on = False

    def _live(self) -> None:
        then = time.monotonic()
        while not self._over.wait(max(0.0, then + PERIOD - time.monotonic())):
            then += PERIOD
            with self._lock:
                self._step()
                said = self.spoil(self._sample().encode())
                clients = list(self._clients)
            for client in clients:
                try:
                    client.sendall(said)
                except OSError:
                    _shut(client)

    def _step(self) -> None:
        self.seq += 1
        before = self.q
        what, seconds = self.fates.get(self.command, ("", 0.0))
        if what == "running":
            wanted, most = 0.0 if self.stopping else self.scaling, PERIOD / RAMP
            self.rate += min(most, max(-most, wanted - self.rate))
            seconds = min(seconds + self.rate * PERIOD, float(self.times[-1]))
            self.q = np.array([np.interp(seconds, self.times, column) for column in self.points.T])
            self.fates[self.command] = (self._now(seconds), seconds)
        self.qd = (self.q - before) / PERIOD

    def _now(self, seconds: float) -> str:
        if seconds >= self.times[-1]:
            return "done"
        if self.stopping and self.rate <= 0.0:
            self.is_on = self.is_on and self.stopping != "power"
            return "aborted"
        return "running"

    def _sample(self) -> str:
        what, seconds = self.fates.get(self.command, ("none", 0.0))
        q, qd = (",".join(f"{x:.9f}" for x in row) for row in (self.q, self.qd))
        head = f"S {self.seq} {round(self.seq * PERIOD * 1e9)} {int(self.is_on)} {self.scaling!r}"
        return f"{head} {self.command} {what} {seconds!r} {q} {qd}\n"


def _shut(client: socket.socket) -> None:
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
    client.close()
