"""Every error of the text, the names, the units and the cell, in one pass. No robot library is loaded."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cell.people import PERSON
from tui.arguments import add_format, add_orders, add_settings, settings_of
from tui.exit_codes import DONE, PROBLEM, USAGE
from tui.speech import count, printable, put, put_json, refuse, say
from tui.stdin_text import STDIN, add_stdin_name

if TYPE_CHECKING:
    from cell.diagnostic import Diagnostic, Outcome
    from cell.orders import Order
    from cellwright.reading import Reading


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help=".intent or .cell file; - for stdin")
    add_stdin_name(parser)
    parser.add_argument("--fix", action="store_true", help="make the fixes that are certain, in the files named here")
    parser.add_argument("--unsafe-fixes", action="store_true", help="with --fix: also those that are a guess; look at the result")
    parser.add_argument("--diff", action="store_true", help="with --fix: change nothing, show what would change")
    parser.add_argument("--explain", action="store_true", help="print what was understood: order, paces, who reports each fact")
    add_settings(parser)
    add_orders(parser)
    add_format(parser)


def act(arguments: argparse.Namespace) -> int:
    from tui.diagnostics import emit, plain
    from tui.understood_text import explained, explained_text

    if (arguments.unsafe_fixes or arguments.diff) and not arguments.fix:
        return refuse("--unsafe-fixes and --diff go with --fix", USAGE)
    if arguments.fix and STDIN in arguments.files:
        return refuse("--fix mends files, and `-` is none", USAGE)
    if arguments.diff and arguments.format != "text":
        return refuse("--diff is text; every fix stands in the JSON of the findings", USAGE)
    if arguments.explain and arguments.format not in ("text", "json"):
        return refuse(f"--explain is text or JSON, not {arguments.format}", USAGE)
    try:
        readings = _mended(arguments) if arguments.fix else _read(arguments)
        orders = _ordered(arguments.orders, readings)
    except OSError as cause:
        return refuse(cause, USAGE)
    texts = {name: text for reading in readings for name, text in reading.texts.items()}
    found = (
        d
        for reading in readings
        for d in (*reading.diagnostics, *_not_planned(reading, orders.value or ()), *_not_driven(reading))
    )
    diagnostics = tuple(dict.fromkeys((*found, *orders.diagnostics)))
    if arguments.explain and arguments.format == "json":
        put_json({"diagnostics": [plain(d) for d in diagnostics], "understood": explained(readings)})
    else:
        emit(diagnostics, arguments.format, texts)
    if arguments.explain and arguments.format == "text":
        put(explained_text(readings, texts))
    broken = any(d.is_error for d in diagnostics)
    if arguments.format == "text" and not broken:
        for reading in readings:
            say(_summary(reading))
    return PROBLEM if broken else DONE


def _read(arguments: argparse.Namespace) -> Sequence[Reading]:
    from cellwright.reading import read
    from intentlang.source import MAX_BYTES
    from tui.stdin_text import stdin_text

    drafts = {arguments.stdin_name: stdin_text(MAX_BYTES)} if STDIN in arguments.files else {}
    names = [arguments.stdin_name if file == STDIN else file for file in arguments.files]
    return [read(name, settings_of(arguments), drafts=drafts) for name in names]


def _mended(arguments: argparse.Namespace) -> Sequence[Reading]:
    """The files as they read with the fixes made, which are written unless only the difference is asked for."""
    from cellwright.fixing import fixing
    from cellwright.rewriting import rewrite
    from tui.differences import difference

    fixed = fixing(arguments.files, settings_of(arguments), arguments.unsafe_fixes)
    for name, (before, after) in fixed.drafts.items():
        if arguments.diff:
            put(difference(name, before, after, "mended"))
        else:
            rewrite(name, after)
    done = "would mend" if arguments.diff else "mended"
    for made in fixed.made:
        say(printable(f"{done} {made.file}:{made.line} {made.code}: {made.title}"))
    return fixed.readings


def _ordered(path: str | None, readings: Sequence[Reading]) -> Outcome[tuple[Order, ...]]:
    """The orders, and what is wrong with them, for the first cell that there is."""
    from cell.diagnostic import Outcome
    from cellwright.order_files import read_order_file

    cell = next((reading.cell for reading in readings if reading.cell is not None), None)
    if path is None or cell is None:
        return Outcome(())
    found = read_order_file(path, cell)
    return Outcome(None if found.value is None else found.value.orders, found.diagnostics)


def _not_planned(reading: Reading, orders: tuple[Order, ...]) -> tuple[Diagnostic, ...]:
    from cellwright.not_covered import not_planned

    return not_planned(reading, orders)


def _not_driven(reading: Reading) -> tuple[Diagnostic, ...]:
    """Of a whole cell: a file without a robot is a part of one, whose drivers others name."""
    from cellwright.open_drivers import missing_drivers

    return missing_drivers(reading.cell) if reading.cell is not None and reading.is_ok and reading.cell.robots else ()


def _summary(reading: Reading) -> str:
    file = printable(reading.file)
    if reading.cell is None:
        return f"{file}: no error. It describes no cell and asks for nothing."
    cell = reading.cell
    robots, pieces, zones = (count(len(things), word) for things, word in (
        (cell.robots, "robot"), ([e for e in cell.equipment.values() if e.kind != PERSON], "piece"), (cell.zones, "zone"),
    ))  # fmt: skip
    following = f"cellwright plan {file}" if reading.program is not None else "check an intent that uses it"
    return f"{file}: no error. The cell has {robots}, {pieces} of equipment, {zones}. Next: {following}"
