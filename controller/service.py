"""A run in service: journal and recording on disk, real or paced time, the session at the other end of two queues.

Law: controller and session exchange only serialisable values, even within one process: texts in, texts out. An operator's stop is
taken at the next look at the inbox and passes neither disk nor planner before it is sent. Signals belong to the session: it posts
what the operator asks.
"""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import field, replace
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved, Attended, Attending
from cell.codec import CodecError, canonical, from_plain
from cell.commands import RequestPlan, Subject
from cell.dataclass import dataclass
from cell.diagnostic import Outcome, error
from cell.driver import DriverSet, Waking
from cell.events import Answered, Asked, Event, PlanReleased
from cell.orders import OrderAdded, OrderCancelled, OrderChange
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec, RunSummary
from controller.attached.samples import Samples, Shown
from controller.callers import Replanner
from controller.clock import Clock, PacedClock, RealClock, VirtualClock
from controller.journal.beside import JournalBeside
from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder
from controller.journal.recording import Recording, RecordingBeside
from controller.lease import Key, Lease, LetGo, Press
from controller.order_book import Announced, OrderBook, Together
from controller.run_state import RunState
from controller.runner import Resumption, Runner
from controller.summary import summary_of
from controller.vigil import Vigil

NEWS_PERIOD = 0.2  # s of real time between two summaries

NEWS = ""
"""Put into the inbox by drivers that have something new: whoever waits for it looks at once."""

