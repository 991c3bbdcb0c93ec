"""Asks, then starts a controller that dispatches to the drivers which the cell file names, and watches it.

The controller is a process of its own: a terminal that is closed or killed stops nothing, and `cellwright attach` watches again.
Simulated drivers run as fast as they can, or at --speed times real time. Ctrl-C asks for a normal stop, a second one for a quick
stop. A hold asks what to do; where nobody can be asked the controller is left holding, unless --wait is given.

With --manual nothing is planned: FILE is a cell, or an intent whose `never`s hold, and its robots are moved by hand.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.arguments import add_run, speed
from tui.exit_codes import HELD, INTERRUPTED, USAGE
from tui.manual_run import agreed_by_hand, announce_manual, begun_by_hand, held, misused, of_manual
from tui.speech import refuse, say, wants_colour

if TYPE_CHECKING:
    from cell.diagnostic import Diagnostic
    from cellwright.cell_lock import CellLock
    from cellwright.order_files import FollowedOrders
    from cellwright.reading import Reading
    from cellwright.service import Run
    from tui.before_run import Proved
    from tui.preparing import Ready


def configure(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask before the first motion")
    parser.add_argument("--speed", type=speed, metavar="X", help="simulated drivers at X times real time")
    parser.add_argument("--wait", action="store_true", help="wait in a hold, also where nobody can be asked")
    parser.add_argument("--continuous", action="store_true", help="wait for more orders instead of completing")
    parser.add_argument("--detach", action="store_true", help="leave the run to itself once it has begun")
    parser.add_argument("--manual", action="store_true", help="of a .cell or .intent: plan nothing, robots are moved by hand")
    parser.add_argument(
        "--holds", action="append", default=[], metavar="HAND=KIND", type=held, help="with --manual: what a hand holds already"
    )


def act(arguments: argparse.Namespace) -> int:
    is_attended = sys.stdin.isatty() and sys.stderr.isatty()
    if not arguments.yes and not is_attended:
        return refuse("nobody is there to be asked: give --yes to run without a question", USAGE)
    if arguments.detach and arguments.orders is not None:
        return refuse("a file of orders is followed by the terminal: leave out --detach, or --orders", USAGE)
    if (wrong := misused(arguments)) is not None:
        return refuse(wrong, USAGE)
    from cellwright.cell_lock import NONE
    from cellwright.service import NotBegun
    from tui.before_run import Proved, exit_code, proved, refused

    locked: list[CellLock] = []
    found = proved(arguments, True, lambda reading: _locked(reading, locked))
    if not isinstance(found, Proved):
        for lock in locked:
            lock.release()
        return found
    run = _started(found, arguments, locked[0] if locked else NONE)
    try:
        return _watched(run, found, arguments, is_attended)
    except NotBegun as cause:
        if not cause.diagnostics:
            say("Nothing was moved.")
            return HELD
        return refused(cause.diagnostics, arguments, found.texts, exit_code(cause.diagnostics))
    finally:
        run.leave()


def _locked(reading: Reading, locked: list[CellLock]) -> tuple[Diagnostic, ...]:
    """Before it is planned for minutes the cell is ours; what stands in the way of it is told by whoever reads on."""
    from cellwright.cell_lock import PLANNED, Holder, keys_of, take
    from cellwright.folders import state_folder

    if reading.cell is None:
        return ()
    lock = take(state_folder(), keys_of(reading, reading.cell), PLANNED)
    if isinstance(lock, Holder):
        return (lock.diagnostic,)
    locked.append(lock)
    return ()


def _started(found: Proved, arguments: argparse.Namespace, lock: CellLock) -> Run:
    from cellwright.folders import state_folder
    from cellwright.service import start_run
    from cellwright.start_file import start_of

    plan = found.ready.released
    plan_id = plan.motion_plan.plan_id
    start = start_of(found.ready.reading, found.ready.request, plan_id, found.scenario, arguments.speed, arguments.jobs)
    start = replace(start, orders_file=arguments.orders)
    if arguments.manual:
        start = of_manual(start, arguments)
    return start_run(start, plan, state_folder(), lock)


def _watched(run: Run, found: Proved, arguments: argparse.Namespace, is_attended: bool) -> int:
    from cellwright.service import ControllerEnded
    from tui.after_watching import said_at_last
    from tui.asked_to_run import agreed_to_run, announce_target
    from tui.watching import Watching, ended_badly, first_summary

    announce = announce_manual if arguments.manual else _announce_plan
    announce(found)
    try:
        prepared = run.prepared()
        if arguments.yes:
            announce_target(found.ready.request.cell, prepared.is_simulated)
        elif not (agreed_by_hand if arguments.manual else agreed_to_run)(found.ready, prepared):
            run.give_up()
            say("Nothing was moved.")
            return HELD
        run.ask("start")
        if arguments.manual:
            return begun_by_hand(run, arguments)
        watching = Watching(run, is_attended, arguments.wait, _followed(arguments, found.ready))
        summary = first_summary(run) if arguments.detach else watching.to_the_end()
    except ControllerEnded as cause:
        return ended_badly(cause)
    return INTERRUPTED if summary is None else said_at_last(summary, arguments, prepared.record, arguments.detach)


def _announce_plan(found: Proved) -> None:
    """The checks: what somebody has to know before saying yes."""
    import shutil

    from tui.plan_text import plan_text

    width = min(110, shutil.get_terminal_size((100, 24)).columns)
    say(plan_text(found.ready.released, width, wants_colour(sys.stderr), everything=False))


def _followed(arguments: argparse.Namespace, ready: Ready) -> FollowedOrders | None:
    """The orders file, looked at while the run goes on."""
    from cellwright.order_files import FollowedOrders

    if arguments.orders is None:
        return None
    known = {order.id: order for order in ready.request.state.orders}
    return FollowedOrders(arguments.orders, ready.request.cell, known)
