"""Diagnostics as a person, a program, a code host or an editor reads them: text, JSON, GitHub, SARIF."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from cell.diagnostic import OUTSIDE, Diagnostic, Edit, Fix, Position, Severity, Span
from tui.speech import count, printable, wants_colour
from tui.streams import write_data, write_talk

Format = Literal["text", "json", "github", "sarif"]  # tui.arguments.FORMATS
_LONGEST_LINE = 160
_LONGEST_MESSAGE = 1000
_MOST_PLACES = 12  # of one finding; a program is given all of them
_Paint = Callable[[str, str], str]
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}


def render(diagnostics: Sequence[Diagnostic], form: Format, texts: Mapping[str, str], colour: bool = False) -> str:
    """All diagnostics in one form. `texts` maps a file's name to its text, for the excerpts of the text form."""
    match form:
        case "text":
            return "".join(_text(d, texts, colour) + "\n" for d in diagnostics) + _tally(diagnostics)
        case "json":
            return json.dumps({"diagnostics": [plain(d) for d in diagnostics]}, ensure_ascii=False, indent=2) + "\n"
        case "github":
            return "".join(_github(d) + "\n" for d in diagnostics)
        case "sarif":
            return json.dumps(_sarif(diagnostics), ensure_ascii=False, indent=2) + "\n"


def _tally(diagnostics: Sequence[Diagnostic]) -> str:
    counts = [(sum(d.severity is s for d in diagnostics), s.value) for s in Severity]
    found = ", ".join(count(number, word) for number, word in counts if number)
    if not diagnostics:
        return ""
    gravest = next((d for d in diagnostics if d.is_error), diagnostics[0])
    mendable = sum(d.fix is not None and d.fix.is_certain for d in diagnostics)
    mending = f" `cellwright check --fix` mends {mendable}." if mendable else ""
    return f"{found}. `cellwright explain {gravest.code}` tells more.{mending}\n"


def plain(diagnostic: Diagnostic) -> dict[str, Any]:
    """The JSON form that docs/command_line.md promises."""
    fix = diagnostic.fix
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "spans": [plain_span(s) for s in diagnostic.spans],
        "fix": None
        if fix is None
        else {
            "title": fix.title,
            "certain": fix.is_certain,
            "edits": [{**plain_span(e.span), "replacement": e.replacement} for e in fix.edits],
        },
    }


def plain_span(span: Span) -> dict[str, Any]:
    return {"file": span.file, "start": _plain_position(span.start), "end": _plain_position(span.end), "label": span.label}


def _plain_position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _text(diagnostic: Diagnostic, texts: Mapping[str, str], colour: bool) -> str:
    paint: _Paint = _coloured if colour else _plain
    head = paint(f"{diagnostic.severity.value}[{diagnostic.code}]", f"1;{_COLOURS[diagnostic.severity]}")
    lines = [f"{head} {_in_short(printable(diagnostic.message))}"]
    for span in diagnostic.spans[:_MOST_PLACES]:
        lines += _excerpt(span, texts.get(span.file), paint)
    if (more := len(diagnostic.spans) - _MOST_PLACES) > 0:
        lines.append(f"  and {count(more, 'more place')}")
    if diagnostic.help:
        lines.append(f"  {paint('help:', '1')} {printable(diagnostic.help)}")
    if diagnostic.fix is not None:
        kind = "fix:" if diagnostic.fix.is_certain else "perhaps:"
        lines.append(f"  {paint(kind, '1')} {printable(diagnostic.fix.title)}")
    return "\n".join(lines)


