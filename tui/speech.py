"""How the program talks: data on stdout, everything else on stderr, one line a fact."""

from __future__ import annotations

import json
import sys
from typing import Any

from tui.diagnostics import printable


def put(text: str) -> None:
    """Data: what the user asked for."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def put_json(value: Any) -> None:
    put(json.dumps(value, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """What happens, and what to do next."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def refuse(cause: OSError | str, code: int) -> int:
    """One line on why nothing was done; gives `code` back."""
    if isinstance(cause, OSError):
        cause = f"{cause.filename}: {(cause.strerror or str(cause)).lower()}" if cause.filename else str(cause)
    say(f"cellwright: {printable(cause)}")
    return code
