"""The text of stdin in the place of a file: `-` among the files of `check` and `fmt`, as an editor hands it over."""

from __future__ import annotations

import argparse
import sys
from typing import Final

STDIN: Final = "-"
_NAME: Final = "stdin.intent"


def add_stdin_name(parser: argparse.ArgumentParser) -> None:
    help_ = f"with `-`: the file that the text stands for; its ending and its folder count (default: {_NAME})"
    parser.add_argument("--stdin-name", metavar="NAME", default=_NAME, help=help_)


def stdin_bytes(limit: int) -> bytes:
    """All of stdin, or of more than `limit` bytes the first `limit` and one."""
    return sys.stdin.buffer.read(limit + 1)


def stdin_text(limit: int) -> str:
    """The same as a text; bytes that are no UTF-8 stand in it as surrogates, so that whoever decodes it again finds them."""
    return stdin_bytes(limit).decode("utf-8", "surrogateescape")
