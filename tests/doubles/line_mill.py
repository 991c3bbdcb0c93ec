"""A machine that is spoken to in lines over TCP: a real server in real time, with a door, a chuck, programs and an alarm.

It says `R door clamp program part alarm` 50 times a second, `-` for none, and takes MOVE, BEGIN, HALT, CLEAR. ASK of the id of a
program it answers by B. Programs go on whoever is there.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

PERIOD = 0.02  # s
LEAF = 0.1  # s that a door or chuck is under way


class LineMill:
    def __init__(self, job: float = 1.5) -> None:
        self.job, self.heard = job, list[str]()
        self.leaves, self.part, self.alarm = {"door": "closed", "clamp": "open"}, "free", "-"
        self.due: dict[str, tuple[float, str]] = {}
        self.command, self.program, self.ends = "", "-", 0.0
        self.became: dict[str, str] = {}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._clients: list[socket.socket] = []

    def __enter__(self) -> LineMill:
        for act in (self._live, self._accept):
            threading.Thread(target=act, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        for end in (self._server, *self._clients):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                with self._lock:
                    self._clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client.makefile("r") as lines:
            for line in lines:
                with self._lock:
                    self._obey(line.split(), client)

    def _obey(self, words: list[str], client: socket.socket) -> None:
        self.heard.append(" ".join(words))
        match words:
            case ["ASK", command]:
                client.sendall(f"B {command} {self.became.get(command, 'not_seen')}\n".encode())
            case ["MOVE", leaf, goal]:
                self.leaves[leaf], self.due[leaf] = "-", (time.monotonic() + LEAF, goal)
            case ["BEGIN", command, program] if command not in self.became:
                self.command, self.program, self.ends = command, program, time.monotonic() + self.job
                self.became[command] = "running"
            case ["HALT"]:
                self._end("aborted")
            case ["CLEAR"]:
                self.alarm = "-"

    def _end(self, became: str) -> None:
        if self.became.get(self.command) == "running":
            self.became[self.command], self.program = became, "-"

    def _live(self) -> None:
        while not self._over.wait(PERIOD):
            with self._lock:
                now = time.monotonic()
                for leaf, (at, goal) in tuple(self.due.items()):
                    if at <= now:
                        self.leaves[leaf] = goal
                        del self.due[leaf]
                if self.ends <= now:
                    self._end("done")
                said = f"R {self.leaves['door']} {self.leaves['clamp']} {self.program} {self.part} {self.alarm}\n".encode()
                for client in tuple(self._clients):
                    try:
                        client.sendall(said)
                    except OSError:
                        self._clients.remove(client)
