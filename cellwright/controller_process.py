"""The controller of a run as a process of its own: `python -m cellwright.controller_start FOLDER [--line N] [--resume]`.

It takes the cell's lock, opens its socket, reads the sources and proves the plan again, makes the drivers, and waits for a word
from the terminal at descriptor N: a start (beginning.py), or the confirmation of what the devices show of a run that another
controller has left (going_on.py). From then on it belongs to nobody: terminals come and go. SIGTERM asks for a normal stop, a
second one for a quick stop. stdout and stderr are the run's log.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cell.codec import canonical
from cell.driver_errors import DriverError
from cellwright.beginning import begun_run
from cellwright.cell_lock import NONE, CellLock
from cellwright.desk import Desk, Withdrawn
from cellwright.going_on import gone_on_run
from cellwright.refusal import Refusal
from cellwright.service import ENDPOINT, PARTING
from cellwright.site import Objections, Site
from cellwright.start_file import read_start
from controller.attached.chronicle import Chronicle
from controller.attached.endpoint import listen_in, take_away
from controller.attached.messages import Parting
from controller.attached.reception import About
from controller.attached.server import Server
from controller.journal.folder import RunFolder
from controller.journal.journal import StoredJournal


def main(words: list[str]) -> int:
    arguments = _arguments(words)
    folder = RunFolder(arguments.folder)
    first = socket.socket(fileno=arguments.line) if arguments.line is not None else None
    desk = Desk()
    signal.signal(signal.SIGTERM, desk.signalled)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    listener, path = listen_in(folder.path)
    try:
        return _controlled(folder, desk, listener, first, arguments, lambda: tell_where(path, folder.path))
    finally:
        take_away(path, folder.path)


def tell_where(socket_path: Path, folder: Path) -> None:
    """Whole or not at all: who looks for a controller that begins never reads half of its address."""
    aside = folder / f".{ENDPOINT}"
    aside.write_text(str(socket_path), encoding="utf-8")
    os.replace(aside, folder / ENDPOINT)


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cellwright.controller_start")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--line", type=int, help="descriptor of the line to the terminal that has started it")
    parser.add_argument("--locks", type=_descriptors, default=NONE, help="descriptors of what is locked already")
    parser.add_argument("--resume", action="store_true", help="go on with what is in the folder")
    parser.add_argument("--jobs", type=int, help="in the place of what stands in the folder")
    return parser.parse_args(words)


def _descriptors(text: str) -> CellLock:
    return CellLock(tuple(int(number) for number in text.split(",")))


def _controlled(
    folder: RunFolder,
    desk: Desk,
    listener: socket.socket,
    first: socket.socket | None,
    arguments: argparse.Namespace,
    tell: Callable[[], None],
) -> int:
    found = read_start(folder)
    chronicle = Chronicle(lambda after, most: _older(folder, after, most))
    orders = Objections()
    about = About(folder.id, found.value.file if found.value is not None else "", orders.objection)
    server = Server(about, desk, chronicle, listener, first)
    server.start()
    way = gone_on_run if arguments.resume else begun_run

    def run() -> Parting:
        tell()
        if found.value is None:
            raise Refusal(*found.diagnostics)
        return way(Site(folder, found.value, arguments.jobs or found.value.jobs, desk, server, arguments.locks, orders))

    last_word = _last_word(run)
    if last_word.why in ("driver", "failed") and (desk.has_begun or not arguments.resume):
        with suppress(OSError):  # who is there is told it all the same
            (folder.path / PARTING).write_text(canonical(last_word), encoding="utf-8")
    server.finish(last_word)
    server.join()
    if last_word.why in ("refused", "not begun") and not arguments.resume:
        shutil.rmtree(folder.path, ignore_errors=True)
    return 0 if last_word.why == "over" else 1


def _last_word(run: Callable[[], Parting]) -> Parting:
    """Whatever happens, terminals are told."""
    try:
        return run()
    except Refusal as refusal:
        return Parting("refused", "", str(refusal), 0, refusal.diagnostics)
    except Withdrawn:
        return Parting("not begun", "", "nothing was moved", 0)
    except DriverError as cause:
        _log()
        return Parting("driver", type(cause).__name__, str(cause) or type(cause).__name__, 0)
    except OSError as cause:
        _log()
        return Parting("failed", "OSError", str(cause), 0)
    except Exception as defect:
        _log()
        return Parting("failed", "defect", f"{type(defect).__name__}: {defect}", 0)


def _log() -> None:
    """Of what is being handled. A disk that takes no more keeps nobody from being told."""
    with suppress(OSError):
        traceback.print_exc()


def _older(folder: RunFolder, after: int, most: int) -> list[tuple[int, str]]:
    journal = StoredJournal(folder.path)
    try:
        return journal.bodies(after, most)
    finally:
        journal.close()
