"""Claim: machine tending is planned and proved in under 60 s with nothing in the cache, and in under 3 s once more.

    python benchmarks/plan_cold_and_warm.py [--rounds 3] [--jobs 1]

Prints both as a user meets them (the program, start included), then where the time goes inside.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import TENDING, call, machine, say, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=TENDING)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=None, help="processes; default: all cores")
    asked = parser.parse_args()
    jobs = () if asked.jobs is None else ("--jobs", asked.jobs)
    times: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            for name in times:
                times[name].append(call(Path(folder), "plan", asked.file, "-o", "benchmark.plan", *jobs).seconds)
    say(machine())
    say(table(times))
    with tempfile.TemporaryDirectory() as folder:
        for name in times:
            say(f"\nwhere the time goes, {name}")
            for stage, seconds in stages(asked.file, Path(folder), asked.jobs).items():
                say(f"  {stage:28} {seconds:8.3f} s")


def stages(file: Path, cache: Path, jobs: int | None) -> dict[str, float]:
    """Seconds of each stage of the line in this process, planning split by what it says of its progress."""
    began = time.perf_counter()
    from cellwright.reading import read
    from cellwright.session import make_plan, release_plan, request_for
    from cellwright.workshop import open_workshop

    spent: dict[str, float] = defaultdict(float)
    spent["import"] = time.perf_counter() - began
    last = ["", time.perf_counter()]

    def progress(stage: str, done: int, total: int) -> None:
        now = time.perf_counter()
        spent[f"  of these, up to: {last[0] or 'start'}"] += now - float(last[1])
        last[:] = [stage, now]

    workshop = open_workshop(progress, jobs, cache)
    reading = timed(spent, "read and check", lambda: read(str(file), {}))
    request = timed(spent, "robot models", lambda: request_for(reading, workshop)).value
    assert request is not None
    last[:] = ["", time.perf_counter()]
    made = timed(spent, "tasks and motions", lambda: make_plan(request, workshop)).value
    assert made is not None
    released = timed(spent, "prove and release", lambda: release_plan(made, request, workshop))
    assert released.value is not None, [d.message for d in released.diagnostics]
    return spent


def timed(spent: dict[str, float], name: str, act):  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    value = act()
    spent[name] += time.perf_counter() - began
    return value


if __name__ == "__main__":
    main()
