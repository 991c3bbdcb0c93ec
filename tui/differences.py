"""What would change in a file, as a unified diff that cannot paint the terminal."""

from __future__ import annotations

import difflib

from tui.speech import printable


def difference(file: str, before: str, after: str, state: str) -> str:
    """`state` says in which state `after` is, behind the file's name. Empty where the lines are the same."""
    name = printable(file)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, f"{name} {state}", lineterm="")
    return "\n".join(printable(line) for line in lines)
