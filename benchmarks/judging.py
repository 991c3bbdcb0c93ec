"""Claim: judging the recorded motion of 36 shafts takes under 60 s on one core at 5 mrad.

    python benchmarks/judging.py [--cache FOLDER]

Plans and rehearses machine tending once, then judges the same recording at 5 mrad and at 1 mrad. Seconds of the processor, so
that others on the machine do not count.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import TENDING, machine, say
from tests.end_to_end.line import planned, rehearsed
from tests.judge.judge import FINE_STEP, STEP


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="keeps motions for the next time; default: none are kept")
    asked = parser.parse_args()
    say(machine())
    with tempfile.TemporaryDirectory() as folder:
        run = rehearsed(planned(str(TENDING), asked.cache or Path(folder)))
    say(f"{len(run.world.motions)} motions in {run.run.summary.makespan_s:.0f} s of the cell's time")
    for step in (STEP, FINE_STEP):
        began = time.process_time()
        verdict = run.verdict(step)
        say(f"\n{step * 1e3:.0f} mrad: {time.process_time() - began:.1f} s\n{verdict.text}")


if __name__ == "__main__":
    main()
