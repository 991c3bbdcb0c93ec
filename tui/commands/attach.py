"""Watches a run that goes on, from another terminal or again, and answers what it asks; the newest one that lives by default.

As with `run`, Ctrl-C asks for a normal stop; with --view it only ends the watching, and nothing can be asked of the run.
"""

from __future__ import annotations

import argparse
import sys

from tui.arguments import add_json, add_orders
from tui.exit_codes import INTERRUPTED, USAGE
from tui.speech import refuse


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("--view", action="store_true", help="only watch: nothing can be asked of the run here")
    add_orders(parser)
    parser.add_argument("--wait", action="store_true", help="wait in a hold, also where nobody can be asked")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal was given up")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    if arguments.view and arguments.orders is not None:
        return refuse("whoever only watches gives no orders: leave out --view, or --orders", USAGE)
    from cellwright.service import ControllerEnded, NotBegun, NotReached, attach_to
    from controller.journal.journal import JournalError
    from tui.after_watching import said_at_last
    from tui.chosen_run import controlled
    from tui.orders_again import looked_at_again
    from tui.watching import Watching, began_at, ended_badly

    try:
        run = attach_to(controlled(arguments.run), "view" if arguments.view else "operate")
    except (JournalError, NotReached) as cause:
        return refuse(str(cause), USAGE)
    is_attended = sys.stdin.isatty() and sys.stderr.isatty() and not arguments.view
    orders = None if arguments.orders is None else looked_at_again(run.folder, arguments.orders)
    is_left = arguments.wait or arguments.view
    watching = Watching(run, is_attended, is_left, orders, is_view=arguments.view, zero=began_at(run.folder))
    try:
        summary = watching.to_the_end()
    except (ControllerEnded, NotBegun) as cause:
        return ended_badly(cause)
    finally:
        run.leave()
    return INTERRUPTED if summary is None else said_at_last(summary, arguments)
