"""What terminals and signals ask of a controller, on its way to the loop, or to whoever waits for the word at which it begins.

Law: only texts lie here. Nothing here waits.
"""

from __future__ import annotations

import json
import queue
import signal
import time
from dataclasses import dataclass, field
from types import FrameType

from cell.codec import canonical, from_plain
from cell.events import Asked
from cell.jog import Jog
from cell.orders import OrderChange
from controller.lease import LetGo, Press
from controller.service import Answer, Request, Texts, announce, answer, post


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


@dataclass(slots=True)
class Desk:
    """`has_begun`: from now on the run is this controller's, and nobody's terminal matters."""

    inbox: Texts = field(default_factory=queue.SimpleQueue)
    stops: list[int] = field(default_factory=list)
    has_begun: bool = False

    def ask(self, what: Asked, who: str) -> None:
        post(self.inbox, what, who)

    def announce(self, change: OrderChange) -> None:
        announce(self.inbox, change)

    def answer(self, question: str, given: str, who: str) -> None:
        answer(self.inbox, question, given, who)

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
