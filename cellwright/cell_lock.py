"""One controller for each cell, and for each device that has an address: a lock that goes with the process that holds it.

The cell is known by the real path of its file, a device by its driver and where it is, so that two cell files for one robot do
not both drive it. Behind an address that is shared (a PLC's server) it is known by its name too, and a signal that is set by the
signal's: two cells may use one PLC, and not command one door. The locks of one user's processes are known to each other, those of
devices whatever state folder a run has: a robot is no other one for it. Another user's are not (his devices will refuse).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, error
from cell_drivers.declared import shares_address, told_apart_by
from cell_drivers.registry import find_driver
from cellwright.assignment import assigned
from cellwright.device_place import place_of
from cellwright.folders import devices_folder, private

if TYPE_CHECKING:
    from cell.model import CellModel
    from cellwright.reading import Reading

PATIENCE = 1.0  # s: somebody may just be looking who holds it
RESTING = 9.0  # s that drivers whose controller is gone may take to bring their robots to rest, and to end
LONGEST = 65536  # bytes of what a lock says of its holder
TRIAL = "drivers test"
"""Holds devices in the place of a run."""
PLANNED = "being planned"
"""Holds the cell for a run that has no name yet: it is planned first."""
DEVICE = " (driver {})"
"""How the key of a device ends, and no cell's file."""
COMMANDED = frozenset({"door", "clamp", "alarm"})
"""Facts of equipment that are set and not only reported."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds `what`: the run, and its controller's process. `run` "" where that is not known, TRIAL for a driver's trial,
    PLANNED for a run that is being planned. `state`: the state folder of the run where it is another one than ours."""

    what: str
    run: str
    pid: int | None
    state: str = ""

    @property
    def told(self) -> str:
        if self.run == TRIAL:
            return f"{self.what} is tried by `cellwright {TRIAL}`, process {self.pid}"
        if self.run == PLANNED:
            return f"a run of {self.what} is being planned, by process {self.pid}"
        by = f"run {self.run}, controller process {self.pid}" if self.run else "another run"
        if self.is_left:
            return f"{self.what} was controlled by {by}, which is gone; its driver goes on, to bring what it drives to rest"
        return f"{self.what} is controlled by {by}"

    @property
    def is_left(self) -> bool:
        """Its controller is gone: what holds it is a driver's process."""
        return self.pid is not None and not _is_there(self.pid)

    @property
    def diagnostic(self) -> Diagnostic:
        run = f" {self.run}" if self.run else ""
        where = f"CELLWRIGHT_STATE={shlex.quote(self.state)} " if self.state else ""
        help = f"`{where}cellwright attach{run}` shows it, `{where}cellwright ask stop{run}` ends it."
        is_short = self.run in (TRIAL, PLANNED) or self.is_left
        return error("R757", self.told, help="wait until it has ended" if is_short else help)


@dataclass(frozen=True, slots=True)
class CellLock:
    """Held until `release`, to the end of its block, or until the process ends, however it ends, and every driver's process that
    was given a share of it: a driver whose controller is killed brings its robot to rest before anybody else may drive it."""

    descriptors: tuple[int, ...]

    def __enter__(self) -> CellLock:
        return self

    def __exit__(self, *cause: object) -> None:
        self.end()

    def share(self, keys: Sequence[str]) -> tuple[int, ...]:
        """What a process is given that shall hold those of `keys` that are held here."""
        return tuple(descriptor for descriptor in self.descriptors if _key(descriptor) in keys)

    def release(self) -> None:
        """Whoever has a share of it goes on holding that."""
        for descriptor in self.descriptors:
            os.close(descriptor)

    def end(self) -> None:
        """Releases what was shared as well: what was driven is at rest."""
        for descriptor in self.descriptors:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        self.release()


NONE = CellLock(())


def keys_of(reading: Reading, cell: CellModel) -> tuple[str, ...]:
    path = os.path.realpath(reading.folder / cell.file)
    devices = {key for part in assigned(cell).value or () for key in device_keys(part.driver, part.addresses, cell)}
    return (path, *sorted(devices))


