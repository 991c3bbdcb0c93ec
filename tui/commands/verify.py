"""A campaign: many rehearsals of one plan, each under a scenario drawn from its seed, judged by the simulated world's record.

A run may complete, hold or be stopped, with its cause. It fails where it breaks a rule, loses a part or ends without a cause; the
first one is made smaller and written as a scenario that `simulate --scenario` plays again. Exit 1 where any run failed.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellwright.times import lasting
from tui.arguments import add_json, add_planning
from tui.exit_codes import DONE, DRIVER, PROBLEM, USAGE
from tui.next_command import next_command
from tui.speech import count, printable, put, put_json, refuse, say

if TYPE_CHECKING:
    from cellwright.campaign.campaign import Subject, Tried
    from cellwright.workshop import Workshop
    from tui.preparing import Ready

MOST_RUNS = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="PLAN|FILE", help="a plan file, or an .intent that is planned first")
    parser.add_argument("--runs", type=_runs, default=100, metavar="N", help="how many scenarios (default: 100)")
    parser.add_argument("--first", type=_seed, default=0, metavar="SEED", help="the seed of the first scenario (default: 0)")
    parser.add_argument(
        "--disturb", action="append", default=[], metavar="TABLE", help="only what that table of a scenario file says; several"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where the first failure goes (default: NAME.SEED.toml)")
    add_planning(parser)
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.campaign.drawing import DRAWS, Stage, drawn, possible_in
    from cellwright.workshop import open_workshop
    from tui.preparing import asked_of, prepare
    from tui.progress import shown

    if Path(arguments.file).suffix == ".cell":
        return refuse(f"{arguments.file} says what is and asks for nothing; name an intent that uses it, or a plan", USAGE)
    for table in arguments.disturb:
        if table not in DRAWS:
            return refuse(f"--disturb {table}: nothing draws that; there are {', '.join(sorted(DRAWS))}", USAGE)
    with shown() as progress:
        prepared = prepare(arguments.file, asked_of(arguments), open_workshop(progress, arguments.jobs))
    if prepared.ready is None:
        return _unprepared(arguments, prepared)
    subject = _subject(prepared.ready, open_workshop(lambda stage, done, of: None, arguments.jobs), arguments)
    if isinstance(subject, int):
        return subject
    stage = Stage(subject.cell, subject.plan.motion_plan.tasks)
    cannot = [table for table in arguments.disturb if table not in possible_in(stage)]
    if cannot:
        return refuse(f"--disturb {', '.join(cannot)}: that cannot happen in this cell under this plan", USAGE)
    seeds = range(arguments.first, arguments.first + arguments.runs)
    scenarios = (drawn(seed, stage, tuple(arguments.disturb)) for seed in seeds)
    return _told(arguments, subject, *_tried(arguments, subject, scenarios))


def _unprepared(arguments: argparse.Namespace, prepared: Any) -> int:
    from tui.diagnostics import emit
    from tui.preparing import is_text
    from tui.why_text import emit_refusal

    if is_text(arguments.file):
        emit_refusal(prepared.diagnostics, prepared.why, arguments.format, prepared.texts)
    else:
        emit(prepared.diagnostics, arguments.format, prepared.texts)
    return int(prepared.refusal)


def _subject(ready: Ready, workshop: Workshop, arguments: argparse.Namespace) -> Subject | int:
    """What is tried, or the exit code after saying why it cannot be."""
    from cell.scenario import Scenario
    from cellwright.campaign.campaign import Recorded, Subject
    from cellwright.open_drivers import open_drivers
    from cellwright.running import ResidentPlanner, run_spec
    from tui.diagnostics import emit

    opened = open_drivers(ready.request, Scenario())
    if opened.value is None:
        emit(opened.diagnostics, arguments.format, {})
        return DRIVER
    if opened.value.virtual is None or not isinstance(opened.value, Recorded):
        opened.value.close()
        return refuse("the devices of this cell are not all simulated, so nothing can be tried on them", USAGE)
    planner = ResidentPlanner(ready.reading, workshop, ready.request.seed, ready.request.without)
    return Subject(
        run_spec(f"verify-{ready.released.motion_plan.plan_id[:12]}", ready.request),
        ready.released,
        dict(ready.request.robots),
        lambda scenario: open_drivers(ready.request, scenario).expect(),
        lambda: planner,
    )


def _tried(arguments: argparse.Namespace, subject: Subject, scenarios: Any) -> tuple[list[Tried], float]:
    from cellwright.campaign.campaign import campaign
    from tui.progress import shown

    began, ends = time.monotonic(), []
    with shown() as progress:
        for number, run in enumerate(campaign(subject, scenarios), start=1):
            ends.append(run)
            progress("runs", number, arguments.runs)
            for fault in run.end.faults:
                progress.line(f"seed {run.end.scenario.seed}: {printable(fault)}")
    return ends, time.monotonic() - began


def _told(arguments: argparse.Namespace, subject: Subject, runs: list[Tried], seconds: float) -> int:
    from tui.preparing import asked_of

    ways = Counter(run.end.way for run in runs)
    causes = Counter(run.end.cause.partition(" ")[0] for run in runs if run.end.way == "held")
    failed = [run for run in runs if run.end.way == "faulty"]
    written = _counterexample(arguments, subject, failed[0]) if failed else None
    if arguments.format == "json":
        put_json(
            {
                "runs": len(runs),
                "first": arguments.first,
                **{way: ways[way] for way in ("complete", "held", "stopped", "faulty")},
                "held_because": dict(causes.most_common()),
                "failures": [{"seed": run.end.scenario.seed, "faults": list(run.end.faults)} for run in failed],
                "counterexample": written,
            }
        )
    else:
        put(f"{count(len(runs), 'run')}: " + ", ".join(f"{ways[way]} {way}" for way in ("complete", "held", "stopped", "faulty")))
        put("".join(f"  {many:5} held by {code}\n" for code, many in causes.most_common()) or "  none held\n")
    say(f"in {lasting(seconds)}, seeds {arguments.first} to {arguments.first + len(runs) - 1}")
    if written is not None:
        say(f"Next: {next_command('simulate', arguments.file, asked_of(arguments), '--scenario', written)}")
    return PROBLEM if failed else DONE


def _counterexample(arguments: argparse.Namespace, subject: Subject, failed: Tried) -> str:
    """Raises OSError where it cannot be written."""
    from cellwright.campaign.campaign import tried
    from cellwright.campaign.scenario_text import scenario_text
    from cellwright.campaign.shrinking import shrunk

    say("making the first failure smaller")
    small = shrunk(failed.end.scenario, lambda smaller: tried(subject, smaller).end.way == "faulty")
    again = tried(subject, small).end
    comment = "".join(f"# {printable(fault)}\n" for fault in again.faults)
    path = Path(arguments.output or f"{Path(arguments.file).stem}.{small.seed}.toml")
    path.write_text(comment + scenario_text(small), encoding="utf-8")
    return str(path)


def _runs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_RUNS:
        raise argparse.ArgumentTypeError(f"expected a whole number of runs from 1 to {MOST_RUNS}, got {text!r:.40}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) > 2**53:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got {text!r:.40}")
    return int(text)
