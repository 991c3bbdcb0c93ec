"""A page on a code: what the finding means, why it is one, an example, what to do."""

from __future__ import annotations

import argparse
import difflib
import re
import sys

from tui.arguments import add_json
from tui.exit_codes import DONE, USAGE
from tui.speech import bold, printable, put, put_json, refuse, wants_colour


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="such as E206; the code stands in brackets before each message")
    parser.add_argument("step", metavar="STEP", nargs="?", help="with a plan for CODE: why this step (not built yet)")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.code_pages import find_page, known_codes

    if arguments.step is not None:
        return refuse("`explain PLAN STEP` (why this step, this robot, now) is not built yet", USAGE)
    code = arguments.code.upper()
    page = find_page(code)
    if page is None:
        near = difflib.get_close_matches(code, known_codes(), 3)
        hint = f"; near it: {', '.join(near)}" if near else "; codes look like E206"
        return refuse(f"there is no code {arguments.code}{hint}", USAGE)
    if arguments.format == "json":
        put_json({"code": code, "title": page.title, "text": page.text})
    else:
        put(_read_aloud(f"{code} {page.title}", page.text, wants_colour(sys.stdout)))
    return DONE


def _read_aloud(title: str, text: str, colour: bool) -> str:
    """Markdown as a terminal shows it: strong words bold, fenced text set in by two."""
    lines, fenced = [bold(printable(title), colour), ""], False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            lines.append(f"  {printable(line)}")
        else:
            lines.append(re.sub(r"\*\*(.+?)\*\*", lambda strong: bold(strong[1], colour), printable(line)))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip()) + "\n"
