"""The controller of a run as a process of its own: `python -m cellwright.controller_process FOLDER [DESCRIPTOR]`.

It takes the cell's lock, opens its socket, reads the sources and proves the plan again, makes the drivers, and waits for a start
from the terminal at DESCRIPTOR. From then on it belongs to nobody: terminals come and go. SIGTERM asks for a normal stop, a
second one for a quick stop. stdout and stderr are the run's log.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import shutil
import signal
import socket
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from cell.codec import canonical
from cell.diagnostic import Diagnostic
from cell.driver_errors import DriverError
from cell.events import Asked
from cell.order_file import objection
from cell.orders import OrderChange
from cell.scenario import Scenario
from cell.scenario_orders import order_changes
from cellwright.at_hand import SPARING
from cellwright.begun import Begun, write_begun
from cellwright.cell_lock import CellLock, Holder, keys_of, take
from cellwright.folders import private
from cellwright.in_service import InService, drivers_in_service
from cellwright.planner_link import PlannerProcess
from cellwright.reading import Reading
from cellwright.running import run_spec
from cellwright.service import ENDPOINT, PARTING
from cellwright.start_file import Ready, Start, read_again, read_start, released_again
from cellwright.undisturbed import undisturbed
from cellwright.workshop import Workshop, open_workshop
from controller.attached.chronicle import Chronicle
from controller.attached.endpoint import listen_in, take_away
from controller.attached.messages import Parting, Prepared
from controller.attached.server import About, Server
from controller.journal.folder import RunFolder
from controller.journal.journal import StoredJournal
from controller.order_book import Announced
from controller.service import Texts, announce, answer, post, serve


class Refusal(Exception):
    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(f"{d.code} {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Desk:
    """What terminals and signals ask, on its way to the loop."""

    inbox: Texts = field(default_factory=queue.SimpleQueue)
    stops: list[int] = field(default_factory=list)

    def ask(self, what: Asked, who: str) -> None:
        post(self.inbox, what, who)

    def announce(self, change: OrderChange) -> None:
        announce(self.inbox, change)

    def answer(self, question: str, given: str, who: str) -> None:
        answer(self.inbox, question, given, who)

    def signalled(self, number: int, frame: FrameType | None) -> None:
        self.stops.append(number)
        self.ask("stop" if len(self.stops) == 1 else "quick stop", signal.Signals(number).name)


def main(words: list[str]) -> int:
    gc.set_threshold(*SPARING)
    folder = RunFolder(Path(words[0]))
    first = socket.socket(fileno=int(words[1])) if len(words) > 1 else None
    desk = Desk()
    signal.signal(signal.SIGTERM, desk.signalled)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    listener, path = listen_in(folder.path)
    (folder.path / ENDPOINT).write_text(str(path), encoding="utf-8")
    try:
        return _controlled(folder, desk, listener, first)
    finally:
        take_away(path, folder.path)


def _controlled(folder: RunFolder, desk: Desk, listener: socket.socket, first: socket.socket | None) -> int:
    found = read_start(folder)
    os.chdir(found.value.working if found.value is not None else "/")
    chronicle = Chronicle(lambda after, most: _older(folder, after, most))
    cell_file = found.value.file if found.value is not None else ""
    orders = Objections()
    server = Server(About(folder.id, cell_file, orders.objection), desk, chronicle, listener, first)
    server.start()
    last_word = Parting("failed", "", "the controller has ended without a word", 0)
    try:
        if found.value is None:
            raise Refusal(*found.diagnostics)
        last_word = _run(folder, found.value, desk, server, orders)
    except Refusal as refusal:
        last_word = Parting("refused", "", str(refusal), 0, refusal.diagnostics)
    except DriverError as cause:
        last_word = Parting("driver", type(cause).__name__, str(cause) or type(cause).__name__, 0)
        traceback.print_exc()
    except OSError as cause:
        last_word = Parting("failed", "OSError", str(cause), 0)
        traceback.print_exc()
    except Exception as defect:
        last_word = Parting("failed", "defect", f"{type(defect).__name__}: {defect}", 0)
        traceback.print_exc()
    finally:
        if last_word.why in ("driver", "failed"):
            (folder.path / PARTING).write_text(canonical(last_word), encoding="utf-8")
        server.finish(last_word)
        server.join()
        if last_word.why in ("refused", "not begun"):
            shutil.rmtree(folder.path, ignore_errors=True)
    return 0 if last_word.why == "over" else 1


class Objections:
    """What is wrong with an order for this cell, as soon as the cell is known."""

    def __init__(self) -> None:
        self.ready: Ready | None = None

    def objection(self, order: object) -> str | None:
        if self.ready is None:
            return "the cell is still being read"
        return objection(order, self.ready.request.cell)  # type: ignore[arg-type]


def _run(folder: RunFolder, start: Start, desk: Desk, server: Server, orders: Objections) -> Parting:
    workshop = open_workshop(lambda stage, done, of: None, start.jobs)
    reading = read_again(start)
    lock = _locked(folder, reading)
    ready = _ready(folder, start, reading, workshop)
    orders.ready = ready
    made = _made(folder, start, ready, lock)
    planner = PlannerProcess(folder.path, workshop, ready.request, proves_beside=made.clock is not None)
    try:
        gc.collect()
        gc.freeze()
        server.prepared(Prepared(made.is_simulated, None if made.record is None else str(made.record)))
        if not _is_started(desk.inbox):
            return Parting("not begun", "", "nothing was moved", 0)
        write_begun(folder.path, _for_another(start, reading, made))
        clock = made.clock
        if clock is not None:
            planner.warm()
        changes = Announced(order_changes(start.scenario or Scenario(), ready.request.cell))
        spec = run_spec(folder.id, ready.request)
        summary = serve(
            spec, ready.released, made.drivers, planner, folder, desk.inbox,
            tell=server.tell, speed=start.speed, orders=changes, clock=clock,
        )  # fmt: skip
        return Parting("over", "", summary.state, 0)
    finally:
        planner.close()
        made.drivers.close()
        lock.end()


def _locked(folder: RunFolder, reading: Reading) -> CellLock:
    if reading.cell is None:
        raise Refusal(*reading.diagnostics)
    found = take(_state_dir(folder), keys_of(reading, reading.cell), folder.id)
    if isinstance(found, Holder):
        raise Refusal(found.diagnostic)
    return found


def _ready(folder: RunFolder, start: Start, reading: Reading, workshop: Workshop) -> Ready:
    found = released_again(folder, start, reading, workshop)
    if found.value is None:
        raise Refusal(*found.diagnostics)
    return found.value


def _made(folder: RunFolder, start: Start, ready: Ready, lock: CellLock) -> InService:
    worlds = private(_state_dir(folder) / "worlds")
    found = drivers_in_service(ready.request, start.scenario or Scenario(), start.speed, worlds, lock=lock)
    if found.value is None:
        raise Refusal(*found.diagnostics)
    if start.scenario is not None and (why := undisturbed(start.scenario, ready.request.cell, found.value.real)):
        found.value.drivers.close()
        raise Refusal(why)
    return found.value


def _for_another(start: Start, reading: Reading, made: InService) -> Begun:
    """What another controller has to know, should this one not come to the end."""
    return Begun(
        folder=str(reading.folder.absolute()),
        seed=start.seed,
        without=start.without,
        is_continuous=start.is_continuous,
        speed=start.speed,
        world=None if made.reached is None else str(made.reached),
        record=None if made.record is None else str(made.record),
        is_simulated=made.is_simulated,
    )


def _is_started(inbox: Texts) -> bool:
    """Waits for the first word: a start, or anything else, and then nothing begins."""
    return bool(json.loads(inbox.get()).get("what") == "start")


def _older(folder: RunFolder, after: int, most: int) -> list[tuple[int, str]]:
    journal = StoredJournal(folder.path)
    try:
        return journal.bodies(after, most)
    finally:
        journal.close()


def _state_dir(folder: RunFolder) -> Path:
    return folder.path.parent.parent


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
