"""Whatever the text, the answer is a value with diagnostics: no traceback, no long wait."""

from __future__ import annotations

import gc
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cell.diagnostic import Outcome
from cell.standard_verbs import STANDARD
from intentlang.findings import MOST
from intentlang.format import format_source
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import MAX_BYTES, MAX_DEPTH, SourceFile, decode_source
from tests.intentlang.cells import cell_of, codes, program_of
from tests.intentlang.texts import intents


def intent(text: str) -> Outcome[object]:
    outcome = parse_intent(SourceFile.of("a.intent", text), STANDARD)
    return Outcome(outcome.value, outcome.diagnostics)


_PIECES = (
    "move for each in until { } ( ) [ ] , . : = < <= when otherwise never ensure within every on then retry hold skip task do "
    "param use is not and or order any 8 3.5 42s 5x8 -1 µm ² shaft infeed lathe s.verdict reject r1 to at"
)
PIECES = st.sampled_from([*_PIECES.split(), '"', "#", "\n", "\r\n"])


@given(st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=200))
@example("\x1e")
@example("}")
@example("{")
@example("(\n{")
@example("otherwise {")
@example('"')
@example("a b {{{{ }}}")
@settings(max_examples=120, deadline=None)
def test_garbage_gives_diagnostics_and_no_traceback(text: str) -> None:
    source = SourceFile.of("a.intent", text)
    for outcome in (program_of(text), cell_of(text), parse_cell(source, STANDARD), format_source(source, STANDARD)):
        for diagnostic in outcome.diagnostics:
            assert diagnostic.message
            for span in diagnostic.spans:
                assert 1 <= span.start.line <= text.count("\n") + 1
                assert span.start <= span.end


@given(intents(), st.integers(0, 400), st.sampled_from(["", "{", "}", "(", '"', ",", "then", "\n", "8"]))
@settings(max_examples=80, deadline=None)
def test_a_slip_of_the_hand_gives_diagnostics_and_no_traceback(text: str, at: int, slip: str) -> None:
    at = min(at, len(text))
    program_of(text[:at] + slip + text[at + 1 :])


@given(st.binary(max_size=100))
@settings(max_examples=50, deadline=None)
def test_any_bytes_are_a_text_or_a_diagnostic(content: bytes) -> None:
    outcome = decode_source("a.intent", content)
    assert (outcome.value is None) == bool(outcome.diagnostics)


def test_bytes_that_are_not_utf8_are_named_with_their_place() -> None:
    outcome = decode_source("a.intent", "move a to b\nwithin 5 µm".encode("latin-1"))
    assert codes(outcome) == ["E107"]
    assert (outcome.diagnostics[0].spans[0].start.line, outcome.diagnostics[0].spans[0].start.column) == (2, 10)


def test_a_byte_order_mark_and_crlf_are_fine() -> None:
    text = decode_source("a.intent", b"\xef\xbb\xbfmove a to b\r\nmove c to d\r\n").expect()
    assert codes(parse_intent(text, STANDARD)) == []


def test_limits_of_a_text() -> None:
    assert codes(intent("x" * (MAX_BYTES + 1))) == ["E104"]
    assert codes(decode_source("a.intent", b"x" * (MAX_BYTES + 1))) == ["E104"]
    assert codes(intent("move a\x00 to b\x07")) == ["E108", "E108"]
    assert codes(intent("move shaft to outfeed\r\n")) == []


@pytest.mark.parametrize("hidden", ["\r", "\x85", "\u2028", "\u202e", "\u2066"])
def test_what_an_editor_shows_otherwise_than_it_is_read_is_refused(hidden: str) -> None:
    """In a comment most of all: what looks like a line of its own there asks for nothing."""
    assert codes(intent(f"move shaft to outfeed  # then{hidden}never r1 in aisle\n")) == ["E108"]
    assert codes(intent(f"within {'1' * 31} s")) == ["E106"]
    assert codes(intent("in order {\n" * (MAX_DEPTH + 1) + "}" * (MAX_DEPTH + 1))) == ["E105"]
    assert codes(intent("in order {\n" * MAX_DEPTH + "}\n" * MAX_DEPTH)) == []


