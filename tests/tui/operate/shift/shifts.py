"""Runs of a shift: each with a controller that is a process of its own, and screens that are attached to it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from cell.commands import Acknowledge, Activate, Command, StopAll
from cell.events import Asked, CommandSent, Event, OperatorAsked
from cellwright.service import ENDPOINT, attach_to
from controller.attached.messages import Role
from controller.journal.folder import RunFolder
from tests.tui.operate.at_a_controller import until
from tests.tui.operate.seen import rows_of_screen, text_of_screen
from tui.operate.app import Operate
from tui.operate.live import LiveRun
from tui.operate.recorded import RecordedRun
from tui.operate.source import Source

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
STOPPED_BY_ITSELF = '[[protective_stop]]\nrobot = "arm"\nat = 0.3\n'
SLIPS = '[[grip_lost]]\ntool = "gripper"\nnth = 1\nwhen = "at grip"\n'
SLOW = 0.1  # times real time: a run outlasts whatever is done in it
TILL_THE_END = 4.0  # times real time
TURNS = 12_000
PLANNING = 24_000
"""Turns in which a plan is made and proved beside the run."""
STARTED_IN = 6_000  # looks for a controller that begins
PATIENCE = 60.0  # s, after which a test that hangs ends; nothing is measured with it


class Shifts:
    """One process from which those of all controllers are forked."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        self._controllers: list[int] = []
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CELLWRIGHT_CACHE": str(folder / "cache"),
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.operate.shift.zygote", str(HERE / "shift.intent")],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        word, moment = self._line().split(" ")
        assert word == "ready"
        self.half_out = float(moment)

    def ready(self, scenario: str | None = None, speed: float = SLOW) -> RunFolder:
        """A run whose controller can be reached and waits for a start, or soon will."""
        self._number += 1
        state = self._folder / f"state-{self._number}"
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"state": str(state), "scenario": scenario, "speed": speed}) + "\n")
        self._process.stdin.flush()
        pid, path = self._line().split(" ", 1)
        self._controllers.append(int(pid))
        run = RunFolder(Path(path))
        for _ in range(STARTED_IN):
            if (run.path / ENDPOINT).exists():
                return run
            time.sleep(0.01)
        raise AssertionError(f"its controller cannot be reached: {(run.path / 'controller.log').read_text()}")

    def begun(self, scenario: str | None = None, speed: float = SLOW) -> RunFolder:
        run = self.ready(scenario, speed)
        start(run)
        return run

    def end(self) -> None:
        """Of every controller that a story has left."""
        for pid in self._controllers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._controllers.clear()

    def close(self) -> None:
        self.end()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, "the process that forks controllers has ended"
        return line


def start(run: RunFolder) -> None:
    """As the terminal does that has asked for the run."""
    terminal = attach_to(run, "engineer")
    terminal.prepared()
    assert terminal.asked("start", PATIENCE) is None
    terminal.leave()


def killed(run: RunFolder) -> None:
    pid = run.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


async def has_asked(run: RunFolder, *what: Asked) -> None:
    """Operators have asked for that, but for the start, as the journal comes to have it; it is written soon after it was told."""
    asked: tuple[Asked, ...] = ()
    for _ in range(TURNS):
        asked = tuple(event.what for event in run.events() if isinstance(event, OperatorAsked) and event.what != "start")
        if asked == what:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"asked was {asked}")


def index_of_resume(events: Sequence[Event]) -> int:
    """Where an operator has asked for it, the first time."""
    return next(i for i, event in enumerate(events) if isinstance(event, OperatorAsked) and event.what == "resume")


def hands_and_motions(events: Sequence[Event]) -> list[Command]:
    """Whatever was sent that moves something."""
    return [
        e.command for e in events if isinstance(e, CommandSent) and not isinstance(e.command, Activate | Acknowledge | StopAll)
    ]


@dataclass(slots=True)
class Seat:
    """Somebody at the screens."""

    app: Operate
    pilot: Pilot[str]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def sees(self, *texts: str, turns: int = TURNS) -> None:
        """Each comes to be in sight, all at once."""
        try:
            await until(self.pilot, lambda: all(self.has(text) for text in texts), turns)
        except AssertionError:
            missing = [text for text in texts if not self.has(text)]
            raise AssertionError(f"{missing} is not in sight:\n{text_of_screen(self.app)}") from None

    async def confirms(self, key: str) -> None:
        """Asks by that key, and agrees in its dialog, where the focus is on Cancel first."""
        await self.press(key, "right", "enter")

    async def holds(self, *texts: str) -> None:
        """Has a run hold that goes on; each text is in sight then."""
        await self.sees("► EXECUTE")
        await self.press("h")
        await self.sees("‖ HELD", *texts)

    def breaks_its_line(self) -> socket.socket:
        """As a network does: below the screens, which nobody tells. Gives its end, which is closed once another line is there."""
        source = self.app.source
        assert isinstance(source, LiveRun)
        assert source._run is not None
        end = source._run.client._end
        end.shutdown(socket.SHUT_RDWR)
        return end

    def has(self, text: str) -> bool:
        return text in text_of_screen(self.app)

    def row(self, number: int) -> str:
        return rows_of_screen(self.app)[number]


@asynccontextmanager
async def screens(
    run: RunFolder, role: Role = "operate", size: tuple[int, int] = (80, 24), keys: Mapping[str, str] | None = None
) -> AsyncIterator[Seat]:
    async with _seated(LiveRun(run, role), size, keys) as seat:
        yield seat


@asynccontextmanager
async def under_way(shifts: Shifts) -> AsyncIterator[tuple[RunFolder, Seat]]:
    """Screens at a run that goes on, where most stories begin."""
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        yield run, seat


@asynccontextmanager
async def record(
    run: RunFolder, size: tuple[int, int] = (80, 24), clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Seat]:
    async with _seated(RecordedRun(run, in_thread=False, role="operate", clock=clock), size, None) as seat:
        yield seat


@asynccontextmanager
async def _seated(source: Source, size: tuple[int, int], keys: Mapping[str, str] | None) -> AsyncIterator[Seat]:
    app = Operate(source, keys)
    try:
        async with app.run_test(size=size) as pilot:
            yield Seat(app, pilot)
    finally:
        app.source.close()
