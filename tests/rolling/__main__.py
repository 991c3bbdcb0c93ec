"""Hours without growth, by command: `python -m tests.rolling [--hours 8] [--judged | --arm [--served]]`.

Rehearses a shift and says, for each half hour of the cell's time, what the process holds. Exit 1 where memory at the end is more
than 5 % above its value after 30 minutes, a handle more is open, or the run has counted other parts than its world.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.rolling import arm, gantry
from tests.rolling.shift import Moment, Shift

BASE = 1800.0  # s of the cell's time
MOST = 1.05


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rolling", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--ahead", type=int, default=8)
    parser.add_argument("--remembers", type=int, default=100)
    parser.add_argument("--judged", action="store_true", help="each part is inspected, one in ten is bad")
    parser.add_argument("--arm", action="store_true", help="example 11 with its own arm; run from the root of the repository")
    parser.add_argument("--served", action="store_true", help="with --arm: journal and recording on a disk, as in service")
    asked = parser.parse_args()
    began = time.process_time()
    ran = _on_the_arm(asked) if asked.arm else _on_the_bench(asked)
    for moment in _each_half_hour(ran):
        say(f"{moment.time / 3600:5.1f} h  {moment.memory:8d} kB  {moment.handles} handles")
    later = [moment for moment in ran.moments if moment.time >= BASE]
    base, last = later[0], later[-1]
    more = _open(later[-3:]) - _open(later[:3])
    made, bad = (ran.made("box"), ran.made("rework")) if asked.arm else (ran.made("crate"), ran.made("scrap"))
    output = ran.figures.output
    say(f"{ran.record.summary.state} after {len(ran.moments)} plans, {time.process_time() - began:.0f} s of CPU")
    say(f"memory {last.memory / base.memory - 1:+.2%} since {base.time / 60:.0f} min, handles {more:+d}")
    say(f"parts: run {output.good} good, {output.bad} bad; world {made} in the one heap, {bad} in the other")
    say(f"OEE {ran.figures.oee or 0.0:.1%}, violations {len(ran.truth.violations)}, twice {ran.truth.forgotten.repeated}")
    is_right = (output.good, output.bad) == (made, bad) and not ran.truth.violations and not ran.truth.forgotten.repeated
    is_steady = last.memory <= MOST * base.memory and more == 0
    return 0 if is_right and is_steady else 1


def _open(moments: list[Moment]) -> int:
    """Handles that stay open: a thread that writes has one more for a moment."""
    return min(moment.handles for moment in moments)


def _on_the_arm(asked: argparse.Namespace) -> Shift:
    if not asked.served:
        return arm.rolled(asked.hours, asked.remembers)
    with tempfile.TemporaryDirectory() as folder:
        return arm.rolled(asked.hours, asked.remembers, on_disk=Path(folder))


def _on_the_bench(asked: argparse.Namespace) -> Shift:
    return gantry.rolled(asked.hours, asked.ahead, asked.remembers, judged=asked.judged)


def _each_half_hour(ran: Shift) -> list[Moment]:
    due, found = 0.0, []
    for moment in ran.moments:
        if moment.time >= due:
            found.append(moment)
            due = moment.time - moment.time % BASE + BASE
    return found


if __name__ == "__main__":
    sys.exit(main())
