"""Drivers that go wrong in their own process, each in its own way. `driver` reads from the address of g1 which way that is."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cell.device import CommandChanged, CommandStatus, DeviceEvent, FaultRaised, Prepared, ReadbackBlock, Trajectory
from cell.driver import Assembly
from cell.driver_errors import LinkLost, Stale
from cell_drivers.simulated import SimulatedCell
from cell_drivers.simulated.robot_face import RobotFace

HELD: list[Any] = []
MUCH = 100_000_000
"""bytes"""


class Wrong(SimulatedCell):
    """The simulated cell, but for what `way` says. It says that it is real, so that its robot takes its own time."""

    def __init__(self, assembly: Assembly, way: str) -> None:
        super().__init__(assembly)
        self._way, self._polls = way, 0
        self._virtual = None if way == "is real" else self
        robot = self._robots["g1"]
        for name, wrong in _WRONG.get(way, {}).items():
            right = getattr(robot, name)
            setattr(robot, name, lambda *given, wrong=wrong, right=right: wrong(robot, right, *given))

    @property
    def virtual(self) -> SimulatedCell:
        return self._virtual  # type: ignore[return-value]

    def open(self) -> None:
        if self._way == "leaves the program in open":
            raise SystemExit(0)
        if self._way == "hangs in open":
            forever()
        if self._way == "waits in open":
            _sleep(1.0)
            raise LinkLost("g1", None, 0, "it accepts and says nothing")
        super().open()

    def close(self) -> None:
        if self._way == "hangs in close":
            forever()
        super().close()

    def poll(self) -> tuple[DeviceEvent, ...]:
        self._polls += 1
        if self._way.startswith("dies on its first way ") and self._robots["g1"].arm.run is not None:
            _ends_once(Path(self._way.removeprefix("dies on its first way ")))
        if self._polls > 3 and self._way.startswith("leaves a child "):
            _leaves_a_child(Path(self._way.removeprefix("leaves a child ")))
        if self._polls == 4 and self._way == "changes folder":
            _change_folder()
        if self._polls > 3 and self._way in _POLLS:
            return _POLLS[self._way](self)
        return super().poll()


def forever() -> Any:
    threading.Event().wait()


def _ends(*given: object) -> Any:
    os._exit(3)


def _ends_once(mark: Path) -> None:
    """`mark` is a file that says that it has been so already."""
    if not mark.exists():
        mark.touch()
        os._exit(3)


def _leaves_a_child(mark: Path) -> None:
    """It has left the session, holds every socket that its parent held, and says on `mark` who it is."""
    child = os.fork()
    if child == 0:
        os.setsid()
        forever()
    mark.write_text(str(child))
    os._exit(3)


def _hoard_for_ever(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    while True:
        HELD.append(bytearray(os.urandom(1 << 16)) * 256)
        threading.Event().wait(0.01)


def _raise(cause: BaseException) -> Any:
    raise cause


def _flood(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    return tuple(CommandChanged("g1", cell.now(), "c1", CommandStatus("running", 0.1)) for _ in range(400))


def _hoard(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    HELD.append(bytearray(os.urandom(1 << 16)) * 512)
    return ()


def _open_files(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    HELD.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(40))
    return ()


def _garbage(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    """Into whatever the process has open to others."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\xff\xff\xff\xffno frame at all")
        except OSError:
            continue
    return ()


