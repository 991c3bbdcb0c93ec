"""A server of terminals that is turned by hand: no thread, no clock but the test's, nothing that waits."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cell.attended import Attending
from cell.events import Asked, Event
from cell.jog import Jog
from cell.orders import Order, OrderChange
from controller.attached.chronicle import Chronicle
from controller.attached.endpoint import connect_to, listen_in
from controller.attached.lines import Lines
from controller.attached.messages import VERSION, FromController, FromTerminal, Hello, Subscribe, line, read_from_controller
from controller.attached.reception import About
from controller.attached.server import Server
from controller.journal.replay import states
from controller.run_state import RunState
from tests.controller.tending import tend


@cache
def told() -> tuple[tuple[Event, ...], tuple[RunState, ...]]:
    """The events of a run, and the state after each."""
    events = tuple(tend().record.events)
    return events, tuple(states(events))


@cache
def executes() -> int:
    """The number of the event with which it begins to."""
    _, after = told()
    return next(n for n, state in enumerate(after) if state.pack == "Execute")


@dataclass
class Heard:
    """What the server hands on to the run."""

    asked: list[tuple[Asked, str]] = field(default_factory=list)
    announced: list[OrderChange] = field(default_factory=list)
    answered: list[tuple[str, str, str]] = field(default_factory=list)
    attended: list[tuple[str, Attending, float, str, str]] = field(default_factory=list)
    looks: int = 0
    confirmed: list[tuple[int, str]] = field(default_factory=list)
    keys: list[tuple[Jog, bool, str, int] | int] = field(default_factory=list)

    def ask(self, what: Asked, who: str) -> None:
        self.asked.append((what, who))

    def announce(self, change: OrderChange) -> None:
        self.announced.append(change)

    def answer(self, question: str, answer: str, who: str) -> None:
        self.answered.append((question, answer, who))

    def attend(self, alarm: str, what: Attending, seconds: float, reason: str, who: str) -> None:
        self.attended.append((alarm, what, seconds, reason, who))

    def look_again(self, who: str) -> None:
        self.looks += 1

    def confirm(self, look: int, who: str) -> None:
        self.confirmed.append((look, who))

    def hold_key(self, jog: Jog, is_held: bool, who: str, terminal: int) -> None:
        self.keys.append((jog, is_held, who, terminal))

    def let_go(self, terminal: int) -> None:
        self.keys.append(terminal)


class Site:
    def __init__(self, folder: Path, first: socket.socket | None = None, in_memory: int = 8_000_000) -> None:
        self.now = 100.0
        self.post = Heard()
        self.listener, self.path = listen_in(folder)
        self.rows: list[tuple[int, str]] = []
        chronicle = Chronicle(lambda after, most: [row for row in self.rows if row[0] > after][:most], in_memory=in_memory)
        about = About("run-1", "small.cell", _objection)
        self.server = Server(about, self.post, chronicle, self.listener, first, clock=lambda: self.now)

    def tell(self, events: Sequence[Event], state: RunState) -> None:
        self.server.tell(events, state)

    def tell_all(self) -> None:
        events, after = told()
        for event, state in zip(events, after, strict=True):
            self.tell([event], state)

    def begin(self) -> None:
        """It is told of a run that has come as far as to execute, and goes on."""
        events, after = told()
        self.tell(events[: executes() + 1], after[executes()])

    def turn(self, times: int = 3) -> None:
        for _ in range(times):
            self.server.turn(0.0)

    def attach(self, role: str = "operate", after: int | None = None) -> End:
        end = End(connect_to(self.path), self)
        end.say(Hello(VERSION, role, "ann"))  # type: ignore[arg-type]
        if after is not None:
            end.say(Subscribe(1, after))
        return end


class End:
    """A terminal's end that is read when the test wants to."""

    def __init__(self, end: socket.socket, site: Site) -> None:
        self.socket, self._site = end, site
        self.socket.setblocking(False)
        self._lines = Lines(100_000_000)
        self.is_over = False

    def say(self, message: FromTerminal) -> None:
        self.raw(line(message))

    def raw(self, content: bytes) -> None:
        """All of it, turning the server whenever it has to take some first. What a server that has gone leaves is lost."""
        while content:
            try:
                content = content[self.socket.send(content) :]
            except BlockingIOError:
                self._site.turn(1)
            except OSError:
                return

    def read(self) -> list[FromController]:
        """Everything until the server has nothing more for it."""
        return [read_from_controller(text) for text in self.read_lines()]

    def read_numbers(self) -> list[int]:
        """Those of the events alone, for whoever reads many."""
        return [
            int(text[len(b'{"type":"Told","seq":') :].partition(b",")[0])
            for text in self.read_lines()
            if text.startswith(b'{"type":"Told"')
        ]

    def read_lines(self) -> list[bytes]:
        found: list[bytes] = []
        idle = 0
        while idle < 3:
            self._site.turn(1)
            try:
                piece = self.socket.recv(1_000_000)
            except BlockingIOError:
                idle += 1
                continue
            except OSError:
                self.is_over = True
                return found
            idle = 0
            if not piece:
                self.is_over = True
                return found
            found += self._lines.feed(piece)
        return found


def _objection(order: Order) -> str | None:
    return None if order.queue == "orders" else f"{order.id} is for no queue of the cell"


def plain(content: Any) -> bytes:
    return json.dumps(content).encode() + b"\n"
