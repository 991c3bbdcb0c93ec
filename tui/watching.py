"""A run as it is watched from the command line: progress, what is worth a line, Ctrl-C, and the question that a hold asks.

Law: nothing here stops a robot; it asks the controller to. Nothing kills a moving robot's controller.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Literal

from cell.events import Event, GoalReached, HoldRaised, OutcomeTold, RunOpened, RunResumed, SpeedAsked, StateChanged, ZoneReported
from cell.run import RunSummary
from cell.state import Lost
from cellwright.order_files import FollowedOrders
from cellwright.service import Run
from tui.asking import asked
from tui.event_text import event_line
from tui.progress import Progress, shown, unseen
from tui.signals import handled_by
from tui.speech import moment, printable, say

PATIENCE = 0.2  # s between two looks for a Ctrl-C while nothing is told
ROUTINE = frozenset({"Idle", "Starting", "Execute", "Completing", "Complete"})
Ending = Literal["stop", "quick stop"]


@dataclass(slots=True)
class Watching:
    """`is_attended`: somebody can be asked. `waits`: a hold that nobody can be asked about goes on holding. `orders`: the file of
    orders, looked at meanwhile. `is_confirmed`: of the first hold somebody has said already that the run may go on."""

    run: Run
    is_attended: bool
    waits: bool
    orders: FollowedOrders | None = None
    is_confirmed: bool = False
    _interrupts: int = 0
    _looked: float = 0.0
    _told: int = 0
    _zero: int = 0
    _is_ending: bool = False
    _is_unseen: bool = False
    _held: str | None = None
    _hold_text: str = ""
    _lost: tuple[str, ...] = ()
    _occupied: set[str] = field(default_factory=set)

    def to_the_end(self) -> RunSummary:
        """Watches until the controller has come to rest. Raises what the controller raised."""
        say(f"run {printable(self.run.folder.id)}, its record in {printable(str(self.run.folder.path))}")
        with handled_by(self._interrupted):
            self._watch()
            summary = self.run.result()
        return summary if self._held is None else replace(summary, held_because=self._held)

    def _watch(self) -> None:
        """Bars go while somebody is asked, and come back."""
        messages = self.run.messages(PATIENCE)
        is_over = False
        while not is_over:
            try:
                with unseen() if self._is_unseen else shown() as progress:
                    is_over = self._until_held(messages, progress)
            except OSError:  # the terminal has gone; the run is watched all the same
                self._is_unseen = True
                continue
            if not is_over:
                self._settle_hold()

    def _until_held(self, messages: Iterator[Event | RunSummary | None], progress: Progress) -> bool:
        """False when the run holds and somebody has to say what next."""
        for message in messages:
            self._tell_interrupts(progress)
            self._look_for_orders(progress)
            if message is None:
                continue
            if isinstance(message, RunSummary):
                self._lost = tuple(f"{part.id} ({part.note})" for part in message.parts if isinstance(part.location, Lost))
                progress("steps", message.steps_done, message.steps_total)
                progress("goals", message.goals_met, message.goals_total)
                continue
            self._tell(message, progress)
            if isinstance(message, StateChanged) and message.after == "Held" and not self._goes_on():
                return False
        return True

    def _look_for_orders(self, progress: Progress) -> None:
        """At most as often as an answer is waited for, however much the run tells."""
        if self.orders is None or time.monotonic() - self._looked < PATIENCE:
            return
        self._looked = time.monotonic()
        changes, found = self.orders.changes()
        for change in changes:
            self.run.announce(change)
        for diagnostic in found:
            at = diagnostic.spans[0]
            progress.line(printable(f"{at.file}:{at.start.line}: {diagnostic.code} {diagnostic.message}; nothing of it is taken"))

    def _goes_on(self) -> bool:
        """Whether nobody has to say what next. That a run which was taken over may go on has been said before."""
        if self.is_confirmed and not self._interrupts:
            self.is_confirmed = False
            self.run.ask("resume")
            return True
        return not self._has_to_be_settled()

    def _has_to_be_settled(self) -> bool:
        """A run that was asked to stop needs no other answer."""
        return not (self.waits or self._is_ending or self._interrupts)

    def _tell(self, event: Event, progress: Progress) -> None:
        if isinstance(event, RunOpened | RunResumed):
            self._zero = event.opened if isinstance(event, RunResumed) else event.at
        if isinstance(event, HoldRaised):
            self._hold_text = f"{event.code} {event.text}"
        line = event_line(event)
        if line is not None and self._is_news(event):
            progress.line(f"{moment((event.at - self._zero) / 1e9)}  {line}")

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

    def _settle_hold(self) -> None:
        if not self.is_attended:
            self._held = self._hold_text or None
            say("held, and nobody is there to be asked: asking for a normal stop (--wait would go on holding)")
            self._is_ending = True
            self.run.ask("stop")
            return
        say(f"Held: {printable(self._hold_text)}\nResume when the cell is in order.")
        if self._lost:
            say(f"Lost, and not to be told found in this run: {printable(', '.join(self._lost))}.")
        answer = self._answer()
        self._is_ending = answer != "resume"
        if not self._interrupts:
            self.run.ask(answer)

    def _answer(self) -> Literal["resume", "stop"]:
        """Asks until it is told one or the other. Somebody who has gone, or who wants an end, wants no robot to move."""
        question = "[r]esume or [S]top? "
        while (typed := asked(question, lambda: self._interrupts > 0)) is not None:
            if typed in ("r", "resume"):
                return "resume"
            if typed in ("", "s", "stop"):
                return "stop"
            question = f"`{printable(typed)}` is neither. [r]esume or [S]top? "
        return "stop"

    # --- Ctrl-C, and whatever else asks for an end ---

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        """In a signal handler nothing is written: the queue takes it, the words come later. A terminal that closes may say so
        twice, and is in no more haste for it."""
        if number == signal.SIGHUP and self._interrupts:
            return
        self._interrupts += 1
        self.run.ask("stop" if self._interrupts == 1 else "quick stop")

    def _tell_interrupts(self, progress: Progress) -> None:
        if self._told < self._interrupts:
            self._told = self._interrupts
            is_first = self._interrupts == 1
            progress.line("asked for a normal stop; Ctrl-C again asks for a quick stop" if is_first else "asked for a quick stop")