Texts = queue.SimpleQueue[str]
Tell = Callable[[Sequence[Event], RunState], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What the session posts for an operator."""

    what: Asked
    who: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the session posts for an operator who answers a question."""

    question: str
    answer: str
    who: str

    def event(self, now: int, of: Subject) -> Answered:
        return Answered(now, of, self.question, self.answer, self.who)


@dataclass(frozen=True, slots=True)
class OfAlarm:
    """What the session posts for an operator who looks after an alarm; `seconds` and `reason` where it is shelved."""

    alarm: str
    what: Attending
    seconds: float
    reason: str
    who: str

    def event(self, now: int, of: Subject) -> Attended:
        match self.what:
            case "acknowledge":
                return AlarmAcknowledged(now, of, self.alarm, self.who)
            case "shelve":
                return AlarmShelved(now, of, self.alarm, now + round(self.seconds * 1e9), self.reason, self.who)
            case "unshelve":
                return AlarmUnshelved(now, of, self.alarm, self.who)


Posted = Request | OrderAdded | OrderCancelled | Answer | OfAlarm | Press | LetGo

Message = Event | RunSummary
"""What the session gets: every event as it was written, and now and then what the run has come to. A `PlanReleased` comes without
its plan, which stands in the run's folder."""


def post(inbox: Texts, what: Asked, who: str = "operator") -> None:
    inbox.put(canonical(Request(what, who)))


def announce(inbox: Texts, change: OrderChange) -> None:
    """An order has come, or is not wanted any more."""
    inbox.put(canonical(change))


def answer(inbox: Texts, question: str, text: str, who: str = "operator") -> None:
    inbox.put(canonical(Answer(question, text, who)))


def attend(inbox: Texts, alarm: str, what: Attending, seconds: float, reason: str, who: str) -> None:
    inbox.put(canonical(OfAlarm(alarm, what, seconds, reason, who)))


def read_message(text: str) -> Message:
    """Raises CodecError for anything else."""
    message: Message = from_plain(Message, json.loads(text))
    return message


def serve(
    spec: RunSpec,
    plan: ReleasedPlan,
    drivers: DriverSet,
    replanner: Replanner,
    folder: RunFolder,
    inbox: Texts,
    outbox: Texts | None = None,
    *,
    tell: Tell | None = None,
    speed: float | None = None,
    orders: OrderBook | None = None,
    is_recorded: bool = True,
    clock: Clock | None = None,
    before: Resumption | None = None,
    see: Callable[[Samples], None] | None = None,
    catch_up: Callable[[], None] = lambda: None,
) -> RunSummary:
    """Runs `plan` and what follows to its end: complete, stopped or aborted; a hold waits. `speed` times real time for simulated
    drivers, None as fast as they can; real drivers run as they do, and by `clock` where it is given. `orders` come by the clock,
    others through the inbox. Everything is in `folder`, which is this run's own. With `before` it goes on with a run that another
    controller has left. What was written is put into `outbox` as texts, or told to `tell`, which must not wait; nor must `see`,
    which is given the newest samples of the robots. `catch_up` waits, for a moment at most, until what was asked by now is in the
    inbox: for a process that was stopped."""
    with ExitStack() as at_the_end:
        folder.claim()
        at_the_end.callback(folder.abandon)
        journal = JournalBeside(DiskJournal(folder.path, spec.run_id, is_resumed=before is not None))
        at_the_end.callback(journal.abandon)
        recording = RecordingBeside(Recording(folder.new_recording())) if is_recorded else None
        if recording is not None:
            at_the_end.callback(recording.close)
        news = News(outbox) if outbox is not None else None
        post_box = Post(inbox)
        runner = Runner(
            spec,
            drivers,
            clock or clock_for(drivers, speed),
            journal,
            InThread(replanner),
            post_box,
            recording if recording is None or see is None else Shown(recording, see),
            Together(PostedOrders(post_box), orders or Announced()),
            on_events=tell if news is None else news.tell,
            answers=post_box,
            keys=post_box,
            vigil=Vigil(catch_up),
        )
        if isinstance(drivers, Waking):
            drivers.wake_with(lambda: inbox.put(NEWS))
            at_the_end.callback(drivers.wake_with, lambda: None)
        state = runner.run(plan) if before is None else runner.resume(before)
        journal.close()
        summary = summary_of(state)
        folder.release(summary)
        if outbox is not None:
            outbox.put(canonical(summary))
        return summary


def clock_for(drivers: DriverSet, speed: float | None) -> Clock:
    if drivers.virtual is None:
        return RealClock()
    return VirtualClock(drivers.virtual, datetime.now(UTC)) if speed is None else PacedClock(drivers.virtual, speed)


@dataclass(slots=True)
class News:
    outbox: Texts
    _told: float = field(default_factory=lambda: -NEWS_PERIOD)

    def tell(self, events: Sequence[Event], state: RunState) -> None:
        for event in events:
            self.outbox.put(canonical(replace(event, plan=None) if isinstance(event, PlanReleased) else event))
        now = time.monotonic()
        if now - self._told >= NEWS_PERIOD:
            self._told = now
            self.outbox.put(canonical(summary_of(state)))


@dataclass(slots=True)
class Post:
    """An inbox of texts. One that cannot be read is an error of the session's and is raised, not passed over."""

    inbox: Texts
    monotonic: Callable[[], int] = time.monotonic_ns
    _waiting: list[str] = field(default_factory=list)
    _orders: list[OrderChange] = field(default_factory=list)
    _said: list[Answer | OfAlarm] = field(default_factory=list)
    _keys: list[Key] = field(default_factory=list)
    _lease: Lease = field(default_factory=Lease)

    def take(self, now: int) -> Sequence[tuple[Asked, str]]:
        texts, self._waiting = self._waiting, []
        while True:
            try:
                texts.append(self.inbox.get_nowait())
            except queue.Empty:
                break
        requests = [_request(text) for text in texts if text != NEWS]
        self._orders += [request for request in requests if isinstance(request, OrderAdded | OrderCancelled)]
        self._said += [request for request in requests if isinstance(request, Answer | OfAlarm)]
        self._keys += [request for request in requests if isinstance(request, Press | LetGo)]
        return [(request.what, request.who) for request in requests if isinstance(request, Request)]

    def take_orders(self) -> Sequence[OrderChange]:
        """Those that came with what was taken last."""
        orders, self._orders = self._orders, []
        return orders

    def take_said(self, now: int, of: Subject) -> Sequence[Answered | Attended]:
        """What came with what was taken last."""
        said, self._said = self._said, []
        return [one.event(now, of) for one in said]

    def take_keys(self, now: int) -> Sequence[Key]:
        """What has come of those that came with what was taken last. A key is held by the clock of the machine: simulated time
        may run at any speed."""
        keys, self._keys = self._keys, []
        moment = self.monotonic()
        told = [found for key in keys for found in self._lease.hear(key, moment)]
        return (*told, *self._lease.pass_time(moment))

    def next_key(self) -> int | None:
        return None

    def wait(self, seconds: float) -> bool:
        if self._waiting:
            return True
        try:
            self._waiting.append(self.inbox.get(timeout=seconds) if seconds > 0.0 else self.inbox.get_nowait())
        except queue.Empty:
            return False
        return True

    def next_time(self) -> int | None:
        return None


@dataclass(frozen=True, slots=True)
class PostedOrders:
    """The orders among what the session posts."""

    post: Post

    def take(self, now: int) -> Sequence[OrderChange]:
        return self.post.take_orders()

    def next_time(self) -> int | None:
        return None


class InThread:
    """The planner at work while the loop goes on supervising. One request at a time."""

    def __init__(self, replanner: Replanner) -> None:
        self._replanner = replanner
        self._answers: queue.SimpleQueue[tuple[RequestPlan, Outcome[ReleasedPlan]]] = queue.SimpleQueue()

    def ask(self, request: RequestPlan) -> None:
        Thread(target=self._work, args=(request,), name="planner", daemon=True).start()

    def answer(self) -> tuple[RequestPlan, Outcome[ReleasedPlan]] | None:
        try:
            return self._answers.get_nowait()
        except queue.Empty:
            return None

    def _work(self, request: RequestPlan) -> None:
        try:
            outcome = self._replanner.replan(request)
        except Exception as defect:  # the run is held and says why; a defect of the planner must not end its supervision
            text = f"the planner failed: {type(defect).__name__}: {defect}"
            outcome = Outcome(None, (error("R710", text, help="this is a defect: report it with the run's folder"),))
        self._answers.put((request, outcome))


def _request(text: str) -> Posted:
    plain: Any = json.loads(text)
    if not isinstance(plain, dict):
        raise CodecError("", f"expected a request, got {text:.60}")
    posted: Posted = from_plain(Posted, plain)
    return posted
