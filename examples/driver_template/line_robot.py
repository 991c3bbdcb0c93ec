"""A worked example: the driver of an imaginary robot that is spoken to in lines over TCP. All that it took is in this file.

The robot says `HELLO 1 joint,joint,…` and then `S` lines, 100 a second; it takes POWER, MOVE, STOP, SCALE, and answers FATE by F.
It keeps a whole trajectory, and finishes it when nobody is there. A cell file says `address "line://192.0.2.7:7000"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, cast

import numpy as np
from dry_driver.drivers import Drivers, drivers_of
from dry_driver.over_tcp import Incoming, TcpArm
from dry_driver.robot import Fate, Sample

from cell.device import StopKind
from cell.driver import Assembly
from cell.geometry import Array
from cell_drivers.conformance import Bench, over_relays


class LineArm(TcpArm):
    scheme = "line"
    rate, max_age, can_scale = 100.0, 0.4, True
    standstill: Mapping[StopKind, float] = MappingProxyType({"hold": 0.3, "quick": 0.2, "power": 0.2})
    standstill_on_link_loss = None
    verified_against = ("a double of our own", "nothing else: there is no such robot")

    def greet(self, incoming: Incoming) -> None:
        hello = incoming.line()
        if hello.split() != ["HELLO", "1", ",".join(self.joints)]:
            raise self.stranger(hello)

    def take(self, incoming: Incoming) -> Sample | tuple[str, Fate] | None:
        match incoming.line().split():
            case ["F", command, what, seconds]:
                return command, self._fate(what, seconds)
            case ["S", seq, at, is_on, scaling, name, what, seconds, q, qd]:
                joints, speeds = (np.array([float(x) for x in row.split(",")]) for row in (q, qd))
                command, fate = "" if name == "-" else name, self._fate(what, seconds)
                return Sample(int(seq), int(at), self.now(), joints, speeds, is_on == "1", float(scaling), command, fate)
        return None

    def _fate(self, what: str, seconds: str) -> Fate:
        return cast(Literal["done"], what.replace("_", " ")), float(seconds)

    def ask(self, command: str) -> None:
        self._tell(f"FATE {command}")

    def power(self, is_on: bool) -> None:
        self._tell(f"POWER {int(is_on)}")

    def run(self, command: str, times: Array, points: Array) -> None:
        rows = (f"{t!r}:{','.join(map(repr, q))}" for t, q in zip(times.tolist(), points.tolist(), strict=True))
        self._tell(f"MOVE {command} {';'.join(rows)}")

    def stop(self, kind: StopKind) -> None:
        self._tell(f"STOP {kind}")

    def scale(self, scaling: float) -> None:
        self._tell(f"SCALE {scaling!r}")

    def _tell(self, line: str) -> None:
        self.say(f"{line}\n".encode("ascii"))


def driver(assembly: Assembly) -> Drivers:
    return drivers_of(assembly, LineArm)


def bench(assembly: Assembly) -> Bench:
    return over_relays(Bench(driver, assembly, travel=0.1, speed=0.5, stays=True))
