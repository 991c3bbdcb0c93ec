"""The operator's screens: of a run that goes on (the newest one by default), or of one on record, through which one may go back
and forth. They are a client of the run's controller: closing them ends nothing.

With --role view nothing can be asked of the run.
"""

from __future__ import annotations

import argparse
import sys

from tui.exit_codes import DONE, USAGE
from tui.speech import printable, refuse, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("--role", choices=("view", "operate"), default="operate", help="view: only look (default: operate)")
    parser.add_argument(
        "--theme", choices=("grey", "light"), default="grey", help="grey, with colour for the abnormal only, or light"
    )


def act(arguments: argparse.Namespace) -> int:
    from controller.journal.journal import JournalError
    from tui.chosen_run import living

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return refuse("the screens need a terminal; `cellwright attach` and `cellwright status` do not", USAGE)
    try:
        folder = living(arguments.run)
        if folder.pid() is None:
            folder.journal().close()
    except JournalError as cause:
        return refuse(str(cause), USAGE)

    from tui.operate.app import Operate
    from tui.operate.key_file import WrongKeys, key_file, own_keys
    from tui.operate.live import LiveRun
    from tui.operate.recorded import RecordedRun

    try:
        keys = own_keys(key_file())
    except (WrongKeys, OSError) as cause:
        return refuse(cause if isinstance(cause, OSError) else str(cause), USAGE)
    source = LiveRun(folder, arguments.role) if folder.pid() is not None else RecordedRun(folder)
    try:
        last_word = Operate(source, keys, theme=f"cellwright-{arguments.theme}").run()
    finally:
        source.close()
    if last_word:
        say(printable(last_word))
    return DONE
