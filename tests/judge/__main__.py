"""The judge by command, with fine steps: `python -m tests.judge examples/02_machine_tending/tending.intent [--scenario FILE]`.

Plans, rehearses, judges what the simulated world recorded, and exits 1 where the verdict is not clean. With `--resumes` somebody
resumes whatever holds, every 20 s; with `--holds SEED` the run is held at instants that the seed draws, and its steps take as
long as it draws (tests/end_to_end/random_durations.py).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from cellwright.folders import cache_folder
from cellwright.running import read_scenario
from controller.rehearsal import Ask
from tests.end_to_end.line import planned, rehearsed
from tests.end_to_end.random_durations import RESUMES_EVERY, stretched
from tests.judge.judge import FINE_STEP


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def resumes() -> list[Ask]:
    return [Ask(RESUMES_EVERY * k, "resume") for k in range(1, 200)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.judge", description=__doc__)
    parser.add_argument("file", help=".intent file")
    parser.add_argument("--scenario", help="TOML file that disturbs the run")
    parser.add_argument("--orders", help="a file of orders, as for `run`")
    parser.add_argument("--resumes", action="store_true", help="whatever holds is resumed")
    parser.add_argument("--holds", type=int, metavar="SEED", help="random durations, and holds at random instants")
    parser.add_argument("--step", type=float, default=FINE_STEP * 1e3, help="mrad (or mm) between two states, default 1")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where motions and certificates are kept")
    asked = parser.parse_args()
    scenario = read_scenario(asked.scenario).value if asked.scenario else None
    began = time.monotonic()
    plan = planned(asked.file, asked.cache, orders=asked.orders)
    run = rehearsed(plan, scenario, resumes() if asked.resumes else ()) if asked.holds is None else stretched(plan, asked.holds)
    between = time.monotonic()
    summary = run.run.summary
    say(f"{summary.state}: {summary.goals_met} of {summary.goals_total} goals, {summary.makespan_s:.1f} s")
    for violation in run.world.violations:
        say(f"  the world says: {violation.text} ({violation.time / 1e9:.3f} s)")
    verdict = run.verdict(asked.step * 1e-3)
    if asked.holds is not None:
        verdict = replace(
            verdict, exceedances=(), not_judged=(*verdict.not_judged, "limits: steps take other times than planned")
        )
    say(verdict.text)
    say(f"planned and rehearsed in {between - began:.1f} s, judged in {time.monotonic() - between:.1f} s")
    return 0 if verdict.is_clean and not run.world.violations else 1


if __name__ == "__main__":
    sys.exit(main())
