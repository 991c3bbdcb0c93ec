"""Asks, then dispatches to the drivers that the cell file names; progress on stderr, every event in the run's folder.

Simulated drivers run as fast as they can, or at --speed times real time. Ctrl-C asks for a normal stop, a second one for a quick
stop. A hold asks what to do; without a terminal it ends the run, unless --wait is given.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tui.arguments import add_run, speed
from tui.asking import asked
from tui.exit_codes import DRIVER, HELD, USAGE
from tui.speech import printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from cell.model import CellModel
    from cell.run import RunSummary
    from cellwright.begun import Begun
    from cellwright.order_files import FollowedOrders
    from tui.before_run import Target
    from tui.preparing import Ready


def configure(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask before the first motion")
    parser.add_argument("--speed", type=speed, metavar="X", help="simulated drivers at X times real time")
    parser.add_argument("--wait", action="store_true", help="wait in a hold, also where nobody can be asked")
    parser.add_argument("--continuous", action="store_true", help="wait for more orders instead of completing")


def act(arguments: argparse.Namespace) -> int:
    is_attended = sys.stdin.isatty() and sys.stderr.isatty()
    if not arguments.yes and not is_attended:
        return refuse("nobody is there to be asked: give --yes to run without a question", USAGE)
    from cell.driver_errors import DriverError
    from tui.before_run import Target, target
    from tui.driver_failure import told
    from tui.run_text import run_document, run_exit_code, run_text

    aim = target(arguments, is_in_service=True)
    if not isinstance(aim, Target):
        return aim
    _announce(aim)
    if not arguments.yes and not _agreed():
        aim.drivers.close()
        say("Nothing was moved.")
        return HELD
    try:
        summary = _run(aim, arguments, is_attended)
    except DriverError as cause:
        return refuse(f"a driver failed: {told(cause)}", DRIVER)
    finally:
        aim.drivers.close()
    if arguments.format == "json":
        put_json(run_document(summary))
    else:
        put(run_text(summary, wants_colour(sys.stdout)))
    if aim.record is not None:
        say(f"The simulated world's own record: {printable(str(aim.record))}")
    say(f"Next: cellwright report {printable(summary.run_id)}")
    return run_exit_code(summary, arguments.strict)


def _announce(aim: Target) -> None:
    """The checks and the target: what somebody has to know before saying yes."""
    import shutil

    from tui.plan_text import plan_text

    width = min(110, shutil.get_terminal_size((100, 24)).columns)
    say(plan_text(aim.ready.released, width, wants_colour(sys.stderr), everything=False))
    say(f"target: {_driven(aim.ready.request.cell)}, {'simulated' if aim.is_simulated else 'REAL DEVICES'}")


def _driven(cell: CellModel) -> str:
    """Each driver with the devices that are its own; where there is one only, with the robots."""
    from cell.devices import devices_of
    from cellwright.assignment import assigned

    parts = assigned(cell).value or ()
    shown = tuple(cell.robots) if len(parts) == 1 else devices_of(cell)
    own = ((part.driver, [device for device in shown if device in part.devices]) for part in parts)
    return ", ".join(f"{printable(' and '.join(devices))} (driver {printable(driver)})" for driver, devices in own)


def _agreed() -> bool:
    return asked("Run it? [y/N] ", lambda: False) in ("y", "yes")


def _run(aim: Target, arguments: argparse.Namespace, is_attended: bool) -> RunSummary:
    from cell.scenario_orders import order_changes
    from cellwright.folders import state_folder
    from cellwright.running import ResidentPlanner, run_spec
    from cellwright.service import start_run
    from controller.order_book import Announced
    from tui.watching import Watching

    ready = aim.ready
    run = start_run(
        lambda run_id: run_spec(run_id, ready.request),
        ready.released,
        aim.drivers,
        ResidentPlanner(ready.reading, aim.workshop, ready.request.seed, ready.request.without, ready.request.is_continuous),
        state_folder(),
        arguments.speed,
        Announced(order_changes(aim.scenario, ready.request.cell)),
        aim.clock,
        _begun(aim, arguments),
    )
    return Watching(run, is_attended, arguments.wait, _followed(arguments, ready)).to_the_end()


def _begun(aim: Target, arguments: argparse.Namespace) -> Begun:
    """For another controller, should this one not come to the end."""
    from pathlib import Path

    from cellwright.begun import Begun

    request, folder = aim.ready.request, aim.ready.reading.folder
    return Begun(
        folder=str(Path(folder).absolute()),
        seed=request.seed,
        without=tuple(sorted(request.without)),
        is_continuous=request.is_continuous,
        speed=arguments.speed,
        world=None if aim.reached is None else str(aim.reached),
        record=None if aim.record is None else str(aim.record),
        is_simulated=aim.is_simulated,
    )


def _followed(arguments: argparse.Namespace, ready: Ready) -> FollowedOrders | None:
    """The orders file, looked at while the run goes on."""
    from cellwright.order_files import FollowedOrders

    if arguments.orders is None:
        return None
    known = {order.id: order for order in ready.request.state.orders}
    return FollowedOrders(arguments.orders, ready.request.cell, known)
