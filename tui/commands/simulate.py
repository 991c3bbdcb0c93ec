"""A rehearsal: the whole run on simulated drivers in virtual time, as fast as it goes. Nothing is kept of it.

With --speed what happened is told at that many times real time.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from tui.arguments import add_run, add_unbuilt, speed, unbuilt_asked
from tui.exit_codes import USAGE
from tui.speech import clock_time, moment, printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from cell.events import Event
    from controller.rehearsal import RunRecord
    from tui.before_run import Target


def configure(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    parser.add_argument("--speed", type=speed, metavar="X", help="tell what happened at X times real time")
    parser.add_argument("--continuous", action="store_true", help="wait for the orders of the scenario, then complete")
    add_unbuilt(parser, physics=None, report="OUT")


def act(arguments: argparse.Namespace) -> int:
    from tui.before_run import Target, target
    from tui.run_text import run_document, run_exit_code, run_text

    if (refusal := unbuilt_asked(arguments)) is not None:
        return refuse(refusal, USAGE)
    aim = target(arguments)
    if not isinstance(aim, Target):
        return aim
    if aim.drivers.virtual is None:
        return refuse("the drivers of this cell are real; they have no virtual time. `cellwright run` moves them", USAGE)
    began = time.monotonic()
    record = _rehearsed(aim)
    took = time.monotonic() - began
    if arguments.speed is not None:
        _tell(record.events, arguments.speed)
    if arguments.format == "json":
        put_json(run_document(record.summary))
    else:
        put(run_text(record.summary, wants_colour(sys.stdout)))
    say(f"{clock_time(record.summary.makespan_s)} of the cell's time in {clock_time(took)}")
    say(f"Next: cellwright run {printable(arguments.file)}")
    return run_exit_code(record.summary, arguments.strict)


def _rehearsed(aim: Target) -> RunRecord:
    from cell.scenario_orders import order_changes
    from cellwright.running import ResidentPlanner, run_spec
    from controller.order_book import Announced
    from controller.rehearsal import Ask, rehearse

    ready = aim.ready
    spec = run_spec(f"rehearsal-{ready.released.motion_plan.plan_id[:12]}", ready.request)
    request = ready.request
    planner = ResidentPlanner(ready.reading, aim.workshop, request.seed, request.without, request.is_continuous)
    changes = tuple(order_changes(aim.scenario, request.cell))
    last = max((at for at, _ in changes), default=0.0)
    asks = (Ask(last, "finish", "the scenario"),) if request.is_continuous else ()
    return rehearse(spec, ready.released, aim.drivers, planner, asks, orders=Announced(changes), scenario=aim.scenario)


def _tell(events: tuple[Event, ...], speed: float) -> None:
    from tui.event_text import event_line

    zero, began = (events[0].at if events else 0), time.monotonic()
    for event in events:
        line = event_line(event)
        if line is not None:
            due = began + (event.at - zero) / 1e9 / speed
            time.sleep(max(0.0, due - time.monotonic()))
            say(f"{moment((event.at - zero) / 1e9)}  {line}")
