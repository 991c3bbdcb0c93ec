"""The controller's end of all terminals: one thread that accepts, reads, answers and tells. The run's loop only hands over.

Law: `tell` never waits, whatever the terminals do: it appends to a queue and wakes the thread. The thread reads and writes only
what is ready, a little of each terminal in turn, so that one that floods or sleeps delays no other.
"""

from __future__ import annotations

import os
import queue
import selectors
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Event as Waits
from threading import Thread

from cell.dataclass import dataclass
from cell.events import Event
from controller.attached.chronicle import Chronicle
from controller.attached.door import NO_HANDLE, Door
from controller.attached.endpoint import is_ours
from controller.attached.messages import (
    FromController,
    Hello,
    Looked,
    News,
    Parting,
    Prepared,
    RobotSeen,
    Seen,
    Working,
    line,
)
from controller.attached.reception import About, Post, Reception
from controller.attached.samples import Samples, robots_seen
from controller.attached.terminal import AT_THE_DOOR, Terminal
from controller.run_state import RunState

MOST_TERMINALS = 64
MOST_AT_THE_DOOR = 32
"""Beyond those: they may ask for a stop or a hold, and are let go, the first one first where there are more."""
ACCEPTED_AT_ONCE = 16  # in one turn
READ_OUT = 8  # pieces at most, of a terminal that goes: more than a socket holds
CAUGHT_UP_WITHIN = 0.5  # s
NO_ROOM = f"there are {MOST_TERMINALS} terminals already: of this one only a stop or a hold is heard, within {AT_THE_DOOR:g} s"
PIECE = 65_536  # bytes of one terminal in one turn
NEWS_PERIOD = 0.2  # s between two summaries
SEEN_PERIOD = 0.05  # s between two looks at the robots
WORK_PERIOD = 0.2  # s between two words of what takes long
TURN = 0.2  # s, the longest time between two looks at the clock
LAST_WORDS = 10.0  # s for terminals to take what is left when the run is over

NO_WORK = Working("", 0, 0)

Handed = tuple[Sequence[Event], RunState] | Prepared | tuple[Looked, RunState] | Parting | Waits
"""What the run's side tells: events and the state after them, or a word of its own; or it waits until all is heard."""


@dataclass(slots=True)
class _Link:
    end: socket.socket
    terminal: Terminal
    is_first: bool


