"""A run as it is watched from the command line: progress, what is worth a line, Ctrl-C, and the question that a hold asks.

Law: nothing here stops a robot; it asks the controller to. A terminal that closes or is told to end (SIGHUP, SIGTERM) asks for
nothing: the run goes on without it.
"""

from __future__ import annotations

import json
import signal
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Literal, Protocol

from cell.events import (
    Event,
    GoalReached,
    HoldRaised,
    ModeChanged,
    OutcomeTold,
    RunOpened,
    RunResumed,
    SpeedAsked,
    StateChanged,
    ZoneReported,
)
from cell.orders import OrderChange
from cell.run import RunSummary
from cell.state import Lost
from cellwright.service import ControllerEnded, Message, NotBegun
from controller.attached.messages import OpenQuestion, Refused
from controller.journal.folder import RunFolder
from controller.journal.journal import JournalError
from controller.packml import STOPPED_OR_ABOUT_TO
from tui.asking import asked
from tui.driver_failure import told_by_name
from tui.event_text import event_line
from tui.exit_codes import DRIVER, USAGE
from tui.progress import Progress, shown, unseen
from tui.signals import handled_by
from tui.speech import moment, printable, refuse, say

if TYPE_CHECKING:
    from cellwright.order_files import FollowedOrders

PATIENCE = 0.2  # s between two looks for a Ctrl-C while nothing is told
RECORD_TRIES = 20
RECORD_PAUSE = 0.1  # s
CONFIRMED = 25  # times PATIENCE for which a run that somebody has confirmed may hold until that counts
ANSWERED = 5  # the same where it asks something: what was answered with the confirmation is heard only then
AT_ONCE = 200  # messages looked through while somebody is asked
STOPPING = "asked for a normal stop; Ctrl-C again asks for a quick stop"
STOPPING_QUICKLY = "asked for a quick stop"
UNHEARD = 10  # times PATIENCE without a word after a Ctrl-C, until that is said
LIES_THERE = "the controller says nothing; the stop is taken when it answers, and until then there is only the e-stop circuit"
ROUTINE = frozenset({"Idle", "Starting", "Execute", "Completing", "Complete"})
Asking = Literal["resume", "stop", "quick stop", "finish"]


class Watched(Protocol):
    """A run that goes on by itself, as cellwright/service.py has it."""

    @property
    def folder(self) -> RunFolder: ...

    @property
    def questions(self) -> Mapping[str, OpenQuestion]: ...

    @property
    def has_looked(self) -> bool: ...

    def ask(self, what: Asking) -> object: ...

    def answer(self, question: str, given: str) -> object: ...

    def announce(self, change: OrderChange) -> None: ...

    def look(self) -> None: ...

    def messages(self, patience: float) -> Iterator[Message | None]: ...

    def result(self) -> RunSummary: ...


