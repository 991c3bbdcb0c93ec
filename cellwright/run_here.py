"""A run whose controller lives in this process, in a thread: one that is gone on with by `resume`.

Only texts pass between the two. The run's thread is no daemon: a session that ends waits until its controller has come to rest.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread

from cell.driver import DriverSet
from cell.events import Asked
from cell.orders import OrderChange
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec, RunSummary
from cellwright.resuming import Found
from controller.clock import Clock
from controller.journal.folder import RunFolder
from controller.order_book import OrderBook
from controller.runner import Replanner, Resumption
from controller.service import Message, Texts, announce, answer, post, read_message, serve

_END = ""


@dataclass(slots=True)
class RunHere:
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

    def look(self) -> None:
        """What the run has come to is told anyway."""

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


def resume_run(found: Found) -> RunHere:
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
) -> RunHere:
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
    return RunHere(folder, inbox, outbox, thread, result)
