"""Diagnostics in the order in which they are found, each once: an iteration repeats what another one has said."""

from __future__ import annotations

from dataclasses import replace

from cell.diagnostic import Diagnostic, Fix, Span, error, warning

UNSUPPORTED = "E690"


class Findings:
    def __init__(self) -> None:
        self._found: dict[tuple[str, str, tuple[Span, ...]], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        self._found.setdefault((diagnostic.code, diagnostic.message, diagnostic.spans), diagnostic)

    def error(self, code: str, message: str, *spans: Span, help: str = "", fix: Fix | None = None) -> None:
        self.add(error(code, message, *spans, help=help, fix=fix))

    def of_line(self, line: Span, code: str, message: str, *spans: Span, help: str) -> None:
        """One finding, however many lines it is true of."""
        key = (code, message, spans)
        told = self._found.get(key, error(code, message, *spans, help=help))
        lines = tuple(dict.fromkeys((*(s for s in told.spans if s not in spans), line)))
        self._found[key] = replace(told, spans=(*lines, *spans))

    def warning(self, code: str, message: str, *spans: Span, help: str = "") -> None:
        self.add(warning(code, message, *spans, help=help))

    def unsupported(self, what: str, *spans: Span, help: str = "") -> None:
        known = "docs/language.md lists what is not planned yet, and what to write meanwhile."
        self.error(UNSUPPORTED, f"{what}: not supported in planning yet", *spans, help=help or known)

    @property
    def has_errors(self) -> bool:
        return any(d.is_error for d in self._found.values())

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self._found.values() if d.is_error)

    def all(self) -> tuple[Diagnostic, ...]:
        return tuple(self._found.values())
