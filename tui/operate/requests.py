"""What was asked of a controller at these screens, and what has become of each request.

Law: of every request it is said that the controller has it, that it was refused, or that nobody knows of it; none is forgotten
between two lines. A stop that no controller has acknowledged is told above all else, with what to do in its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from cell.dataclass import dataclass
from cell.run import PackState
from controller.attached.messages import Accepted, Refused

ANSWERED_WITHIN: Final = 1.0
"""s that a controller takes at most to acknowledge; it looks at its terminals every fifth of one."""
INSTEAD: Final = "Press the hardware e-stop."
NOBODY: Final = "there is no controller to ask"
GONE: Final = "the controller is gone"

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Heard:
    """What is to be told of what was asked. `text`: of the last request. `unheard`: that a stop was not acknowledged, and what to
    do, in few enough words for the narrowest screen; "" where none is open."""

    text: str = ""
    unheard: str = ""


@dataclass(frozen=True, slots=True)
class _Open:
    name: str
    is_stop: bool
    at: float


class Requests(Generic[Line]):
    """`Line` is how a controller is reached while it is. Asked by the screens' thread, told by the one that reads the line: one
    lock keeps a request from falling between the end of a line and the knowledge of it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._line: Line | None = None
        self._is_expected = True
        self._waiting: list[tuple[str, Callable[[Line], int]]] = []
        self._open: dict[int, _Open] = {}
        self._last_aside = 0  # those that go aside are numbered downwards
        self._text = self._unheard = ""
        self._pack: PackState | None = None

    def ask(self, name: str, send: Callable[[Line], int], *, is_stop: bool = False) -> None:
        """`send` gives the number of the request. Where a line is still being made a stop waits for it, and nothing else does."""
        with self._lock:
            if self._line is not None:
                self._send(self._line, name, send, is_stop)
            elif not is_stop:
                self._text = f"{name}: not asked, {NOBODY}"
            elif self._is_expected:
                self._waiting.append((name, send))
            else:
                self._text, self._unheard = "", f"{name} NOT SENT: {NOBODY}. {INSTEAD}"

    def goes_aside(self, name: str) -> int:
        """A stop that has a line of its own, where there is none to be asked over. Gives the number by which it is told."""
        with self._lock:
            number = self._last_aside = self._last_aside - 1
            self._text, self._unheard = f"asked: {name}", ""
            self._open[number] = _Open(name, True, self._clock())
            return number

    def goes_back(self, number: int, send: Callable[[Line], int]) -> None:
        """No line of its own could be made: a controller that begins has no place for one yet. It goes where others go."""
        with self._lock:
            asked = self._open.pop(number)
        self.ask(asked.name, send, is_stop=True)

    def came_to_nothing(self, number: int) -> None:
        """Its own line ended without an answer."""
        with self._lock:
            if (asked := self._open.pop(number, None)) is not None:
                self._text, self._unheard = "", f"{asked.name} NOT ACKNOWLEDGED: {GONE}. {INSTEAD}"

    def told(self, answer: Accepted | Refused) -> None:
        """What the controller says to a request; what it says of none is told all the same."""
        with self._lock:
            asked = self._open.pop(answer.id, None) if answer.id is not None else None
            if isinstance(answer, Refused):
                name = "" if asked is None else f"{asked.name} "
                self._text = f"{name}refused: {answer.code} {answer.reason}"
            elif asked is not None:
                self._text = f"asked: {asked.name}, acknowledged"
            if asked is not None and asked.is_stop and isinstance(answer, Accepted):
                self._unheard = ""

    def opened(self, line: Line) -> None:
        """There is a controller to ask. A stop that one before has not acknowledged is not asked of this one: whoever attaches
        again sees what the run does now."""
        with self._lock:
            self._line, self._is_expected, self._unheard = line, False, ""
            for name, send in self._waiting:
                self._send(line, name, send, True)
            self._waiting.clear()

    def broke(self) -> None:
        """The line was made anew. Its stops are asked for again (controller/attached/client.py); of the rest nobody knows."""
        with self._lock:
            for number in [number for number, one in self._open.items() if not one.is_stop]:
                self._text = f"{self._open.pop(number).name}: the line broke before an answer; look, and ask again"

    def expected(self) -> None:
        """A line is being made again, because somebody wants it."""
        with self._lock:
            self._is_expected = True

    def closed(self, why: str, is_over: bool = False) -> None:
        """There is nobody to ask any more. `is_over`: the run has come to rest."""
        with self._lock:
            self._line, self._is_expected = None, False
            over = [self._open.pop(number) for number in list(self._open) if number > 0]
            stops = [one.name for one in over if one.is_stop]
            for one in over:
                self._text = f"{one.name}: not acknowledged, {why}"
            if stops and not is_over:
                self._text, self._unheard = "", f"{stops[-1]} NOT ACKNOWLEDGED: {why}. {INSTEAD}"
            if self._waiting:
                self._text, self._unheard = "", f"{self._waiting[-1][0]} NOT SENT: {why}. {INSTEAD}"
            self._waiting.clear()

    def came_to(self, pack: PackState) -> None:
        """The state of the run, as it is told: where it is another, what was asked has come about, or something else has."""
        with self._lock:
            if pack != self._pack:
                self._pack, self._text = pack, ""

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come."""
        with self._lock:
            return bool(self._open or self._waiting)

    def heard(self) -> Heard:
        with self._lock:
            if self._waiting:
                return Heard("", f"{self._waiting[-1][0]} NOT SENT yet: no line. {INSTEAD}")
            now = self._clock()
            late = [one for one in self._open.values() if now - one.at > ANSWERED_WITHIN]
            stop = next((one for one in late if one.is_stop), None)
            if stop is not None:
                text = f"{stop.name} NOT ACKNOWLEDGED: no answer. {INSTEAD}"
                return Heard(self._text, text)
            return Heard(f"{late[-1].name}: no answer yet" if late else self._text, self._unheard)

    def _send(self, line: Line, name: str, send: Callable[[Line], int], is_stop: bool) -> None:
        self._text = f"asked: {name}"
        self._open[send(line)] = _Open(name, is_stop, self._clock())
