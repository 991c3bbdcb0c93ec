"""A new cell from a template: a .cell and an .intent that check, plan and run as they are. Writes over nothing."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cellwright.new_cell import TEMPLATES
from tui.arguments import add_json
from tui.exit_codes import DONE, PROBLEM, USAGE
from tui.speech import printable, put_json, refuse, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="where the files go; made where there is none")
    told = "; ".join(f"{name}: {what}" for name, what in TEMPLATES.items())
    first = next(iter(TEMPLATES))
    parser.add_argument("--template", choices=tuple(TEMPLATES), default=first, help=f"{told} (default: {first})")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.file_bytes import refuse_no_name
    from cellwright.new_cell import template_files, write_new
    from cellwright.reading import read
    from tui.diagnostics import emit

    try:
        refuse_no_name(arguments.folder)
        written = write_new(Path(arguments.folder), template_files(arguments.template))
        reading = read(os.fspath(written[-1]), {})
    except OSError as cause:
        return refuse(cause, USAGE)
    if not reading.is_ok:  # a package whose words get in the way of ours
        emit(reading.diagnostics, "text", reading.texts)
        return PROBLEM
    following = [f"cellwright {verb} {printable(os.fspath(written[-1]))}" for verb in ("check", "plan", "simulate", "run")]
    if arguments.format == "json":
        put_json({"template": arguments.template, "files": [os.fspath(path) for path in written], "next": following})
        return DONE
    for path in written:
        say(f"wrote {printable(os.fspath(path))}")
    say(f"Both are right as they are. Next: {following[1]}")
    say(f"Then change the cell file to what stands on your floor, and look with {following[0]}")
    return DONE
