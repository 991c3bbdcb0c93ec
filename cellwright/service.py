"""A run in service as the session holds it: a controller at the other end of two queues, and the run's folder.

Only texts pass between the two, so the controller may become a process of its own without a change here. The run's thread is no
daemon: a session that ends waits until its controller has come to rest.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from cell.driver import DriverSet
from cell.events import Asked
from cell.orders import OrderChange
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec, RunSummary
from cellwright.begun import Begun, write_begun
from cellwright.folders import private
from cellwright.resuming import Found
from controller.clock import Clock
from controller.journal.folder import RunFolder, new_run
from controller.order_book import OrderBook
from controller.runner import Replanner, Resumption
from controller.service import Message, Texts, announce, answer, post, read_message, serve

_END = ""


@dataclass(slots=True)
class Run:
    """A run that goes on by itself. `messages` ends when the controller has; then `result` tells what came of it."""

    folder: RunFolder
    _inbox: Texts
    _outbox: Texts
    _thread: Thread
    _result: list[RunSummary | BaseException]

    def ask(self, what: Asked, who: str = "operator") -> None:
        post(self._inbox, what, who)

    def answer(self, question: str, text: str, who: str = "operator") -> None:
        answer(self._inbox, question, text, who)

    def announce(self, change: OrderChange) -> None:
        """An order has come, or is not wanted any more."""
        announce(self._inbox, change)

    def messages(self, patience: float) -> Iterator[Message | None]:
        """Each message as it comes; None when `patience` s have passed without one."""
        while True:
            try:
                text = self._outbox.get(timeout=patience)
            except queue.Empty:
                yield None
                continue
            if text == _END:
                return
            yield read_message(text)

    def result(self) -> RunSummary:
        """Waits for the end. Raises what the controller raised."""
        self._thread.join()
        (result,) = self._result
        if isinstance(result, BaseException):
            raise result
        return result


def start_run(
    spec_for: Callable[[str], RunSpec],
    plan: ReleasedPlan,
    drivers: DriverSet,
    planner: Replanner,
    state_dir: Path,
    speed: float | None = None,
    orders: OrderBook | None = None,
    clock: Clock | None = None,
    begun: Begun | None = None,
) -> Run:
    """Opens a run's folder under `state_dir` and starts its controller. `begun` is kept for another one that may have to go on.
    Raises OSError where the folder cannot be made."""
    folder = _new_folder(private(state_dir))
    if begun is not None:
        write_begun(folder.path, begun)
    return _started(folder, spec_for(folder.id), plan, drivers, planner, speed, orders, clock)


def resume_run(found: Found) -> Run:
    """Starts a controller that goes on with the run; it holds until somebody asks for `resume`."""
    left, drivers = found.left, found.drivers.drivers
    return _started(left.folder, left.spec, found.before.plan, drivers, left.planner, None, None, found.clock, found.before)


def _started(
    folder: RunFolder,
    spec: RunSpec,
    plan: ReleasedPlan,
    drivers: DriverSet,
    planner: Replanner,
    speed: float | None,
    orders: OrderBook | None,
    clock: Clock | None,
    before: Resumption | None = None,
) -> Run:
    inbox: Texts = queue.SimpleQueue()
    outbox: Texts = queue.SimpleQueue()
    result: list[RunSummary | BaseException] = []

    def control() -> None:
        try:
            result.append(
                serve(spec, plan, drivers, planner, folder, inbox, outbox, speed=speed, orders=orders, clock=clock, before=before)
            )
        except BaseException as defect:  # handed to whoever asks for the result; nothing is lost by it
            result.append(defect)
        finally:
            outbox.put(_END)

    thread = Thread(target=control, name=f"controller {folder.id}")
    thread.start()
    return Run(folder, inbox, outbox, thread, result)


def _new_folder(state_dir: Path) -> RunFolder:
    """Named by the moment, so that names sort as runs do; a second run within the same second gets a number."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for number in range(1, 1000):
        try:
            return new_run(state_dir, moment if number == 1 else f"{moment}-{number}")
        except FileExistsError:
            continue
    raise FileExistsError(f"a thousand runs were started at {moment}")
