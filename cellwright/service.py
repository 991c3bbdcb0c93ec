"""A run in service as a terminal holds it: a controller in a process of its own, reached over a line, and the run's folder.

Law: nothing here keeps a run alive or ends one. Once the run has begun a terminal that goes, however it goes, has only stopped
watching.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cell.codec import CodecError, from_plain
from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic
from cell.events import Answered, Asked, Event, QuestionAsked
from cell.jog import Jog
from cell.orders import OrderAdded, OrderCancelled, OrderChange
from cell.released_plan import ReleasedPlan
from cell.run import RunSummary
from cellwright.folders import private
from cellwright.start_file import Start, write_start
from controller.alarms import Alarms
from controller.attached.client import Client, name_of_user
from controller.attached.endpoint import connect_to
from controller.attached.messages import (
    Accepted,
    AcknowledgeAlarm,
    AddOrder,
    Answer,
    Ask,
    CancelOrder,
    Confirm,
    FromController,
    HoldKey,
    LetGoKey,
    LookAgain,
    Looked,
    News,
    OpenQuestion,
    Parting,
    Prepared,
    Refused,
    Role,
    ShelveAlarm,
    Snapshot,
    State,
    Told,
    UnshelveAlarm,
    WatchWork,
    Welcome,
    Working,
)
from controller.journal.folder import RunFolder, new_run
from controller.journal.journal import JournalError

if TYPE_CHECKING:
    from cellwright.cell_lock import CellLock

CONTROLLER = ("-m", "cellwright.controller_start")
LOG = "controller.log"
ENDPOINT = "endpoint"
"""The file in a run's folder that says where its controller can be reached."""
PARTING = "parting.json"
"""The file in which a controller that could not go on says why."""
ENDED_WITHIN = 10.0  # s from the last word to the end of the process

Message = Event | RunSummary | Refused


class NotBegun(Exception):
    """The controller could not begin, as `diagnostics` say; nothing was moved."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(f"{d.code} {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics


class ControllerEnded(Exception):
    """With the run unfinished. `kind`: the class of what a driver has raised, else ""."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind


class NotReached(Exception):
    """There is no controller of that run, or it does not answer."""


class NotAnswered(NotReached):
    """What was asked has gone to a controller that says nothing. It lies there until that does."""


