"""The three standard streams as they really are: one may be closed, its reader may go away, its disk may be full.

Law: data that cannot be written is an error of usage, but a reader that has had enough (`| head`) is none, and the work goes on;
talk that nobody hears stops nothing, least of all a run.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

GONE = (errno.EPIPE, errno.EIO)
"""The reader has had enough, or the terminal has gone."""


def open_what_is_closed() -> None:
    """After this each standard descriptor leads somewhere, so that no file of ours gets its number and is written into."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115


def write_data(text: str) -> None:
    """To stdout. Raises OSError where it cannot be kept."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as cause:
        _let_go(sys.stdout)
        if cause.errno not in GONE:
            raise


def write_talk(text: str) -> None:
    """To stderr, if anybody hears it."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        _let_go(sys.stderr)


def last_words() -> None:
    """Writes what is still held back; nothing is left for the interpreter to fail with on its way out. Raises OSError."""
    write_data("")
    write_talk("")


def _let_go(stream: TextIO) -> None:
    """From now on the stream leads nowhere."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # a stream without a descriptor has nothing to lead elsewhere
