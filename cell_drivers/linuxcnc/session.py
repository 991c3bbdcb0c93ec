"""One link to a LinuxCNC, from the greeting to the loss: readings come in, scripts of requests go out between them. Pure: bytes
and times in, bytes out.

A script is a generator that yields requests and gets their answers; a reading goes out with each of its exchanges, so it always
knows how things stand. Law: up means fresh readings, not an open socket: as many as a velocity takes, for one alone shows neither
that time runs on nor that the robot stands, and none of them is told before. What comes too late, out of order or cannot be so
(time that runs back, a joint that jumps) ends the link, and everything begins anew: nothing is ever sent a second time.
Late is what the other end or the link has kept: an answer that lay here while nobody looked is only old.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Literal

from cell_drivers.linuxcnc.dialogue import Dialogue, Exchange
from cell_drivers.linuxcnc.malformed import Malformed
from cell_drivers.linuxcnc.plausible import Plausible
from cell_drivers.linuxcnc.samples import WINDOW
from cell_drivers.linuxcnc.shell import CONTROL, GREETING, QUESTIONS, SETTINGS, Reading, check_greeting, reading_of

SECOND = 1_000_000_000
PERIOD = SECOND // 100
"""ns between two readings."""
PATIENCE = SECOND // 2
"""ns that an answer may take: all of it while the link is new, later each of its lines."""
WHOLE = SECOND
"""ns that all lines of an answer may take together; a reading that takes longer is too old for anything (plausible.AGE)."""
RETRY = SECOND // 10
"""ns between a link that was lost and the next try."""
UNSEEN = SECOND // 10
"""ns between two looks at the link; what goes beyond is not held against the other end."""

STOPPED = "a stop came first"
"""Why a script ended that a stop has taken the place of."""

Answers = tuple[str | None, ...]
Script = Generator[tuple[str, ...], Answers, None]
Stage = Literal["closed", "down", "dialling", "greeting", "up"]


class Failed(Exception):
    """A script cannot reach what it is for; the text says why."""


@dataclass(slots=True)
class Running:
    script: Script
    on_end: Callable[[str | None], None]
    """Gets None, or why it failed."""
    exchange: Exchange | None = None


@dataclass(slots=True)
class Session:
    """`fastest` rad/s of each joint, for what can be so. `why` says what ended the link last, `awaits` what one that is dialled
    waits for. `heard` is when anything came last. `fresh` are (reading, ns of its arrival) that nobody has looked at yet. `links`
    counts how often it came up."""

    plausible: Plausible
    stage: Stage = "closed"
    why: str = "not opened"
    awaits: str = ""
    reading: Reading | None = None
    received: int = 0
    heard: int = 0
    links: int = 0
    fresh: deque[tuple[Reading, int]] = field(default_factory=deque)
    now: int = 0
    _dialogue: Dialogue = field(default_factory=Dialogue)
    _running: Running | None = None
    _waiting: deque[Running] = field(default_factory=deque)
    _early: list[tuple[Reading, int]] = field(default_factory=list)
    _polled: int = 0
    _since: int = 0
    _unseen: int = 0

    @property
    def is_up(self) -> bool:
        return self.stage == "up"

    @property
    def is_busy(self) -> bool:
        """Whether a script runs or waits."""
        return self._running is not None or bool(self._waiting)

    def wants_link(self, now: int) -> bool:
        return self.stage == "down" and now >= self._since

    def take_outbox(self) -> bytes:
        out = bytes(self._dialogue.outbox)
        self._dialogue.outbox.clear()
        return out

    # --- what happens to the link ---

    def open(self, now: int) -> None:
        if self.stage == "closed":
            self.stage, self._since, self.why = "down", now, "nobody answers"

    def close(self) -> None:
        self._end_scripts("the driver is closed")
        self.stage, self.why, self._dialogue = "closed", "the driver is closed", Dialogue()

    def dialled(self, now: int) -> None:
        self.stage, self._since = "dialling", now

    def connected(self, now: int) -> None:
        self.stage, self._dialogue, self._polled, self.now = "greeting", Dialogue(), now, now
        self._early = []
        self.plausible.forget()
        self._dialogue.ask(GREETING, now)

    def lost(self, why: str, now: int) -> None:
        if self.stage == "closed":
            return
        self.stage, self.why, self._since = "down", why, now + RETRY
        self._end_scripts(why)
        self._dialogue = Dialogue()

    # --- bytes and time ---

    def look(self, now: int) -> None:
        """`now` passes: somebody is here. Before anything is taken, and whenever somebody may have been kept from it."""
        unseen = max(0, now - self.now - UNSEEN)
        self._dialogue.leave_unseen(unseen)
        self._unseen += unseen
        self.now = now

    @property
    def attended(self) -> int:
        """ns of the time in which somebody looked."""
        return self.now - self._unseen

    def take(self, data: bytes, now: int) -> None:
        self.look(now)
        if data:
            self.heard = now
        try:
            for exchange in self._dialogue.take(data, now):
                self._answered(exchange, now)
        except Malformed as cause:
            self.lost(str(cause), now)

    def tick(self, now: int) -> None:
        """Lets time pass: what waits is asked, what is overdue ends the link."""
        self.look(now)
        if self._is_late(now):
            self.lost(self._silence(now), now)
        if self.stage in ("greeting", "up") and not self._dialogue.is_waiting:
            if self.is_busy:
                self._go_on(())
            elif now - self._polled >= PERIOD:
                self._ask((), now)

    def _is_late(self, now: int) -> bool:
        """Of a new link nobody knows yet how old its readings are: none of the first may take long."""
        match self.stage:
            case "dialling":
                return now - self._since > PATIENCE
            case "greeting":
                return self._dialogue.waited(now) > PATIENCE
            case "up":
                return self._dialogue.silent(now) > PATIENCE or self._dialogue.waited(now) > WHOLE
            case "down" | "closed":
                return False

    def _silence(self, now: int) -> str:
        match self.stage:
            case "greeting" if not self._early:
                return "it accepts and says nothing"
            case "dialling":
                return self.awaits
            case _:
                return f"it does not answer {self._dialogue.unanswered(now)}"

    # --- scripts ---

    def run(self, script: Script, on_end: Callable[[str | None], None]) -> None:
        """After those that wait already, in control. Where there is no link it fails at once."""
        if not self.is_up:
            on_end(self.why)
            return
        self._waiting.append(Running(self._in_control(script), on_end))

    def say_now(self, *requests: str) -> bool:
        """In control, before everything that waits, and in the place of whatever script runs. False where there is no link."""
        self._end_scripts(STOPPED)
        if self.is_up:
            self._dialogue.ask((CONTROL, *requests), self.now)
        return self.is_up

    # --- parts of these ---

    def _in_control(self, script: Script) -> Script:
        if self.reading is not None and not self.reading.is_ours:
            (answer,) = yield (CONTROL,)
            if answer is None:
                raise Failed("it does not let us command: another password is set")
        yield from script

    def _ask(self, requests: tuple[str, ...], now: int) -> Exchange:
        """With a reading after it. `_polled` is when that was asked."""
        self._polled = now
        return self._dialogue.ask(requests + QUESTIONS, now)

    def _answered(self, exchange: Exchange, now: int) -> None:
        if exchange.requests == GREETING:
            check_greeting(exchange.answers[0])
            self._dialogue.ask(SETTINGS, now)
        if exchange.requests == SETTINGS:
            if None in exchange.answers:
                raise Malformed("it does not let us command: another password is set")
            self._ask((), now)
        if exchange.requests[-len(QUESTIONS) :] != QUESTIONS:
            return
        reading = reading_of(exchange.answers[-len(QUESTIONS) :])
        taken = self.plausible.taken_at(reading, now, exchange.unseen)
        if self.stage == "greeting":
            self._early.append((reading, taken))
            if reading.time - self._early[0][0].time < WINDOW:
                return
            self.fresh.extend(self._early[:-1])
            self.stage, self.links = "up", self.links + 1
        self.reading, self.received = reading, taken
        self.fresh.append((reading, taken))
        if self._running is not None and self._running.exchange is exchange:
            self._go_on(tuple(exchange.answers[: -len(QUESTIONS)]))

    def _go_on(self, answers: Answers) -> None:
        """The running script with what it was answered, else the next one that waits."""
        if self._running is None:
            if not self._waiting:
                return
            self._running = self._waiting.popleft()
        running = self._running
        try:
            requests = running.script.send(answers if running.exchange is not None else None)  # type: ignore[arg-type]
        except StopIteration:
            self._running = None
            running.on_end(None)
        except Failed as cause:
            self._running = None
            running.on_end(str(cause))
        else:
            running.exchange = self._ask(requests, self.now)

    def _end_scripts(self, why: str) -> None:
        ended = [*([self._running] if self._running is not None else []), *self._waiting]
        self._running, self._waiting = None, deque()
        for running in ended:
            running.script.close()
            running.on_end(why)
