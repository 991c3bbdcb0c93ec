"""The process of one browser's screens, as `operate --web` begins it for each: what they show goes to whoever began it.

Law: it ends with whoever began it, also where that was killed. The run does not.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

from controller.attached.messages import Role

LOOKED_EVERY: Final = 1.0  # s


def command(run: str | None, role: Role, theme: str) -> str:
    """The line of a shell that begins it. `run` None: those that go on."""
    words = (
        sys.executable,
        "-P",
        "-m",
        "tui.operate.web.session",
        *(() if run is None else (run,)),
        "--role",
        role,
        "--theme",
        theme,
    )
    return f"exec {shlex.join(words)}"


def main(words: Sequence[str] | None = None) -> int:
    from controller.journal.journal import JournalError
    from tui.chosen_run import living
    from tui.exit_codes import DONE, USAGE
    from tui.operate.key_file import WrongKeys, key_file, own_keys
    from tui.operate.shown import shown
    from tui.speech import printable, refuse, say

    parser = argparse.ArgumentParser()
    parser.add_argument("run", nargs="?")
    parser.add_argument("--role", choices=("view", "operate", "engineer"), required=True)
    parser.add_argument("--theme", choices=("grey", "light"), required=True)
    given = parser.parse_args(words)
    _end_with(os.getppid())
    try:
        keys = own_keys(key_file())
    except (WrongKeys, OSError) as cause:
        return refuse(cause if isinstance(cause, OSError) else str(cause), USAGE)
    try:
        last_word = shown(living(given.run), given.run is not None, given.role, keys, given.theme)
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    if last_word:
        say(printable(last_word))
    return DONE


def _end_with(parent: int) -> None:
    """Of a pipe that breaks nobody hears before something is to be shown."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOKED_EVERY)
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    raise SystemExit(main())
