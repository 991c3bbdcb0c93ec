"""A released plan under durations that nobody declared: `python -m tests.end_to_end.random_durations INTENT [--seeds 100]`.

All seeds share one plan, one cache and this process, so no motion is looked for twice; each seed's line comes as it ends.

Each step takes a drawn factor of 0.2 to 5 as long (a motion at least 1), and an operator holds at random instants, resumes, and
resumes whatever else holds. The order alone has to carry the run: it ends with every goal, nothing is done twice, each part is
where the run believes, and the world saw no violation. What is proved only at the declared durations (`within`, `every`, what
waits at a conveyor) may break, and is counted apart.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cell.events import ClauseBroken
from cell.scenario import Scenario, Stretched
from cell_drivers.simulated.chance import fraction
from cellwright.campaign.ends import disagreements
from cellwright.folders import cache_folder
from controller.rehearsal import Ask
from tests.end_to_end.line import Planned, Rehearsed, planned, rehearsed
from tests.judge.verdict import Finding

FACTORS = (0.2, 5.0)
HOLDS = 3
RESUMES_EVERY = 20.0  # s


@dataclass(frozen=True, slots=True)
class Ended:
    """`faults` in words, none for a run as it should be. `late` counts broken clauses that hold at the declared durations."""

    seed: int
    faults: tuple[str, ...]
    late: int
    makespan: float


def operator(seed: int, makespan: float) -> list[Ask]:
    """Holds HOLDS times while the run may last, and resumes whatever holds, every so often."""
    longest = 12.0 * makespan + 600.0
    holds = [Ask(fraction(seed, "hold", k) * 2.0 * makespan, "hold") for k in range(HOLDS)]
    return holds + [Ask(k * RESUMES_EVERY, "resume") for k in range(1, int(longest / RESUMES_EVERY))]


def stretched(plan: Planned, seed: int) -> Rehearsed:
    makespan = plan.released.motion_plan.tasks.bounds.makespan
    return rehearsed(plan, Scenario(seed, (Stretched(*FACTORS),)), operator(seed, makespan))


def ended(run: Rehearsed, seed: int) -> Ended:
    summary = run.run.summary
    broken = [event for event in run.run.events if isinstance(event, ClauseBroken)]
    nevers = [event for event in broken if event.kind == "never"]
    return Ended(seed, tuple(_faults(run, len(nevers))), len(broken) - len(nevers), summary.makespan_s)


def _faults(run: Rehearsed, broken: int) -> Iterator[str]:
    summary, world = run.run.summary, run.world
    yield from disagreements(summary, world)
    if summary.state != "Complete":
        yield f"it ends {summary.state}: {summary.held_because}"
    if summary.goals_met + summary.goals_skipped < summary.goals_total:
        yield f"{summary.goals_met} of {summary.goals_total} goals, {summary.goals_skipped} skipped"
    if set(world.executions.values()) - {1}:
        yield "a command was carried out twice"
    for violation in world.violations[:3]:
        yield f"the world saw: {violation}"
    if broken:
        yield f"{broken} times a `never` was broken"


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def told(run: Ended, plans: int, seconds: float) -> str:
    how = "; ".join(run.faults) or "as it should be"
    return f"seed {run.seed}: {how}; {run.makespan:.0f} s long, {plans} plans, {run.late} late, in {seconds:.1f} s"


def judged(run: Rehearsed, seed: int) -> Iterator[str]:
    """What the judge finds wrong, after a line of what it looked at."""
    verdict = run.verdict()
    wrong: tuple[Finding, ...] = (*verdict.contacts, *verdict.entries, *verdict.misplaced)
    say(f"seed {seed}: judged {verdict.distances} distances, {len(wrong)} contacts, entries or misplaced parts")
    if wrong:
        yield f"the judge found: {wrong[0].text}"


def one(plan: Planned, seed: int, is_judged: bool) -> Ended:
    began = time.monotonic()
    run = stretched(plan, seed)
    found = ended(run, seed)
    say(told(found, len(run.plans), time.monotonic() - began))
    return replace(found, faults=(*found.faults, *(judged(run, seed) if is_judged else ())))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("intent")
    parser.add_argument("--orders", help="a file of orders, as for `run`")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--judge-every", type=int, default=25, help="contacts and zones of each so manieth run are judged")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where motions and certificates are kept")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a param of the intent, as for `run`")
    asked = parser.parse_args()
    settings = dict(text.split("=", 1) for text in asked.set)
    plan = planned(asked.intent, asked.cache, settings, processes=2, orders=asked.orders)
    seeds = range(asked.first, asked.first + asked.seeds)
    runs = [one(plan, seed, (seed - asked.first) % asked.judge_every == 0) for seed in seeds]
    wrong = [run for run in runs if run.faults]
    for run in wrong:
        say(f"seed {run.seed}: {'; '.join(run.faults)}")
    times = sorted(run.makespan for run in runs)
    say(
        f"{len(runs) - len(wrong)} of {len(runs)} runs as they should be, {times[0]:.0f} to {times[-1]:.0f} s long; "
        f"{sum(run.late > 0 for run in runs)} broke what holds at the declared durations"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
