"""The journal written beside the loop, in a thread of its own: a disk that takes two seconds holds up nobody who looks on.

Law: what is handed over is written in that order, as much at a time as has come meanwhile. What the disk does not take stays here
and is tried again; it is lost only with the process, and then nothing has followed from it.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Sequence
from threading import Event as Signal
from threading import Thread

from cell.dataclass import dataclass
from cell.events import Event
from cell.motion_plan import MotionPlan
from controller.journal.disk import DiskJournal
from controller.run_state import RunState

HELD = 4  # plans that may still be asked about
RETRY = 0.5  # s between two tries of what the disk did not take


@dataclass(frozen=True, slots=True)
class _Batch:
    events: tuple[Event, ...]
    state: RunState
    is_durable: bool


class JournalBeside:
    """A `Journal` in front of one that waits for its disk. Has to be closed or abandoned, whatever went wrong."""

    def __init__(self, journal: DiskJournal) -> None:
        self._journal = journal
        self._jobs: queue.SimpleQueue[_Batch | MotionPlan | None] = queue.SimpleQueue()
        self._batches: deque[_Batch] = deque()
        self._plans: deque[MotionPlan] = deque()
        self._held: deque[str] = deque(maxlen=HELD)
        self._kept = journal.kept
        self._trouble: OSError | None = None
        self._defect: BaseException | None = None
        self._is_closing = False
        self._news = Signal()
        self._thread = Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    # --- the loop's side ---

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        if events:
            self._jobs.put(_Batch(tuple(events), state, is_durable))

    def keep_plan(self, plan: MotionPlan) -> None:
        self._jobs.put(plan)

    def holds(self, plan_id: str) -> bool:
        return plan_id in self._held

    def kept(self) -> int:
        """Raises what went wrong in the thread, other than the disk."""
        if self._defect is not None:
            raise self._defect
        return self._kept

    def trouble(self) -> str:
        cause = self._trouble
        return "" if cause is None else f"the journal cannot be written: {cause.strerror or cause}"

    def wait(self, seconds: float) -> bool:
        if not self._news.wait(seconds):
            return False
        self._news.clear()
        return True

    def close(self) -> None:
        """A full disk that has taken everything all the same is none."""
        self.abandon()
        if (cause := self._defect or (self._trouble if self._is_left else None)) is not None:
            raise cause

    def abandon(self) -> None:
        """Closes with what the disk has taken. A second time is as good as once."""
        self._jobs.put(None)
        self._thread.join()
        self._journal.close()

    # --- the thread's side ---

    def _work(self) -> None:
        try:
            while not (self._is_closing and (self._trouble is not None or not self._is_left)):
                self._take()
                self._write()
        except BaseException as defect:  # the loop is told, and ends what moves
            self._defect = defect
            self._news.set()

    @property
    def _is_left(self) -> bool:
        return bool(self._batches or self._plans)

    def _take(self) -> None:
        """What has come; waits for it where nothing else is to be done."""
        try:
            if self._trouble is not None:
                job = self._jobs.get(timeout=0.0 if self._is_closing else RETRY)
            else:
                job = self._jobs.get(block=not self._is_left)
            while True:
                self._sort(job)
                job = self._jobs.get_nowait()
        except queue.Empty:
            return

    def _sort(self, job: _Batch | MotionPlan | None) -> None:
        match job:
            case _Batch():
                self._batches.append(job)
            case MotionPlan():
                self._plans.append(job)
            case None:
                self._is_closing = True

    def _write(self) -> None:
        """Each by itself, so that a plan too long for the disk does not keep the events from it."""
        causes = [self._refused(step) for step in (self._write_plans, self._write_events, self._make_room)]
        self._trouble = next((cause for cause in causes if cause is not None), None)
        self._news.set()

    def _refused(self, step: Callable[[], None]) -> OSError | None:
        try:
            step()
        except OSError as cause:
            return cause
        return None

    def _write_plans(self) -> None:
        while self._plans:
            self._journal.keep_plan(self._plans[0])
            self._held.append(self._plans.popleft().plan_id)

    def _write_events(self) -> None:
        """In one transaction, whatever there is: a disk that is slow is asked the less often."""
        if not self._batches:
            return
        batches = tuple(self._batches)
        events = [event for batch in batches for event in batch.events]
        is_durable = any(batch.is_durable for batch in batches)
        self._journal.append(events, batches[-1].state, is_durable=is_durable, may_rest=self._trouble is None)
        self._batches.clear()
        self._kept = self._journal.kept

    def _make_room(self) -> None:
        if self._journal.is_log_long or self._trouble is not None:
            self._journal.make_room()