def _in_short(text: str) -> str:
    """A name of 200,000 letters says no more than its beginning."""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _coloured(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"


def _plain(text: str, _: str) -> str:
    return text


def _excerpt(span: Span, text: str | None, paint: _Paint) -> list[str]:
    label = printable(span.label)
    if span.file == OUTSIDE:
        return [f"  --> {OUTSIDE} {_in_short(label)}"]
    where = f"  --> {printable(span.file)}:{span.start.line}:{span.start.column}"
    source = None if text is None else text.split("\n")
    if source is None or span.start.line > len(source):
        return [where + (f"  {label}" if label else "")]
    line = source[span.start.line - 1].rstrip("\r")
    start = min(span.start.column - 1, len(line))
    end = span.end.column - 1 if span.end.line == span.start.line else len(line)
    first = max(0, start - _LONGEST_LINE // 2)
    last = first + _LONGEST_LINE
    marks = " " * _columns(line[first:start]) + paint("^" * max(1, _columns(line[start : min(end, last)])), "1")
    number = str(span.start.line)
    return [
        where,
        f"   {number} | {printable(line[first:last])}",
        f"   {' ' * len(number)} | {marks}" + (f" {label}" if label else ""),
    ]


def _columns(text: str) -> int:
    """How wide `text` stands on a terminal: wide characters take two columns, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in printable(text))


def _github(diagnostic: Diagnostic) -> str:
    level = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}[diagnostic.severity]
    fields = [f"title={_github_property(diagnostic.code)}"]
    outside, places = _apart(diagnostic.spans)
    if places:
        span = places[0]
        fields = [
            f"file={_github_property(span.file)}",
            f"line={span.start.line}",
            f"col={span.start.column}",
            f"endLine={span.end.line}",
            f"endColumn={span.end.column}",
            *fields,
        ]
    message = diagnostic.message + (f" ({diagnostic.help})" if diagnostic.help else "")
    message += "".join(f"; in {OUTSIDE} {_in_short(given.label)}" for given in outside)
    message += "".join(f"; see also {span.file}:{span.start.line}" for span in places[1:])
    return printable(f"::{level} {','.join(fields)}::{_github_message(message)}")


def _github_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_message(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS), one run, one result each."""
    rules = sorted({d.code for d in diagnostics})
    return {
        "version": "2.1.0",
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "runs": [
            {
                "tool": {"driver": {"name": "cellwright", "rules": [{"id": code} for code in rules]}},
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(d) for d in diagnostics],
            }
        ],
    }


def _apart(spans: Sequence[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """What stands on the command line, and what in files: a code host and an editor open only those."""
    return tuple(s for s in spans if s.file == OUTSIDE), tuple(s for s in spans if s.file != OUTSIDE)


def _sarif_result(diagnostic: Diagnostic) -> dict[str, Any]:
    outside, places = _apart(diagnostic.spans)
    where: dict[str, Any] = {"logicalLocations": [_sarif_given(s) for s in outside]} if outside else {}
    where |= _sarif_location(places[0]) if places else {}
    related = dict.fromkeys((s, s.label or "see also") for s in places[1:])
    return {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity.value,
        "message": {"text": diagnostic.message + (f"\n{diagnostic.help}" if diagnostic.help else "")},
        "locations": [where] if where else [],
        "relatedLocations": [{**_sarif_location(s), "message": {"text": text}} for s, text in related],
        **({} if diagnostic.fix is None else {"fixes": [_sarif_fix(diagnostic.fix)]}),
    }


def _sarif_fix(fix: Fix) -> dict[str, Any]:
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.span.file, []).append(edit)
    changes = [
        {"artifactLocation": _sarif_file(f), "replacements": [_sarif_replacement(e) for e in of]} for f, of in by_file.items()
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _sarif_replacement(edit: Edit) -> dict[str, Any]:
    region = _sarif_location(edit.span)["physicalLocation"]["region"]
    return {"deletedRegion": region, "insertedContent": {"text": edit.replacement}}


def _sarif_given(span: Span) -> dict[str, Any]:
    return {"name": f"{OUTSIDE} {_in_short(span.label)}", "kind": "parameter"}


def _sarif_file(name: str) -> dict[str, Any]:
    return {"uri": quote(name.replace(os.sep, "/"), errors="surrogateescape")}


def _sarif_location(span: Span) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": _sarif_file(span.file),
            "region": {
                "startLine": span.start.line,
                "startColumn": span.start.column,
                "endLine": span.end.line,
                "endColumn": span.end.column,
            },
        }
    }


def emit(diagnostics: Sequence[Diagnostic], form: Format, texts: Mapping[str, str]) -> None:
    """Text goes to stderr, where a person looks; the machine forms are data, so to stdout."""
    if form == "text":
        write_talk(render(diagnostics, form, texts, wants_colour(sys.stderr)))
    else:
        write_data(render(diagnostics, form, texts))
