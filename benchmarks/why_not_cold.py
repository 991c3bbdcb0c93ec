"""Claim: why there is no plan is answered in under 10 s, on the cells of the examples, with nothing in the cache.

    python benchmarks/why_not_cold.py [--only WORD]

Each text in a process of its own with an empty cache, start and imports included. What is compared with the 10 s is processor
time over all processes, so that a busy machine does not count.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import called, machine, say
from tests.planner.why.on_examples import KITTING, ON_EXAMPLES, Changed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="texts whose name has this word")
    asked = parser.parse_args()
    say(machine())
    worst = 0.0
    for text in ON_EXAMPLES:
        if asked.only in text.name:
            worst = max(worst, measure(text))
    say(f"the slowest took {worst:.1f} s")


def measure(text: Changed) -> float:
    """Seconds of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        intent = text.write(Path(folder))
        before = _spent()
        orders = ("--orders", intent.with_name("orders.jsonl")) if text.example == KITTING else ()
        found = called(Path(folder), "plan", intent.name, "--jobs", 1, "--format", "json", *orders, watch_memory=False)
        seconds = _spent() - before
        told = json.loads(found.out)
    codes = ", ".join(dict.fromkeys(d["code"] for d in told.get("diagnostics", ()) if d["severity"] == "error"))
    cores = "; ".join(str(len(c["clauses"])) for c in told.get("cores", ()))
    say(f"{seconds:6.1f} s  {text.name:34} {told.get('kind', 'there is a plan'):18} {codes:12} cores of {cores or 'none'}")
    return seconds


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
