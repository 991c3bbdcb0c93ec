"""Diagnostics in the order in which they are found, each once: an iteration repeats what another one has said."""

from __future__ import annotations

from cell.diagnostic import Diagnostic, Span, error, warning


class Findings:
    def __init__(self) -> None:
        self._found: dict[tuple[str, str, tuple[Span, ...]], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        self._found.setdefault((diagnostic.code, diagnostic.message, diagnostic.spans), diagnostic)

    def error(self, code: str, message: str, *spans: Span, help: str = "") -> None:
        self.add(error(code, message, *spans, help=help))

    def warning(self, code: str, message: str, *spans: Span, help: str = "") -> None:
        self.add(warning(code, message, *spans, help=help))

    def unsupported(self, what: str, *spans: Span) -> None:
        self.error("E690", f"{what}: not supported in planning yet", *spans)

    @property
    def has_errors(self) -> bool:
        return any(d.is_error for d in self._found.values())

    def all(self) -> tuple[Diagnostic, ...]:
        return tuple(self._found.values())
