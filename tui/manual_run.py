"""`run --manual`: what is asked for there, what has to be known before somebody agrees to it, and what comes next."""

from __future__ import annotations

import argparse
import signal
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING

from tui.asking import asked
from tui.exit_codes import DONE
from tui.signals import handled_by
from tui.speech import printable, put, put_json, say

if TYPE_CHECKING:
    from cell.run import RunSummary
    from cellwright.service import Run
    from cellwright.start_file import Start
    from cellwright.starting_again import Ready
    from controller.attached.messages import Prepared
    from tui.before_run import Proved

PATIENCE = 0.2  # s between two looks while nothing is told
REAL = 1.0  # times real time: somebody holds keys
UNLESS = "where it says that it does its robot is not jogged (--holds HAND=KIND)"


def held(text: str) -> tuple[str, str]:
    hand, equals, kind = text.partition("=")
    if not equals or not hand.strip() or not kind.strip():
        raise argparse.ArgumentTypeError(f"expected HAND=KIND, got {text!r:.60}")
    return hand.strip(), kind.strip()


def misused(arguments: argparse.Namespace) -> str | None:
    """What goes with --manual and what does not, as a sentence."""
    if not arguments.manual:
        return "--holds says what hands hold where nothing is planned: it goes with --manual" if arguments.holds else None
    if not arguments.file.endswith((".cell", ".intent")):
        return f"--manual plans nothing: name a .cell or an .intent, not {arguments.file}"
    needless = ("orders", "continuous", "wait", "strict")
    given = [f"--{name}" for name in needless if getattr(arguments, name)]
    return f"{' and '.join(given)}: with --manual nothing is made" if given else None


def of_manual(start: Start, arguments: argparse.Namespace) -> Start:
    return replace(start, is_manual=True, holds=tuple(arguments.holds), speed=arguments.speed or REAL)


def announce_manual(found: Proved) -> None:
    """What somebody has to know before saying yes."""
    from cell.state import InHand
    from cellwright.by_hand import hands_of

    request = found.ready.request
    held = {part.location.hand: part.kind for part in request.state.parts if isinstance(part.location, InHand)}
    say("Nothing is planned. Robots get power, and one moves while a key is held, at 250 mm/s at most. Taken for granted:")
    for hand in hands_of(request.cell):
        say(printable(f"  {hand} holds {held[hand]}, as --holds says" if hand in held else f"  {hand} holds nothing: {UNLESS}"))
    say("  every place that may hold a part holds one; what nobody observes is as the cell file says")
    nevers = len(request.program.nevers)
    say(
        f"  {nevers} `never` of the intent, which bind a jog too"
        if nevers
        else "  no `never`: those of an intent bind, where it is named"
    )


def agreed_by_hand(ready: Ready, prepared: Prepared) -> bool:
    """There is no plan that would be another one than before."""
    from tui.asked_to_run import announce_target

    announce_target(ready.request.cell, prepared.is_simulated)
    return asked("Give them power, and move them by hand? [y/N] ", lambda: False) in ("y", "yes")


def begun_by_hand(run: Run, arguments: argparse.Namespace) -> int:
    """Waits until robots may be moved by hand, and leaves the run to itself. Where it is stopped before, by Ctrl-C here or by
    somebody else, to its end. Raises ControllerEnded, NotBegun."""
    from tui.after_watching import said_at_last
    from tui.run_text import run_document

    summary = _in_manual_mode(run)
    if summary is None:
        return said_at_last(run.result(), arguments)
    name = printable(run.folder.id)
    if arguments.format == "json":
        put_json(run_document(summary))
    else:
        put(f"run {name}: {printable(summary.state)}, {summary.mode.lower()} mode")
    say(f"Next: cellwright operate (3: an arrow key, held, moves a robot); cellwright ask stop {name} ends it")
    return DONE


def _in_manual_mode(run: Run) -> RunSummary | None:
    """None where the run is over, or has been asked here to end."""
    from cell.events import ModeChanged
    from cell.run import RunSummary
    from tui.watching import STOPPING, STOPPING_QUICKLY

    interrupts = told = 0

    def signalled(number: int, frame: FrameType | None) -> None:
        """In a signal handler nothing is written."""
        nonlocal interrupts
        if number != signal.SIGINT:
            signal.default_int_handler(number, frame)
        interrupts += 1
        run.ask("stop" if interrupts == 1 else "quick stop")

    with handled_by(signalled):
        for message in run.messages(PATIENCE):
            if told < interrupts:
                told = interrupts
                say(STOPPING if told == 1 else STOPPING_QUICKLY)
            if isinstance(message, ModeChanged):
                run.look()
            elif isinstance(message, RunSummary) and message.mode == "Manual" and not interrupts:
                return message
    return None
