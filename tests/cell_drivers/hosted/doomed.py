"""A controller that is about to be killed: it starts a world in service, a long motion in it, and says where the world is."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

from cell.geometry import frozen
from cell_drivers.hosted import hosted
from tests.cell_drivers.gantry import HOME, straight
from tests.cell_drivers.hosted.hosting import BOUNDS, start_up, until

FAR = frozen((2.5, *HOME[1:]))


def main(folder: Path, speed: float, keeps: float) -> None:
    asked = start_up("sim", folder, keeps=keeps)
    assembly = replace(asked.assembly, record=str(folder / "world.jsonl"))
    drivers = hosted(replace(asked, assembly=assembly, pace=replace(asked.pace, speed=speed)), BOUNDS)
    drivers.open()
    robot = drivers.motion["g1"]
    robot.activate("on")
    until(drivers, lambda event: getattr(event, "command", "") == "on" and event.status.is_final)  # type: ignore[union-attr]
    robot.start(robot.prepare("m1", straight(frozen(HOME), FAR)))
    process = drivers.line._reached.process
    assert process is not None
    print(drivers.line.socket_path, process.pid, flush=True)  # noqa: T201
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
