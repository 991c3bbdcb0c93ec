"""Claim: past planning, a rehearsal of 36 good shafts takes under 3 s, and a run in service, journaled on disk, under 30 s.

    python benchmarks/rehearsal_and_service.py [--rounds 5]

The rehearsal is timed in this process; both are also timed as the program, start and the second proof included.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import TENDING, call, interleaved, machine, say, table
from cell.scenario import Scenario
from cellwright.open_drivers import open_drivers
from cellwright.reading import read
from cellwright.running import ResidentPlanner, run_spec
from cellwright.session import make_plan, release_plan, request_for
from cellwright.workshop import open_workshop
from controller.rehearsal import rehearse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        call(here, "plan", TENDING, "-o", "benchmark.plan")
        workshop = open_workshop(lambda stage, done, total: None, 1, here / "cache")
        reading = read(str(TENDING), {})
        request = request_for(reading, workshop).value
        assert request is not None
        made = make_plan(request, workshop).value
        assert made is not None
        released = release_plan(made, request, workshop).value
        assert released is not None

        def rehearsal() -> None:
            drivers = open_drivers(request, Scenario()).value
            assert drivers is not None
            planner = ResidentPlanner(reading, workshop, 0)
            summary = rehearse(run_spec("benchmark", request), released, drivers, planner).summary
            assert (summary.state, summary.held_because) == ("Complete", None)

        times = interleaved(
            {
                "rehearsal, in process": rehearsal,
                "simulate PLAN": lambda: call(here, "simulate", "benchmark.plan"),
                "run PLAN --yes": lambda: call(here, "run", "benchmark.plan", "--yes"),
            },
            asked.rounds,
        )
    say(machine())
    say(table(times))


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    say(f"all of it: {time.perf_counter() - began:.0f} s")
