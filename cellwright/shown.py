"""File names as somebody in the working folder can open them: what was read from another folder names its files from there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from cell.diagnostic import Diagnostic, Fix, Span
from cellwright.reading import Reading


def shown(reading: Reading, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(_diagnostic(reading, found) for found in diagnostics)


def shown_texts(reading: Reading) -> Mapping[str, str]:
    return {_name(reading, name): text for name, text in reading.texts.items()}


def _diagnostic(reading: Reading, found: Diagnostic) -> Diagnostic:
    return replace(found, spans=tuple(_span(reading, span) for span in found.spans), fix=_fix(reading, found.fix))


def _fix(reading: Reading, fix: Fix | None) -> Fix | None:
    if fix is None:
        return None
    return replace(fix, edits=tuple(replace(edit, span=_span(reading, edit.span)) for edit in fix.edits))


def _span(reading: Reading, span: Span) -> Span:
    return replace(span, file=_name(reading, span.file)) if span.file in reading.texts else span


def _name(reading: Reading, name: str) -> str:
    """As it stands where it was read from the working folder or named by an absolute path."""
    is_as_named = Path(name).is_absolute() or reading.folder == Path()
    return name if is_as_named else os.path.normpath(reading.folder / name)
