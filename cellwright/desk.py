"""What terminals and signals ask of a controller, on its way to the loop, or to whoever waits for the word at which it begins.

Law: only texts lie here. Nothing here waits. A stop that comes before anything of the run is there does not wait either: it
breaks off what the controller is at, and is said again until it has. One signal is not enough: it goes under where it comes just
before the main thread waits in a system call, and Python swallows what is raised while it tidies up.
"""

from __future__ import annotations

import json
import queue
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from threading import Thread, current_thread, main_thread
from types import FrameType
from typing import Final, TypeVar

from cell.asked import STOPS
from cell.attended import Attending
from cell.codec import canonical, from_plain
from cell.dataclass import dataclass
from cell.events import Asked
from cell.jog import Jog
from cell.orders import OrderChange
from controller.lease import LetGo, Press
from controller.service import Answer, Request, Texts, announce, answer, attend, post


@dataclass(frozen=True, slots=True)
class LookedFor:
    """Somebody wants the devices looked at anew."""

    who: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody has said that the run may go on from what look number `look` has shown."""

    look: int
    who: str


Word = Request | Answer | LookedFor | Confirmed
"""What may be said before a run goes on."""


BREAKS_OFF: Final = signal.SIGUSR1
"""Wakes the main thread, whatever it computes or waits for."""
AGAIN_AFTER: Final = 0.5  # s between two of them

T = TypeVar("T")


class Withdrawn(BaseException):
    """Nobody wants the run any more, and nothing of it is there. No matter of whoever handles errors."""


@dataclass(slots=True)
class Desk:
    """`has_begun`: from now on the run is this controller's, and nobody's terminal matters."""

    inbox: Texts = field(default_factory=queue.SimpleQueue)
    stops: list[int] = field(default_factory=list)
    has_begun: bool = False
    _is_stopped: bool = False
    _breaks_off: bool = False
    _pressed: queue.SimpleQueue[None] = field(default_factory=queue.SimpleQueue)

    def ask(self, what: Asked, who: str) -> None:
        """By a terminal, in the server's thread, or in a handler of signals."""
        post(self.inbox, what, who)
        if what in STOPS:
            self._is_stopped = True
            if self._breaks_off:
                self._pressed.put(None)

    def withdrawable(self, work: Callable[[], T]) -> T:
        """What `work` gives. It takes long and leaves nothing: a stop ends it at once, with Withdrawn. A call, no block: between
        the two ends of it and what is set here no signal is looked at."""
        if current_thread() is not main_thread():
            return self._unless_stopped(work)
        signal.signal(BREAKS_OFF, self._broken_off)  # and stays: one that is late must find it
        Thread(target=self._press, name="withdrawal", daemon=True).start()
        self._breaks_off = True
        try:
            return self._unless_stopped(work)
        finally:
            self._breaks_off = False
            self._pressed.put(None)

    def _unless_stopped(self, work: Callable[[], T]) -> T:
        if self._is_stopped:
            raise Withdrawn
        return work()

    def _press(self) -> None:
        """In a thread of its own, which locks nothing that a handler of signals could want."""
        self._pressed.get()
        while self._breaks_off and self._is_stopped and (main := main_thread().ident) is not None:
            signal.pthread_kill(main, BREAKS_OFF)
            with suppress(queue.Empty):
                self._pressed.get(timeout=AGAIN_AFTER)

    def _broken_off(self, number: int, frame: FrameType | None) -> None:
        if self._breaks_off and self._is_stopped and not _is_being_withdrawn():
            raise Withdrawn

    def announce(self, change: OrderChange) -> None:
        announce(self.inbox, change)

    def answer(self, question: str, given: str, who: str) -> None:
        answer(self.inbox, question, given, who)

    def attend(self, alarm: str, what: Attending, seconds: float, reason: str, who: str) -> None:
        attend(self.inbox, alarm, what, seconds, reason, who)

    def look_again(self, who: str) -> None:
        self.inbox.put(canonical(LookedFor(who)))

    def confirm(self, look: int, who: str) -> None:
        self.inbox.put(canonical(Confirmed(look, who)))

    def hold_key(self, jog: Jog, is_held: bool, who: str, terminal: int) -> None:
        self.inbox.put(canonical(Press(jog, is_held, who, terminal, time.monotonic_ns())))

    def let_go(self, terminal: int) -> None:
        self.inbox.put(canonical(LetGo(terminal)))

    def signalled(self, number: int, frame: FrameType | None) -> None:
        self.stops.append(number)
        self.ask("stop" if len(self.stops) == 1 else "quick stop", signal.Signals(number).name)

    def is_started(self) -> bool:
        """Waits for the first word: a start, or anything else, and then nothing begins."""
        return bool(json.loads(self.inbox.get()).get("what") == "start")

    def next_word(self) -> Word:
        """Waits for it."""
        word: Word = from_plain(Word, json.loads(self.inbox.get()))
        return word


def _is_being_withdrawn() -> bool:
    """Whether this thread tidies up behind one already; that is not broken off."""
    at = sys.exception()
    while at is not None and not isinstance(at, Withdrawn):
        at = at.__context__
    return at is not None
