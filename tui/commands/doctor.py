"""What is wrong with this installation, and where each setting came from. Exits 2 when something is wrong."""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tui.arguments import add_json
from tui.exit_codes import DONE, USAGE
from tui.speech import bold, count, printable, put, put_json, say, wants_colour

if TYPE_CHECKING:
    from cellwright.doctor import Finding

_MARKS = {"good": "✓", "told": "·", "bad": "✗"}


def configure(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.doctor import examine

    findings = examine(Path.cwd())
    bad = [finding for finding in findings if finding.verdict == "bad"]
    if arguments.format == "json":
        rows = [{"about": f.about, "what": f.what, "verdict": f.verdict, "help": f.help} for f in findings]
        put_json({"findings": rows, "wrong": len(bad)})
    else:
        put(_text(findings, wants_colour(sys.stdout)))
        say(f"{count(len(bad), 'thing')} wrong" if bad else "Nothing is wrong.")
    return USAGE if bad else DONE


def _text(findings: tuple[Finding, ...], colour: bool) -> str:
    lines = []
    for about, group in groupby(findings, key=lambda finding: finding.about):
        lines.append(bold(about, colour))
        for finding in group:
            lines.append(f"  {_MARKS[finding.verdict]} {printable(finding.what)}")
            if finding.help:
                lines.append(f"    {printable(finding.help)}")
    return "\n".join(lines)