@pytest.mark.parametrize(
    "text",
    [
        "in order {\n" * 5_000 + "}\n" * 5_000,
        "never " + "(" * 5_000 + "a is b" + ")" * 5_000,
        "x" * 400_000,
        "a" * 1_000_000,
        "never " + " and ".join(["a is b"] * 8_000),
        "{" * 100_000,
        '"' * 100_000,
        "move a too b\n" * 8_000,
        "mov\n" * 30_000,
        "1" * 300_000,
    ],
    ids=["groups", "parentheses", "name", "long name", "conjunction", "braces", "quotes", "lines", "broken lines", "digits"],
)
def test_a_hostile_text_is_answered_quickly(text: str) -> None:
    began = time.process_time()
    intent(text)
    assert time.process_time() - began < 8.0


def test_256_kb_of_intent_are_read() -> None:
    text = "for each s in infeed {\n  process s at lathe\n  inspect s at gauge\n}\n" * 3_900
    assert 256_000 < len(text) < MAX_BYTES
    assert codes(intent(text)) == []


def test_a_template_that_multiplies_is_stopped() -> None:
    tasks = "".join(f"task t{i}(s: shaft) {{\n" + f"  do t{i + 1}(s)\n" * 3 + "}\n" for i in range(12))
    text = tasks + "task t12(s: shaft) {\n  process s at lathe\n}\nfor each s in infeed {\n  do t0(s)\n}\n"
    assert codes(program_of(text)) == ["E113"]


def test_a_block_with_too_many_lines_is_refused() -> None:
    text = "in order {{\n{}}}\n".format("calibrate r1\n" * 1_001)
    assert codes(program_of(text)) == ["E113"]
    text = "for each s in infeed {{\n{}}}\n".format("process s at lathe\n" * 1_000)
    began = time.process_time()
    assert codes(program_of(text)) == []
    assert time.process_time() - began < 8.0


def test_words_of_other_languages_are_answered_with_ours() -> None:
    text = "if a.b is c {\n  wait 5 s\n} else {\n  x y\n}\npick shaft\n"
    found = {d.spans[0].start.line: d.help for d in program_of(text).diagnostics}
    assert "`when" in found[1]
    assert "`within`" in found[2]
    assert "`otherwise" in found[3]
    assert "`move" in found[6]


@pytest.mark.parametrize(
    "text", ["for each s in infeed { process s at lathee }\n", "never lathe.dor is open\n", "mov shaft to outfeed\n"]
)
def test_a_text_that_is_wrong_in_all_its_lines_is_checked_up_to_so_many(text: str) -> None:
    outcome = program_of(text * 3_000)
    assert codes(outcome).count("E110") == 1
    assert len(outcome.diagnostics) <= MOST + 1
    assert outcome.value is None


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"tray t{i} {{}}\n" for i in range(2_000)),
        "tray t {\n" + "colour red\n" * 2_000 + "}\n",
        "tray t {\n  at (0 mm, 0 mm, 0 mm)\n  holds [" + ",".join(f"p{i}" for i in range(2_000)) + "]\n}\n",
    ],
    ids=["trays", "settings", "parts"],
)
def test_a_cell_that_is_wrong_in_all_its_lines_is_compiled_up_to_so_many(text: str) -> None:
    outcome = cell_of(text)
    assert codes(outcome).count("E110") == 1
    assert len(outcome.diagnostics) == MOST + 1
    assert outcome.value is None


def test_warnings_are_never_too_many() -> None:
    outcome = program_of("".join(f"param p{i} = 1\n" for i in range(MOST + 100)))
    assert outcome.is_ok
    assert codes(outcome) == ["W101"] * (MOST + 100)


def test_a_mistake_in_a_template_counts_once_however_often_it_is_copied() -> None:
    text = "task t(s: shaft) {\n  process s at lathee\n}\nfor each s in infeed {\n" + "  do t(s)\n" * (MOST + 100) + "}\n"
    assert "E110" not in codes(program_of(text))


@pytest.mark.parametrize(
    "text", ["move shaft" + " a a" * 4_000 + "\n", "never r1 in aisle\n" * 900], ids=["many words", "many lines"]
)
def test_a_parse_keeps_nothing_but_our_own_tree(text: str) -> None:
    """Bytes at the peak by character of the text: the parser's tree beside ours took three times as much."""
    intent("move shaft to outfeed\n")
    source = SourceFile.of("a.intent", text)
    gc.collect()  # what other tests have left does not go just then
    tracemalloc.start()
    try:
        parse_intent(source, STANDARD)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 450 * len(text)


def test_too_many_errors_end_the_list() -> None:
    found = codes(intent("mov\n" * 500))
    assert found.count("E110") == 1
    assert len(found) <= 60
