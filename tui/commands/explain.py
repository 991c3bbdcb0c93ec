"""A page on a code: what the finding means, why it is one, an example, what to do. Or the account of one step of a plan."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from pathlib import Path

from tui.arguments import add_json
from tui.exit_codes import DONE, PROBLEM, USAGE
from tui.speech import bold, printable, put, put_json, refuse, wants_colour


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", metavar="CODE|PLAN", help="such as E206; the code stands in brackets before each message. Or a plan file"
    )
    parser.add_argument("step", metavar="STEP", nargs="?", help="with a plan file: why this step, by whom, when, and if it fails")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.code_pages import find_page, known_codes

    if arguments.step is not None:
        return _explain_step(arguments)
    code = arguments.code.upper()
    page = find_page(code)
    if page is None and Path(arguments.code).is_file():
        return refuse(f"{arguments.code} is a file: name a step of the plan as well, such as s1", USAGE)
    if page is None:
        near = difflib.get_close_matches(code, known_codes(), 3)
        hint = f"; near it: {', '.join(near)}" if near else "; codes look like E206"
        return refuse(f"there is no code {arguments.code}{hint}", USAGE)
    if arguments.format == "json":
        put_json({"code": code, "title": page.title, "text": page.text})
    else:
        put(_read_aloud(f"{code} {page.title}", page.text, wants_colour(sys.stdout)))
    return DONE


def _explain_step(arguments: argparse.Namespace) -> int:
    from cellwright.session import load_plan
    from cellwright.shown import shown, shown_texts
    from cellwright.step_account import account
    from tui.diagnostics import emit
    from tui.preparing import UNREADABLE
    from tui.step_text import step_document, step_text

    try:
        loaded = load_plan(arguments.code)
    except OSError as cause:
        return refuse(cause, USAGE)
    if loaded.value is None:
        emit(loaded.diagnostics, "text", {})
        return USAGE if any(d.code in UNREADABLE for d in loaded.diagnostics) else PROBLEM
    plan, reading = loaded.value.plan, loaded.value.reading
    if reading.program is None or reading.cell is None or not reading.is_ok:
        emit(shown(reading, reading.diagnostics), "text", shown_texts(reading))
        return PROBLEM
    if plan.sources != reading.program.sources:
        changed = sorted({name for name, _ in set(plan.sources) ^ set(reading.program.sources)})
        return refuse(f"{', '.join(changed)} changed since {arguments.code} was made; plan again", PROBLEM)
    found = account(arguments.step, plan.tasks, reading.program, reading.cell)
    if found is None:
        last = plan.tasks.steps[-1].id if plan.tasks.steps else "none"
        return refuse(f"{arguments.code} has no step {arguments.step}; its steps are s1 to {last}", USAGE)
    if arguments.format == "json":
        put_json(step_document(found))
    else:
        put(step_text(found, reading.texts, wants_colour(sys.stdout)))
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
