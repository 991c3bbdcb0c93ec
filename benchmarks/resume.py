"""What it costs to go on with a run whose controller was killed, part by part, in process CPU.

    python -m benchmarks.resume [INTENT] [--seconds N]
    python -m benchmarks.resume examples/11_rolling_production/rolling.intent --continuous --unpaced --events 94000

Claim: under 2 s from the start of the other controller to its look, on a quiet machine. A run of INTENT (example 01) at four
times real time is killed N seconds after it began to move, or when its journal has so many events; then what
cellwright/going_on.py does is done here, one after the other: a fresh interpreter imports it, the sources are read, the journal
is read and folded, the plan in hand is proved again with its certificates at hand, the world is reached and looked at. Before
that the command itself is run once, with its terminal, where nobody can be asked. Wall time is told beside: on a busy machine it
means little. There is no peer: it is our own journal.

A shift of 8 hours of example 11 is 94,000 events, and with --unpaced it is run as fast as it goes. The world of such a run ends
with its controller, so a new one is put in its place: what is read, folded and proved is that run's, and the look finds more
differences than it would.
"""
# ruff: noqa: T201

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from benchmarks.measured import as_installed
from cell.codec import canonical
from cell.plan_inputs import plan_inputs
from cell.scenario import Scenario
from cell_drivers.hosted import HostedSet
from cellwright.begun import read_begun, write_begun
from cellwright.cell_lock import NONE
from cellwright.in_service import FASTEST, drivers_in_service
from cellwright.reading import Reading
from cellwright.resuming import drivers_of, left_run, looked_at
from cellwright.session import release_plan, request_for
from cellwright.start_file import FILE, Start, read_start
from cellwright.starting_again import read_again
from cellwright.workshop import Workshop, open_workshop
from controller.acceptance import inputs_differ
from controller.journal.folder import RunFolder, all_runs, find_run
from controller.journal.left_off import LeftOff, left_off
from tui.exit_codes import HELD

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/01_first_move/first_move.intent"
LOADS = "import cellwright.controller_start as it; it.spare()\nwith it.loading(): import cellwright.controller_process"
T = TypeVar("T")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resume", description="What going on with a run costs.")
    parser.add_argument("intent", nargs="?", type=Path, default=EXAMPLE)
    parser.add_argument("--seconds", type=float, default=0.0, help="from the first motion to the kill")
    parser.add_argument("--events", type=int, default=0, help="in its journal before the kill")
    paced = parser.add_mutually_exclusive_group()
    paced.add_argument(
        "--speed", type=float, default=FASTEST, help=f"times real time, at most {FASTEST:g}: its world is to outlive it"
    )
    paced.add_argument("--unpaced", action="store_true", help="as fast as it goes; a new world is found in the place of its own")
    parser.add_argument("--continuous", action="store_true", help="a run without end")
    arguments = parser.parse_args()
    if arguments.speed > FASTEST:
        parser.error(f"at more than {FASTEST:g} times real time the world ends with its controller: --unpaced puts another there")
    with tempfile.TemporaryDirectory() as state:
        os.environ["CELLWRIGHT_STATE"] = state
        as_installed()
        words = [
            *([] if arguments.unpaced else ["--speed", str(arguments.speed)]),
            *(["--continuous"] if arguments.continuous else []),
        ]
        folder = _killed([str(arguments.intent), *words], Path(state), arguments.seconds, arguments.events)
        start = read_start(folder).expect()
        workshop = open_workshop(lambda stage, done, of: None, 1)
        if arguments.unpaced:
            start = _in_another_world(folder, start, read_again(start), workshop)
        _from_the_command(folder)
        os.chdir(start.working)
        total = _imports()
        total += _parts(folder, start, workshop)
        print(f"{'all of it':<28}{total:8.3f} s of CPU  (asked: under 2 s)")
    return 0 if total < 2.0 else 1


