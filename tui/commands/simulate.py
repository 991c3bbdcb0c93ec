"""A rehearsal: the whole run on simulated drivers in virtual time, as fast as it goes. Nothing is kept of it.

With --speed what happens is told, at that many times real time, with --view shown in a browser on this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cellwright.times import lasting
from tui.arguments import add_run, add_unbuilt, duration, speed, unbuilt_asked
from tui.exit_codes import USAGE
from tui.next_command import next_command
from tui.speech import printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from collections.abc import Callable

    from cell.events import Event
    from cell.run import RunSummary
    from cellwright.report.gathered import Gathered
    from cellwright.report.rehearsed import Watched
    from controller.rehearsal import RunRecord
    from tui.before_run import Target

USUAL_SPEED = 5.0
"""times real time, of what is viewed"""


def configure(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    parser.add_argument("--speed", type=speed, metavar="X", help="tell what happened at X times real time")
    parser.add_argument("--continuous", action="store_true", help="wait for the orders of the scenario, then complete")
    parser.add_argument(
        "--for",
        dest="lasts",
        type=duration,
        metavar="TIME",
        help="with --continuous: so long of the cell's time more come ('8 h')",
    )
    parser.add_argument("--report", metavar="OUT", help="write it as a page of one file for a browser")
    parser.add_argument("--view", action="store_true", help="show it in three dimensions, on 127.0.0.1, until Ctrl-C")
    add_unbuilt(parser, physics=None)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.report.gathered import Gathered
    from cellwright.report.rehearsed import Watched
    from tui.before_run import Target, target
    from tui.event_text import event_line
    from tui.paced import Paced
    from tui.preparing import asked_of
    from tui.report_target import objection
    from tui.run_text import run_document, run_exit_code, run_text

    if (refusal := unbuilt_asked(arguments)) is not None:
        return refuse(refusal, USAGE)
    if arguments.lasts is not None and not arguments.continuous:
        return refuse("--for says how long more come, so it goes with --continuous", USAGE)
    if arguments.report is not None and (problem := objection(Path(arguments.report))) is not None:
        return refuse(problem, USAGE)
    aim = target(arguments)
    if not isinstance(aim, Target):
        return aim
    if aim.drivers.virtual is None:
        return refuse("the drivers of this cell are real; they have no virtual time. `cellwright run` moves them", USAGE)
    began = time.monotonic()
    watched = Watched() if arguments.report is not None or arguments.view else None
    seen = None if watched is None else Gathered.saying(event_line)
    paced = None if watched is not None or arguments.speed is None else Paced(arguments.speed)
    hear = seen.take if seen is not None else paced.tell if paced is not None else None
    record = _rehearsed(aim, arguments.lasts, watched, hear)
    took = time.monotonic() - began - (0.0 if paced is None else paced.waited)
    if watched is not None and seen is not None:
        _shown(arguments, aim, record, seen, watched)
    if arguments.format == "json":
        put_json(run_document(record.summary))
    else:
        put(run_text(record.summary, wants_colour(sys.stdout)))
    say(f"{lasting(record.summary.makespan_s)} of the cell's time in {lasting(took)}")
    say(f"Next: {_after_a_hold(record.summary) or next_command('run', arguments.file, asked_of(arguments))}")
    return run_exit_code(record.summary, arguments.strict)


def _after_a_hold(summary: RunSummary) -> str:
    """Of a rehearsal that ends held nobody wants the run next. "" where the run is."""
    if summary.state != "Held" or summary.held_because is None:
        return ""
    return f"cellwright explain {printable(summary.held_because.partition(' ')[0])}; --speed 1000 tells what came before"


def _shown(arguments: argparse.Namespace, aim: Target, record: RunRecord, seen: Gathered, watched: Watched) -> None:
    """As a page: in a file, on loopback, or both."""
    from cellwright.report.page import own_policy, run_page
    from cellwright.report.rehearsed import rehearsal_record
    from cellwright.report.viewed import Viewed
    from tui.whole_file import write_whole

    ready = aim.ready
    page = run_page(rehearsal_record(record, seen, ready.request, ready.reading, ready.released, watched))
    if arguments.report is not None:
        write_whole(page, Path(arguments.report))
        say(f"written to {printable(arguments.report)}; open it in a browser")
    if arguments.view:
        with Viewed(page, own_policy()) as server:
            say(f"to be seen at {server.address}#play={arguments.speed or USUAL_SPEED:g} on this machine; Ctrl-C ends it")
            with contextlib.suppress(KeyboardInterrupt):
                server.serve_forever()


def _rehearsed(aim: Target, lasts: float | None, watched: Watched | None, hear: Callable[[Event], None] | None) -> RunRecord:
    """Whoever wants to know what happens hears it as it does: nothing of it is kept."""
    from cell.scenario_orders import order_changes
    from cellwright.running import ResidentPlanner, run_spec
    from controller.order_book import Announced
    from controller.rehearsal import Ask, rehearse

    ready = aim.ready
    spec = run_spec(f"rehearsal-{ready.released.motion_plan.plan_id[:12]}", ready.request)
    request = ready.request
    planner = ResidentPlanner(ready.reading, aim.workshop, request.seed, request.without, request.is_continuous)
    changes = tuple(order_changes(aim.scenario, request.cell))
    last = max((at for at, _ in changes), default=0.0) if lasts is None else lasts
    asks = (Ask(last, "finish", "the scenario"),) if request.is_continuous else ()
    orders = Announced(changes)
    return rehearse(spec, ready.released, aim.drivers, planner, asks, watched, orders, aim.scenario, keeps=0, hear=hear)
