"""Why there is no plan, as a person and as a program read it."""

from __future__ import annotations

import json

import pytest

from cell.diagnostic import Core, Position, Span, WhyNot, error
from tui.why_text import emit_refusal, plain_why, why_text

TEXT = "for each s in infeed {\n  process s at lathe\n}\nwithin 20 s\n"
LOOP = Span("a.intent", Position(1, 1), Position(3, 2))
WITHIN = Span("a.intent", Position(4, 1), Position(4, 12))
FACT = Span("a.cell", Position(9, 3), Position(9, 20), "OP10 for 42 s")
IMPOSSIBLE = WhyNot("proved impossible", (Core("E501", (LOOP, WITHIN), (FACT,), True),))
GAVE_UP = WhyNot("gave up", (), "40 iterations")
TEXTS = {"a.intent": TEXT}


def test_a_core_shows_its_lines_and_what_the_cell_says() -> None:
    rows = why_text(IMPOSSIBLE, TEXTS, colour=False).splitlines()
    assert rows[0].startswith("proved impossible")
    assert "without any one of them" in rows[1]
    assert [row.split() for row in rows[2:4]] == [
        ["a.intent:1", "for", "each", "s", "in", "infeed", "{"],
        ["a.intent:4", "within", "20", "s"],
    ]
    assert rows[-1].split()[0] == "a.cell:9"


def test_a_core_that_was_not_shown_to_be_smallest_says_so() -> None:
    core = Core("E501", (LOOP, WITHIN), (), False)
    assert "not shown to be the fewest" in why_text(WhyNot("proved impossible", (core,)), TEXTS, colour=False)


def test_a_core_that_only_repeats_its_finding_is_not_told_again() -> None:
    found = error("E602", "no tool", LOOP, FACT)
    again = WhyNot("proved impossible", (Core("E602", (LOOP,), (FACT,), True),))
    assert why_text(again, TEXTS, colour=False, found=(found,)).splitlines() == [
        "proved impossible: no schedule does this in this cell"
    ]
    assert "process s" not in why_text(again, TEXTS, colour=False, found=(found,))
    more = WhyNot("proved impossible", (Core("E602", (LOOP, WITHIN), (FACT,), True),))
    assert "within 20 s" in why_text(more, TEXTS, colour=False, found=(found,))


def test_giving_up_claims_nothing_and_names_its_budget() -> None:
    text = why_text(GAVE_UP, TEXTS, colour=False)
    assert "nothing is proved" in text
    assert "40 iterations" in text
    assert "impossible" not in text


def test_the_json_holds_findings_and_kind_in_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    emit_refusal((error("E501", "too short", WITHIN),), IMPOSSIBLE, "json", TEXTS)
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["diagnostics"][0]["code"]) == ("proved impossible", "E501")
    assert [c["start"]["line"] for c in told["cores"][0]["clauses"]] == [1, 4]


def test_what_was_never_planned_is_not_called_impossible() -> None:
    assert plain_why(None) == {"kind": "not planned", "cores": [], "budget": ""}
    assert why_text(None, {}, colour=False).startswith("not planned")


def test_of_what_is_said_to_be_held_it_is_the_option_that_has_to_be_mended() -> None:
    text = why_text(None, {}, colour=False, found=(error("E279", "gripper.a takes no plate"),))
    assert text == "nothing is moved: what --holds says has to be mended first\n"


def test_a_hostile_name_does_not_paint_the_terminal() -> None:
    span = Span("a\x1b[31m.intent", Position(1, 1), Position(1, 4))
    text = why_text(WhyNot("proved impossible", (Core("E607", (span,), (), True),)), {span.file: "\x1b[2Jx"}, colour=False)
    assert "\x1b" not in text
