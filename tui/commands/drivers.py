"""Which drivers are installed (`list`), and whether one keeps the contract (`test`).

`list` imports none of them. `test NAME` tries every law of docs/drivers.md on a driver, in a cell of the kit's or on its devices
in a cell file. Real devices move: it says first what will, and asks.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.arguments import add_json
from tui.exit_codes import DONE, DRIVER, HELD, USAGE
from tui.hang_watch import PATIENCE, HangWatch
from tui.last_word import LastWord
from tui.speech import printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cell.driver import DriverSet
    from cell_drivers.conformance import Finding, Law, Statement
    from cellwright.cell_lock import CellLock, Holder
    from cellwright.driver_bench import OnTheBench


LAST_STOP = 2.0
"""s for robots to be asked to stop when their driver hangs."""
leave = os._exit  # nobody can wait for the threads of a driver that hangs


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="what", metavar="list | test", required=True)
    add_json(verbs.add_parser("list", help="name, package, version and summary of each; none is imported"))
    test = verbs.add_parser("test", help="the conformance kit on one driver")
    test.add_argument("name", metavar="NAME", help="as a cell file writes it after `driver`")
    test.add_argument(
        "--cell", metavar="FILE", help="try the devices that this cell file gives to it (default: a cell of the kit)"
    )
    test.add_argument("--law", action="append", metavar="LAW", help="only this law; may be given several times")
    test.add_argument("--travel", type=_amount, metavar="X", help="rad or m that a joint may go from where it stands")
    test.add_argument("--speed", type=_share, metavar="X", help="share of the limits (0 to 1) that robots move at")
    test.add_argument("--yes", action="store_true", help="move real devices without a question")
    test.add_argument("-o", "--output", metavar="FILE", help="write the statement there, as JSON")
    add_json(test)


def act(arguments: argparse.Namespace) -> int:
    return _list(arguments) if arguments.what == "list" else _test(arguments)


def _list(arguments: argparse.Namespace) -> int:
    from cell_drivers.declared import summary
    from cell_drivers.registry import installed

    rows = [{"name": d.name, "package": d.package, "version": d.version, "summary": summary(d)} for d in installed()]
    if arguments.format == "json":
        put_json({"drivers": rows})
    else:
        wide = max((len(row["name"]) for row in rows), default=0)
        lines = (f"{row['name']:<{wide}}  {row['package']} {row['version']}  {row['summary']}" for row in rows)
        put(printable("\n".join(lines)) if not rows else "\n".join(map(printable, lines)))
    return DONE


def _test(arguments: argparse.Namespace) -> int:
    from cell_drivers.conformance import LAWS
    from tui.statement_target import objection

    laws = [law for law in LAWS if arguments.law is None or law.name in arguments.law]
    if unknown := sorted(set(arguments.law or ()) - {law.name for law in LAWS}):
        return refuse(f"there is no law {unknown[0]}", USAGE)
    if arguments.output is not None and (problem := objection(Path(arguments.output))) is not None:
        return refuse(problem, USAGE)
    with LastWord() as last:
        return _tried(arguments, laws, last)


def _tried(arguments: argparse.Namespace, laws: Sequence[Law], last: LastWord) -> int:
    from cell_drivers.conformance import NotOpened
    from cellwright.cell_lock import Holder
    from cellwright.driver_bench import on_the_bench
    from cellwright.workshop import open_workshop
    from tui.diagnostics import emit
    from tui.driver_failure import told

    workshop, during = open_workshop(lambda stage, done, of: None, 1), "it is imported and made"
    last.say(_ended(arguments.name, during))
    try:
        with HangWatch(lambda: _leave(arguments.name, during, None, last)):
            found = on_the_bench(arguments.name, arguments.cell, workshop, arguments.travel, arguments.speed)
    except OSError as cause:
        return refuse(cause, USAGE)
    if found.value is None:
        emit(found.diagnostics, "text", {})
        return DRIVER if any(d.code in ("E292", "E295") for d in found.diagnostics) else USAGE
    try:
        lock = _locked(found.value)
    except OSError as cause:
        return refuse(f"no lock can be taken: {cause}", USAGE)
    if isinstance(lock, Holder):
        emit((lock.diagnostic,), "text", {})
        return USAGE
    try:
        if not _may_move(found.value, arguments.yes):
            return HELD
        statement = _examined(found.value, laws, last)
    except NotOpened as cause:
        return refuse(f"{arguments.name} could not be opened, so nothing was tried: {told(cause.__cause__ or cause)}", DRIVER)
    finally:
        lock.release()
    return _told(statement, arguments)


def _locked(on: OnTheBench) -> CellLock | Holder:
    """The lock of a run, on each device that is tried and has an address."""
    from cellwright.cell_lock import TRIAL, device_keys, take
    from cellwright.folders import state_folder

    given = on.bench.assembly
    return take(state_folder(), device_keys(on.driver.name, given.addresses, given.cell), TRIAL)


def _may_move(on: OnTheBench, is_agreed: bool) -> bool:
    """Simulated devices may. Of real ones it says what will move, and asks who is there."""
    from tui.asking import asked
    from tui.conformance_text import what_moves

    if on.drivers.virtual is not None:
        return True
    say(f"REAL DEVICES move when `{printable(on.driver.name)}` is tried. Nobody may be near them, and nothing in their way:")
    for line in what_moves(on.bench, on.drivers):
        say(f"  {printable(line)}")
    if is_agreed:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say("cellwright: nobody is there to be asked: give --yes to move them without a question")
        return False
    if asked("Try it? [y/N] ", lambda: False) in ("y", "yes"):
        return True
    say("Nothing was moved.")
    return False


def _examined(on: OnTheBench, laws: Sequence[Law], last: LastWord) -> Statement:
    from cell_drivers.conformance import examine
    from tui.progress import shown

    named, drivers, during = on.driver, on.drivers, "it is opened"
    last.say(_ended(named.name, during))

    def alive(newest: DriverSet) -> None:
        nonlocal drivers
        drivers = newest
        watch.alive()

    def begin(law: Law, device: str) -> None:
        nonlocal during
        during = f"{law.name} is tried on {device}"
        last.say(_ended(named.name, during))

    with shown() as progress, HangWatch(lambda: _leave(named.name, during, drivers, last)) as watch:

        def tell(over: int, of: int, finding: Finding) -> None:
            progress("laws", over, of)
            if finding.verdict == "failed":
                progress.line(f"broken: {finding.law.name}, {printable(finding.device)}: {printable(finding.seen)}")

        about = {"driver": named.name, "package": named.package, "version": named.version}
        return examine(replace(on.bench, alive=alive), laws, **about, tell=tell, begin=begin)


def _ended(name: str, during: str) -> str:
    return f"cellwright: {printable(name)} has ended this whole process, or something in it has, while {during}"


def _leave(name: str, during: str, drivers: DriverSet | None, last: LastWord) -> None:
    """A call hangs, so nothing of this process can be waited for. Robots are asked to stop once more, on a thread that may hang
    too."""
    last.over()
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[?25h")  # the cursor, which a bar has hidden
    say(f"cellwright: {printable(name)} hangs: while {during} no call has come back for {PATIENCE:g} s")
    if drivers is not None and drivers.virtual is None:
        stopping = threading.Thread(target=_stop, args=(drivers,), name="last stop", daemon=True)
        stopping.start()
        stopping.join(LAST_STOP)
    leave(DRIVER)


def _stop(drivers: DriverSet) -> None:
    for robot in drivers.motion.values():
        with suppress(Exception):
            robot.stop("hold")


def _told(statement: Statement, arguments: argparse.Namespace) -> int:
    from cell_drivers.conformance import statement_document
    from tui.conformance_text import statement_text, summary_line
    from tui.statement_target import write

    document = statement_document(statement)
    if arguments.output is not None:
        try:
            write(document, Path(arguments.output))
        except OSError as cause:
            return refuse(cause, USAGE)
    if arguments.format == "json":
        put_json(document)
    else:
        put(statement_text(statement, wants_colour(sys.stdout)))
    say(summary_line(statement))
    return DONE if statement.conforms else DRIVER


def _amount(text: str) -> float:
    return _number(text, 10.0)


def _share(text: str) -> float:
    return _number(text, 1.0)


def _number(text: str, highest: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}") from None
    if not 0.001 <= value <= highest:  # not for nan either
        raise argparse.ArgumentTypeError(f"expected a number from 0.001 to {highest:g}, got {text!r:.40}")
    return value