class Server:
    def __init__(
        self,
        about: About,
        post: Post,
        chronicle: Chronicle,
        listener: socket.socket,
        first: socket.socket | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`first` is the terminal that has started this controller: where it goes before the run begins, `post` is asked to
        stop."""
        self._post, self._chronicle, self._clock = post, chronicle, clock
        self._reception = Reception(about, post, chronicle, clock, os.getpid(), self._say_to_all)
        self._told: queue.SimpleQueue[Handed] = queue.SimpleQueue()
        self._wake_in, self._wake = socket.socketpair()
        self._links: dict[socket.socket, _Link] = {}
        self._admitted = 0
        self._selector = selectors.DefaultSelector()
        self._gone = ""
        self._news: tuple[News, bytes] | None = None
        self._news_due = False
        self._news_at = -NEWS_PERIOD
        self._robots: tuple[RobotSeen, ...] = ()
        self._robots_at = -SEEN_PERIOD
        self._is_watched = False
        self._seen: tuple[int, tuple[RobotSeen, ...], bytes] = (0, (), b"")
        self._work = self._work_told = NO_WORK
        self._work_at = -WORK_PERIOD
        self._work_line: tuple[int, bytes] = (0, b"")
        self._waits: list[Waits] = []
        self._last_word: Parting | None = None
        self._until = float("inf")
        self._thread: Thread | None = None
        for end in (self._wake_in, self._wake):
            end.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ)
        self._door = Door(listener, self._selector, clock)
        if first is not None:
            self._admit(first, is_first=True)

    # --- the run's side: never waits, but to catch up ---

    def tell(self, events: Sequence[Event], state: RunState) -> None:
        """What was written, and the state after it."""
        self._hand_over((tuple(events), state))

    def see(self, samples: Samples) -> None:
        """Where the robots are. Costs nothing while nobody watches; what comes too soon waits for the next."""
        if not self._is_watched:
            return
        now = self._clock()
        if now - self._robots_at >= SEEN_PERIOD:
            self._robots_at, self._robots = now, robots_seen(samples)
            with suppress(OSError):
                self._wake.send(b"!")

    def working(self, stage: str, done: int, of: int) -> None:
        """What takes long has got so far. From any thread; the newest word is told at the next look at the clock."""
        self._work = Working(stage, done, of)

    def prepared(self, prepared: Prepared) -> None:
        self._work = NO_WORK
        self._hand_over(prepared)

    def looked(self, looked: Looked, state: RunState) -> None:
        """What is to be confirmed; `state` is what the run would go on from."""
        self._work = NO_WORK
        self._hand_over((looked, state))

    def finish(self, last_word: Parting) -> None:
        """All is told that will be. The thread goes on until the terminals have taken it, or do not."""
        self._hand_over(last_word)

    def _hand_over(self, what: Handed) -> None:
        self._told.put(what)
        with suppress(OSError):  # full: it is awake
            self._wake.send(b"!")

    def catch_up(self) -> None:
        """For a loop that was away, as the whole process was: back when what terminals had sent by now is handed on, and in half
        a second at most."""
        if self._thread is None or not self._thread.is_alive():
            return
        heard = Waits()
        self._hand_over(heard)
        heard.wait(CAUGHT_UP_WITHIN)

    def start(self) -> None:
        self._thread = Thread(target=self._go_on, name="terminals", daemon=True)
        self._thread.start()

    @property
    def native_id(self) -> int | None:
        """Of the thread, as the operating system knows it."""
        return None if self._thread is None else self._thread.native_id

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    # --- the thread ---

    def _go_on(self) -> None:
        said = ""
        while not self.is_done():
            try:
                self.turn(0.0 if self._waits else TURN)
            except Exception as defect:  # whatever it is, the next turn hears a stop
                if said != (said := f"{type(defect).__name__}: {defect}"):
                    _log(f"a turn of the terminals was broken off: {said}")
                time.sleep(TURN)
        self.close()

    def is_done(self) -> bool:
        return self._reception.phase == "over" and (not self._links or self._clock() > self._until)

    def close(self) -> None:
        for link in list(self._links.values()):
            self._drop(link)
        self._selector.close()
        for end in (self._wake_in, self._wake, self._door):
            end.close()

    def turn(self, patience: float) -> None:
        """One look at everything that is ready; waits at most `patience` s for something."""
        is_quiet = True
        self._door.look()
        for key, ready in self._selector.select(patience):
            if key.fileobj is self._wake_in:
                with suppress(OSError):
                    self._wake_in.recv(4096)
                continue
            is_quiet = is_quiet and not ready & selectors.EVENT_READ
            if key.fileobj is self._door.listener:
                self._accept()
            elif ready & selectors.EVENT_READ and key.fileobj in self._links:
                self._guarded(self._links[key.fileobj], self._hear)
        if is_quiet:
            self._all_is_heard()
        self._take_over()
        self._make_news()
        self._look_at_robots()
        self._look_at_work()
        for link in list(self._links.values()):
            self._guarded(link, self._serve)

    def _all_is_heard(self) -> None:
        for waits in self._waits:
            waits.set()
        self._waits.clear()

    def _guarded(self, link: _Link, act: Callable[[_Link], None]) -> None:
        """Whatever goes wrong with one terminal is its end, and nobody else's."""
        try:
            act(link)
        except OSError:  # it is gone, and may have asked for something before it went
            self._guarded(link, self._hear_out)
            self._drop(link)
        except Exception as defect:
            _log(f"terminal {link.terminal.name!r} is let go: {type(defect).__name__}: {defect}")
            self._drop(link)

    def _take_over(self) -> None:
        """What the run has handed over since."""
        here = self._reception
        while True:
            try:
                told = self._told.get_nowait()
            except queue.Empty:
                return
            match told:
                case Prepared():
                    here.phase, here.prepared = "ready", told
                    self._say_to_all(told)
                case Parting():
                    here.phase, self._last_word, self._news_at = "over", told, -NEWS_PERIOD
                    self._until = self._clock() + LAST_WORDS
                case (Looked() as looked, state):
                    here.phase, here.looked, here.state = "looked", looked, state
                    self._chronicle.last = max(self._chronicle.last, looked.seq)
                    self._say_to_all(looked)
                    self._end_what_nobody_waits_for()
                case Waits():
                    self._waits.append(told)
                case (events, state):
                    here.phase, here.state, self._news_due = "running", state, True
                    self._chronicle.add(events)

    def _make_news(self) -> None:
        now = self._clock()
        if self._news_due and now - self._news_at >= NEWS_PERIOD:
            self._news_at, self._news_due = now, False
            news = News(self._chronicle.last, self._reception.summary())
            self._news = news, line(news)

    def _look_at_robots(self) -> None:
        self._is_watched = any(link.terminal.seen is not None for link in self._links.values())
        number, told, _ = self._seen
        robots = self._robots
        if robots and robots != told:
            self._seen = (number + 1, robots, line(Seen(robots)))

    def _look_at_work(self) -> None:
        now, work = self._clock(), self._work
        if work != self._work_told and now - self._work_at >= WORK_PERIOD:
            self._work_at, self._work_told = now, work
            self._work_line = self._work_line[0] + 1, line(work)

    # --- one terminal ---

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            end = self._door.accept(self._makes_way)
            if end is None:
                return
            if _is_from_us(end):
                self._admit(end, no_room=self._makes_room())
            else:
                end.close()

    def _makes_room(self) -> str:
        """Why there is none but at the door, "" where there is. A stop is not refused for want of room, and whoever fills the
        door, with whatever, is heard out and makes way for the next."""
        at_the_door = sum(bool(link.terminal.no_room) for link in self._links.values())
        is_full = len(self._links) - at_the_door >= MOST_TERMINALS
        if not is_full and not self._door.is_short:
            return ""
        if at_the_door >= MOST_AT_THE_DOOR:
            self._makes_way()
        return NO_ROOM if is_full else NO_HANDLE

    def _makes_way(self) -> bool:
        """Whoever has stood at the door the longest, where somebody does."""
        first = next((link for link in self._links.values() if link.terminal.no_room), None)
        if first is not None:
            self._show_out(first)
        return first is not None

    def _show_out(self, link: _Link) -> None:
        self._guarded(link, self._hear_out)
        self._guarded(link, self._say_what_waits)
        link.terminal.part(link.terminal.word_at_the_door())
        self._guarded(link, self._say_what_waits)
        self._drop(link)

    def _say_what_waits(self, link: _Link) -> None:
        self._send(link, self._clock())

    def _admit(self, end: socket.socket, is_first: bool = False, no_room: str = "") -> None:
        end.setblocking(False)
        self._admitted += 1
        self._links[end] = _Link(end, Terminal(self._clock(), self._clock(), self._admitted, no_room), is_first)
        self._selector.register(end, selectors.EVENT_READ)

    def _drop(self, link: _Link) -> None:
        if self._links.pop(link.end, None) is None:
            return
        with suppress(KeyError, ValueError):
            self._selector.unregister(link.end)
        link.end.close()
        self._reception.let_go(link.terminal)
        if link.is_first:
            self._gone = link.terminal.name or "the terminal, by going"
            self._end_what_nobody_waits_for()

    def _end_what_nobody_waits_for(self) -> None:
        """A run that has not begun ends with the terminal that wanted it."""
        if self._gone and self._reception.phase in ("preparing", "ready", "looking", "looked"):
            self._post.ask("stop", self._gone)

    def _hear(self, link: _Link) -> None:
        piece = link.end.recv(PIECE)
        if piece:
            self._take_in(link, piece)
        else:
            self._drop(link)

    def _hear_out(self, link: _Link) -> None:
        """What one that goes has sent and nobody has read yet: a stop does not go under with the line that it came by."""
        with suppress(OSError):  # nothing is left
            for _ in range(READ_OUT):
                if not (piece := link.end.recv(PIECE)):
                    return
                self._take_in(link, piece)

    def _take_in(self, link: _Link, piece: bytes) -> None:
        if link.terminal.is_parting:
            return  # read, so that the other end can write and then read its last word
        for message in link.terminal.hear(piece, self._clock()):
            if isinstance(message, Hello):
                self._reception.greet(link.terminal)
            else:
                self._reception.answer(link.terminal, message)

    def _say_to_all(self, message: FromController) -> None:
        for link in self._links.values():
            if link.terminal.role is not None:
                link.terminal.say(message)

    def _serve(self, link: _Link) -> None:
        """Tells it what is new, as far as it takes it."""
        terminal, now = link.terminal, self._clock()
        terminal.fetch(self._chronicle)
        if self._news is not None:
            terminal.tell_news(*self._news)
        number, _, text = self._seen
        terminal.tell_seen(number, text)
        terminal.tell_work(*self._work_line)
        has_all = terminal.cursor is None or terminal.cursor == self._chronicle.last
        if self._last_word is not None and has_all and not self._news_due:
            terminal.part(replace(self._last_word, seq=self._chronicle.last))
        self._send(link, now)
        cut_off = terminal.why_cut_off(now)
        if cut_off is not None:
            terminal.part(cut_off)
            self._send(link, now)
        if terminal.is_parting and (not terminal.out or terminal.is_lost(now)):
            self._drop(link)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if terminal.out else 0)
        self._selector.modify(link.end, wanted)

    def _send(self, link: _Link, now: float) -> None:
        """As much as it takes."""
        terminal = link.terminal
        if terminal.out:
            with suppress(BlockingIOError):
                count = link.end.send(terminal.out[:PIECE])
                terminal.taken(count, now)
                if self._reception.phase == "over":
                    self._until = now + LAST_WORDS


def _is_from_us(end: socket.socket) -> bool:
    try:
        return is_ours(end)
    except OSError:
        return False


def _log(text: str) -> None:
    """Where the disk takes no more, terminals are heard all the same."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201  the controller's own log
