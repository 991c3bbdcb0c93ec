"""The simulated cell behind the proxies of a driver's process, on the bench of the kit. The child is a thread of ours here: what
crosses the sockets is the same, and a set is there in milliseconds. Time is real: proxies have no other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cell.driver import Assembly
from cell_drivers.conformance import Bench, Hooks
from cell_drivers.conformance.built_in import built_in
from cell_drivers.hosted import Bounds, HostedSet, Line, Pace, Reached
from cell_drivers.hosted.child import Ends, Host
from cell_drivers.hosted.desk import Desk
from cell_drivers.simulated import SimulatedCell
from cell_drivers.simulated import on_the_bench as simulated

BOUNDS = Bounds(answer=5.0, silence=30.0, stop=5.0, lingers=10.0)


class Here(Host):
    """It does not end the process that it is in."""

    def _hear_stops(self, stops: socket.socket, parted: threading.Event) -> None:
        self._hear(stops)


class HostedHere(HostedSet):
    """`world` is what the hand of God reaches into."""

    def __init__(self, assembly: Assembly) -> None:
        self.world = SimulatedCell(assembly)
        hands = {name: tuple(hand.name for hand in tool.hands) for name, tool in assembly.cell.tools.items()}
        self._desk = Desk(self.world, hands, Pace(0))
        super().__init__(Line(self._started, "sim", BOUNDS))

    def _started(self) -> Reached:
        ours, theirs = zip(socket.socketpair(), socket.socketpair(), strict=True)
        threading.Thread(target=self._converse, args=(Ends(*theirs),), daemon=True).start()
        return Reached(*ours, Path("nowhere"))

    def _converse(self, ends: Ends) -> None:
        self.host = Here(self._desk, BOUNDS.period)
        self.host.converse(ends)
        ends.close()


def bench(others: frozenset[str] = frozenset()) -> Bench:
    """`others`: devices of the kit's cell that another driver drives."""
    whole = built_in("sim")
    hooks = Hooks(
        cut=reached(simulated.cut), fault=reached(simulated.fault), between=reached(simulated.between),
        part=reached(simulated.part), astray=reached(simulated.astray), hush=reached(simulated.cut),
        shown=reached(simulated.shown),
    )  # fmt: skip
    return Bench(HostedHere, replace(whole, devices=whole.devices - others), travel=0.5, speed=0.9, hooks=hooks, is_ideal=True)


def reached(hook: Callable[..., Any]) -> Callable[..., Any]:
    """The world is its thread's, but for what happens between two of its looks."""

    def held(drivers: HostedHere, *given: object) -> Any:
        with drivers.host._lock:
            return hook(drivers.world, *given)

    return held
