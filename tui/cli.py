"""The command line: one program, verbs in the order of a day's work. A verb's code is imported only when it is called.

stdout carries data, stderr carries progress and complaints. Exit codes: tui/exit_codes.py. Whatever happens, nobody is shown a
traceback: a mistake gets a line, a defect of ours a line and a file.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from cellwright.sparing import spare
from tui.exit_codes import DONE, INTERRUPTED, USAGE
from tui.signals import ended_like_ctrl_c
from tui.streams import last_words, open_what_is_closed, write_data, write_talk

# verb -> (module in tui.commands, one line of help). None: not built yet, said plainly.
VERBS: Final[dict[str, tuple[str | None, str]]] = {
    "check": ("check", "every error of the text, the names, the units and the cell"),
    "fmt": ("fmt", "lay a file out in the one style, comments kept"),
    "plan": ("plan", "compile, schedule, find the motions, prove them, write the plan"),
    "diff": ("diff", "what changed between two plans, and why"),
    "explain": ("explain", "a page on a code: what, why, an example, what to do"),
    "simulate": ("simulate", "run on simulated drivers in virtual time"),
    "verify": ("verify", "a campaign of disturbed runs"),
    "run": ("run", "ask, then dispatch to the drivers that the cell file names"),
    "attach": ("attach", "watch a run that goes on, and answer what it asks"),
    "ask": ("ask", "hold, resume, stop, abort: ask it of a run that goes on"),
    "resume": ("resume", "go on with a run that its controller has left"),
    "runs": ("runs", "the runs on record, newest first"),
    "status": ("status", "what is going on, or how a run ended"),
    "replay": ("replay", "go through a run again, event by event"),
    "report": ("report", "a readable account of a run"),
    "operate": ("operate", "the operator's screens, of a run that goes on or of one on record"),
    "drivers": ("drivers", "which drivers are installed; the conformance kit"),
    "export": (None, "the record as training data"),
    "health": (None, "drive health from the record"),
    "lsp": (None, "the language server"),
    "doctor": ("doctor", "what is wrong with this installation"),
    "init": ("init", "a new cell from a template"),
}


class _Parser(argparse.ArgumentParser):
    """argparse, but a mistake in usage ends with our exit code and one line that says where help is."""

    def error(self, message: str) -> NoReturn:
        from tui.speech import printable

        write_talk(f"cellwright: {printable(message)}\ncellwright: see `{self.prog} --help`\n")
        raise SystemExit(USAGE)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb and gives its exit code. Never lets a traceback reach the user."""
    spare()
    open_what_is_closed()
    _say_what_the_terminal_cannot()
    try:
        code = _answer(list(sys.argv[1:] if argv is None else argv))
        last_words()
        return code
    except OSError as cause:
        from tui.speech import refuse

        return refuse(cause, USAGE)


def _answer(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        write_data(_overview())
        return DONE if words else USAGE
    if words[0] in ("-V", "--version"):
        from importlib.metadata import version

        write_data(f"cellwright {version('cellwright')}\n")
        return DONE
    return _call(words[0], words[1:])


def _call(verb: str, words: list[str]) -> int:
    if verb not in VERBS:
        write_talk(_unknown(verb))
        return USAGE
    module, summary = VERBS[verb]
    if module is None:
        write_talk(f"cellwright: `{verb}` ({summary}) is not built yet\n")
        return USAGE
    try:
        with ended_like_ctrl_c():
            return _act(verb, module, words)
    except SystemExit as leaving:  # argparse, after --help or a mistake in usage
        return leaving.code if isinstance(leaving.code, int) else USAGE
    except KeyboardInterrupt:
        write_talk("\ncellwright: interrupted\n")
        return INTERRUPTED
    except OSError:
        raise  # the world's, not a defect
    except Exception as defect:
        from tui.defects import confess

        return confess(defect, verb)


def _act(verb: str, module: str, words: list[str]) -> int:
    command = importlib.import_module(f"tui.commands.{module}")
    parser = _Parser(prog=f"cellwright {verb}", description=command.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.configure(parser)
    act: Callable[[argparse.Namespace], int] = command.act
    return act(parser.parse_args(words))


def _say_what_the_terminal_cannot() -> None:
    """A character that the terminal's encoding lacks is written as an escape rather than being an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _overview() -> str:
    width = max(map(len, VERBS))
    rows = "".join(
        f"  {verb:<{width}}  {summary}{'' if module else ' (not built yet)'}\n" for verb, (module, summary) in VERBS.items()
    )
    return (
        "usage: cellwright VERB …\n\n"
        "Say what shall be true of a robot cell; get a proved plan; run it.\n\n"
        f"{rows}\n"
        "`cellwright VERB --help` tells a verb's options. Start with:\n"
        "  cellwright check examples/02_machine_tending/tending.intent\n"
        "  cellwright run examples/02_machine_tending/tending.intent\n"
    )


def _unknown(verb: str) -> str:
    import difflib

    from tui.speech import printable

    near = difflib.get_close_matches(verb, VERBS, 1)
    hint = f"did you mean `{near[0]}`?" if near else "`cellwright --help` lists the verbs"
    return f"cellwright: there is no verb `{printable(verb)}`; {hint}\n"


if __name__ == "__main__":
    raise SystemExit(main())
