"""What terminals and signals ask of a controller, on its way to the loop, or to whoever waits for the word at which it begins.

Law: only texts lie here. Nothing here waits. A stop that comes before anything of the run is there does not wait either: it
breaks off what the controller is at.
"""

from __future__ import annotations

import json
import queue
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import current_thread, main_thread
from types import FrameType
from typing import Final

from cell.attended import Attending
from cell.codec import canonical, from_plain
from cell.events import Asked
from cell.jog import Jog
from cell.orders import OrderChange
from controller.attached.permits import STOPS
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

    def ask(self, what: Asked, who: str) -> None:
        """By a terminal, in the server's thread, or in a handler of signals."""
        post(self.inbox, what, who)
        if what in STOPS:
            self._is_stopped = True
            if self._breaks_off and (main := main_thread().ident) is not None:
                signal.pthread_kill(main, BREAKS_OFF)

    @contextmanager
    def withdrawable(self) -> Iterator[None]:
        """For what takes long and leaves nothing: a stop ends the block at once, with Withdrawn."""
        if current_thread() is main_thread():
            signal.signal(BREAKS_OFF, self._broken_off)  # and stays: one that is late must find it
            self._breaks_off = True
        try:
            if self._is_stopped:
                raise Withdrawn
            yield
        finally:
            self._breaks_off = False

    def _broken_off(self, number: int, frame: FrameType | None) -> None:
        if self._breaks_off:
            self._breaks_off = False
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
        word: Word = from_plain(Word, json.loads(self.inbox.get()))  # type: ignore[arg-type]
        return word
