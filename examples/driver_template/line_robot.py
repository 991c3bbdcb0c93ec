"""A worked example: the driver of an imaginary robot that is spoken to in lines over TCP. All that it took is in this file.

The robot says `HELLO 1 joint,joint,…` and then `S` lines, 100 a second; it takes POWER, MOVE, STOP, SCALE, and answers FATE by F.
It keeps a whole trajectory, and finishes it when nobody is there. A cell file says `address "line://192.0.2.7:7000"`.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from itertools import takewhile
from types import MappingProxyType
from typing import Literal, cast
from urllib.parse import urlsplit

import numpy as np
from dry_driver.drivers import Drivers
from dry_driver.robot import Fate, Robot, Sample

from cell.device import StopKind
from cell.driver import Assembly
from cell.driver_errors import ProtocolViolation
from cell.geometry import Array
from cell_drivers.conformance import Bench

PATIENCE = 2.0  # s until the robot has said who it is
RETRY, SILENT = 0.2, 5.0  # s between two attempts at a link; after which one that says nothing is lost


class LineArm:
    rate, max_age, can_scale = 100.0, 0.4, True
    standstill: Mapping[StopKind, float] = MappingProxyType({"hold": 0.3, "quick": 0.2, "power": 0.2})
    standstill_on_link_loss = None
    verified_against = ("a double of our own", "nothing else: there is no such robot")
    now = staticmethod(time.monotonic_ns)

    def __init__(self, name: str, address: str, joints: tuple[str, ...]) -> None:
        url = urlsplit(address)
        if url.scheme != "line" or not url.hostname or not url.port:
            raise ValueError(f"{name}: the address is {address!r}, expected like line://192.0.2.7:7000")
        self.name, self.joints, self._at = name, joints, (url.hostname, url.port)
        self._samples: deque[Sample] = deque()
        self._fates: dict[str, Fate] = {}
        self._heard, self._saying = threading.Condition(), threading.Lock()
        self._over, self._socket, self._why = threading.Event(), socket.socket(), cast(Exception | None, None)
        self._socket.close()  # there is none yet: whatever is sent is lost

    def connect(self) -> None:
        self._over, self._why, self._samples = threading.Event(), None, deque()
        threading.Thread(target=self._keep_a_link, args=(self._over,), name=self.name, daemon=True).start()
        with self._heard:
            self._heard.wait_for(lambda: self._samples or self._why, 3 * PATIENCE)
        if not self._samples:
            self.disconnect()
            raise self._why or TimeoutError(f"{self.name}: it says who it is, and nothing more")

    def disconnect(self) -> None:
        with self._heard, suppress(OSError):
            self._over.set()
            self._socket.shutdown(socket.SHUT_RDWR)

    def samples(self) -> list[Sample]:
        return [self._samples.popleft() for _ in range(len(self._samples))]

    def fate(self, command: str) -> Fate | None:
        self._fates.pop(command, None)
        self._say(f"FATE {command}")
        with self._heard:
            self._heard.wait_for(lambda: command in self._fates, 0.05)
            return self._fates.get(command)

    def power(self, is_on: bool) -> None:
        self._say(f"POWER {int(is_on)}")

    def run(self, command: str, times: Array, points: Array) -> None:
        rows = (f"{t!r}:{','.join(map(repr, q))}" for t, q in zip(times.tolist(), points.tolist(), strict=True))
        self._say(f"MOVE {command} {';'.join(rows)}")

    def stop(self, kind: StopKind) -> None:
        self._say(f"STOP {kind}")

    def scale(self, scaling: float) -> None:
        self._say(f"SCALE {scaling!r}")

    def acknowledge(self, fault: str) -> None:
        """It tells none."""

    def _say(self, line: str) -> None:
        """What cannot be sent is lost; that the state grows old tells of it. One line after the other, whoever says it: else a
        stop gets into the midst of a long motion, and is none. A link with half a line in it is of no more use."""
        with self._saying, suppress(OSError):
            try:
                self._socket.sendall(f"{line}\n".encode("ascii"))
            except TimeoutError:
                self._socket.shutdown(socket.SHUT_RDWR)

    def _keep_a_link(self, over: threading.Event) -> None:
        """Until it is given up: one that was lost is made anew, and nothing is said again."""
        while not over.is_set():
            try:
                with socket.create_connection(self._at, PATIENCE) as link, link.makefile(encoding="latin-1") as lines:
                    self._greet(link, lines.readline().split(), over)
                    for line in takewhile(lambda _: not over.is_set(), lines):
                        self._take(line.split())
            except (OSError, ValueError, ProtocolViolation) as why:  # closed, or no line of this protocol: the state grows old
                with self._heard:
                    self._why = why
                    self._heard.notify_all()
            over.wait(RETRY)

    def _greet(self, link: socket.socket, hello: list[str], over: threading.Event) -> None:
        if hello != ["HELLO", "1", ",".join(self.joints)]:
            raise ProtocolViolation(self.name, None, self.now(), f"it says {' '.join(hello)[:80]!r}")
        link.settimeout(SILENT)
        with self._heard:
            self._socket = self._socket if over.is_set() else link

    def _take(self, words: list[str]) -> None:
        if words[:1] == ["F"]:
            with self._heard:
                self._fates[words[1]] = (cast(Literal["done"], words[2].replace("_", " ")), float(words[3]))
                self._heard.notify_all()
            return
        word, seq, at, is_on, scaling, name, what, seconds, q, qd = words
        command, fate = "" if name == "-" else name, (cast(Literal["done"], what), float(seconds))
        joints, speeds = (np.array([float(x) for x in row.split(",")]) for row in (q, qd))
        if word == "S" and np.all(np.isfinite(joints)) and len(joints) == len(speeds) == len(self.joints):
            sample = Sample(int(seq), int(at), self.now(), joints, speeds, is_on == "1", float(scaling), command, fate)
            with self._heard:
                self._samples.append(sample)
                self._heard.notify_all()


def driver(assembly: Assembly) -> Drivers:
    models = {name: assembly.robots[name] for name in assembly.robots if name in assembly.devices}
    arms = {n: LineArm(n, assembly.addresses.get(n, ""), model.chain.joint_names) for n, model in models.items()}
    return Drivers({name: Robot(name, model, arms[name]) for name, model in models.items()}, {})


def bench(assembly: Assembly) -> Bench:
    """Its network is not in our hands: whoever has it adds `cut`."""
    return Bench(driver, assembly, travel=0.1, speed=0.5, stays=True)
