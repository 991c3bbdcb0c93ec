"""Why there is no plan, for a person and for a program: its kind, and which clauses cannot all be kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cell.diagnostic import Core, Diagnostic, Span, WhyNot
from tui.diagnostics import Format, emit, plain, plain_span
from tui.speech import bold, printable, put_json, wants_colour

_LONGEST_LINE = 110
NEEDED = "together with these, without which something else stands in the way"
NOT_PLANNED = "not planned: the text or the cell has to be mended first"
SAID_WRONG, NOT_SO = "E279", "nothing is moved: what --holds says has to be mended first"
TAKEN, NOT_OURS = "R757", "not planned: somebody else has the cell, or a device of it"


def why_text(why: WhyNot | None, texts: Mapping[str, str], colour: bool, found: Sequence[Diagnostic] = ()) -> str:
    """A headline, then each core as the lines themselves, but for those that only repeat what is `found`. `texts` maps a file's
    name to its text."""
    if why is None:
        codes = {d.code for d in found}
        return bold(NOT_OURS if TAKEN in codes else NOT_SO if SAID_WRONG in codes else NOT_PLANNED, colour) + "\n"
    lines = [bold(_headline(why), colour)]
    for core in (c for c in why.cores if not _repeats(c, found)):
        lines += [f"{_claim(core)} ({core.code}):", *_rows(core.clauses, texts)]
        lines += [f"{NEEDED}:", *_rows(core.needed, texts)] if core.needed else []
        lines += ["in this cell:", *_rows(core.facts, texts)] if core.facts else []
    return "\n".join(lines) + "\n"


def plain_why(why: WhyNot | None) -> dict[str, Any]:
    """The keys `kind`, `cores` and `budget` that docs/command_line.md promises."""
    return {
        "kind": why.kind if why else "not planned",
        "cores": [_plain_core(core) for core in why.cores] if why else [],
        "budget": why.budget if why else "",
    }


def emit_refusal(diagnostics: Sequence[Diagnostic], why: WhyNot | None, form: Format, texts: Mapping[str, str]) -> None:
    """The diagnostics as `emit` gives them, and why there is no plan: below them on stderr, or in the same JSON object. None:
    nothing was planned."""
    if form == "json":
        put_json({"diagnostics": [plain(d) for d in diagnostics], **plain_why(why)})
        return
    emit(diagnostics, form, texts)
    if form == "text":
        sys.stderr.write(why_text(why, texts, wants_colour(sys.stderr), diagnostics))


def _repeats(core: Core, found: Sequence[Diagnostic]) -> bool:
    """Whether a finding shows all its lines already."""
    shown = ({_where(span) for span in d.spans} for d in found if d.code == core.code)
    own = {_where(span) for span in (*core.clauses, *core.needed, *core.facts)}
    return any(own <= spans for spans in shown)


def _where(span: Span) -> tuple[str, int]:
    return span.file, span.start.line


def _headline(why: WhyNot) -> str:
    match why.kind:
        case "proved impossible":
            return "proved impossible: no schedule does this in this cell"
        case "gave up":
            return f"gave up: nothing is proved, none was found within {printable(why.budget)}"
        case "unsupported":
            return "unsupported: planning does not cover this yet; nothing is said about whether it is possible"


def _claim(core: Core) -> str:
    if len(core.clauses) == 1 and not core.needed:
        return "this cannot be"
    if core.is_smallest:
        return "these cannot all be kept; without any one of them nothing is known against it"
    return "these cannot all be kept; not shown to be the fewest"


def _rows(spans: Iterable[Span], texts: Mapping[str, str]) -> Iterator[str]:
    for span in spans:
        where = f"{os.path.basename(span.file)}:{span.start.line}"
        label = f"  ({span.label})" if span.label else ""
        yield f"  {printable(where):<24} {printable(_excerpt(span, texts.get(span.file)) + label)}"


def _excerpt(span: Span, text: str | None) -> str:
    """The first line of the clause, with the word that it begins with."""
    rows = [] if text is None else text.split("\n")
    if span.start.line > len(rows):
        return span.label
    row = rows[span.start.line - 1].rstrip("\r")
    end = span.end.column - 1 if span.end.line == span.start.line else len(row)
    before = row[: span.start.column - 1]
    first = 0 if "{" not in before else len(before)  # `ensure` before one of its conditions
    return row[first:end][:_LONGEST_LINE].strip()


def _plain_core(core: Core) -> dict[str, Any]:
    return {
        "code": core.code,
        "clauses": [plain_span(s) for s in core.clauses],
        "facts": [plain_span(s) for s in core.facts],
        "is_smallest": core.is_smallest,
        "needed": [plain_span(s) for s in core.needed],
    }
