"""One device of a PLC: its doors, its job, its alarm; readings and calls in, writes and events out. Pure.

Law: a door or clamp is where its tag says; while a command moves it, it is neither until the tag says the goal. A job's answer
counts only under the id that was asked for. With the link, what was under way is lost from sight; of a job the PLC tells again.
A stop that the PLC refuses changes nothing of the job, which runs on: it is told as a fault, for as long as that is so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from cell.command_book import CommandBook
from cell.device import (
    CommandChanged,
    CommandStatus,
    DeviceEvent,
    DoorState,
    FaultCleared,
    FaultRaised,
    LinkChanged,
    MachineChanged,
    MachineState,
    OutcomeTold,
    SignalValue,
)
from cell_drivers.opcua_io.job import Answer, Work, request_of
from cell_drivers.opcua_io.words import BOOLEANS

ALARM, STOP = "alarm", "stop"
Leaf = Literal["door", "clamp"]
Write = tuple[str, bool | str]
"""The fact whose tag is written (`job` for a request), and the word or text."""
RUNNING, DONE, UNKNOWN = CommandStatus("running"), CommandStatus("done"), CommandStatus("unknown")


@dataclass(slots=True)
class Move:
    command: str
    goal: DoorState
    is_written: bool = False


@dataclass(slots=True)
class Job:
    """`is_sent`: the request is on its way; `is_written`: the PLC has it. `is_lost`: the link was lost since it was sent; what
    became of it the next answer tells."""

    command: str
    work: Work
    what: str
    is_sent: bool = False
    is_written: bool = False
    is_lost: bool = False
    at: float | None = None


class Machine:
    """`facts` are those that signals report of it."""

    def __init__(self, name: str, facts: frozenset[str]) -> None:
        self.name, self.facts = name, facts
        self.commands = CommandBook(name)
        self.events: deque[DeviceEvent] = deque()
        self.writes: deque[Write] = deque()
        self.values: dict[str, SignalValue] = {}
        self.is_up = False
        self.why_down = ""
        self.time = 0
        self.job: Job | None = None
        self._moves: dict[Leaf, Move] = {}
        self._alarm = ""
        self._refusal = ""
        """What is told of a stop that was refused, "" for none."""
        self._asked: deque[str] = deque()
        """The requests for jobs and stops that are on their way, in order: each is written, or refused, or lost with the link."""
        self._told: MachineState | None = None

    # --- what is asked; the caller has refused what is to be refused ---

    def moving(self, leaf: Leaf) -> str | None:
        """The command that moves it."""
        move = self._moves.get(leaf)
        return None if move is None else move.command

    def move(self, command: str, asked: tuple[object, ...], leaf: Leaf, goal: DoorState, now: int) -> None:
        if self.values.get(leaf) == goal:
            self._take(command, asked, DONE, now)
            return
        self._moves[leaf] = Move(command, goal)
        self.writes.append((leaf, goal))
        self._take(command, asked, RUNNING, now)
        self.say(now)

    def begin(self, command: str, asked: tuple[object, ...], work: Work, what: str, now: int) -> None:
        self.job = Job(command, work, what)
        self.writes.append(("job", request_of(command, work, what)))
        self._take(command, asked, RUNNING, now)
        self.say(now)

    def stop(self, now: int) -> None:
        """A job that was asked for is asked to stop; one that was not yet is not asked for. Doors go where they were asked to."""
        job = self.job
        if job is None or job.is_lost:
            return
        asked = request_of(job.command, "stop")
        if not job.is_sent:
            self.writes = deque(write for write in self.writes if write[0] != "job")
            self._end_job(CommandStatus("aborted", None, "stop"), now)
        elif ("job", asked) not in self.writes:
            self.writes.append(("job", asked))

    def acknowledge(self, fault: str, now: int) -> None:
        if fault == STOP:
            self._set_refusal("", now)
        if fault == ALARM and self.values.get(ALARM):
            self.writes.append((ALARM, False))

    # --- what is seen ---

    def up(self, now: int) -> None:
        """A sign of life, by which everything that was read is still so."""
        self.time = now
        if not self.is_up:
            self.is_up = True
            self.events.append(LinkChanged(self.name, now, True))

    def lost(self, why: str, now: int) -> None:
        """No news any more, and why. What was not written is not written when the link is back."""
        self.writes.clear()
        self._asked.clear()
        self.values.clear()
        self.why_down = why
        for move in tuple(self._moves.values()):
            self._change(move.command, UNKNOWN, now)
        self._moves.clear()
        if self.job is not None and not self.job.is_lost:
            self.job.is_lost = True
            self._change(self.job.command, UNKNOWN, now)
            if not self.job.is_sent:
                self.job = None
                self._set_refusal("", now)
        if self.is_up:
            self.is_up = False
            self.events.append(LinkChanged(self.name, now, False, why))

    def forget(self, now: int) -> None:
        """The driver is closed: as a lost link, and nobody is told of what was given up on purpose."""
        self.lost("", now)
        self.events = deque(event for event in self.events if not isinstance(event, LinkChanged))

    def seen(self, fact: str, value: SignalValue, text: str, now: int) -> None:
        """What a signal says now; `text` is an alarm's own."""
        self.values[fact] = value
        if fact == ALARM:
            self._set_alarm(text if value else "", now)
        move = self._moves.get(cast(Leaf, fact)) if fact in ("door", "clamp") else None
        if move is not None and move.is_written and value == move.goal:
            del self._moves[cast(Leaf, fact)]
            self.say(now)
            self._change(move.command, DONE, now)
        else:
            self.say(now)

    def take_writes(self) -> tuple[Write, ...]:
        """What is to be written now, in the order in which it was asked for. Whether it arrives is told by `written`."""
        taken = tuple(self.writes)
        self.writes.clear()
        self._asked.extend(str(asked) for fact, asked in taken if fact == "job")
        if self.job is not None and any(fact == "job" for fact, _ in taken):
            self.job.is_sent = True
        return taken

    def written(self, fact: str, now: int) -> None:
        """The PLC has taken what was to be written; what its tag says may have come before that answer."""
        if fact == "job" and (of := self._answered_for()) is not None:
            job, is_stop = of
            job.is_written = True
            if is_stop:
                self._set_refusal("", now)
        move = self._moves.get(cast(Leaf, fact)) if fact in ("door", "clamp") else None
        if move is not None:
            move.is_written = True
            if self.values.get(fact) == move.goal:
                self.seen(fact, self.values[fact], "", now)

    def not_written(self, fact: str, why: str, now: int) -> None:
        """The PLC has refused it."""
        ended = CommandStatus("aborted", None, why)
        if fact == "job" and (of := self._answered_for()) is not None:
            job, is_stop = of
            if is_stop:
                self._set_refusal(f"{job.what} runs on: its stop was refused, {why}", now)
            else:
                self._end_job(ended, now)
        if fact in ("door", "clamp") and (move := self._moves.pop(cast(Leaf, fact), None)) is not None:
            self.say(now)
            self._change(move.command, ended, now)

    def answered(self, answer: Answer | None, now: int) -> None:
        """A job's answer, under any id; None: there was none yet. A job that was lost and that the PLC does not know is
        waited for no longer, and stays unknown."""
        job = self.job
        if job is not None and job.is_lost and (answer is None or answer.command != job.command):
            self.job = None
            self._set_refusal("", now)
            self.say(now)
            return
        if job is None or answer is None or answer.command != job.command or not (job.is_written or job.is_lost):
            return
        match answer.became:
            case "running":
                job.is_lost, job.at = False, answer.at
                self._change(job.command, CommandStatus("running", answer.at), now)
                self.say(now)
            case "aborted":
                self._end_job(CommandStatus("aborted", job.at, answer.word), now)
            case "done":
                self._done(job, answer.word, now)

    def state(self) -> MachineState:
        job = self.job
        return MachineState(
            device=self.name,
            time=self.time,
            door=self._leaf("door"),
            clamp=self._leaf("clamp"),
            running=None if not self.is_up else job is not None,
            work=None if job is None else job.what,
            fraction=None if job is None else job.at,
            occupied=_either(self.values.get("occupied"), "occupied", "free"),
            alarm=self._alarm or None,
        )

    # --- parts of these ---

    def say(self, now: int) -> None:
        """Tells its state where that has changed; `time` alone is no change."""
        state = self.state()
        known = self._told
        if known is None or _without_time(known) != _without_time(state):
            self._told = state
            self.events.append(MachineChanged(self.name, now, state))

    def _done(self, job: Job, word: str, now: int) -> None:
        if job.work == "inspect":
            words = BOOLEANS.get(job.what)
            if not word or (words is not None and word not in words):
                self._end_job(CommandStatus("aborted", None, f"told {word or 'nothing'} as {job.what}"), now)
                return
            self.events.append(OutcomeTold(self.name, now, job.command, job.what, word))
        self._end_job(DONE, now)

    def _end_job(self, status: CommandStatus, now: int) -> None:
        assert self.job is not None
        command, self.job = self.job.command, None
        self._set_refusal("", now)
        self.say(now)
        self._change(command, status, now)

    def _answered_for(self) -> tuple[Job, bool] | None:
        """The job under way whose request the PLC has just taken or refused, and whether that was its stop. None for another."""
        asked, job = self._asked.popleft() if self._asked else "", self.job
        if job is None or asked not in (request_of(job.command, job.work, job.what), request_of(job.command, "stop")):
            return None
        return job, asked == request_of(job.command, "stop")

    def _leaf(self, leaf: Leaf) -> DoorState | None:
        if leaf in self._moves:
            return None
        value = self.values.get(leaf)
        return cast(DoorState, value) if value in ("open", "closed") else None

    def _take(self, command: str, asked: tuple[object, ...], status: CommandStatus, now: int) -> None:
        self.commands.take(command, asked, status)
        self.events.append(CommandChanged(self.name, now, command, status))

    def _change(self, command: str, status: CommandStatus, now: int) -> None:
        if self.commands.status(command) != status:
            self.commands.change(command, status)
            self.events.append(CommandChanged(self.name, now, command, status))

    def _set_alarm(self, text: str, now: int) -> None:
        self._tell_fault(ALARM, self._alarm, text, now)
        self._alarm = text

    def _set_refusal(self, text: str, now: int) -> None:
        self._tell_fault(STOP, self._refusal, text, now)
        self._refusal = text

    def _tell_fault(self, fault: str, before: str, text: str, now: int) -> None:
        """ "" for none. Another text is the same fault."""
        if text and not before:
            self.events.append(FaultRaised(self.name, now, fault, text))
        if before and not text:
            self.events.append(FaultCleared(self.name, now, fault))


def _either(value: SignalValue, yes: str, no: str) -> bool | None:
    return True if value == yes else False if value == no else None


def _without_time(state: MachineState) -> Mapping[str, object]:
    return {name: getattr(state, name) for name in MachineState.__slots__ if name != "time"}
