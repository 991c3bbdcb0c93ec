"""Mutates a plan file and counts what the release refuses: `python -m tests.planner.proof.campaign INTENT PLAN [COUNT]`.

The plan has to be one that is released as it stands. Prints the share, every survivor with its field, and how long a proof took
with and without certificates.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cell.plan_file import read_plan
from cell.released_plan import ReleasedPlan
from cellwright.reading import read
from cellwright.session import VERSIONS, request_for
from cellwright.workshop import open_workshop
from planner.proof.release import release
from tests.planner.proof.mutants import motion_mutants, plan_mutants, tally
from tests.planner.proof.test_release import Memory


def main(intent: str, plan_file: str, count: int) -> None:
    request = request_for(read(intent, {}), open_workshop(lambda stage, done, of: None)).expect()
    plan, certificates = read_plan(Path(plan_file).read_text(encoding="utf-8"), plan_file).expect(), Memory()

    def released(plan: MotionPlan) -> Outcome[ReleasedPlan]:
        return release(plan, request, certificates, versions=VERSIONS)

    for name in ("without certificates", "with certificates"):
        start = time.process_time()
        released(plan).expect()
        print(f"proof {name}: {time.process_time() - start:.2f} s of processor time")  # noqa: T201
    print("plan:", tally(plan_mutants(plan, count, 1), released).report())  # noqa: T201
    print("motions:", tally(motion_mutants(plan, count // 5, 1), released).report())  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 500)
