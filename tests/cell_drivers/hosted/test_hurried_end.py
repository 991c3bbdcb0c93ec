"""A Ctrl-C while the program takes leave of a driver's process ends that process, and shows nobody a traceback."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from threading import current_thread, main_thread

from cell_drivers.hosted.bounds import Bounds
from cell_drivers.hosted.frames import frame
from cell_drivers.hosted.line import Line
from cell_drivers.hosted.spawn import Reached
from cell_drivers.hosted.wire import Hello, write


@dataclass(slots=True)
class Lingering(Reached):
    """Does not go when it is told to; whoever waits for it is interrupted."""

    killed: int = 0

    def ended(self, within: float) -> str:
        if current_thread() is main_thread():
            raise KeyboardInterrupt
        return ""

    def kill(self) -> None:
        self.killed += 1


def test_an_interrupt_while_a_child_is_waited_for_kills_it() -> None:
    (ours, theirs), (stops, _) = socket.socketpair(), socket.socketpair()
    theirs.sendall(frame(write(Hello())))
    child = Lingering(ours, stops, Path("nowhere"))
    Line(lambda: child, "slow", Bounds()).end()
    assert child.killed == 1
