"""Kills the controller of a run at every write of its journal: `python -m tests.crash [--story NAME] [--points 500]`.

Each write is met three times: before its commands go out, after, and after their effect; by turns with and without what devices
told meanwhile, and in every fifth point with devices that cannot tell what became of a command. One line a fault, figures at the
end; exit 1 where there is any.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cell.events import Answered, StepUnknown
from cellwright.folders import cache_folder
from tests.crash.crashing import End, Point, Story, crashed, faults, undisturbed
from tests.crash.killing import WHENS
from tests.crash.mute import mute
from tests.crash.stories import Tending, example
from tests.scenarios.subjects import EXAMPLES

MUTE_EVERY = 5


def points(writes: int, wanted: int) -> Iterator[Point]:
    """All there are, or `wanted` of them, evenly."""
    every = [
        Point(write, when, (write + k) % 2 == 0, float(7 * write % 40))
        for write in range(1, writes + 1)
        for k, when in enumerate(WHENS)
    ]
    wanted = min(wanted, len(every))
    yield from (every[k * len(every) // wanted] for k in range(wanted))


def campaign(story: Story, wanted: int) -> Counter[str]:
    plain, found = undisturbed(story), Counter[str]()
    _say(f"{story.name}: {plain.writes} writes, undisturbed it ends {plain.state.pack}")
    for number, point in enumerate(points(plain.writes, wanted)):
        is_mute = number % MUTE_EVERY == MUTE_EVERY - 1
        end = crashed(story, point, mute(*story.world().drivers) if is_mute else None)
        found["points"] += 1
        found["with devices that cannot tell"] += is_mute
        found["questions"] += sum(isinstance(event, Answered) for event in end.events)
        found["steps of which nobody can tell"] += sum(isinstance(event, StepUnknown) for event in end.events)
        found["plans anew"] += end.plans - plain.plans
        _count(end, plain, point, found)
    return found


def _count(end: End, plain: End, point: Point, found: Counter[str]) -> None:
    faulty = list(faults(end, plain))
    found["faults"] += bool(faulty)
    for fault in faulty:
        _say(f"  {point}: {fault}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Kills controllers at every write.")
    parser.add_argument("--story", choices=["gantry", *EXAMPLES, "all"], default="gantry")
    parser.add_argument("--points", type=int, default=540, help="how many of the points, of each story")
    arguments = parser.parse_args()
    names = ["gantry", *EXAMPLES] if arguments.story == "all" else [arguments.story]
    total, began = Counter[str](), time.monotonic()
    for name in names:
        story = Tending() if name == "gantry" else example(name, Path("examples"), cache_folder())
        found = campaign(story, arguments.points)
        _say("  " + ", ".join(f"{count} {what}" for what, count in sorted(found.items())))
        total += found
    _say(f"{total['points']} points in {time.monotonic() - began:.0f} s, {total['faults']} with faults")
    return 1 if total["faults"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
