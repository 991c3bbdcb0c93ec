"""Goes through a run again, event by event, from its journal alone: what the fold concludes is held against what was recorded.

Ends with 1 where the two differ (R723) or the journal is damaged (R743); what is whole is told all the same.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.arguments import add_json
from tui.exit_codes import DONE, PROBLEM, USAGE
from tui.speech import moment, printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from cell.events import Event
    from cell.run import RunSummary
    from controller.journal.damage import Damage
    from controller.journal.folder import RunFolder
    from controller.journal.replay import ReplayDiffers

SECOND = 1e9


@dataclass(frozen=True, slots=True)
class Replayed:
    """The first `len(events)` events of a run of `total`, what it had come to then, and what is wrong with them."""

    run_id: str
    events: tuple[Event, ...]
    total: int
    summary: RunSummary
    differs: ReplayDiffers | None
    damage: Damage | None


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("--until", type=_number, metavar="N", help="only the first N events, and what the run had come to then")
    parser.add_argument("--every", action="store_true", help="also the events that belong to every step of every run")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.journal import JournalError
    from tui.chosen_run import chosen

    try:
        found = chosen(state_folder(), arguments.run, lambda folder: _replayed(folder, arguments.until))
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    if arguments.until is not None and arguments.until > found.total:
        return refuse(f"run {printable(found.run_id)} has {found.total} events, not {arguments.until}", USAGE)
    if arguments.format == "json":
        put_json(_document(found))
    else:
        put(_text(found, arguments.every))
    for wrong in _wrong(found):
        say(wrong)
    return DONE if found.differs is None and found.damage is None else PROBLEM


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**9:
        raise argparse.ArgumentTypeError(f"expected a whole number of events from 1 on, got {text!r:.40}")
    return int(text)


def _replayed(folder: RunFolder, until: int | None) -> Replayed:
    """Raises JournalError."""
    from dataclasses import replace

    from controller.journal.journal import legible
    from controller.journal.replay import ReplayDiffers, fold, verified
    from controller.summary import summary_of

    events = folder.events()
    shown, differs = events[:until], None
    with legible(folder.path):
        try:
            state = verified(shown)
        except ReplayDiffers as cause:
            differs, shown = cause, shown[: cause.number]
            state = fold(shown)
        summary = replace(summary_of(state), run_id=folder.id)
    return Replayed(folder.id, shown, len(events), summary, differs, folder.damage())


def _wrong(found: Replayed) -> Iterator[str]:
    if found.differs is not None:
        yield f"{found.differs.code}: {found.differs}; see `cellwright explain {found.differs.code}`"
    if found.damage is not None:
        yield printable(found.damage.text)


def _text(found: Replayed, every: bool) -> str:
    from tui.event_text import event_line
    from tui.run_text import run_text

    width = len(str(len(found.events)))
    lines = []
    for number, event in enumerate(found.events, start=1):
        line = event_line(event)
        if line is not None or every:
            lines.append(f"{number:>{width}}  {_moment(found, event)}  {line or _routine(event)}")
    end = f"after event {len(found.events)} of {found.total}"
    return "\n".join([*lines, "", end, run_text(found.summary, wants_colour(sys.stdout))])


def _routine(event: Event) -> str:
    """An event that belongs to every step of every run, by its kind and what it is about."""
    about = [part for part in (event.of.step, event.of.part) if part]
    return printable(f"{type(event).__name__} {' '.join(about)}".rstrip())


def _moment(found: Replayed, event: Event) -> str:
    return moment((event.at - found.events[0].at) / SECOND)


def _document(found: Replayed) -> dict[str, Any]:
    from tui.event_text import event_line
    from tui.run_text import run_document

    zero = found.events[0].at if found.events else 0
    differs, damage = found.differs, found.damage
    return {
        "run_id": found.run_id,
        "events": [
            {
                "number": number,
                "at_s": (event.at - zero) / SECOND,
                "kind": type(event).__name__,
                "step": event.of.step,
                "part": event.of.part,
                "text": event_line(event),
            }
            for number, event in enumerate(found.events, start=1)
        ],
        "total": found.total,
        "state": run_document(found.summary),
        "differs": None if differs is None else {"code": differs.code, "event": differs.number, "text": str(differs)},
        "damage": None if damage is None else {"code": "R743", "after": damage.after, "text": damage.why},
    }
