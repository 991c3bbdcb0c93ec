"""Claim: the first valid schedule of parts between two robots and a shared inspection nest takes under 50 ms at 100 parts and 1 s
at 1,000; on published job shops the mean gap to the optimum is at most 5 % within 10 s each.

    pip install -e ".[peers]"
    python benchmarks/scheduling.py [--rounds 5] [--seconds 10] [--parts 4 20 100 1000] [--shops ft06 ft10 la01]

Scheduling alone, the same problem for both, checked by the tests' own checker. The peer is OR-Tools' CP-SAT without a hint, with
as many workers as there are cores, modelled as in `benchmarks/cp_sat.py`: first its first valid schedule beside ours, then what
each has when its budget is used up. Ours counts iterations, CP-SAT seconds; ours runs on one core. "product" is the task search's
own first order of such a cell, with hands, zones and ways home, which CP-SAT is not asked for. Beside the time by the clock is
that of the processor, of all threads together.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.cp_sat import solve_with_cp_sat
from benchmarks.measured import ROOT, interleaved, machine, on_processor, ratios, say, table
from benchmarks.product_order import first_order, nest_shop
from planner.schedule.problem import Problem
from planner.schedule.schedule import Schedule
from planner.schedule.solve import solve
from tests.planner.schedule.checker import faults
from tests.planner.schedule.problems import Published, job_shop, shared_nest, transport_shop

SHOPS = ("ft06", "ft10", "ft20", *(f"la{k:02}" for k in range(1, 21)))
SHARED = ROOT.parent / "shared" / "data"
ITERATIONS = 8000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0, help="what CP-SAT has for each problem")
    parser.add_argument("--parts", type=int, nargs="*", default=[4, 20, 100, 1000])
    parser.add_argument("--shops", nargs="*", default=list(SHOPS))
    asked = parser.parse_args()
    say(machine())
    for parts in asked.parts:
        first_of_nest(parts, asked.rounds, asked.seconds)
        best_of_nest(parts, asked.seconds)
    if SHARED.is_dir():
        published(asked.shops, asked.seconds)
    else:
        say("\nno published problems: ../shared/data is not there")


def first_of_nest(parts: int, rounds: int, seconds: float) -> None:
    problem = shared_nest(parts)
    found: dict[str, list[Schedule | None]] = {"ours": [], "CP-SAT": []}
    shops = [nest_shop(parts) for _ in range(rounds)]
    runs: dict[str, Callable[[], object]] = {
        "product": lambda: first_order(shops.pop()),
        "ours": lambda: found["ours"].append(ours(problem, 0)),
        "CP-SAT": lambda: found["CP-SAT"].append(solve_with_cp_sat(problem, seconds, cores(), stop_at_first=True)),
    }
    used: dict[str, list[float]] = {name: [] for name in runs}
    timed = {name: on_processor(run, used[name]) for name, run in runs.items()}
    times = interleaved(timed, rounds if parts <= 100 else min(rounds, 3))
    say(f"\n{parts} parts, {len(problem.operations)} operations: first valid schedule")
    say(table(times, "ms", 1e3))
    say(table(used, "ms of the processor", 1e3))
    for name, row in found.items():
        say(f"{name}: {told(problem, row[-1])}" + (f"; nothing in {row.count(None)} of {len(row)}" if None in row else ""))
    say(ratios(times, "ours", "CP-SAT"))


def best_of_nest(parts: int, seconds: float) -> None:
    problem = shared_nest(parts)
    say(f"{parts} parts: after the budget")
    beside(problem, 0.0, 2000 if parts <= 20 else 200 if parts <= 100 else 20, seconds)


def published(shops: list[str], seconds: float) -> None:
    say(f"\npublished problems, {ITERATIONS} iterations beside {seconds:.0f} s of CP-SAT")
    gaps: dict[str, list[float]] = {"ours": [], "CP-SAT": []}
    for name in (*shops, "EX11", "EX51"):
        read: Callable[[Path, str], Published] = transport_shop if name.startswith("EX") else job_shop
        one = read(SHARED, name)
        say(f"{name}, optimum {one.optimum}")
        for who, gap in beside(one.problem, one.optimum, ITERATIONS if name in shops else 20_000, seconds).items():
            if name in shops:
                gaps[who].append(gap)
    for who, row in gaps.items():
        if row:
            say(f"{who}: mean gap to the optimum {statistics.mean(row):.2%}, largest {max(row):.2%}")


def beside(problem: Problem, optimum: float, iterations: int, seconds: float) -> dict[str, float]:
    """The gap of each to `optimum`; what found nothing counts as infinitely far."""
    gaps = {}
    runs: dict[str, Callable[[], Schedule | None]] = {
        "ours": lambda: ours(problem, iterations),
        "CP-SAT": lambda: solve_with_cp_sat(problem, seconds, cores()),
    }
    for name, run in runs.items():
        began, used = time.perf_counter(), time.process_time()
        schedule = run()
        wall, processor = time.perf_counter() - began, time.process_time() - used
        say(f"  {name:7} {told(problem, schedule)}; {wall:.2f} s, {processor:.2f} s of the processor")
        gaps[name] = float("inf") if schedule is None else schedule.makespan / optimum - 1.0 if optimum else schedule.gap
    return gaps


def ours(problem: Problem, iterations: int) -> Schedule | None:
    answer = solve(problem, iterations)
    return answer if isinstance(answer, Schedule) else None


def told(problem: Problem, schedule: Schedule | None) -> str:
    if schedule is None:
        return "found nothing"
    wrong = faults(problem, schedule) if len(problem.operations) <= 1000 else []
    if wrong:
        raise SystemExit(f"not a schedule: {wrong[:3]}")
    return f"makespan {schedule.makespan:.0f}, bound {schedule.lower_bound:.0f}, gap {schedule.gap:.1%}"


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
