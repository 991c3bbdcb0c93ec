"""Asks the controller of a run for something, and ends when it has said yes or no: for scripts, and for a terminal beside.

hold and resume; stop (orderly), quick-stop, abort (ends now); clear and reset; finish (no more come, so it completes); manual (in
a hold: robots may be jogged) and production. --answer ID=ANSWER answers a question first; `answer` does only that, and alone
lists those that are open. `order --order JSON` adds an order, as a line of a file of orders has it, `withdraw --order ID`
withdraws one. `alarms` lists the alarms; `acknowledge`, `shelve` and `unshelve` are for the one that --alarm names. These are
requests to a controller, not an emergency stop. Without RUN the newest run that lives is meant. A hold or a stop waits for no
greeting, so it is asked also of a controller that has no room for another terminal, or hangs: then it is taken when it answers.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import TYPE_CHECKING

from tui.arguments import add_answers
from tui.exit_codes import DONE, HELD, PROBLEM, USAGE
from tui.speech import printable, put, refuse, say

if TYPE_CHECKING:
    from cell.events import Asked
    from cellwright.service import Run
    from controller.alarms import Cause
    from controller.attached.messages import Refused

WORDS: dict[str, Asked] = {
    "hold": "hold", "resume": "resume", "stop": "stop", "quick-stop": "quick stop",
    "abort": "abort", "clear": "clear", "reset": "reset", "finish": "finish",
    "manual": "manual", "production": "production",
}  # fmt: skip
WITH_TEXT = ("answer", "order", "withdraw")
OF_ALARM = ("acknowledge", "shelve", "unshelve")
PATIENCE = 10.0  # s for an answer
LIES_THERE = ". The {} lies there, and is taken when it answers, before anything new is begun. Until then: the e-stop circuit"
LOOKS_AGAIN = 0.2  # s at most between two looks at the clock; what was asked here wakes the line too, with nothing told


def configure(parser: argparse.ArgumentParser) -> None:
    choices = (*WORDS, *WITH_TEXT, "alarms", *OF_ALARM)
    parser.add_argument("what", metavar="WHAT", choices=sorted(choices), help=f"one of {', '.join(choices)}")
    add_answers(parser)
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument(
        "--order", metavar="TEXT", help='with `order`: {"id": "WO-1", "items": {"bracket": 2}}; with `withdraw`: WO-1'
    )
    parser.add_argument(
        "--alarm", metavar="ALARM", help="with `acknowledge`, `shelve`, `unshelve`: which one, as `alarms` lists it"
    )
    parser.add_argument(
        "--minutes", metavar="N", type=float, help="with `shelve`: for how long, at most 480 (an engineer: 10080)"
    )
    parser.add_argument(
        "--role", choices=("operate", "engineer"), default="operate",
        help="engineer: allow what nobody approved, shelve for up to a week (default: operate)",
    )  # fmt: skip
    parser.add_argument("--reason", metavar="TEXT", help="with `shelve`: why, for whoever looks next")


def act(arguments: argparse.Namespace) -> int:
    from cell.asked import STOPS
    from cellwright.service import NotAnswered, NotReached, attach_to, reach
    from controller.journal.journal import JournalError
    from tui.chosen_run import controlled

    if (arguments.what in ("order", "withdraw")) is not (arguments.order is not None):
        return refuse("`ask order` and `ask withdraw` go with --order, and nothing else does", USAGE)
    if (why := _wrong_about_alarms(arguments)) is not None:
        return refuse(why, USAGE)
    is_urgent = WORDS.get(arguments.what) in STOPS or (arguments.what == "hold" and not arguments.answer)
    try:
        run = (reach if is_urgent else attach_to)(controlled(arguments.run), arguments.role)
    except (JournalError, NotReached) as cause:
        return refuse(str(cause), USAGE)
    try:
        return _asked(run, arguments)
    except NotAnswered as cause:
        return refuse(f"{cause}{LIES_THERE.format(arguments.what) if is_urgent else ''}", USAGE)
    except NotReached as cause:
        return refuse(str(cause), USAGE)
    finally:
        run.leave()


def _wrong_about_alarms(arguments: argparse.Namespace) -> str | None:
    if (arguments.what in OF_ALARM) is not (arguments.alarm is not None):
        return "`ask acknowledge`, `shelve` and `unshelve` go with --alarm, and nothing else does"
    given = (arguments.minutes is not None, arguments.reason is not None)
    if given != ((arguments.what == "shelve"),) * 2:
        return "`ask shelve` goes with --minutes and --reason, and nothing else does"
    if arguments.minutes is not None and not math.isfinite(arguments.minutes):  # that is no JSON
        return "--minutes is a number"
    return None


def _asked(run: Run, arguments: argparse.Namespace) -> int:
    from cell.asked import STOPS

    for question, given in arguments.answer:
        run.answer(question, given)
        if WORDS.get(arguments.what) not in STOPS and (refusal := run.accepted(PATIENCE)) is not None:  # a stop waits for nothing
            return _said(run, refusal, f"{question} = {given}")
    match arguments.what:
        case "answer" if not arguments.answer:
            return _listed(run)
        case "answer":
            said = ", ".join(f"{question} = {given}" for question, given in arguments.answer)
            return _said(run, None, said)
        case "order":
            return _ordered(run, arguments.order)
        case "withdraw":
            from cell.orders import OrderCancelled

            run.announce(OrderCancelled(arguments.order))
            return _said(run, run.accepted(PATIENCE), f"{arguments.order} is withdrawn")
        case "alarms":
            return _alarms(run)
        case "acknowledge" | "shelve" | "unshelve":
            return _attended(run, arguments)
        case what:
            return _said(run, run.asked(WORDS[what], PATIENCE), WORDS[what])


def _attended(run: Run, arguments: argparse.Namespace) -> int:
    """The controller is the judge of whether that alarm is there and may be shelved."""
    match arguments.what:
        case "acknowledge":
            run.acknowledge(arguments.alarm)
        case "shelve":
            run.shelve(arguments.alarm, 60.0 * arguments.minutes, arguments.reason)
        case _:
            run.unshelve(arguments.alarm)
    return _said(run, run.accepted(PATIENCE), f"{arguments.what} {arguments.alarm}")


def _ordered(run: Run, text: str) -> int:
    """Read as a line of a file of orders, beside the cell file as it is now; the controller looks at it beside its own."""
    from cell.order_file import read_orders
    from cell.orders import OrderAdded
    from cellwright.starting_again import cell_again
    from tui.diagnostics import emit

    cell = cell_again(run.folder)
    if cell.value is None:
        emit(cell.diagnostics, "text", {})
        return PROBLEM
    read = read_orders(text, "--order", cell.value)
    if read.value is None or len(read.value.orders) != 1:
        emit(read.diagnostics, "text", {"--order": text})
        return refuse("--order has one order", USAGE) if read.value is not None else PROBLEM
    (order,) = read.value.orders
    run.announce(OrderAdded(order))
    return _said(run, run.accepted(PATIENCE), f"order {order.id}")


def _alarms(run: Run) -> int:
    """In the order in which they are to be read; the first column is what --alarm wants."""
    _look(run)
    for alarm in run.alarms.in_order():
        cause = alarm.cause
        said = printable(f"{cause.code} {cause.text}".strip())
        told = f"{said} ({printable(cause.what_to_do)}); {_line(cause)}"
        put(f"{printable(cause.key)}: P{cause.priority} {alarm.state}: {told}")
    if not run.alarms.listed:
        say("There is no alarm.")
    return HELD if run.alarms.top is not None else DONE


def _line(cause: Cause) -> str:
    """The lines that it comes from, or why there is none."""
    places = ", ".join(dict.fromkeys(f"{span.file.rpartition('/')[2]}:{span.start.line}" for span in cause.because))
    return f"from {printable(places)}" if places else f"no line: {printable(cause.no_line)}"


def _look(run: Run) -> None:
    """What the controller believes now. Raises NotReached."""
    from cell.run import RunSummary
    from cellwright.service import NotReached

    run.look()
    until = time.monotonic() + PATIENCE
    for message in run.messages(LOOKS_AGAIN):
        if isinstance(message, RunSummary) and run.has_looked:
            return
        if time.monotonic() > until:
            raise NotReached(f"run {run.folder.id}: it has not answered within {PATIENCE:g} s")
    raise NotReached(f"run {run.folder.id}: its controller has gone")


def _listed(run: Run) -> int:
    _look(run)
    for one in run.questions.values():
        put(f"{printable(one.id)}: {printable(one.text)} ({printable(', '.join(one.answers))})")
    if not run.questions:
        say("Nothing is asked.")
    return HELD if run.questions else DONE


def _said(run: Run, refusal: Refused | None, what: str) -> int:
    if refusal is not None:
        return refuse(f"run {run.folder.id}: {refusal.code} {refusal.reason}", HELD)
    name = printable(run.folder.id)
    say(f"Asked run {name}: {printable(what)}. Next: cellwright status {name}")
    return DONE
