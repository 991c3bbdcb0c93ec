"""Kills the controller of a run at every write of its journal: `python -m tests.crash [--story NAME] [--points 500]`.

Each write is met three times: before its commands go out, after, and after their effect; by turns with and without what devices
told meanwhile, and in every fifth point with devices that cannot tell what became of a command. The points of a story have one
order, any stretch of which lies all over the run: `--first 500` goes on behind 500 of them, so two processes share a story by
`--points 250` and `--points 250 --first 250`. Before each fault stands what runs its point again by itself; figures at the end;
exit 1 where there is any fault. With `--stopped` nobody kills: somebody stops there, by turns in each of three ways, and goes on.
With `--stopping` somebody stops there, and before all stands the controller is killed: it is gone on with once.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cell.events import Answered, StepUnknown
from cellwright.folders import cache_folder
from tests.crash.crashing import STOPS, End, Story, crashed, faults, stopped, stopping, undisturbed
from tests.crash.killing import WHENS
from tests.crash.mute import mute
from tests.crash.points import Instant, instant, instants
from tests.crash.stories import RACK, REJECTS, STORIES, Tending, at_one_rack, example, rejects

GANTRY, ALL = "gantry", "all"
OURS: dict[str, Callable[[], Story]] = {GANTRY: Tending, RACK: at_one_rack, REJECTS: rejects}
"""Of these tests; the others are examples."""
CLEARED = "\r\x1b[K"


def campaign(name: str, story: Story, given: argparse.Namespace) -> Counter[str]:
    plain, found = undisturbed(story), Counter[str]()
    _say(f"{story.name}: {plain.writes} writes, undisturbed it ends {plain.state.pack}")
    met = given.only or list(instants(plain.writes, given.points, given.first))
    for number, at in enumerate(met):
        _show(f"{name}: {number} of {len(met)}, {found['faults']} with faults")
        found["points"] += 1
        found["with devices that cannot tell"] += at.is_mute and not given.stopped
        try:
            end = _ended(story, at, plain.writes, given, found)
            found["questions"] += sum(isinstance(event, Answered) for event in end.events)
            found["steps of which nobody can tell"] += sum(isinstance(event, StepUnknown) for event in end.events)
            found["plans anew"] += end.plans - plain.plans
            found["faults"] += told(name, at, list(faults(end, plain)), _how(given))
        except Exception as defect:  # whatever is wrong at this point of many is told as a fault of it, and the others are met
            if given.only:
                raise
            found["faults"] += told(name, at, [f"a defect: {type(defect).__name__}: {defect}"], _how(given))
    return found


def _ended(story: Story, at: Instant, writes: int, given: argparse.Namespace, found: Counter[str]) -> End:
    if given.stopping:
        point = replace(at.point, write=_behind(at, writes))
        left, end = stopping(story, point, STOPS[at.point.write % 3], mend=mute(*story.world().drivers) if at.is_mute else None)
        found[f"found {left.pack}"] += 1
        return end
    return _stopped(story, at, writes) if given.stopped else _killed(story, at)


def _how(given: argparse.Namespace) -> str:
    """The word beside the point that runs it again."""
    if given.stopping:
        return " --stopping"
    return " --stopped" if given.stopped else ""


def _killed(story: Story, at: Instant) -> End:
    return crashed(story, at.point, mute(*story.world().drivers) if at.is_mute else None)


def _stopped(story: Story, at: Instant, writes: int) -> End:
    _, end = stopped(story, _behind(at, writes), STOPS[WHENS.index(at.point.when)], at.point.away)
    return end


def _behind(at: Instant, writes: int) -> int:
    """Before the first motion there is nothing to stop, behind the last one nothing to go on with."""
    return min(max(2, at.point.write), writes - 2)


def told(name: str, at: Instant, faulty: Sequence[str], how: str = "") -> bool:
    """Whether there was any to tell."""
    if faulty:
        _say(f'  --story {name} --only "{at.text}"{how}')
    for fault in faulty:
        _say(f"    {fault}")
    return bool(faulty)


def _say(text: str) -> None:
    _show("")
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _show(text: str) -> None:
    """How far it is, to whoever looks on."""
    if sys.stderr.isatty():
        sys.stderr.write(CLEARED + text)
        sys.stderr.flush()


def asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Kills controllers at every write.")
    parser.add_argument("--story", choices=[*OURS, *STORIES, ALL], default=GANTRY)
    parser.add_argument("--points", type=int, default=540, help="how many of the points, of each story")
    parser.add_argument("--first", type=int, default=0, help="behind how many points of their order it begins")
    parser.add_argument("--only", type=instant, action="append", metavar="POINT", help="this point, as it is told with a fault")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--stopped", action="store_true", help="somebody stops the run there and goes on with it")
    ways.add_argument("--stopping", action="store_true", help="somebody stops the run there and its controller is killed")
    parser.add_argument("--examples", type=Path, default=Path("examples"))
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where plans of before are found")
    given = parser.parse_args(words)
    if given.only and given.story == ALL:
        parser.error("--only is a point of one story")
    return given


def main(words: Sequence[str] | None = None) -> int:
    given, total, began = asked(words), Counter[str](), time.monotonic()
    for name in [*OURS, *STORIES] if given.story == ALL else [given.story]:
        story = OURS[name]() if name in OURS else example(name, given.examples, given.cache)
        found = campaign(name, story, given)
        _say("  " + ", ".join(f"{count} {what}" for what, count in sorted(found.items())))
        total += found
    _say(f"{total['points']} points in {time.monotonic() - began:.0f} s, {total['faults']} with faults")
    return 1 if total["faults"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