def _chatter(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    print("\x00\x1b[2J garbage " * 1000, flush=True)  # noqa: T201
    return ()


def _close_descriptors(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    """Every one that it can have, those of its own sockets too."""
    os.closerange(0, 1024)
    return ()


def _close_its_own(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    """What a driver that tidies up leaves: the streams are there, its sockets are not."""
    os.closerange(3, 1024)
    return ()


def _change_folder() -> None:
    """Into one that is gone at once."""
    gone = tempfile.mkdtemp()
    os.chdir(gone)
    os.rmdir(gone)


def _says_very_much(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    return (FaultRaised("g1", cell.now(), "f1", "x" * MUCH),)


def _busy_threads() -> None:
    """Such as the interpreter waits for."""
    for _ in range(20):
        threading.Thread(target=forever).start()


def _sleep(seconds: float) -> None:
    threading.Event().wait(seconds)


def _another(cell: SimulatedCell) -> tuple[DeviceEvent, ...]:
    return (CommandChanged("g1", cell.now(), "of-nobody", CommandStatus("done", 1.0)),)


def _not_a_number(robot: RobotFace, right: Callable[[], Any]) -> Any:
    return replace(right(), q=right().q * float("nan"))


def _loses_joints(robot: RobotFace, right: Callable[[], Any]) -> Any:
    return replace(right(), q=right().q[:3])


def _is_ahead(robot: RobotFace, right: Callable[[], Any]) -> Any:
    """Its clock counts from another day."""
    return replace(right(), received=right().received + 86_400 * 10**9)


def _reads_back_for_ever(robot: RobotFace, right: Callable[[], Any]) -> Any:
    zeros = np.zeros((1, 4))
    time: Any = np.array([10**30], dtype=object)
    return (ReadbackBlock("g1", "m1", "m", 0, time, zeros, zeros, zeros, np.zeros(1), np.ones(1)),)


def _prepares_another(robot: RobotFace, right: Callable[..., Prepared], command: str, trajectory: Trajectory) -> Prepared:
    return replace(right(command, trajectory), command="another")


def _rests(robot: RobotFace, right: Callable[[str], Any], kind: str) -> Any:
    _sleep(0.05)
    return right(kind)


_POLLS: dict[str, Callable[[SimulatedCell], tuple[DeviceEvent, ...]]] = {
    "dies": _ends,
    "is killed": lambda cell: os.kill(os.getpid(), signal.SIGKILL),  # type: ignore[dict-item, return-value]
    "hangs in poll": lambda cell: forever(),
    "raises in poll": lambda cell: 1 // 0,  # type: ignore[dict-item, return-value]
    "floods": _flood,
    "hoards": _hoard,
    "opens files": _open_files,
    "writes garbage": _garbage,
    "prints garbage": _chatter,
    "answers for another": _another,
    "loses its own link": lambda cell: _raise(ConnectionResetError("by its robot")),
    "leaves the program": lambda cell: _raise(SystemExit(0)),
    "hoards for ever": _hoard_for_ever,
    "closes descriptors": _close_descriptors,
    "closes its own": _close_its_own,
    "says 100 MB": _says_very_much,
    "raises 100 MB": lambda cell: _raise(ValueError("x" * MUCH)),
}
_WRONG: dict[str, dict[str, Callable[..., Any]]] = {
    "hangs in prepare": {"prepare": lambda *given: forever()},
    "raises in prepare": {"prepare": lambda *given: dict[str, int]()["no such key"]},
    "dies in start": {"start": _ends},
    "says not a number": {"state": _not_a_number},
    "prepares another": {"prepare": _prepares_another},
    "does not stop": {"stop": lambda *given: forever()},
    "raises in stop": {"stop": lambda *given: _raise(SystemExit(0))},
    "leaves the program in prepare": {"prepare": lambda *given: _raise(SystemExit(0))},
    "sleeps in stop": {"stop": lambda *given: _sleep(5.0)},
    "rests in stop": {"stop": _rests},
    "ends in stop": {"stop": _ends},
    "refuses with 100 MB": {"prepare": lambda *given: _raise(ValueError("x" * MUCH))},
    "is stale in prepare": {"prepare": lambda robot, right, command, way: _raise(Stale("g1", command, 0, "nothing new for 2 s"))},
    "loses joints": {"state": _loses_joints},
    "is ahead": {"state": _is_ahead},
    "reads back for ever": {"readback": _reads_back_for_ever},
}


def driver(assembly: Assembly) -> SimulatedCell:
    way = assembly.addresses["g1"]
    if way == "raises when made":
        raise ValueError("no such address")
    if way == "leaves when made":
        raise SystemExit(0)
    if way == "ends when made":
        os._exit(7)
    if way == "hangs when made":
        forever()
    if way.startswith("starts threads"):
        _busy_threads()
    return Wrong(assembly, way)
