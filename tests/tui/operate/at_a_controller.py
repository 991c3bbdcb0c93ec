"""A controller's real server on a real socket, which tells a recorded run as far as a test says; and the screens attached to
it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot

from cell.attended import Attending
from cell.events import Asked
from cell.jog import Jog
from cell.orders import OrderChange
from cellwright.service import ENDPOINT
from controller.attached.chronicle import Chronicle
from controller.attached.endpoint import listen_in
from controller.attached.messages import Parting
from controller.attached.reception import About
from controller.attached.server import Server
from controller.journal.folder import RunFolder
from controller.machine import advance
from controller.run_state import NOTHING_YET
from tests.journals.packing import ENDING, FOLDER, unpacked

LONG = 12_000  # turns of the loop that something may take: a minute and more, after which a test that hangs ends


@dataclass
class Post:
    asked: list[Asked] = field(default_factory=list)
    keys: list[tuple[Jog, bool] | None] = field(default_factory=list)

    def ask(self, what: Asked, who: str) -> None:
        self.asked.append(what)

    def announce(self, change: OrderChange) -> None: ...

    def answer(self, question: str, answer: str, who: str) -> None: ...

    def attend(self, alarm: str, what: Attending, seconds: float, reason: str, who: str) -> None: ...

    def look_again(self, who: str) -> None: ...

    def confirm(self, look: int, who: str) -> None: ...

    def hold_key(self, jog: Jog, is_held: bool, who: str, terminal: int) -> None:
        self.keys.append((jog, is_held))

    def let_go(self, terminal: int) -> None:
        self.keys.append(None)


class Controlled:
    """The run of that name, of which nothing has been told yet."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder, self.post = folder, Post()
        self.events = folder.events()
        (folder.path / "journal.sqlite").unlink()  # all that is seen was told
        self.come_back()

    def come_back(self) -> None:
        """Begins, or as another controller does: with nothing told."""
        self.told, self._state = 0, NOTHING_YET
        self.folder.claim()
        listener, path = listen_in(self.folder.path)
        (self.folder.path / ENDPOINT).write_text(str(path))
        chronicle = Chronicle(lambda after, most: [])
        self.server = Server(About(self.folder.id, "tending.intent"), self.post, chronicle, listener)
        self.server.start()

    def tell(self, number: int) -> None:
        """Every event up to that number."""
        for event in self.events[self.told : number]:
            self._state, _ = advance(self._state, event)
            self.server.tell([event], self._state)
        self.told = max(self.told, number)

    def end(self, why: str = "over") -> None:
        self.server.finish(Parting(why, "", "Complete", 0))  # type: ignore[arg-type]
        self.server.join()

    def die(self) -> None:
        """As if it had been killed: no last word, and no process."""
        self.folder.abandon()
        self.lose_its_line()

    def lose_its_line(self) -> None:
        """As of one that was killed, whose process is still there."""
        self.server.finish(Parting("cut off", "R755", "killed", 0))
        self.server.join()


@contextmanager
def controlled(name: str, folder: Path) -> Iterator[Controlled]:
    found = Controlled(_with_plans(name, folder))
    try:
        yield found
    finally:
        if found.server._thread is not None and found.server._thread.is_alive():
            found.end()


def _with_plans(name: str, folder: Path) -> RunFolder:
    return unpacked(FOLDER / f"{name}{ENDING}", folder)


async def until(pilot: Pilot[str], claim: Callable[[], bool], turns: int = LONG) -> None:
    """Lets the application go on until it is so."""
    for _ in range(turns):
        if claim():
            return
        pilot.app.call_later(pilot.app.look)  # type: ignore[attr-defined]  # in its own context, where two are open
        await pilot.pause()
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to that")