def _killed(words: list[str], state: Path, seconds: float, events: int) -> RunFolder:
    run = [sys.executable, "-m", "tui.cli", "run", *words, "--yes", "--detach"]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not any(run.state == "Execute" for run in all_runs(state).summaries):
        time.sleep(0.05)
    time.sleep(seconds)
    folder = find_run(state, None)
    _wait_for(folder, events)
    pid = folder.pid()
    assert pid is not None, "it is over already: kill it earlier"
    os.kill(pid, signal.SIGKILL)
    while folder.pid() is not None:
        time.sleep(0.02)
    return folder


def _in_another_world(folder: RunFolder, start: Start, reading: Reading, workshop: Workshop) -> Start:
    """As if the run had had a world that has outlived it."""
    request = request_for(reading, workshop, start.seed, None, frozenset(start.without), (), start.is_continuous).expect()
    made = drivers_in_service(request, Scenario(), FASTEST, folder.path.parent).expect()
    begun = read_begun(folder.path)
    assert begun is not None
    assert made.reached is not None
    assert isinstance(made.drivers, HostedSet)
    made.drivers.open()
    made.drivers.leave()
    record = None if made.record is None else str(made.record)
    write_begun(folder.path, replace(begun, world=str(made.reached), record=record, speed=FASTEST))
    paced = replace(start, speed=FASTEST)
    (folder.path / FILE).write_text(canonical(paced), encoding="utf-8")
    return paced


def _wait_for(folder: RunFolder, events: int) -> None:
    """Until its journal has so many."""
    told = 0
    while told < events:
        time.sleep(0.5)
        with closing(folder.journal()) as journal:
            told = max((number for number, _ in journal.bodies(told, events)), default=told)
        assert folder.pid() is not None, "it is over already: make it longer"


def _from_the_command(folder: RunFolder) -> None:
    """Terminal and controller, until what is found was shown and both have ended: nobody can be asked, so nothing follows."""
    spent, wall = _ran([sys.executable, "-m", "tui.cli", "resume", folder.id], HELD)
    _say("`resume` by command, in all", spent, wall)


def _imports() -> float:
    """Of a fresh interpreter."""
    spent, wall = _ran([sys.executable, "-c", LOADS], 0)
    _say("interpreter and imports", spent, wall)
    return spent


def _ran(words: list[str], code: int) -> tuple[float, float]:
    """s of CPU and of the wall clock."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert ended.returncode == code, f"exit {ended.returncode}\n{ended.stderr}"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - began


def _parts(folder: RunFolder, start: Start, workshop: Workshop) -> float:
    reading, spent = _timed("sources read", lambda: read_again(start))
    off, more = _timed("journal read and folded", lambda: _left_off(folder))
    left, whole = _timed("all of that, and proved", lambda: left_run(folder, start, reading, workshop).expect())
    plan = off.state.progress.plan
    assert plan is not None
    assert not list(inputs_differ(plan.plan, plan_inputs(left.request)))
    _timed("  of it the proof alone", lambda: release_plan(plan.plan, left.request, workshop))
    drivers, reaching = _timed("world reached", lambda: drivers_of(left, folder.path.parent, NONE).expect())
    _, looking = _timed("looked at", lambda: looked_at(left, drivers))
    drivers.drivers.close()
    print(f"{'':<28}({more:.3f} s of journal and fold are in `all of that`; {off.told} events)")
    return spent + whole + reaching + looking


def _left_off(folder: RunFolder) -> LeftOff:
    journal = folder.journal()
    try:
        return left_off(journal)
    finally:
        journal.close()


def _timed(what: str, act: Callable[[], T]) -> tuple[T, float]:
    began, cpu = time.perf_counter(), time.process_time()
    found = act()
    spent = time.process_time() - cpu
    _say(what, spent, time.perf_counter() - began)
    return found, spent


def _say(what: str, cpu: float, wall: float) -> None:
    print(f"{what:<28}{cpu:8.3f} s of CPU {wall:8.3f} s")


if __name__ == "__main__":
    raise SystemExit(main())
