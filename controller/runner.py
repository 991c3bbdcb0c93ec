"""The loop of a run, the same for rehearsal and service: look at the drivers, fold, hand over to the journal, send what is kept.

Law: an event is in the journal before its commands go out, *except a stop* and what takes speed away: those are sent first and
written at once after (they are idempotent, so a crash between the two loses nothing). Nothing here waits for the disk: while a
command does, the loop goes on looking. The loop decides nothing; `advance` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from functools import partial

from cell import device
from cell.asked import STOPS, Asked
from cell.commands import RequestJog, RequestPlan, StopAll, Subject
from cell.dataclass import dataclass
from cell.driver import DriverSet, Outliving
from cell.driver_errors import DriverError
from cell.events import (
    CommandReported,
    Event,
    JournalReported,
    LookMissed,
    NoPlan,
    Observation,
    OperatorAsked,
    OutcomeTold,
    PlanReleased,
    RunOpened,
    RunResumed,
    TimeMarked,
    TimerExpired,
)
from cell.motion_plan import MotionPlan
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from controller.asking import Asking, PlannerLink, way_told
from controller.callers import SAMPLE_PERIOD, AnswerBook, Inbox, KeyBook, NoAnswers, NoKeys, Recorder
from controller.clock import Clock
from controller.dispatch import Dispatcher
from controller.idle import waits_for_somebody, waits_too_long
from controller.inquiry import commands_found, declared, faults_found, faults_over, measured, robots_found
from controller.journal.journal import Journal
from controller.machine import advance
from controller.observe import observations, ordered, stances_of
from controller.order_book import Announced, OrderBook
from controller.run_state import NOTHING_YET, RunState, next_number
from controller.said import of_key, of_orders
from controller.sending import Sending, Waiting
from controller.stops import KINDS
from controller.taken_back import unwanted
from controller.vigil import SETTLING, UNWATCHED, Vigil
from controller.watch import Watch, first_look, told, zones_seen

MINUTE = 60_000_000_000
WATCH_PERIOD = 1_000_000_000  # ns between two looks at what no event tells and no look before shows: silence, links
ANSWER_PERIOD = 0.02  # s of real time between two looks at planner and inbox while virtual time stands still
DISK_PERIOD = 0.005  # s of real time between two looks at the drivers while a command waits for the disk


@dataclass(frozen=True, slots=True)
class Resumption:
    """What a run goes on from: its `state` as the journal has it, the plan in hand, released anew, and every plan that it had,
    the first one first. `shift` ns makes a moment of its clock one of ours, `opened` is in ours when it was opened. `heard`: what
    devices have told in looks before; no driver tells it twice."""

    state: RunState
    plan: ReleasedPlan
    plans: tuple[MotionPlan, ...]
    shift: int
    opened: int
    heard: tuple[device.DeviceEvent, ...] = ()


@dataclass(slots=True)
class Runner:
    """`on_events` is told what the journal is given. `ends_when_held`: returns from a hold that nobody is going to answer."""

    spec: RunSpec
    drivers: DriverSet
    clock: Clock
    journal: Journal
    planner: PlannerLink
    inbox: Inbox
    recorder: Recorder | None = None
    orders: OrderBook = field(default_factory=Announced)
    on_events: Callable[[Sequence[Event], RunState], None] | None = None
    ends_when_held: bool = False
    answers: AnswerBook = field(default_factory=NoAnswers)
    keys: KeyBook = field(default_factory=NoKeys)
    dispatcher: Callable[[DriverSet], Dispatcher] = Dispatcher
    vigil: Vigil | None = None
    state: RunState = NOTHING_YET
    heard: tuple[device.DeviceEvent, ...] = ()
    _rows: list[Event] = field(default_factory=list)
    _folded: int = 0
    _is_durable: bool = False
    _is_unrecorded: bool = False
    _marked: int = 0
    _watched: int = 0
    _settled: int = 0
    _sampled: int = 0
    _asked_early: tuple[tuple[Asked, str], ...] = ()
    _is_expired: bool = True  # since the loop was away last: where looks take long nothing is put off for ever
    _dispatcher: Dispatcher = field(init=False)
    _sending: Sending = field(init=False)
    _asking: Asking = field(init=False)
    _watch: Watch = field(init=False)

    def run(self, plan: ReleasedPlan) -> RunState:
        """Runs `plan` and what follows from it to the end. The drivers are open while it runs and closed after it."""
        return self._supervise(lambda: self._open(plan))

    def resume(self, before: Resumption) -> RunState:
        """Goes on with a run that another controller has left, once an operator has said so. The drivers as for `run`."""
        return self._supervise(lambda: self._take_over(before))

    def look(self, before: Resumption) -> RunState:
        """What `resume` would find, and how it would hold. The drivers are open afterwards; nothing is written, and nothing is
        sent but a stop: where somebody stands in a zone that asks for one, and where one was under way. What devices told by then
        is `heard`."""
        self._begin()
        self._look_over(before)
        return self.state

    def _supervise(self, begin: Callable[[], None]) -> RunState:
        self._begin()
        try:
            begin()
            while not self._is_at_end():
                self._pass_time()
                self._look()
        except BaseException:
            # Whatever went wrong here, nobody supervises any more from now on, so nothing may be left moving.
            with suppress(DriverError):
                self._dispatcher.stop(StopAll(f"{self.spec.run_id}/defect", self._subject, "hold"))
            raise
        finally:
            if self.recorder is not None:
                self.recorder.take(self.drivers, self.state)
                self.recorder.write()
            self._part()
        return self.state

    def _part(self) -> None:
        """A simulated world outlives a run that was stopped, as a real cell does: somebody may go on with it."""
        if self.state.is_over and self.state.may_go_on and isinstance(self.drivers, Outliving):
            self.drivers.leave()
        else:
            self.drivers.close()

    # --- the beginning and the end ---

    def _begin(self) -> None:
        self._dispatcher, self._watch = self.dispatcher(self.drivers), Watch(self.drivers)
        self._sending, self._folded = Sending(self._dispatcher), self.journal.kept()
        self._asking = Asking(self.planner, self.journal)
        self.drivers.open()

    def _open(self, plan: ReleasedPlan) -> None:
        spec, of = self.spec, Subject(self.spec.run_id)
        now = self.clock.now()
        self._marked = self._watched = now
        self._keep_first(plan)
        opened = RunOpened(
            now,
            of,
            self.clock.utc(),
            self.clock.boot(),
            self.clock.kind,
            spec.cell.revision,
            declared(self.drivers, spec.context),
            spec.state,
        )
        self._fold((opened, self._released(plan, 1, now)))
        self._poll(now)  # a machine says by itself which alarm it has; its state shows that there is one
        self._fold(first_look(self.drivers, self.state, self._watch, now))
        self._hear_stops(now)
        while self._flush():
            self._poll(now)

    def _hear_stops(self, now: int) -> None:
        """One that was asked for since the start comes before power for anything. What else was asked waits for a look."""
        asked = (*self._asked_early, *self.inbox.take(now))
        self._fold(OperatorAsked(now, self._subject, what, who) for what, who in asked if what in STOPS)
        self._asked_early = tuple((what, who) for what, who in asked if what not in STOPS)

    def _take_over(self, before: Resumption) -> None:
        self._look_over(before)
        self._hear_stops(self.clock.now())
        while self._flush():
            self._poll(self.clock.now())

    def _look_over(self, before: Resumption) -> None:
        """What was told and not heard first, then what shows, then what became of each command: facts come before reports."""
        clock, now = self.clock, self.clock.now()
        self._marked = self._watched = now
        self.state = before.state
        for plan in before.plans:
            self._watch.learn(stances_of(plan))
        self._dispatcher.take(before.plan)
        of = self._subject
        self._fold((RunResumed(now, of, clock.utc(), clock.boot(), clock.kind, before.shift, before.opened),))
        self.heard = (*before.heard, *self.drivers.poll())
        self._take_news(self.heard, now)
        self._fold(faults_found(self.drivers, self.state, now))
        self._fold(robots_found(self.drivers, self.state, self._watch, now))
        self._fold(first_look(self.drivers, self.state, self._watch, now))
        self._fold(commands_found(self.drivers, self.state, now))

    def _keep_first(self, plan: ReleasedPlan) -> None:
        """Before anything moves there is nothing to look at but whether somebody asks for a stop. Raises OSError where the disk
        takes no more."""
        self.journal.keep_plan(plan.motion_plan)
        while not self.journal.holds(plan.motion_plan.plan_id):
            self._stop_at_once()
            self.journal.wait(ANSWER_PERIOD)
            if why := self.journal.trouble():
                raise OSError(why)

    def _stop_at_once(self) -> None:
        """Of a run that has no event yet: devices are asked now, and once more when the disk takes what tells of it."""
        asked = self.inbox.take(self.clock.now())
        self._asked_early = (*self._asked_early, *asked)
        for what in dict.fromkeys(what for what, _ in asked if what in STOPS):
            self._dispatcher.stop(StopAll(f"{self.spec.run_id}/early", Subject(self.spec.run_id), KINDS[what]))

    def _is_at_end(self) -> bool:
        """A disk that takes nothing does not keep a run from ending: it is at rest."""
        if self.state.is_over:
            return not self._sending.is_waiting or bool(self.journal.trouble())
        return self.ends_when_held and (self._waits_for_somebody() or self._waits_too_long())

    # --- one round ---

    def _pass_time(self) -> None:
        is_idle = self.clock.is_free and (self._waits_for_a_plan() or self._waits_for_somebody())
        if is_idle or (self.clock.kind == "virtual" and self._sending.is_waiting):  # a disk costs no simulated time
            self._wait(ANSWER_PERIOD)
            return
        waited = () if self.state.is_over else self.state.timers.values()
        due = [max(time, self._settled) for time in (self._watched + WATCH_PERIOD, self._marked + MINUTE, *waited)]
        foreseen = (self.inbox.next_time(), self.orders.next_time(), self.keys.next_key())
        self.clock.step(min((*due, *(time for time in foreseen if time is not None))), self._wait)

    def _wait(self, seconds: float) -> bool:
        """For whoever asks something, or for the disk where something waits for it."""
        if not self._sending.is_waiting and not (self._asking.found is not None and self._waits_for_a_plan()):
            return self.inbox.wait(seconds)
        return self.inbox.wait(0.0) or self.journal.wait(min(seconds, DISK_PERIOD))

    def _waits_for_a_plan(self) -> bool:
        """A plan that was asked for ahead is not waited for before the one in hand is done, nor where another one is needed."""
        progress, trouble = self.state.progress, self.state.trouble
        wanted = self._asking.wanted
        is_next = wanted is not None and wanted.number == next_number(progress, trouble)
        return is_next and trouble.mode == "planning"

    def _waits_for_somebody(self) -> bool:
        is_asked = self.inbox.next_time() is not None or self.keys.next_key() is not None
        return waits_for_somebody(self.state, is_foreseen=is_asked, is_order_foreseen=self.orders.next_time() is not None)

    def _waits_too_long(self) -> bool:
        return waits_too_long(self.state, is_foreseen=self.inbox.next_time() is not None or self.orders.next_time() is not None)

    def _look(self) -> None:
        """Everything new, folded, written and answered."""
        away = self.vigil.looks() if self.vigil is not None else 0.0
        now = self.clock.now()
        if away and self.clock.kind == "real" and self._is_expired:
            self._settled, self._is_expired = now + SETTLING, False
        asked, self._asked_early = (*self._asked_early, *self.inbox.take(now)), ()
        self._fold(self.answers.take_said(now, self._subject))
        if self.state.pack == "Held" and any(what == "resume" for what, _ in asked):
            self._fold(robots_found(self.drivers, self.state, self._watch, now))  # somebody may have moved one by hand
        self._fold(OperatorAsked(now, self._subject, what, who) for what, who in asked if what != "finish")
        if away > UNWATCHED and self.clock.kind == "real":  # simulated time stood still as well
            self._fold((LookMissed(now, self._subject, away),))
        self._fold(of_key(key, self._subject, now) for key in self.keys.take_keys(now))
        self._fold(of_orders(self.orders.take(now), self._subject, now))  # the last ones come before the word that no more do
        self._fold(OperatorAsked(now, self._subject, what, who) for what, who in asked if what == "finish")
        self._poll(now)
        self._fold(self._watch.at_each_look(self.state, now))
        self._fold(self._of_journal(now))
        if self.clock.kind == "real" and now - self._sampled >= SAMPLE_PERIOD:  # who watches sees a motion while it lasts
            self._take_samples()
        self._answer(now)
        if now >= self._settled:
            self._is_expired = True
            self._expire(now)
        while self._flush():
            self._poll(now)  # a device may answer within the call, and no time has passed since
        if self._is_unrecorded and self.recorder is not None:
            self._is_unrecorded = False
            self.recorder.write()

    def _of_journal(self, now: int) -> Iterator[Observation]:
        why = self.journal.trouble()
        if bool(why) is not bool(self.state.trouble.unwritten):
            yield JournalReported(now, self._subject, why)

    def _poll(self, now: int) -> None:
        self._take_news(self.drivers.poll(), now)

    def _take_news(self, told: Sequence[device.DeviceEvent], now: int) -> None:
        news = ordered(told)
        linked = {event.device for event in news if isinstance(event, device.LinkChanged) and event.is_up}
        for event in news:
            if isinstance(event, device.CommandChanged) and event.status.is_final and event.device in self.drivers.motion:
                self._see_robot(event.device, now)
            self._fold(observations(self.state, event))
            if isinstance(event, device.LinkChanged) and event.is_up:
                self._fold(first_look(self.drivers, self.state, self._watch, now))
        if linked:
            self._fold(faults_over(self.drivers, self.state, linked, now))
        self._fold(self._watch.comes_to_rest(self.state, now))
        if news or self.clock.kind == "real":  # a detector may tell nothing of itself, and is to be asked
            self._see_zones(now)

    def _see_robot(self, robot: str, now: int) -> None:
        seen = told(self.drivers.motion[robot].state)
        if seen is not None:
            self._fold(self._watch.standing(self.state, now, seen))
        self._take_samples()

    def _see_zones(self, now: int) -> None:
        seen = tuple(zones_seen(self.drivers, self.state, now))
        if seen:
            self._take_samples()  # they belong to the zones as they were
            self._fold(seen)

    def _take_samples(self) -> None:
        if self.recorder is not None:
            self.recorder.take(self.drivers, self.state)
            self._is_unrecorded, self._sampled = True, self.clock.now()

    def _expire(self, now: int) -> None:
        for name, due in sorted(self.state.timers.items(), key=lambda item: (item[1], item[0])):
            if due <= now and name in self.state.timers:
                self._fold((TimerExpired(now, self._subject, name),))
        if now >= self._watched + WATCH_PERIOD:
            self._watched = now
            self._fold(self._watch.look(self.state, now))
            self._see_zones(now)
        if now >= self._marked + MINUTE:
            self._marked = now
            self._fold((TimeMarked(now, self._subject, self.clock.utc()),))

    def _answer(self, now: int) -> None:
        """A plan that was found is one that was released when it is kept: no event names a plan that a crash would lose. One that
        was asked for ahead lies here until the plan in hand is done."""
        self._asking.hear()
        if (way := self._asking.take_way()) is not None:
            if way[1].value is not None:
                self._dispatcher.take_way(way[1].value)
            self._fold((way_told(now, *way),))
        if not self._waits_for_a_plan() or (found := self._asking.take()) is None:
            return
        (wanted, outcome) = found
        if outcome.value is None:
            self._fold((NoPlan(now, self._subject, wanted.number, outcome.diagnostics, outcome.why),))
        else:
            self._fold((self._released(outcome.value, wanted.number, now),))

    def _released(self, plan: ReleasedPlan, number: int, now: int) -> PlanReleased:
        self._dispatcher.take(plan)
        self._watch.learn(stances_of(plan.motion_plan))
        of = Subject(self.spec.run_id, plan.motion_plan.plan_id)
        return PlanReleased(
            now, of, number, plan.motion_plan, len(plan.proof.obligations), plan.proof.assumptions, dict(plan.proof.fastest)
        )

    # --- fold, write, send ---

    def _fold(self, events: Iterable[Observation]) -> None:
        for event in events:
            if self.state.is_over and not isinstance(event, RunResumed):
                return
            self.state, commands = advance(self.state, event)
            self._folded += 1 + len(commands.record)
            known = list(self._sending.take(commands.send, self._folded, event.at))
            self._rows.append(event)
            self._rows.extend(commands.record)
            self._is_durable = self._is_durable or bool(commands.send) or _is_outcome(event)
            self._fold(known)

    def _flush(self) -> bool:
        """Hands over what was folded and sends what is kept, until nothing more comes of it. True when anything was sent."""
        has_sent = False
        while True:
            if self._sending.is_waiting:
                self._fold(self._sending.take_back(partial(unwanted, self.state), self.clock.now()))
            self._hand_over()
            if self.vigil is not None and self._sending.is_waiting and self.vigil.is_to_look_first():
                return False  # nor is it handed over once more before that look
            command = self._sending.next(self.journal.kept())
            if command is None:
                return has_sent
            has_sent = True
            self._send(command)

    def _hand_over(self) -> None:
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        self.journal.append(rows, self.state, is_durable=self._is_durable)
        self._is_durable = False
        if self.on_events is not None:
            self.on_events(rows, self.state)

    def _send(self, command: Waiting) -> None:
        now = self.clock.now()
        if isinstance(command, RequestPlan):
            self._asking.want(command)
            self._answer(now)
        elif isinstance(command, RequestJog):
            self._asking.want_way(measured(self.drivers, command))
            self._answer(now)
        else:
            self._fold(self._sending.send(command, now))

    @property
    def _subject(self) -> Subject:
        plan = self.state.progress.plan
        return Subject(self.state.run, plan.plan.plan_id if plan is not None else None)


def _is_outcome(event: Observation) -> bool:
    """What no device may tell a second time, so what must not be lost."""
    return isinstance(event, OutcomeTold) or (isinstance(event, CommandReported) and event.status != "running")
