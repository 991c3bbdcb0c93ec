"""The scenario campaign by command: `python -m tests.scenarios [--seeds 1000] [--only NAME …] [--judge-every 25]`.

The seeds go round over the subjects. A line for each run that does not end as it should, with the seed that gives it again;
figures at the end; exit 1 where there is any. Each so manieth run is held against the independent judge as well.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from cell.scenario import Scenario
from cell.scenario_file import named
from cellwright.campaign.campaign import Subject, tried
from cellwright.campaign.drawing import Stage, drawn
from cellwright.campaign.scenario_text import scenario_text
from cellwright.campaign.shrinking import shrunk
from cellwright.folders import cache_folder
from tests.end_to_end.line import Planned
from tests.scenarios.judged import misjudged
from tests.scenarios.subjects import EXAMPLES, ROLLING, example, gantry, rolling, with_an_end


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", action="append", choices=["gantry", *EXAMPLES, ROLLING], default=[])
    parser.add_argument("--disturb", action="append", default=[], metavar="TABLE")
    parser.add_argument("--judge-every", type=int, default=25)
    parser.add_argument("--shrink", action="store_true", help="each faulty scenario is made smaller and printed")
    parser.add_argument("--examples", type=Path, default=Path("examples"))
    parser.add_argument("--cache", type=Path, default=cache_folder())
    asked = parser.parse_args()
    subjects: dict[str, tuple[Subject, Planned | None]] = {}
    for name in asked.only or ["gantry", *EXAMPLES, ROLLING]:
        subjects[name] = _subject(name, asked.examples, asked.cache)
    found, began = Counter[str](), time.monotonic()
    for seed in range(asked.first, asked.first + asked.seeds):
        name = list(subjects)[seed % len(subjects)]
        subject, plan = subjects[name]
        scenario = drawn(seed, Stage(subject.cell, subject.plan.motion_plan.tasks), asked.disturb)
        if name == ROLLING:
            scenario = with_an_end(scenario)
        is_judged = plan is not None and seed % asked.judge_every < len(subjects)
        _count(name, subject, plan if is_judged else None, scenario, asked.shrink, found)
    say(f"{asked.seeds} scenarios in {time.monotonic() - began:.0f} s")
    for key, count in sorted(found.items()):
        say(f"  {count:5} {key}")
    return 1 if found["way: faulty"] else 0


def _subject(name: str, folder: Path, cache: Path) -> tuple[Subject, Planned | None]:
    if name == ROLLING:
        return rolling(folder, cache)
    return (gantry(), None) if name == "gantry" else example(name, folder, cache)


def _count(name: str, subject: Subject, plan: Planned | None, scenario: Scenario, shrinks: bool, found: Counter[str]) -> None:
    began = time.monotonic()
    run = tried(subject, scenario)
    faults = list(run.end.faults)
    if plan is not None and run.world is not None:
        found["judged by the independent judge"] += 1
        faults += misjudged(plan, run)
    found[f"way: {'faulty' if faults else run.end.way}"] += 1
    found[f"cause: {run.end.cause.partition(' ')[0] or run.end.way}"] += 1
    for table in {named(d) for d in scenario.disturbances}:
        found[f"disturbed by {table}"] += 1
    if not faults:
        return
    tables = ", ".join(dict.fromkeys(named(d) for d in scenario.disturbances))
    say(f"{name} seed {scenario.seed} ({tables}) in {time.monotonic() - began:.1f} s: {'; '.join(faults)}")
    if shrinks:
        say(scenario_text(shrunk(scenario, lambda smaller: tried(subject, smaller).end.way == "faulty")))


if __name__ == "__main__":
    raise SystemExit(main())
