"""A released plan under durations that nobody declared: `python -m tests.end_to_end.random_durations INTENT [--seeds 100]`.

Each step takes a drawn factor of 0.2 to 5 as long, and an operator holds at random instants, resumes, and resumes whatever
else holds. The order alone has to carry the run: it ends with every goal, nothing is done twice, and the world saw no
violation. What is proved only at the declared durations (`within`, `every`, what waits at a conveyor) may break, and is
counted apart.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cell.events import ClauseBroken
from cell.scenario import Scenario, Stretched
from cell_drivers.simulated.chance import fraction
from controller.rehearsal import Ask
from tests.end_to_end.line import Planned, Rehearsed, planned, rehearsed

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("intent")
    parser.add_argument("--orders", help="a file of orders, as for `run`")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--judge-every", type=int, default=25, help="contacts and zones of each so manieth run are judged")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        plan = planned(asked.intent, Path(cache), processes=2, orders=asked.orders)
        runs = []
        for seed in range(asked.seeds):
            run = stretched(plan, seed)
            runs.append(ended(run, seed))
            if seed % asked.judge_every == 0:
                verdict = run.verdict()
                found = len(verdict.contacts) + len(verdict.entries) + len(verdict.misplaced)
                print(f"seed {seed}: judged {verdict.distances} distances, {found} contacts, entries or misplaced parts")  # noqa: T201
    wrong = [run for run in runs if run.faults]
    for run in wrong:
        print(f"seed {run.seed}: {'; '.join(run.faults)}")  # noqa: T201
    times = sorted(run.makespan for run in runs)
    late = Counter(run.late > 0 for run in runs)[True]
    print(  # noqa: T201
        f"{asked.seeds - len(wrong)} of {asked.seeds} runs as they should be, {times[0]:.0f} to {times[-1]:.0f} s long; "
        f"{late} broke what holds at the declared durations"
    )


if __name__ == "__main__":
    main()
