"""Goes on with a run that its controller has left: shows what is otherwise than it was, asks what nobody can tell, asks for a
confirmation, and goes on in the same journal. The newest run where none is named.

Nothing moves before the confirmation, and who says no changes nothing. --yes goes on without it where no question is open.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tui.arguments import add_json
from tui.asking import asked
from tui.exit_codes import DRIVER, HELD, INTERRUPTED, PROBLEM, USAGE
from tui.speech import printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from cell.diagnostic import Diagnostic
    from cellwright.resuming import Found, Left

CODES = {"R757": USAGE, "R762": USAGE, "R763": USAGE, "R764": DRIVER, "R765": USAGE}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("--yes", action="store_true", help="do not ask before the first motion")
    parser.add_argument(
        "--answer", action="append", default=[], metavar="ID=ANSWER", type=_answer, help="answer a question; several times"
    )
    parser.add_argument(
        "--jobs", type=int, default=None, metavar="N", help="processes for motions and proofs (default: all cores)"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal was given up")
    parser.add_argument("--wait", action="store_true", help="wait in a hold, also where nobody can be asked")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.cell_lock import Holder, keys_of, take
    from cellwright.folders import state_folder

    left = _left(arguments)
    if isinstance(left, int):
        return left
    lock = take(state_folder(), keys_of(left.reading, left.request.cell), left.folder.id)
    if isinstance(lock, Holder):
        return _refused((lock.diagnostic,))
    try:
        return _looked_at(left, arguments)
    finally:
        lock.release()


def _looked_at(left: Left, arguments: argparse.Namespace) -> int:
    from cell.driver_errors import DriverError
    from cellwright.folders import private, state_folder
    from cellwright.resuming import found_run
    from tui.driver_failure import told
    from tui.resume_text import resume_document, resume_text

    try:
        found = found_run(left, private(state_folder() / "worlds"))
    except DriverError as cause:
        return refuse(f"a driver failed: {told(cause)}", DRIVER)
    if found.value is None:
        return _refused(found.diagnostics)
    say(resume_text(found.value))
    is_attended = sys.stdin.isatty() and sys.stderr.isatty()
    answers = _answers(found.value, dict(arguments.answer), is_attended)
    is_agreed = answers is not None and (arguments.yes or (is_attended and _agreed(left.folder.id)))
    if answers is None or not is_agreed:
        if arguments.format == "json":
            put_json(resume_document(found.value))
        say(
            f"Nothing was moved; run {printable(left.folder.id)} is as it was." + ("" if is_attended else " Give --yes to go on.")
        )
        return HELD
    return _go_on(found.value, answers, arguments, is_attended)


def _left(arguments: argparse.Namespace) -> Left | int:
    from cellwright.folders import state_folder
    from cellwright.resuming import left_run
    from cellwright.workshop import open_workshop
    from controller.journal.folder import find_run
    from controller.journal.journal import JournalError

    workshop = open_workshop(lambda stage, done, of: None, arguments.jobs)
    try:
        left = left_run(find_run(state_folder(), arguments.run), workshop)
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    return left.value if left.value is not None else _refused(left.diagnostics)


def _answers(found: Found, given: dict[str, str], is_attended: bool) -> dict[str, str] | None:
    """One for each question; None where somebody who could tell is not there."""
    answers: dict[str, str] = {}
    for name, question in found.questions:
        answer: str | None = given.get(name, "")
        while answer not in question.answers:
            if not is_attended or answer is None:
                return None
            answer = asked(f"{printable(question.text)} [{printable(', '.join(question.answers))}] ", lambda: False)
        answers[name] = answer
    return answers


def _agreed(run: str) -> bool:
    return asked(f"Go on with run {printable(run)}? [y/N] ", lambda: False) in ("y", "yes")


def _go_on(found: Found, answers: dict[str, str], arguments: argparse.Namespace, is_attended: bool) -> int:
    from cell.driver_errors import DriverError
    from cellwright.run_here import resume_run
    from tui.driver_failure import told
    from tui.run_text import run_document, run_exit_code, run_text
    from tui.watching import Watching

    was_held = found.left.before.state.pack == "Held"
    run = resume_run(found)
    for name, answer in answers.items():
        run.answer(name, answer)
    if was_held:
        run.ask("resume")
    try:
        summary = Watching(run, is_attended, arguments.wait, is_confirmed=not was_held, is_here=True).to_the_end()
    except DriverError as cause:
        return refuse(f"a driver failed: {told(cause)}", DRIVER)
    finally:
        found.drivers.drivers.close()
    if summary is None:
        return INTERRUPTED
    if arguments.format == "json":
        put_json(run_document(summary))
    else:
        put(run_text(summary, wants_colour(sys.stdout)))
    say(f"Next: cellwright report {printable(summary.run_id)}")
    return run_exit_code(summary, arguments.strict)


def _refused(diagnostics: tuple[Diagnostic, ...]) -> int:
    from tui.diagnostics import emit

    emit(diagnostics, "text", {})
    return next((CODES[d.code] for d in diagnostics if d.code in CODES), PROBLEM)


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise argparse.ArgumentTypeError(f"expected ID=ANSWER, got {text!r}")
    return name.strip(), value.strip()
