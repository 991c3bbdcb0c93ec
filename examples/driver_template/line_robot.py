"""A worked example: the driver of an imaginary robot that is spoken to in lines over TCP. All that it took is in this file.

The robot says `HELLO 1 joint,joint,…` and then `S` lines, 100 a second; it takes POWER, MOVE, STOP, SCALE, and answers FATE by F.
It keeps a whole trajectory, and finishes it when nobody is there. A cell file says `address "line://192.0.2.7:7000"`.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Literal, cast
from urllib.parse import urlsplit

import numpy as np
from dry_driver.drivers import Drivers
from dry_driver.robot import Fate, Robot, Sample

from cell.device import StopKind
from cell.driver import Assembly, DriverSet
from cell.driver_errors import ProtocolViolation
from cell.geometry import Array
from cell_drivers.conformance import Bench, Hooks

PATIENCE = 2.0  # s until the robot has said who it is


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
        self._socket: socket.socket | None = None
        self._samples: deque[Sample] = deque()
        self._fates: dict[str, Fate] = {}
        self._heard, self._saying = threading.Condition(), threading.Lock()

    def connect(self) -> None:
        self._socket = socket.create_connection(self._at, PATIENCE)
        lines = self._socket.makefile("r", encoding="ascii", errors="replace")
        hello = lines.readline().split()
        if hello != ["HELLO", "1", ",".join(self.joints)]:
            self.disconnect()
            raise ProtocolViolation(self.name, None, self.now(), f"it says {' '.join(hello)[:80]!r}")
        self._socket.settimeout(None)
        threading.Thread(target=self._listen, args=(lines,), name=self.name, daemon=True).start()
        with self._heard:
            if not self._heard.wait_for(lambda: self._samples, PATIENCE):
                raise TimeoutError(f"{self.name}: it says who it is, and nothing more")

    def disconnect(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None

    def samples(self) -> list[Sample]:
        return [self._samples.popleft() for _ in range(len(self._samples))]

    def fate(self, command: str) -> Fate | None:
        with self._heard:
            self._fates.pop(command, None)
            self._say(f"FATE {command}")
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
        stop gets into the midst of a long motion, and is none."""
        with suppress(OSError), self._saying:
            if self._socket is not None:
                self._socket.sendall(f"{line}\n".encode("ascii"))

    def _listen(self, lines: Iterable[str]) -> None:
        with suppress(OSError, ValueError):  # closed, or no line of this protocol: the state grows old
            for line in lines:
                self._take(line.split())

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
    return Bench(driver, assembly, travel=0.1, speed=0.5, hooks=Hooks(cut=_cut), stays=True)


def _cut(drivers: DriverSet, robot: str) -> Callable[[], None]:
    arm = cast(LineArm, cast(Robot, drivers.motion[robot]).arm)
    arm.disconnect()
    return arm.connect
