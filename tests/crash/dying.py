"""When a controller's process ends itself with SIGKILL: at one write of its journal, at the first motion that it commands, or in
the middle of a stop.

It patches what writes and what passes time; a process that is not armed has none of this.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Sequence

from cell.commands import StartMotion
from cell.events import CommandSent, Event, Observation
from controller.journal.disk import DiskJournal
from controller.run_state import RunState
from controller.runner import Runner

BEFORE, BEHIND, SENT, MOVES, STOPPING = "before", "behind", "sent", "moves", "stopping"


def armed(when: str) -> None:
    """`before 3`: as its third write begins. `behind 3`: that is on disk and nothing of it has gone out. `sent 3`: what it calls
    for has gone out. `moves`: a command for a motion is on disk and has not gone out. `stopping`: a stop has gone out, it is on
    disk, and nothing has told that all stands."""
    kind, _, number = when.partition(" ")
    write = int(number or 0)
    match kind:
        case "before":
            _count(lambda begun, ended, events: begun == write)
        case "behind":
            _count(lambda begun, ended, events: ended == write)
        case "moves":
            _count(lambda begun, ended, events: bool(ended) and any(map(_moves, events)))
        case "sent":
            _sent(write)
        case "stopping":
            _stopping()
        case _:
            raise ValueError(when)


def _count(is_due: Callable[[int, int, Sequence[Event]], bool]) -> None:
    """`is_due` by the number of the write that begins, or of the one that has ended, and what is in it; 0 for the other."""
    writes, append = 0, DiskJournal.append  # `append` is called by a thread of its own

    def counted(
        journal: DiskJournal, events: Sequence[Event], state: RunState, *, is_durable: bool, may_rest: bool = True
    ) -> None:
        nonlocal writes
        if events and is_due(writes + 1, 0, events):
            _die()
        append(journal, events, state, is_durable=is_durable, may_rest=may_rest)
        writes += bool(events)
        if events and is_due(0, writes, events):
            _die()

    DiskJournal.append = counted  # type: ignore[method-assign,assignment]


def _sent(write: int) -> None:
    """At the next look at anything behind it. What is written in between never is."""
    writes, append, pass_time = 0, DiskJournal.append, Runner._pass_time

    def counted(
        journal: DiskJournal, events: Sequence[Event], state: RunState, *, is_durable: bool, may_rest: bool = True
    ) -> None:
        nonlocal writes
        if writes >= write:
            _die()
        append(journal, events, state, is_durable=is_durable, may_rest=may_rest)
        writes += bool(events)

    def passed(runner: Runner) -> None:
        if writes >= write and not runner._sending.is_waiting:
            _die()
        pass_time(runner)

    DiskJournal.append = counted  # type: ignore[method-assign,assignment]
    Runner._pass_time = passed  # type: ignore[method-assign,assignment]


def _stopping() -> None:
    fold = Runner._fold

    def folded(runner: Runner, events: Iterable[Observation]) -> None:
        fold(runner, events)
        if runner.state.pack in ("Stopping", "Aborting"):
            runner._hand_over()
            while runner.journal.kept() < runner._folded:
                runner.journal.wait(1.0)
            _die()

    Runner._fold = folded  # type: ignore[method-assign,assignment]  # of this process, which ends by it


def _moves(event: Event) -> bool:
    return isinstance(event, CommandSent) and isinstance(event.command, StartMotion)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
