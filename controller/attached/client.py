"""A terminal's end of the line to a controller.

Law: nothing is lost by a line that breaks while the controller lives: it is attached again, and goes on behind the last event
that was told. A stop that was not answered is asked for again there, for twice is as good as once; whether anything else came
through is for whoever asked to look. So is one at a controller that has no room, as often as it takes. `post` may be called from
a signal handler.
"""

from __future__ import annotations

import os
import queue
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

from cell.asked import STOPS
from controller.attached.lines import Lines
from controller.attached.messages import (
    LARGEST_ANSWER,
    VERSION,
    Accepted,
    Ask,
    FromController,
    FromTerminal,
    Hello,
    Parting,
    Refused,
    Role,
    Subscribe,
    Told,
    line,
    read_from_controller,
)

PIECE = 1_000_000
SENT_WITHIN = 5.0  # s
PAUSE = 0.05  # s before a stop is asked for again where there was no room
OURS = 0
"""The number of the requests that this end makes by itself."""


class Client:
    """`reattach` gives another line where this one has broken, None where there is no controller any more."""

    def __init__(
        self, end: socket.socket, role: Role, name: str, after: int | None, reattach: Callable[[], socket.socket | None]
    ) -> None:
        """Tells every event behind number `after`; none where that is None, until `subscribe`."""
        self._end, self._role, self._name, self._reattach = end, role, name, reattach
        self._outbox: queue.SimpleQueue[FromTerminal] = queue.SimpleQueue()
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._lines = Lines(LARGEST_ANSWER)
        self._has_attached_again = False
        self._stops: dict[int, Ask] = {}
        self.seq = after
        self.last_word: Parting | None = None
        self._greet()

    def post(self, message: FromTerminal) -> None:
        """Is sent as soon as `messages` looks."""
        self._outbox.put(message)
        with suppress(OSError):
            self._wake_in.send(b"!")

    def subscribe(self, after: int) -> None:
        self.seq = after
        self.post(Subscribe(OURS, after))

    def messages(self, patience: float) -> Iterator[FromController | None]:
        """Each message as it comes, None where `patience` s pass without one. Ends with the controller's last word, or where it
        has gone without one."""
        yield from self._read(b"")  # what came in one piece with the last word that somebody waited for
        while self.last_word is None:
            piece = self._next_piece(patience)
            if piece is None:
                yield None
            elif piece:
                yield from self._read(piece)
            elif not self._attach_again():
                return
            elif self._stops:
                yield None  # whoever waits for the answer may look at the clock

    def _next_piece(self, patience: float) -> bytes | None:
        """b"" where the line has broken. What lies in one that takes nothing any more is heard first: it may be the last word."""
        is_gone = False
        try:
            self._send()
        except TimeoutError:
            return b""
        except OSError:
            is_gone, patience = True, 0.0
        try:
            ready, _, _ = select.select([self._end, self._wake_out], [], [], patience)
            if self._wake_out in ready:
                with suppress(OSError):
                    self._wake_out.recv(4096)
            if self._end in ready:
                return self._end.recv(PIECE)
        except OSError:
            return b""
        return b"" if is_gone else None

    def close(self) -> None:
        for end in (self._end, self._wake_in, self._wake_out):
            end.close()

    def _read(self, piece: bytes) -> Iterator[FromController]:
        for text in self._lines.feed(piece):
            with suppress(OSError):  # it is made anew at the next look, and a stop goes out there
                self._send()  # thousands of events may have come in one piece, and what is asked waits for none of them
            message = read_from_controller(text)
            match message:
                case Told(seq=seq):
                    self.seq = seq
                case Parting(why="cut off", code="R755"):
                    return  # the line breaks with it, and is made anew
                case Parting(why="cut off", code="R756") if self._stops:
                    self._has_attached_again = False
                    select.select([], [], [], PAUSE)
                    return
                case Parting():
                    self.last_word = message
                    return
                case Accepted(id=number) | Refused(id=number) if number == OURS:
                    continue
                case Accepted(id=number) | Refused(id=int(number)):
                    self._stops.pop(number, None)
                case _:
                    pass
            self._has_attached_again = False
            yield message

    def _send(self) -> None:
        while True:
            try:
                message = self._outbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(message, Ask) and message.what in STOPS:
                self._stops[message.id] = message  # before it goes: where the line breaks meanwhile, nobody knows how far it came
            self._end.sendall(line(message))

    def _greet(self) -> None:
        self._end.settimeout(SENT_WITHIN)
        with suppress(OSError):
            self._end.sendall(line(Hello(VERSION, self._role, self._name)))
            for stop in self._stops.values():
                self._end.sendall(line(stop))
            if self.seq is not None:
                self._end.sendall(line(Subscribe(OURS, self.seq)))

    def _attach_again(self) -> bool:
        """Once for each message that comes, so that a controller that does not want us is not pestered."""
        if self._has_attached_again:
            return False
        end = self._reattach()
        if end is None:
            return False
        self._has_attached_again = True
        self._end.close()
        self._end, self._lines = end, Lines(LARGEST_ANSWER)
        self._greet()
        return True


def name_of_user() -> str:
    """Who stands at this terminal, for the journal."""
    with suppress(OSError, KeyError):
        import getpass

        return getpass.getuser()[:40] or "operator"
    return f"user {os.getuid()}"
