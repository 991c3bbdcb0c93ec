"""What is said to a LinuxCNC, request by request, to reach a state: power, its limits, a program that runs, what became of it.

A script asks once and then watches its readings until it is so; it never asks a second time in the hope that it helps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from cell_drivers.linuxcnc.limits import JOINTS, MACHINE, STANDING, questions
from cell_drivers.linuxcnc.program import BEGUN, FINISHED, Program
from cell_drivers.linuxcnc.session import SECOND, Answers, Failed, Script
from cell_drivers.linuxcnc.shell import Reading, debugged

PATIENCE = 2 * SECOND
"""ns, of those in which somebody looked, until a state that was asked for must be there."""

ANOTHER = 30 * SECOND
"""ns that a program of somebody else is waited for."""

Numbers = Generator[tuple[str, ...], Answers, tuple[float, ...]]


class View(Protocol):
    """What a script sees of its session."""

    @property
    def reading(self) -> Reading | None: ...

    @property
    def attended(self) -> int: ...


@dataclass(slots=True)
class Memory:
    """What the controller has written down: the numbers of the program that began last and of the one finished last. None where
    it cannot be asked: it has no power."""

    begun: int | None = None
    finished: int | None = None


@dataclass(slots=True)
class Told:
    """What a look at the controller gives, in degrees: limits.MACHINE, rows of its ini file as limits.questions asks, where its
    axes stand as its programs see it (limits.STANDING), and where its joints do."""

    version: float = 0.0
    joints: float = 0.0
    rows: tuple[tuple[float, ...], ...] = ()
    axes_at: tuple[float, ...] = ()
    joints_at: tuple[float, ...] = ()


def reach(view: View, request: str, is_so: Callable[[Reading], bool], what: str) -> Script:
    """Asks for a state unless it is there, and waits for it. Raises Failed."""
    if (reading := view.reading) is not None and is_so(reading):
        return
    until = view.attended + PATIENCE
    (answer,) = yield (request,)
    if answer is None:
        raise Failed(f"it refuses to {what}")
    while (reading := view.reading) is None or not is_so(reading):
        if reading is not None and reading.error:
            raise Failed(f"it does not {what}: {reading.error}")
        if view.attended > until:
            raise Failed(f"it does not {what}")
        yield ()


def power_up(view: View) -> Script:
    yield from reach(view, "set estop off", lambda r: not r.is_estopped, "leave its emergency stop")
    yield from reach(view, "set machine on", lambda r: r.is_on, "switch its drives on")


def idle(view: View) -> Script:
    """Waits for the end of what runs, whoever began it."""
    until = view.attended + ANOTHER
    while view.reading is not None and view.reading.status != "idle":
        if view.attended > until:
            raise Failed("another program runs on it")
        yield ()


def power_down(view: View) -> Script:
    yield from reach(view, "set machine off", lambda r: not r.is_on, "switch its drives off")


def power_up_and_look(view: View, told: Told) -> Script:
    """Power, and what the ini file of whoever is there says. Nothing may run."""
    yield from power_up(view)
    yield from idle(view)
    if view.reading is not None and not all(view.reading.homed):
        raise Failed(f"its {JOINTS} joints are not all homed: home it at its own screen")
    yield from _mdi(view)
    told.version, told.joints = yield from _shown(view, MACHINE)
    rows = []
    for joint in range(JOINTS):
        rows.append((yield from _shown(view, questions(joint))))
    told.rows = tuple(rows)
    told.axes_at = yield from _shown(view, STANDING)
    told.joints_at = view.reading.joints if view.reading is not None else ()
    yield from _auto(view)


def remember(view: View, memory: Memory) -> Script:
    if view.reading is not None and (not view.reading.is_on or view.reading.status != "idle"):
        return
    yield from _mdi(view)
    begun, finished = yield from _shown(view, (f"#{BEGUN}", f"#{FINISHED}"))
    memory.begun, memory.finished = round(begun), round(finished)


def settle(view: View, program: Program, memory: Memory) -> Script:
    """What became of `program`, which runs no more. One that has not begun is kept from ever beginning."""
    yield from remember(view, memory)
    if memory.begun not in (None, program.number):
        yield from _forbid(view, program)


def _forbid(view: View, program: Program) -> Script:
    (answer,) = yield (f"set mdi #{BEGUN}={program.number}",)
    again = Memory()
    yield from remember(view, again)
    if answer is None or again.begun != program.number:
        raise Failed("it does not keep a program from running")


def begin(view: View, path: str) -> Script:
    yield from _auto(view)
    yield from reach(view, f"set open {path}", lambda r: r.program == path, "open the program")
    (answer,) = yield ("set run",)
    if answer is None:
        raise Failed("it refuses to run the program")


def scale(view: View, percent: int) -> Script:
    yield from reach(view, f"set feed_override {percent}", lambda r: r.feed == percent, f"go to {percent} % of its speed")


def to_auto(view: View) -> Script:
    if view.reading is not None and view.reading.is_on:
        yield from _auto(view)


def _auto(view: View) -> Script:
    """Where a motion begins: going there takes the shell a tenth of a second."""
    yield from reach(view, "set mode auto", lambda r: r.mode == "auto", "go to its automatic mode")


def _mdi(view: View) -> Script:
    yield from reach(view, "set mode mdi", lambda r: r.mode == "mdi", "take single lines")


def _shown(view: View, expressions: tuple[str, ...]) -> Numbers:
    assert view.reading is not None
    tag, until = (
        round(view.reading.time * 1e6) % 10**9,
        view.attended + PATIENCE,
    )  # none that an earlier client may have left behind
    (answer,) = yield (f"set mdi (debug, cellwright {tag} {' '.join(expressions)})",)
    while answer is not None:
        (shown,) = yield ("get operator_display",)
        numbers = debugged(shown or "", tag, len(expressions))
        if numbers is not None:
            return numbers
        if view.reading is not None and view.reading.error:
            raise Failed(f"it does not tell what it was asked: {view.reading.error}")
        if view.attended > until:
            break
    raise Failed("it does not tell what it was asked")
