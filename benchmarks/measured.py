"""How every benchmark measures: candidates in turn, round after round in one process or one run, so that a slow minute of the
machine hits all of them; then ratios by round, with their smallest, median and largest. Nothing here is a test: a test that
looks at a clock fails on somebody's busy machine.
"""

from __future__ import annotations

import compileall
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_MOVE = ROOT / "examples" / "01_first_move" / "first_move.intent"
TENDING = ROOT / "examples" / "02_machine_tending" / "tending.intent"
PROGRAM = ("benchmarks", "cell", "cell_drivers", "cellwright", "controller", "intentlang", "planner", "tui")
Times = Mapping[str, Sequence[float]]


def interleaved(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each candidate in each round; the order turns from round to round."""
    names = list(candidates)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            began = time.perf_counter()
            candidates[name]()
            times[name].append(time.perf_counter() - began)
    return times


def on_processor(run: Callable[[], object], used: list[float]) -> Callable[[], None]:
    """The same, with the seconds that this process had the processor for (all threads) put into `used`: what a busy machine
    lengthens least."""

    def timed() -> None:
        began = time.process_time()
        run()
        used.append(time.process_time() - began)

    return timed


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """(smallest, median, largest)"""
    return min(values), statistics.median(values), max(values)


def table(times: Times, unit: str = "s", scale: float = 1.0) -> str:
    width = max(map(len, times))
    rows = [f"{'':{width}}  {'min':>10}  {'median':>10}  {'max':>10}  {unit}"]
    for name, values in times.items():
        low, middle, high = (v * scale for v in spread(values))
        rows.append(f"{name:{width}}  {low:10.3f}  {middle:10.3f}  {high:10.3f}")
    return "\n".join(rows)


def ratios(times: Times, ours: str, peer: str) -> str:
    """How many times longer the peer took, round by round."""
    low, middle, high = spread([p / o for o, p in zip(times[ours], times[peer], strict=True)])
    return f"{peer} / {ours}: {low:.2f} to {high:.2f}, median {middle:.2f}"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def machine() -> str:
    """What it was measured on, for whoever reads the numbers later."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {cores} cores, load {load:.1f}"


# --- the program as a user calls it ---------------------------------------------------------------------------------


def as_installed() -> None:
    """Our modules are compiled, as an installer does it and as every library beside ours is, also where the surroundings have
    Python keep no bytecode: there each process compiles all that it loads of ours anew, a third of what its imports cost."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for package in PROGRAM:
        compileall.compile_dir(ROOT / package, quiet=1)


@dataclass(frozen=True, slots=True)
class Called:
    """`peak` is the largest memory in bytes that the process and its children had together, resident; what they share is counted
    more than once, so it is an upper bound."""

    seconds: float
    peak: int
    out: str
    err: str
    code: int = 0


def call(folder: Path, *words: object, watch_memory: bool = False) -> Called:
    """`cellwright WORDS` with cache and state under `folder`. Raises CalledProcessError where it fails."""
    found = called(folder, *words, watch_memory=watch_memory)
    if found.code != 0:
        raise subprocess.CalledProcessError(found.code, [str(word) for word in words], found.out, found.err)
    return found


def called(folder: Path, *words: object, watch_memory: bool = True) -> Called:
    """The same, whether it fails or not."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CELLWRIGHT_CACHE": str(folder / "cache"),
        "CELLWRIGHT_STATE": str(folder / "state"),
        "NO_COLOR": "1",
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", *map(str, words)],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    watcher = Watcher(process.pid) if watch_memory else None
    out, err = process.communicate()
    seconds = time.perf_counter() - began
    peak = watcher.stop() if watcher else 0
    return Called(seconds, peak, out, err, process.returncode)


class Watcher:
    """Looks at a process and its descendants 20 times a second. Linux only."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self._peak = max(self._peak, sum(map(memory_of, _family(self._pid))))


def _family(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, new = [pid], [pid]
    while new:
        new = [child for parent in new for child in children.get(parent, [])]
        found += new
    return found


def memory_of(pid: int) -> int:
    """Bytes resident; 0 of a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss:")), 0)