@dataclass(slots=True)
class Run:
    """A run that goes on by itself. `messages` ends when the controller has; then `result` tells what came of it."""

    folder: RunFolder
    client: Client
    process: subprocess.Popen[bytes] | None = None
    welcome: Welcome | None = None
    questions: dict[str, OpenQuestion] = field(default_factory=dict)
    """Those that nobody has answered yet, as far as messages have told."""
    alarms: Alarms = field(default_factory=Alarms)
    """As of the newest look."""
    has_looked: bool = False
    """What the run had come to was told because it was asked for."""
    _watches_work: bool = False
    _number: int = 0
    _waiting: deque[FromController] = field(default_factory=deque)

    def ask(self, what: Asked) -> int:
        """Gives the number that the answer will carry. May be called from a signal handler."""
        self._number += 1
        self.client.post(Ask(self._number, what))
        return self._number

    def asked(self, what: Asked, patience: float) -> Refused | None:
        """Asks and waits for the answer: None where it is accepted. Raises NotReached where none comes within `patience` s."""
        self.ask(what)
        return self.accepted(patience)

    def accepted(self, patience: float) -> Refused | None:
        """Of what was asked for last."""
        until = time.monotonic() + patience
        for message in self.client.messages(0.2):
            if isinstance(message, Accepted | Refused) and message.id == self._number:
                return message if isinstance(message, Refused) else None
            if time.monotonic() > until:
                raise NotAnswered(f"run {self.folder.id}: it has not answered within {patience:g} s")
        word = self.client.last_word
        why = "its controller has gone and has not answered" if word is None else f"{word.code} {word.reason}".strip()
        raise NotReached(f"run {self.folder.id}: {why}")

    def answer(self, question: str, given: str) -> int:
        """Gives the number that the answer to this will carry."""
        self._number += 1
        self.client.post(Answer(self._number, question, given))
        return self._number

    def hold_key(self, jog: Jog, is_held: bool) -> None:
        """In manual mode, for a quarter of a second more; or only to be told where it would go."""
        self._number += 1
        self.client.post(HoldKey(self._number, jog, is_held))

    def let_go(self) -> None:
        self._number += 1
        self.client.post(LetGoKey(self._number))

    def acknowledge(self, alarm: str) -> int:
        self._number += 1
        self.client.post(AcknowledgeAlarm(self._number, alarm))
        return self._number

    def shelve(self, alarm: str, seconds: float, reason: str) -> int:
        self._number += 1
        self.client.post(ShelveAlarm(self._number, alarm, seconds, reason))
        return self._number

    def unshelve(self, alarm: str) -> int:
        self._number += 1
        self.client.post(UnshelveAlarm(self._number, alarm))
        return self._number

    def announce(self, change: OrderChange) -> None:
        """An order has come, or is not wanted any more."""
        self._number += 1
        match change:
            case OrderAdded(order):
                self.client.post(AddOrder(self._number, order))
            case OrderCancelled(order_id):
                self.client.post(CancelOrder(self._number, order_id))

    def look(self) -> None:
        """Asks for what the run has come to now; it comes among the messages."""
        self._number += 1
        self.client.post(Snapshot(self._number))

    def prepared(self) -> Prepared:
        """Waits until the controller is ready to begin. Raises NotBegun, ControllerEnded."""
        for message in self.client.messages(60.0):
            if isinstance(message, Prepared):
                return message
        raise self._ended_before_it_began()

    def looked(self, after: int = 0, tell: Callable[[str, int, int], None] | None = None) -> Looked | None:
        """Waits for what the devices of a run show that is to be gone on with, in a look behind number `after`; None where the
        run goes on. `tell` hears what is done for it: stage, done, of. Raises NotBegun, ControllerEnded."""
        if tell is not None and not self._watches_work:
            self._watches_work = True
            self._number += 1
            self.client.post(WatchWork(self._number))
        for message in self.client.messages(60.0):
            if isinstance(message, Looked):
                if self.client.seq is None:
                    self.client.subscribe(message.seq)
                if message.look > after:
                    return message
            elif isinstance(message, Working) and tell is not None and message.stage:
                tell(message.stage, message.done, message.of)
            elif isinstance(message, Told):
                self._waiting.append(message)
                return None
        raise self._ended_before_it_began()

    def looked_meanwhile(self, before: Looked) -> Looked | None:
        """The newest of them, `before` where none has come; None where the run goes on. Does not wait. Raises NotBegun,
        ControllerEnded."""
        newest = before
        for message in self.client.messages(0.0):
            if message is None:
                return newest
            if isinstance(message, Looked):
                newest = message
            elif isinstance(message, Told):
                self._waiting.append(message)
                return None
        raise self._ended_before_it_began()

    def look_again(self) -> int:
        self._number += 1
        self.client.post(LookAgain(self._number))
        return self._number

    def confirm(self, look: int) -> int:
        self._number += 1
        self.client.post(Confirm(self._number, look))
        return self._number

    def _ended_before_it_began(self) -> ControllerEnded:
        """Raises NotBegun where nothing was moved. Nothing is locked any more by then."""
        self.client.close()
        self._wait_for_the_process()
        self._raise_what_ended_it()
        return ControllerEnded(f"the controller has ended before it could begin; its log: {self.folder.path / LOG}")

    def give_up(self) -> None:
        """Before the run has begun: the controller ends, and nothing was moved."""
        self.ask("stop")
        for _ in self.client.messages(1.0):
            pass
        self.client.close()
        self._wait_for_the_process()

    def leave(self) -> None:
        """Stops watching."""
        self.client.close()

    def messages(self, patience: float) -> Iterator[Message | None]:
        """Each message as it comes; None when `patience` s have passed without one."""
        for message in self._messages(patience):
            match message:
                case Told(event=event):
                    self._note(event)
                    yield event
                case State(summary=summary, trouble=trouble, alarms=alarms):
                    self.has_looked, self.alarms = True, alarms
                    self.questions = {
                        name: OpenQuestion(name, one.text, one.answers) for name, one in sorted(trouble.questions.items())
                    }
                    yield summary
                case News(summary=summary):
                    yield summary
                case Refused():
                    yield message
                case Welcome():
                    self.welcome = message
                    if message.summary is not None:
                        yield message.summary
                case None:
                    yield None
                case _:
                    pass

    def _note(self, event: Event) -> None:
        match event:
            case QuestionAsked(question=name, text=text, answers=answers):
                self.questions[name] = OpenQuestion(name, text, answers)
            case Answered(question=name):
                self.questions.pop(name, None)
            case _:
                pass

    def _messages(self, patience: float) -> Iterator[FromController | None]:
        while self._waiting:
            yield self._waiting.popleft()
        yield from self.client.messages(patience)

    def result(self) -> RunSummary:
        """What it came to, after the last message. Raises ControllerEnded."""
        self._wait_for_the_process()
        self._raise_what_ended_it()
        try:
            return self.folder.summary()
        except JournalError as cause:
            raise ControllerEnded(f"{cause}; the controller's log: {self.folder.path / LOG}") from cause

    def _raise_what_ended_it(self) -> None:
        word = self.client.last_word or _parting(self.folder)
        if word is None or word.why == "over":
            return
        if word.why in ("refused", "not begun"):
            raise NotBegun(word.diagnostics)
        if word.why == "driver":
            raise ControllerEnded(word.reason, word.code)
        if word.why == "failed":
            raise ControllerEnded(f"the controller has ended: {word.reason}; its log: {self.folder.path / LOG}")
        raise ControllerEnded(f"the controller has let this terminal go: {word.code} {word.reason}")

    def _wait_for_the_process(self) -> None:
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(ENDED_WITHIN)


