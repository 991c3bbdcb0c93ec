"""Diagnostics in each form: what a reader, a program, a code host and an editor need is there, and nothing paints a terminal."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from cell.diagnostic import OUTSIDE, Diagnostic, Edit, Fix, Position, Severity, Span, error, warning
from tui.arguments import FORMATS
from tui.diagnostics import Format, emit, render
from tui.speech import printable, wants_colour

TEXT = "move blok to right\nmove block to rihgt\n"


def span(line: int, first: int, last: int, file: str = "a.intent", label: str = "") -> Span:
    return Span(file, Position(line, first), Position(line, last), label)


BLOK = error(
    "E201",
    "there is no `blok`",
    span(1, 6, 10),
    help="Declared: block.",
    fix=Fix("write `block`", (Edit(span(1, 6, 10), "block"),)),
)
TWO_PLACES = error("E204", "declared twice", span(2, 15, 20, label="again"), span(1, 14, 19, label="first"))
HOSTILE = warning("W201", "name \x1b[31m\u202eevil\x07", span(1, 1, 2, file="\x1b]0;x\x07.intent", label="\x9b2J"))


def test_text_marks_exactly_the_span() -> None:
    lines = render([BLOK], "text", {"a.intent": TEXT}).splitlines()
    assert lines[0] == "error[E201] there is no `blok`"
    assert lines[1] == "  --> a.intent:1:6"
    assert lines[2] == "   1 | move blok to right"
    assert lines[3] == "     |      ^^^^"
    assert lines[4:6] == ["  help: Declared: block.", "  fix: write `block`"]
    assert lines[6] == "1 error. `cellwright explain E201` tells more. `cellwright check --fix` mends 1."


def test_text_shows_every_span_with_its_label() -> None:
    lines = render([TWO_PLACES], "text", {"a.intent": TEXT}).splitlines()
    assert [line for line in lines if "-->" in line] == ["  --> a.intent:2:15", "  --> a.intent:1:14"]
    assert any(line.endswith("^^^^^ again") for line in lines)
    assert any(line.endswith("^^^^^ first") for line in lines)


def test_text_marks_behind_wide_and_escaped_characters() -> None:
    wide = error("E201", "there", span(1, 4, 5))
    shown = render([wide], "text", {"a.intent": "機\x07 X"}).splitlines()
    assert shown[2] == "   1 | 機\\x07 X"
    assert shown[3] == "     | " + " " * 7 + "^"


def test_text_keeps_a_long_line_readable() -> None:
    far = error("E201", "there", span(1, 5001, 5003))
    shown = render([far], "text", {"a.intent": "x" * 5000 + "yy" + "z" * 5000}).splitlines()
    assert max(map(len, shown)) < 200
    start = shown[3].index("^")
    assert shown[2][start : start + 2] == "yy"
    assert shown[3].count("^") == 2


@pytest.mark.parametrize("line", [3, 4, 99])
def test_text_survives_a_span_outside_of_its_file(line: int) -> None:
    assert f"a.intent:{line}:7" in render([error("E101", "there", span(line, 7, 9))], "text", {"a.intent": TEXT})


@pytest.mark.parametrize("form", ["text", "github"])
def test_hostile_names_cannot_paint_the_terminal(form: Format) -> None:
    shown = render([HOSTILE], form, {"\x1b]0;x\x07.intent": "\x1b[2J\u2066 text"})
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "evil" in shown


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_hostile_names_are_escaped_in_machine_forms(form: Format) -> None:
    shown = render([HOSTILE], form, {})
    assert "\x1b" not in shown
    assert "\x07" not in shown
    json.loads(shown)


def test_json_has_the_keys_that_are_promised() -> None:
    (found,) = json.loads(render([BLOK], "json", {}))["diagnostics"]
    assert {"code", "severity", "message", "spans", "fix"} <= found.keys()
    assert (found["code"], found["severity"]) == ("E201", "error")
    expected = {"file": "a.intent", "start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 10}, "label": ""}
    assert found["spans"] == [expected]
    (edit,) = found["fix"]["edits"]
    assert edit["replacement"] == "block"
    assert found["fix"]["certain"] is True


def test_json_of_nothing_is_an_empty_list() -> None:
    assert json.loads(render([], "json", {})) == {"diagnostics": []}


def test_github_line_carries_place_and_escapes_what_would_end_it() -> None:
    tricky = Diagnostic("E101", Severity.ERROR, "100 %\nnew line", (span(2, 3, 5, file="a,b:c.intent"),))
    assert render([tricky], "github", {}) == (
        "::error file=a%2Cb%3Ac.intent,line=2,col=3,endLine=2,endColumn=5,title=E101::100 %25%0Anew line\n"
    )


def test_sarif_names_rule_place_and_related_places() -> None:
    document = json.loads(render([TWO_PLACES, HOSTILE], "sarif", {}))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["E204", "W201"]
    first: dict[str, Any] = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("E204", "error")
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 15, "endLine": 2, "endColumn": 20}
    assert first["relatedLocations"][0]["message"]["text"] == "first"


def test_sarif_places_are_uris() -> None:
    document = json.loads(render([error("E101", "there", span(1, 1, 2, file="my cell/ä.intent"))], "sarif", {}))
    uri = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "my%20cell/%C3%A4.intent"


GIVEN = error("E211", "too few", span(1, 1, 8, OUTSIDE, "batch=0"), span(2, 1, 5, label="used here"), help="More.")


def test_what_stands_on_the_command_line_is_shown_as_it_stands_there() -> None:
    assert render([GIVEN], "text", {"a.intent": TEXT}).splitlines()[1:3] == ["  --> --set batch=0", "  --> a.intent:2:1"]


def test_the_command_line_is_no_file_to_a_code_host() -> None:
    lines = render([GIVEN, replace(GIVEN, spans=GIVEN.spans[:1])], "github", {}).splitlines()
    assert lines[0] == "::error file=a.intent,line=2,col=1,endLine=2,endColumn=5,title=E211::too few (More.); in --set batch=0"
    assert lines[1] == "::error title=E211::too few (More.); in --set batch=0"


def test_the_command_line_is_no_file_to_an_editor() -> None:
    document = json.loads(render([GIVEN, replace(GIVEN, spans=GIVEN.spans[:1])], "sarif", {}))
    first, second = (result["locations"] for result in document["runs"][0]["results"])
    given = [{"name": "--set batch=0", "kind": "parameter"}]
    assert [one["logicalLocations"] for one in first + second] == [given, given]
    assert first[0]["physicalLocation"]["artifactLocation"]["uri"] == "a.intent"
    assert "physicalLocation" not in second[0]


def test_sarif_lists_nothing_twice_that_the_standard_wants_once() -> None:
    """relatedLocations and artifactChanges hold unique items, one change for each file (SARIF 2.1.0, 3.27.22 and 3.55.3)."""
    edits = (Edit(span(1, 6, 10), "block"), Edit(span(2, 15, 20), "right"))
    found = error("E201", "there", span(1, 6, 10), span(2, 1, 5), span(2, 1, 5), fix=Fix("write both", edits))
    (result,) = json.loads(render([found], "sarif", {}))["runs"][0]["results"]
    assert len(result["relatedLocations"]) == 1
    (change,) = result["fixes"][0]["artifactChanges"]
    assert [one["insertedContent"]["text"] for one in change["replacements"]] == ["block", "right"]


@pytest.mark.parametrize("form", FORMATS)
def test_text_goes_to_stderr_and_the_other_forms_to_stdout(form: Format, capsys: pytest.CaptureFixture[str]) -> None:
    emit([BLOK], form, {"a.intent": TEXT})
    captured = capsys.readouterr()
    silent, told = (captured.out, captured.err) if form == "text" else (captured.err, captured.out)
    assert silent == ""
    assert "E201" in told


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_needs_a_terminal_and_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert wants_colour(_Terminal())
    assert not wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(_Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_colour(_Terminal())


def test_colour_paints_severity_and_nothing_else_changes() -> None:
    plain = render([BLOK], "text", {"a.intent": TEXT})
    painted = render([BLOK], "text", {"a.intent": TEXT}, colour=True)
    assert painted != plain
    for code in ("\x1b[1;31m", "\x1b[1m", "\x1b[0m"):
        painted = painted.replace(code, "")
    assert painted == plain


def test_printable_shows_what_it_hides() -> None:
    assert printable("a\tb\x00\u202e\U000e0001") == "a b\\x00\\u202e\\U000e0001"
    assert printable("ärmel 機械") == "ärmel 機械"


def test_a_long_name_and_many_places_are_told_in_short() -> None:
    spans = tuple(span(line, 1, 2) for line in range(1, 400))
    text = render([error("E201", f"unknown name `{'b' * 200_000}`", *spans)], "text", {})
    assert len(text) < 3_000
    assert "and 387 more places" in text
    assert len(json.loads(render([error("E201", "x", *spans)], "json", {}))["diagnostics"][0]["spans"]) == 399
