"""Claim: machine tending stays under 1 GB, from a cold plan to the end of its run, all processes together.

    python benchmarks/peak_memory.py

Resident memory of the program and all its children together, looked at 20 times a second (Linux). What they share is counted in
each of them, so the true number is smaller.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import TENDING, call, machine, say

VERBS = (
    ("check", TENDING),
    ("plan", TENDING, "-o", "benchmark.plan"),
    ("plan", TENDING, "-o", "benchmark.plan"),
    ("simulate", "benchmark.plan"),
    ("run", "benchmark.plan", "--yes"),
)


def main() -> None:
    say(machine())
    with tempfile.TemporaryDirectory() as folder:
        for number, words in enumerate(VERBS):
            called = call(Path(folder), *words, watch_memory=True)
            name = f"{words[0]}, warm" if words == VERBS[number - 1] else str(words[0])
            say(f"{name:12} {called.peak / 2**20:8.0f} MB  {called.seconds:8.2f} s")


if __name__ == "__main__":
    main()
