"""A driver's process: takes what it needs on its standard input, loads the driver by its entry point, and serves it."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import threading
from pathlib import Path

from cell.diagnostic import Outcome
from cell.driver import DriverFactory
from cell.driver_errors import as_told
from cell_drivers.hosted import child
from cell_drivers.hosted.desk import Desk
from cell_drivers.hosted.in_words import shortened
from cell_drivers.hosted.spawn import StartUp
from cell_drivers.hosted.wire import Broken
from cell_drivers.registry import as_set, find_driver, load


def main(descriptor: int) -> None:
    # From the process that started this one, over a pipe that nobody else has.
    parent, made = os.getppid(), threading.Event()
    start_up: StartUp = pickle.load(sys.stdin.buffer)
    sys.path[:] = start_up.path
    for held in start_up.holds:
        os.set_inheritable(held, False)  # what the driver starts is no reason to hold it
    child.leave_with(parent, made)
    with socket.socket(fileno=descriptor) as listener:
        try:
            desk = _desk(start_up)
        except _Unfit as cause:
            child.last_word(listener, cause.broken)
            child.put_away(Path(listener.getsockname()))
            child.leave_soon()
            raise SystemExit(1) from cause
        made.set()
        child.serve(listener, desk, start_up.period, start_up.keeps if desk.is_virtual else 0.0)


class _Unfit(Exception):
    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.why)
        self.broken = broken


def _desk(start_up: StartUp) -> Desk:
    found = find_driver(start_up.driver)
    factory = load(found.value) if found.value is not None else Outcome[DriverFactory](None, found.diagnostics)
    make = factory.value
    if make is None:
        (diagnostic, *_) = factory.diagnostics
        raise _Unfit(Broken("import", diagnostic.help or diagnostic.message))
    try:
        drivers = as_set(make(start_up.assembly))
    except BaseException as cause:  # SystemExit among them: what a foreign driver raises is its fault
        raise _Unfit(Broken("making", shortened(as_told(cause)))) from cause
    hands = {name: tuple(hand.name for hand in tool.hands) for name, tool in start_up.assembly.cell.tools.items()}
    return Desk(drivers, hands, start_up.pace)


if __name__ == "__main__":
    main(int(sys.argv[1]))
