"""Every error of the text, the names, the units and the cell, in one pass. No robot library is loaded."""

from __future__ import annotations

import argparse

from cellwright.reading import Reading, read
from tui.arguments import add_format, add_settings, settings_of
from tui.diagnostics import emit
from tui.exit_codes import DONE, PROBLEM, USAGE
from tui.speech import refuse, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help=".intent or .cell file")
    add_settings(parser)
    add_format(parser)


def act(arguments: argparse.Namespace) -> int:
    try:
        readings = [read(file, settings_of(arguments)) for file in arguments.files]
    except OSError as cause:
        return refuse(cause, USAGE)
    texts = {name: text for reading in readings for name, text in reading.texts.items()}
    diagnostics = tuple(dict.fromkeys(d for reading in readings for d in reading.diagnostics))
    emit(diagnostics, arguments.format, texts)
    broken = any(d.is_error for d in diagnostics)
    if arguments.format == "text" and not broken:
        for reading in readings:
            say(_summary(reading))
    return PROBLEM if broken else DONE


def _summary(reading: Reading) -> str:
    if reading.cell is None:
        return f"{reading.file}: nothing in it"
    cell = reading.cell
    counts = f"{len(cell.robots)} robot(s), {len(cell.equipment)} piece(s) of equipment, {len(cell.zones)} zone(s)"
    next_verb = "plan" if reading.program is not None else "check an intent that uses it"
    return f"{reading.file}: no error; cell with {counts}. Next: {next_verb}."