def device_keys(driver: str, addresses: Mapping[str, str], cell: CellModel) -> tuple[str, ...]:
    """Of what `driver` commands at `addresses`, by device. Only a driver that says so shares one."""
    there = {device: address for device, address in addresses.items() if address}
    found = find_driver(driver).value if there else None
    apart = None if found is None else told_apart_by(found)
    at = {device: f"{place_of(address, apart)}{DEVICE.format(driver)}" for device, address in there.items()}
    if found is None or not shares_address(found):
        return tuple(sorted(set(at.values())))
    return tuple(sorted({f"{name} at {place}" for device, place in at.items() for name in _commanded(device, cell)}))


def _commanded(device: str, cell: CellModel) -> Iterator[str]:
    """The names by which somebody who shares its address could command `device` as well."""
    thing = cell.equipment.get(device)
    if thing is None or thing.programs or thing.offers:
        yield device
    if thing is not None:
        yield from (signal for fact, signal in thing.signals.items() if fact in COMMANDED)


def take(
    state_dir: Path,
    keys: Sequence[str],
    run: str,
    patience: float = PATIENCE,
    resting: float = RESTING,
    given: CellLock = NONE,
) -> CellLock | Holder:
    """All of `keys` or none. Waits `patience` s, and `resting` s for drivers whose controller is gone. What `given` has of them,
    by the process that started this one, is taken over without a moment in which it is free; the rest of it is released. Raises
    OSError where there can be no locks."""
    held: list[int] = []
    left = {_file(descriptor): descriptor for descriptor in given.descriptors}
    for key in keys:
        descriptor = os.open(_path(state_dir, key), os.O_RDWR | os.O_CREAT, 0o600)
        if (ours := left.pop(_file(descriptor), None)) is not None:
            os.close(descriptor)
            descriptor = ours
        held.append(descriptor)
        if not _is_taken(descriptor, fcntl.LOCK_EX, patience):
            holder = _holder(descriptor, key, state_dir)
            if not (holder.is_left and _is_taken(descriptor, fcntl.LOCK_EX, resting)):
                CellLock((*held, *left.values())).release()
                return holder
        os.ftruncate(descriptor, 0)
        body = {"run": run, "pid": os.getpid(), "what": key, "state": os.path.realpath(state_dir)}
        os.pwrite(descriptor, json.dumps(body).encode(), 0)
    CellLock(tuple(left.values())).release()
    return CellLock(tuple(held))


def holder(state_dir: Path, keys: Sequence[str]) -> Holder | None:
    """Who holds one of `keys` now; None where nobody does. Takes nothing."""
    return next(_holders(state_dir, keys), None)


def _holders(state_dir: Path, keys: Sequence[str]) -> Iterator[Holder]:
    for key in keys:
        path = _path(state_dir, key)
        if not path.exists():
            continue
        descriptor = os.open(path, os.O_RDWR)
        try:
            if not _is_taken(descriptor, fcntl.LOCK_SH, 0.0):
                yield _holder(descriptor, key, state_dir)
        finally:
            os.close(descriptor)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _is_taken(descriptor: int, kind: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)


def _holder(descriptor: int, key: str, state_dir: Path) -> Holder:
    try:
        body = json.loads(os.pread(descriptor, LONGEST, 0))
        state = str(body["state"]) if "state" in body else ""
        return Holder(key, str(body["run"]), int(body["pid"]), "" if state == os.path.realpath(state_dir) else state)
    except (ValueError, KeyError, TypeError):
        return Holder(key, "", None)


def _key(descriptor: int) -> str:
    """What is held by it, "" where it was never written down."""
    try:
        return str(json.loads(os.pread(descriptor, LONGEST, 0))["what"])
    except (ValueError, KeyError, TypeError):
        return ""


def _file(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def _path(state_dir: Path, key: str) -> Path:
    is_device = DEVICE.partition("{")[0] in key and key.endswith(")")
    folder = _of_devices(state_dir) if is_device else private(state_dir / "locks")
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.lock"


def _of_devices(state_dir: Path) -> Path:
    """Beside all runs of the user; who has no home of his own keeps to the state folder."""
    with suppress(OSError, RuntimeError):
        folder = private(devices_folder() / "locks")
        if os.access(folder, os.W_OK):
            return folder
    return private(state_dir / "locks")