@dataclass(slots=True)
class Watching:
    """`is_attended`: somebody can be asked. `waits`: a hold that nobody can be asked about is watched on. `orders`: the file of
    orders, looked at meanwhile. `is_view`: Ctrl-C ends the watching and no more. `zero`: when the run began (ns of its clock).
    `is_confirmed`: somebody has agreed to what comes behind the hold in which the run is taken over."""

    run: Watched
    is_attended: bool
    waits: bool
    orders: FollowedOrders | None = None
    is_view: bool = False
    zero: int = 0
    is_confirmed: bool = False
    _holds: int = 0
    _quiet: int = 0
    _interrupts: int = 0
    _looked: float = 0.0
    _told: int = 0
    _unheard: int = -1
    _is_ending: bool = False
    _is_over: bool = False
    _is_leaving: bool = False
    _is_finishing: bool = False
    _is_unseen: bool = False
    _hold_text: str = ""
    _lost: tuple[str, ...] = ()
    _is_held: bool = False
    _held_before: bool = False
    _is_manual: bool = False
    _answered: object = None
    _state: str = ""
    _has_heard: bool = False
    _newest: RunSummary | None = None
    _waiting: deque[Message | None] = field(default_factory=deque)
    _occupied: set[str] = field(default_factory=set)

    def to_the_end(self) -> RunSummary | None:
        """Watches until the controller has come to rest, or holds and nobody can be asked; None where the terminal has to go
        before. Raises ControllerEnded, NotBegun."""
        say(f"run {printable(self.run.folder.id)}, its record in {printable(str(self.run.folder.path))}")
        with handled_by(self._signalled):
            how = self._watch()
            if how == "over":
                return self.run.result()
        if how == "left":
            say(f"The run goes on. Next: cellwright attach {printable(self.run.folder.id)}")
            return None
        self._wait_for_the_record()
        return self._newest

    def _wait_for_the_record(self) -> None:
        """A hold is told at once and written soon after; who reads the record next (`status`) is to find it there. A disk that
        takes longer than RECORD_TRIES of RECORD_PAUSE is not waited for."""
        for _ in range(RECORD_TRIES):
            try:
                if self._newest is None or self.run.folder.summary().state == self._newest.state:
                    return
            except JournalError:
                return
            time.sleep(RECORD_PAUSE)

    def _watch(self) -> Literal["over", "left", "held"]:
        """Bars go while somebody is asked, and come back."""
        messages = self.run.messages(PATIENCE)
        while True:
            try:
                with unseen() if self._is_unseen else shown() as progress:
                    how = self._until_held(messages, progress)
            except OSError:  # the terminal has gone; the run is watched all the same
                self._is_unseen = True
                continue
            if how != "held":
                return how
            if not self.is_attended:
                return self._left_holding(messages)
            self._settle_hold(messages)

    def _until_held(self, messages: Iterator[Message | None], progress: Progress) -> Literal["over", "left", "held"]:
        """held: the run holds and somebody has to say what next."""
        while True:
            self._tell_interrupts(progress)
            if self._is_leaving:
                return "left"
            self._look_for_orders(progress)
            if self._waiting:
                message = self._waiting.popleft()
            else:
                try:
                    message = next(messages)
                except StopIteration:
                    return "over"
            self._mind_silence(message, progress)
            match message:
                case None:
                    self._quiet += self._is_held
                case RunSummary():
                    self._summed_up(message, progress)
                case Refused(id=number, code=code, reason=reason):
                    progress.line(printable(f"refused, {code}: {reason}"))
                    if number is not None and number == self._answered:
                        self._is_held, self._answered = self._state == "Held", None  # then what next is still to be said
                case _:
                    self._tell(message, progress)
            if self._is_held and self._has_to_be_settled():
                return "held"

    def _summed_up(self, summary: RunSummary, progress: Progress) -> None:
        is_known = self._has_heard or self._held_before or self.run.has_looked
        if summary.state == "Held" and not is_known:  # it held before anybody looked
            self._held_before = True
            self.run.look()  # what it has asked is told only so
        if self._held_before and self.run.has_looked:
            self._held_before = False
            self._is_held, self._hold_text = summary.state == "Held", summary.held_because or ""
        if (summary.mode == "Manual") is not self._is_manual:  # it was changed before anybody looked
            self._is_manual = not self._is_manual
            progress.line(f"{summary.mode.lower()} mode")
        self._newest = summary
        if not self._has_heard:  # else it may be older than what was told
            self._state = summary.state
        self._lost = tuple(f"{part.id} ({part.note})" for part in summary.parts if isinstance(part.location, Lost))
        progress("steps", summary.steps_done, summary.steps_total)
        progress("goals", summary.goals_met, summary.goals_total)

    def _look_for_orders(self, progress: Progress) -> None:
        """At most as often as an answer is waited for, however much the run tells."""
        if self.orders is None or time.monotonic() - self._looked < PATIENCE:
            return
        self._looked = time.monotonic()
        changes, found = self.orders.changes()
        for change in changes:
            self.run.announce(change)
        if self.orders.is_last and not self._is_finishing:
            self._is_finishing = True
            self.run.ask("finish")
        for diagnostic in found:
            at = diagnostic.spans[0]
            progress.line(printable(f"{at.file}:{at.start.line}: {diagnostic.code} {diagnostic.message}; nothing of it is taken"))

    def _has_to_be_settled(self) -> bool:
        """A run that was asked to stop needs no other answer; one that was confirmed has its own, unless it asks something."""
        is_answered = self.is_confirmed and self._quiet < (ANSWERED if self.run.questions else CONFIRMED)
        return not (self.waits or self._is_ending or self._interrupts or is_answered)

    def _tell(self, event: Event, progress: Progress) -> None:
        self._has_heard = True
        if isinstance(event, RunOpened | RunResumed):
            self.zero = event.opened if isinstance(event, RunResumed) else event.at
        if isinstance(event, StateChanged):
            self.is_confirmed &= event.before != "Held" and self._holds < 2  # it counts once, and in this hold
            self._state = event.after
            self._is_held, self._held_before = event.after == "Held", False
        if isinstance(event, ModeChanged):
            self._is_manual = event.after == "Manual"
        if isinstance(event, HoldRaised):
            self._holds += 1
            self._hold_text = f"{event.code} {event.text}"
        line = event_line(event)
        if line is not None and self._is_news(event):
            progress.line(f"{moment((event.at - self.zero) / 1e9)}  {line}")

    def _is_news(self, event: Event) -> bool:
        """Not what belongs to every run that goes well."""
        match event:
            case RunOpened() | GoalReached() | OutcomeTold() | SpeedAsked():
                return False
            case StateChanged(after=after):
                return after not in ROUTINE
            case ZoneReported(zone=zone, is_occupied=True):
                self._occupied.add(zone)
                return True
            case ZoneReported(zone=zone):
                return zone in self._occupied
            case _:
                return True

    # --- a hold ---

    def _left_holding(self, messages: Iterator[Message | None]) -> Literal["over", "left", "held"]:
        """Nobody is there to be asked: the controller goes on holding. Waits for what the run has come to with that."""
        name = printable(self.run.folder.id)
        say(
            f"Held, and nobody is there to be asked: the controller goes on holding. `cellwright attach {name}` answers it;\n"
            f"`cellwright ask resume {name}` and `cellwright ask stop {name}` do so in a script (--wait would go on watching)."
        )
        self.run.look()
        for message in messages:
            if self._is_leaving:
                return "left"
            if isinstance(message, RunSummary):
                self._newest = message
                if message.state == "Held":
                    return "held"
            elif isinstance(message, StateChanged) and message.before == "Held":
                self.run.look()
                return self._until_end(messages)
        return "over"

    def _until_end(self, messages: Iterator[Message | None]) -> Literal["over", "left", "held"]:
        """Somebody else has answered meanwhile."""
        self._is_held = False
        with unseen() if self._is_unseen else shown() as progress:
            how = self._until_held(messages, progress)
        return self._left_holding(messages) if how == "held" else how

    def _settle_hold(self, messages: Iterator[Message | None]) -> None:
        say(f"Held: {printable(self._hold_text)}\n{self._how_to_go_on()}")
        if self._lost:
            say(f"Lost, and not to be told found in this run: {printable(', '.join(self._lost))}.")
        answer = self._settled_by_hand(messages)
        self._is_held = False
        if answer is None or self._interrupts or self._is_leaving:
            return
        self._is_ending = answer == "stop"
        self._answered = self.run.ask(answer)

    def _how_to_go_on(self) -> str:
        if not self._is_manual:
            return "Resume when the cell is in order."
        asking = f"cellwright ask production {printable(self.run.folder.id)}"
        return f"The cell is in manual mode, in which nothing is resumed: `{asking}` comes first, where anything is planned."

    def _settled_by_hand(self, messages: Iterator[Message | None]) -> Literal["resume", "stop"] | None:
        """Has each open question answered, for nothing goes on before; then asks what next. None as in `_answer`."""
        for name, question in tuple(self.run.questions.items()):
            asks = f"{printable(question.text)} [{printable(', '.join(question.answers))}, or stop] "
            while (given := asked(asks, lambda: self._is_settled(messages), question.answers)) not in question.answers:
                if given in (None, "s", "stop"):
                    return None if self._is_settled_elsewhere() else "stop"
            self.run.answer(name, given or "")
        return self._answer(messages)

    def _answer(self, messages: Iterator[Message | None]) -> Literal["resume", "stop"] | None:
        """Asks until it is told one or the other; None where it is of no use any more. Somebody who has gone, or who wants an
        end, wants no robot to move."""
        question = "[r]esume or [S]top? "
        while (typed := asked(question, lambda: self._is_settled(messages))) is not None:
            if typed in ("r", "resume"):
                return "resume"
            if typed in ("", "s", "stop"):
                return "stop"
            question = f"`{printable(typed)}` is neither. [r]esume or [S]top? "
        return None if self._is_settled_elsewhere() else "stop"

    def _is_settled(self, messages: Iterator[Message | None]) -> bool:
        """Whether an answer is of no use any more: a Ctrl-C here, another terminal has answered, or nobody would hear
        it. What is told meanwhile is kept for later."""
        if self._interrupts > 0 or self._is_leaving:
            return True
        for _ in range(AT_ONCE):
            try:
                message = next(messages)
            except StopIteration:
                self._is_over = True
                break
            if message is None:
                break
            self._waiting.append(message)
        return self._is_settled_elsewhere()

    def _is_settled_elsewhere(self) -> bool:
        return self._is_over or any(isinstance(message, StateChanged) and message.before == "Held" for message in self._waiting)

    # --- Ctrl-C, and whatever else asks for an end ---

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        """In a signal handler nothing is written: the line takes it, the words come later."""
        if self.is_view or number != signal.SIGINT:
            self._is_leaving = True
            return
        self._interrupts += 1
        self.run.ask("stop" if self._interrupts == 1 else "quick stop")

    def _tell_interrupts(self, progress: Progress) -> None:
        if self._told < self._interrupts:
            self._told = self._interrupts
            self._unheard = 0
            progress.line(STOPPING if self._interrupts == 1 else STOPPING_QUICKLY)

    def _mind_silence(self, message: Message | None, progress: Progress) -> None:
        """After a Ctrl-C, until the run is seen to stop: what comes before that may have lain in the line."""
        if self._unheard < 0:
            return
        self._unheard = -1 if self._state in STOPPED_OR_ABOUT_TO else 0 if message is not None else self._unheard + 1
        if self._unheard == UNHEARD:
            progress.line(LIES_THERE)


def first_summary(run: Watched) -> RunSummary:
    """What the run has come to once it has begun. Raises ControllerEnded, NotBegun."""
    for message in run.messages(PATIENCE):
        if isinstance(message, RunOpened):
            run.look()
        elif isinstance(message, RunSummary):
            return message
    return run.result()


def began_at(folder: RunFolder) -> int:
    """When a run was opened, in ns of its clock; 0 where that cannot be read."""
    try:
        journal = folder.journal()
        try:
            return next((int(json.loads(body)["at"]) for _, body in journal.bodies(0, 1)), 0)
        finally:
            journal.close()
    except (JournalError, ValueError, KeyError):
        return 0


def ended_badly(cause: ControllerEnded | NotBegun) -> int:
    """Says why there is no controller any more; gives the exit code."""
    if isinstance(cause, ControllerEnded) and cause.kind:
        return refuse(f"a driver failed: {told_by_name(cause.kind, str(cause))}", DRIVER)
    return refuse(str(cause), USAGE)
