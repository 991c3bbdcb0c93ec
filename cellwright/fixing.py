"""The fixes that findings bring, made until none is left: what `check --fix` does, in memory.

Only files that the user named are changed, never what they `use`. A fix may bring the next to light (a word that is understood
at last has units to be checked), so the texts are read again after each round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cell.diagnostic import Diagnostic, Fix
from cell.edits import applied, compatible
from cellwright.configuration import real_path
from cellwright.reading import Reading, read

MOST_ROUNDS = 10
"""A fix that brings itself back would go on for ever; a text with so many layers of mistakes is for its author."""


@dataclass(frozen=True, slots=True)
class Made:
    """A fix that was made in `file`, at `line` as it was then; `code` of what it mends."""

    file: str
    line: int
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Fixing:
    """`readings`: the files named, as they read with all fixes made. `drafts` maps each file that changes to its text before and
    after."""

    readings: tuple[Reading, ...]
    made: tuple[Made, ...]
    drafts: Mapping[str, tuple[str, str]]


def fixing(files: Sequence[str], settings: Mapping[str, str], also_unsafe: bool = False) -> Fixing:
    """Raises OSError where a file cannot be read. `also_unsafe`: also those fixes that are a guess."""
    before: dict[str, str] = {}
    drafts: dict[str, str] = {}
    made: list[Made] = []
    own = {real_path(file) for file in files}
    for last in range(MOST_ROUNDS + 1):
        readings = tuple(read(file, settings, drafts=drafts) for file in files)
        texts = {name: text for reading in readings for name, text in reading.texts.items() if real_path(name) in own}
        found = tuple(dict.fromkeys(d for reading in readings for d in reading.diagnostics))
        chosen = {} if last == MOST_ROUNDS else _chosen(found, texts, also_unsafe)
        if not chosen:
            break
        for name, mended in chosen.items():
            before.setdefault(name, texts[name])
            drafts[name] = applied(texts[name], [edit for _, fix in mended for edit in fix.edits])
            made += [Made(name, fix.edits[0].span.start.line, finding.code, fix.title) for finding, fix in mended]
    changed = {name: (before[name], text) for name, text in drafts.items() if text != before[name]}
    return Fixing(readings, tuple(made), changed)


def _chosen(found: Sequence[Diagnostic], texts: Mapping[str, str], also_unsafe: bool) -> dict[str, list[tuple[Diagnostic, Fix]]]:
    """For each file, the findings of this round that are mended in it."""
    mendable = {d.fix: d for d in reversed(found) if d.fix is not None and d.fix.edits and (d.fix.is_certain or also_unsafe)}
    in_order = list(dict.fromkeys(d.fix for d in found if d.fix in mendable))
    chosen = {name: [(mendable[fix], fix) for fix in compatible(in_order, name)] for name in texts}
    return {name: pairs for name, pairs in chosen.items() if pairs}