def start_run(start: Start, plan: ReleasedPlan, state_dir: Path, lock: CellLock | None = None, role: Role = "engineer") -> Run:
    """Opens a run's folder under `state_dir` and starts its controller, which waits for a start. What is locked already goes with
    it. Raises OSError where the folder cannot be made."""
    folder = _new_folder(private(state_dir))
    folder.path.chmod(0o700)
    write_start(folder, start, plan)
    return _controlled(folder, role, 0, lock)


def resume_run(folder: RunFolder, lock: CellLock, jobs: int | None, role: Role = "engineer") -> Run:
    """Starts another controller for a run that has none any more; it looks, and waits for a confirmation. The run's `lock` goes
    with it. Raises OSError."""
    words = ["--resume", *(() if jobs is None else ("--jobs", str(jobs)))]
    return _controlled(folder, role, None, lock, *words)


def _controlled(folder: RunFolder, role: Role, after: int | None, lock: CellLock | None, *words: str) -> Run:
    ours, theirs = socket.socketpair()
    held = () if lock is None else lock.descriptors
    passed = (theirs.fileno(), *held)
    locks = ("--locks", ",".join(map(str, held))) if held else ()
    with theirs, (folder.path / LOG).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *CONTROLLER, str(folder.path), "--line", str(theirs.fileno()), *locks, *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=passed,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
    if lock is not None:
        lock.release()  # the controller holds it by now, and until it ends
    return Run(folder, _client(folder, ours, role, after), process)


def reach(folder: RunFolder, role: Role) -> Run:
    """Over a line on which nobody has answered yet: for who has to ask for something at once, of a controller that has no room
    or hangs too. Raises NotReached."""
    try:
        end = connect_to(_endpoint(folder))
    except OSError as cause:
        raise NotReached(f"run {folder.id} has no controller that answers ({cause.strerror or cause})") from cause
    return Run(folder, _client(folder, end, role, None))


def attach_to(folder: RunFolder, role: Role, after: int | None = None) -> Run:
    """What has happened before is in the first summary, not told event by event; or, where `after` is given, every event behind
    that number is told. Raises NotReached."""
    run = reach(folder, role)
    client, why = run.client, "its controller does not answer"
    for message in client.messages(5.0):
        if isinstance(message, Welcome):
            run.welcome = message
            client.subscribe(message.seq if after is None else after)
            return run
        if isinstance(message, Refused):  # there is no room
            why = f"{message.code} {message.reason}"
        if isinstance(message, Refused | None):
            break
    word = client.last_word
    client.close()
    raise NotReached(f"run {folder.id}: {f'{word.code} {word.reason}' if word is not None else why}")


def is_heard(folder: RunFolder, patience: float) -> bool:
    """Whether the run's controller says anything at all within `patience` s; also where there is none to ask."""
    try:
        run = reach(folder, "view")
    except NotReached:
        return True
    try:
        return next(run.client.messages(patience), None) is not None or run.client.last_word is not None
    finally:
        run.leave()


def _client(folder: RunFolder, end: socket.socket, role: Role, after: int | None) -> Client:
    def reattach() -> socket.socket | None:
        if folder.pid() is None:
            return None
        with suppress(OSError):
            return connect_to(_endpoint(folder))
        return None

    return Client(end, role, name_of_user(), after, reattach)


def _endpoint(folder: RunFolder) -> Path:
    return Path((folder.path / ENDPOINT).read_text(encoding="utf-8"))


def _parting(folder: RunFolder) -> Parting | None:
    try:
        word: Parting = from_plain(Parting, json.loads((folder.path / PARTING).read_text(encoding="utf-8")))
    except (OSError, ValueError, CodecError):
        return None
    return word


def _new_folder(state_dir: Path) -> RunFolder:
    """Named by the moment, so that names sort as runs do; a second run within the same second gets a number."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for number in range(1, 1000):
        try:
            return new_run(state_dir, moment if number == 1 else f"{moment}-{number}")
        except FileExistsError:
            continue
    raise FileExistsError(f"a thousand runs were started at {moment}")
