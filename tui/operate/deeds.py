"""What an operator can do here, each with its key, and the reason where it cannot be done now.

Law: nothing is hidden for being impossible. A key that does nothing now is shown so, and says why when it is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cell.dataclass import dataclass
from tui.operate.view import View, may_ask, open_questions

STOP_NAME: Final = "STOP (protective stop request)"
EVERYWHERE: Final = "ctrl+x"
"""Asks for a stop also where letters are typed; it cannot be given away to anything else."""

WhyNot = Callable[[View], str | None]


@dataclass(frozen=True, slots=True)
class Deed:
    """`name` is what a key is given to in the configuration; `short` stands in the footer, `long` in the palette. `confirms`:
    what is asked before, "" where nothing is."""

    name: str
    key: str
    short: str
    long: str
    why_not: WhyNot
    confirms: str = ""


def _always(view: View) -> str | None:
    return None


def _ask(what: str) -> WhyNot:
    return lambda view: may_ask(view, what)  # type: ignore[arg-type]


def _clear(view: View) -> str | None:
    """A run that was aborted is over, and its controller gone: nobody is there to clear it but who takes it up again."""
    if view.scene.run.pack == "Aborted":
        return "R takes the run up again, and who confirms what is shown then has cleared it"
    return may_ask(view, "clear")


def _alarm(view: View) -> str | None:
    return _told(view) if view.scene.alarms.listed else "there is no alarm"


def _unacknowledged(view: View) -> str | None:
    listed = view.scene.alarms.listed.values()
    if not listed:
        return "there is no alarm"
    return _told(view) if any(not alarm.is_acknowledged for alarm in listed) else "all alarms are acknowledged"


def _question(view: View) -> str | None:
    return _told(view) if open_questions(view) else "no question is open"


def _told(view: View) -> str | None:
    """Why nothing can be told to a controller; None where it can."""
    if view.link != "live":
        return "this is a record: nothing can be changed in it" if view.link == "record" else "there is no controller to tell"
    return "this terminal only looks: attach with --role operate" if view.role == "view" else None


def _engineer(view: View) -> str | None:
    return None if view.role == "engineer" else "that is for the role engineer: cellwright operate --role engineer"


def _record(view: View) -> str | None:
    return None if view.link == "record" else "only a record can be gone back in: cellwright operate RUN of a run that is over"


def _over(view: View) -> str | None:
    return None if view.behind is not None else "no record is shown over a run"


def _lost(view: View) -> str | None:
    return (
        None if view.link == "lost" else "there is a line to the controller" if view.link == "live" else "there is no controller"
    )


def _left(view: View) -> str | None:
    if view.behind is not None:
        return "this is a record: cellwright operate RUN takes a run over"
    if not view.is_left:
        return "the run is over" if view.link in ("record", "over") else "the run has a controller"
    return "this terminal only looks: attach with --role operate" if view.role == "view" else None


STOP: Final = Deed("stop", "x", "STOP", STOP_NAME, _ask("quick stop"))
DEEDS: Final[tuple[Deed, ...]] = (
    STOP,
    Deed("hold", "h", "hold", "Hold: end the motions under way, start no other", _ask("hold")),
    Deed("resume", "r", "resume", "Resume: see what has changed and what comes next, and agree to it", _ask("resume")),
    Deed("answer", "q", "answer", "Answer the question that is open", _question),
    Deed("finish", "f", "finish", "Finish: take no more orders, make what has come", _ask("finish"), "No more orders are taken."),
    Deed(
        "normal_stop",
        "t",
        "end",
        "Stop at the end of the motions under way",
        _ask("stop"),
        "The run ends. It may be taken up again from what is there then.",
    ),
    Deed("abort", "A", "abort", "Abort: stop and take the power away", _ask("abort"), "Robots stop and lose their power."),
    Deed("clear", "C", "clear", "Clear after an abort", _clear),
    Deed(
        "manual",
        "m",
        "manual",
        "Manual mode: robots may be jogged while a key is held",
        _ask("manual"),
        "Faults are acknowledged, robots get power and move while a key is held. Is nobody in their way?",
    ),
    Deed("production", "M", "produce", "Production mode: nothing is jogged, and the run may be resumed", _ask("production")),
    Deed("acknowledge", "a", "ack", "Acknowledge the alarm under the cursor, or the top one", _unacknowledged),
    Deed("shelve", "s", "shelve", "Shelve an alarm, for a reason and a time; bring back a shelved one", _alarm),
    Deed("overview", "1", "cell", "Overview", _always),
    Deed("plan", "2", "plan", "Plan: planned against actual", _always),
    Deed("jog", "3", "jog", "Joints and jog: move a robot by hand, in manual mode", _always),
    Deed("alarms", "4", "alarms", "Alarms", _always),
    Deed("explain", "5", "explain", "Explain: the step chosen on the plan, from its line of intent to what must hold", _always),
    Deed("log", "7", "log", "What has happened", _always),
    Deed("records", "H", "runs", "Runs on record of this cell: one is shown in its place, STOP stays that of this run", _always),
    Deed("to_live", "L", "live", "Back from a record to the run that these screens are attached to", _over),
    Deed("intent", "6", "intent", "Intent: its text, and what is wrong with it", _always),
    Deed("save", "ctrl+s", "save", "Save the text of the intent, for the next run", _engineer),
    Deed("fix", "f4", "fix", "Make the fix of the finding under the cursor", _engineer),
    Deed("changes", "f5", "changes", "What a plan from this text would change, and why", _engineer),
    Deed("reload", "f9", "reload", "Take the text as its file has it, in place of what was typed", _engineer),
    Deed("keep", "f10", "keep", "Keep what was typed, although another has changed the file", _engineer),
    Deed("cells", "8", "cells", "Cells: every run that goes on on this machine", _always),
    Deed("back", "left_square_bracket", "back", "One event back in the record", _record),
    Deed("forward", "right_square_bracket", "on", "One event on in the record", _record),
    Deed("back_far", "left_curly_bracket", "before", "To the state before, in the record", _record),
    Deed("forward_far", "right_curly_bracket", "after", "To the state after, in the record", _record),
    Deed("play", "space", "play", "Play the record, or let it stand", _record),
    Deed("faster", "plus", "faster", "Play faster", _record),
    Deed("slower", "minus", "slower", "Play more slowly", _record),
    Deed("take_over", "R", "take over", "Take over a run whose controller is gone: look at its devices, then confirm", _left),
    Deed("reattach", "n", "attach", "Attach again", _lost),
    Deed("jump", "g", "go to", "Go to a region: each shows a letter", _always),
    Deed("help", "question_mark", "help", "Help for what has the focus, and all keys", _always),
    Deed("palette", "colon", "all", "Everything that can be done, by name", _always),
    Deed("detach", "d", "leave", "Detach: the screens go, the run goes on", _always),
)
BY_NAME: Final = {deed.name: deed for deed in DEEDS}
_ALWAYS: Final = ("overview", "plan", "alarms", "help", "palette", "detach")
FOOTER: Final = ("hold", "resume", "acknowledge", *_ALWAYS)
MANUAL_FOOTER: Final = ("jog", "production", "acknowledge", *_ALWAYS)
LOST_FOOTER: Final = ("take_over", "reattach", *_ALWAYS)
RECORD_FOOTER: Final = ("back", "forward", "back_far", "forward_far", "play", "overview", "plan", "help", "palette", "detach")
EDIT_FOOTER: Final = ("save", "fix", "changes", "reload", "overview", "help", "palette", "detach")
TYPING_FOOTER: Final = ("save", "fix", "changes", "reload")
"""Where letters are text."""
ROOMY: Final = ("jump", "cells")
"""Where the terminal has the room, before the last three."""
_SHOWN: Final = {
    "left_square_bracket": "[", "right_square_bracket": "]", "left_curly_bracket": "{", "right_curly_bracket": "}",
    "question_mark": "?", "colon": ":", "plus": "+", "minus": "-",
}  # fmt: skip


def shown_key(key: str) -> str:
    """As it stands on the keyboard: ctrl+x is ^x."""
    first = key.split(",")[0]
    return _SHOWN.get(first, first.replace("ctrl+", "^"))
