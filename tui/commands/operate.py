"""The operator's screens: of the runs that go on, or of one by its name; of one on record, through which one may go back and
forth. They are a client of the run's controller: closing them ends nothing.

With --role view nothing can be asked of the run. With --web they are shown in a browser, on this machine's loopback alone.
"""

from __future__ import annotations

import argparse
import errno
import sys
from typing import TYPE_CHECKING

from tui.exit_codes import DONE, USAGE
from tui.speech import printable, put, refuse, say

if TYPE_CHECKING:
    from controller.journal.folder import RunFolder


def configure(parser: argparse.ArgumentParser) -> None:
    from tui.operate.web.address import USUAL

    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument(
        "--role", choices=("view", "operate", "engineer"), default="operate",
        help="view: only look; engineer: change the text of the intent too (default: operate)",
    )  # fmt: skip
    parser.add_argument(
        "--theme", choices=("grey", "light"), default="grey", help="grey, with colour for the abnormal only, or light"
    )
    parser.add_argument("--web", action="store_true", help="in a browser on this machine, until Ctrl-C")
    parser.add_argument("--address", metavar="[HOST:]PORT", help=f"with --web: where, on the loopback only (default: {USUAL})")


def act(arguments: argparse.Namespace) -> int:
    from controller.journal.journal import JournalError
    from tui.chosen_run import living
    from tui.operate.key_file import WrongKeys, key_file, own_keys

    if arguments.address is not None and not arguments.web:
        return refuse("--address says where --web is served, so it goes with --web", USAGE)
    if not arguments.web and not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return refuse("the screens need a terminal, or --web; `cellwright attach` and `cellwright status` do not", USAGE)
    try:
        folder = living(arguments.run)
        if folder.pid() is None:
            folder.journal().close()
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    try:
        keys = own_keys(key_file())
    except (WrongKeys, OSError) as cause:
        return refuse(cause if isinstance(cause, OSError) else str(cause), USAGE)
    if arguments.web:
        return _served(folder, arguments)
    from tui.operate.shown import shown

    last_word = shown(folder, arguments.run is not None, arguments.role, keys, arguments.theme)
    if last_word:
        say(printable(last_word))
    return DONE


def _served(folder: RunFolder, arguments: argparse.Namespace) -> int:
    from tui.operate.web.address import USUAL, NotHere, address_of
    from tui.operate.web.session import command

    try:
        address = address_of(USUAL if arguments.address is None else arguments.address)
        from tui.operate.web.page import serve
    except NotHere as cause:
        return refuse(str(cause), USAGE)
    except ImportError as cause:
        return refuse(
            f"--web needs what the extra `web` brings ({cause.name} is not here): pip install 'cellwright[web]',"
            " in a clone pip install -e '.[web]'",
            USAGE,
        )

    what = "the runs that go on" if arguments.run is None else f"run {folder.id}"

    def told(where: str) -> None:
        put(where)
        say(f"{what}, on this machine only, until Ctrl-C. Who has this address can do what this terminal can: keep it.")

    screens = command(None if arguments.run is None else folder.id, arguments.role, arguments.theme)
    try:
        serve(screens, address, f"Cellwright: {what}", told, say)
    except OSError as cause:
        if cause.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "is taken" if cause.errno == errno.EADDRINUSE else "may not be had"
        return refuse(f"port {address[1]} of {address[0]} {why}; --address 0 takes one that is free", USAGE)
    say("The screens are no longer served; the run goes on." if folder.pid() is not None else "The screens are no longer served.")
    return DONE
