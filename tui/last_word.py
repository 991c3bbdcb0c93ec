"""What was done last, told where this process ends without a word: a foreign driver, or a library of its maker's, has ended it.

A shell of its own reads it from a pipe and speaks once that ends, for nothing of a process that was killed can.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from types import TracebackType

OVER = "over"
SCRIPT = f'while IFS= read -r line; do [ "$line" = {OVER} ] && exit; last=$line; done; printf "%s\\n" "$last" >&2'
"""It does not wait for the end of the pipe then: a process that a driver has forked may keep it."""


class LastWord:
    """Inside, what was handed to `say` last is told on stderr if this process ends there."""

    def __init__(self) -> None:
        theirs, ours = os.pipe()
        # In a session of its own: what the terminal sends to end this process does not end it.
        self._shell = subprocess.Popen(["/bin/sh", "-c", SCRIPT], stdin=theirs, stdout=subprocess.DEVNULL, start_new_session=True)
        os.close(theirs)
        self._pipe = os.fdopen(ours, "w", encoding="utf-8")

    def say(self, sentence: str) -> None:
        with suppress(OSError, ValueError):  # the shell is gone: nobody tells it then
            self._pipe.write(" ".join(sentence.split()) + "\n")
            self._pipe.flush()

    def over(self) -> None:
        """Nothing is to be told any more: how this process ends is known."""
        self.say(OVER)
        with suppress(OSError):
            self._pipe.close()

    def __enter__(self) -> LastWord:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over()
        self._shell.wait()
