"""Words that packages bring: the driver template's are read, planned, proved and run; broken ones are told and left out."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from cell.standard_verbs import STANDARD
from cell.vocabulary import Vocabulary
from cellwright.reading import read
from cellwright.words import GROUP, brought_beyond, words_of
from tests.constructs.bench import ROBOT, Bench
from tests.constructs.test_paths import CELL, along

TOOL = "frame\n  does [polish, dispense]\n  feed 30 mm/s"
INTENT = """
for each s in infeed {
  move s to nest
  polish s.rim speed 50 mm/s current 12 A
  dispense s.spot dwell 1.5 s
  move s to outfeed
}
"""


def point(value: str, name: str = "polishing") -> EntryPoint:
    return EntryPoint(name, value, GROUP)


@pytest.fixture
def template(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Vocabulary:
    """The words that its entry point brings."""
    monkeypatch.syspath_prepend(str(repository / "examples/driver_template"))
    monkeypatch.delitem(sys.modules, "dry_words", raising=False)
    written = (repository / "examples/driver_template/pyproject.toml").read_text("utf-8")
    assert 'polishing = "dry_words:words"' in written
    return words_of([point("dry_words:words")]).expect()


def test_the_templates_verbs_run_like_built_in_ones(template: Vocabulary) -> None:
    bench = Bench.of(CELL, TOOL, INTENT, words=template)
    (_, _, rim), (_, _, spot), *_ = along(bench.planned().expect())
    assert (rim.verb, rim.feed, rim.settings) == ("polish", 0.05, (("current", 12.0),))
    assert (spot.verb, spot.dwells) == ("dispense", (1.5, 0.0))
    ran = bench.run()
    assert ran.record.summary.state == "Complete"
    assert all(p.programs == (("grip", "polish rim"), ("grip", "dispense spot")) for p in ran.truth.parts)


def test_files_are_read_with_the_words_that_are_handed_in(template: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / "polishing.cell").write_text(ROBOT.format(grips=TOOL) + CELL, "utf-8")
    (tmp_path / "polishing.intent").write_text('use "polishing.cell"\n' + INTENT, "utf-8")
    file = str(tmp_path / "polishing.intent")
    assert read(file, {}, vocabulary=template).is_ok
    assert {d.code for d in read(file, {}, vocabulary=STANDARD).diagnostics if d.is_error} == {"E214"}


@pytest.mark.parametrize("value", ["no_such_module:words", "json:no_such_function", "json:dumps", "os:getcwd"])
def test_words_that_cannot_be_had_are_told_and_left_out(value: str) -> None:
    found = words_of([point(value)])
    assert [d.code for d in found.diagnostics] == ["E294"]
    assert found.value is STANDARD


def test_words_whose_module_leaves_the_program_are_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaving_words.py").write_text("raise SystemExit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = words_of([point("leaving_words:words")])
    assert [(d.code, d.help) for d in found.diagnostics] == [("E294", "SystemExit: 0")]


def test_a_word_that_two_packages_register_is_told(template: Vocabulary) -> None:
    found = words_of([point("dry_words:words", "a"), point("dry_words:words", "b")])
    assert [d.code for d in found.diagnostics] == ["E297"]
    assert "polish" in found.diagnostics[0].message
    assert "polish" in found.expect().verbs


def test_what_packages_bring_is_told_in_words(template: Vocabulary) -> None:
    assert brought_beyond(STANDARD, template) == "the verb polish and the verb dispense"
    assert brought_beyond(STANDARD, STANDARD) == ""
