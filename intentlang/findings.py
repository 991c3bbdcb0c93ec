"""What a check has to say: each finding once, and up to so many errors.

A text that is wrong past them is of no language of ours, and nobody reads on; a check that went on would take the memory of all.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.diagnostic import Diagnostic, error

MOST = 1_000
"""Errors. Warnings are not counted: whatever earns one is well written, and a file holds only so much of it."""


class Enough(Exception):
    """Ends a check in the midst of it; caught where it began, see check.py and compile_cell.py."""


class Findings:
    def __init__(self) -> None:
        self._said: dict[tuple[object, ...], Diagnostic] = {}
        self._errors = 0

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._said.values())

    def say(self, *diagnostics: Diagnostic) -> None:
        """Keeps each once: a template copied twice says the same thing twice. Raises Enough behind the last error."""
        for diagnostic in diagnostics:
            key = (diagnostic.code, diagnostic.spans, diagnostic.message)
            if self._said.setdefault(key, diagnostic) is not diagnostic:
                continue
            self._errors += diagnostic.is_error
            if self._errors == MOST:
                self._said[(MOST,)] = _and_more(diagnostic)
                raise Enough


def _and_more(last: Diagnostic) -> Diagnostic:
    message = f"too many errors; these are {MOST}, and the rest of the file was not checked"
    return error("E110", message, *last.spans[:1], help="Mend these and check again.")
