"""`use`, followed to the end. Whoever calls reads the files; what makes no sense is said here."""

from __future__ import annotations

from cell.diagnostic import Outcome, error
from cell.standard_verbs import STANDARD
from intentlang.gather import MAX_FILES, Gathered, gather
from intentlang.source import SourceFile
from intentlang.syntax import UseNode
from tests.intentlang.cells import codes


def gathered(files: dict[str, str], root: str = "a.intent") -> Outcome[Gathered]:
    def read(use: UseNode, source: SourceFile) -> Outcome[SourceFile]:
        if use.path not in files:
            return Outcome(None, (error("E123", "not found", use.span),))
        return Outcome(SourceFile.of(use.path, files[use.path]))

    return gather(SourceFile.of(root, files[root]), STANDARD, read)


def test_every_file_once_in_the_order_of_use() -> None:
    files = {
        "a.intent": 'use "b.intent"\nuse "c.cell"\nmove x to y',
        "b.intent": 'use "d.intent"\nuse "c.cell"',
        "c.cell": 'use "e.cell"',
        "d.intent": "",
        "e.cell": "",
    }
    found = gathered(files).expect()
    assert [t.source.name for t in found.intents] == ["a.intent", "b.intent", "d.intent"]
    assert [t.source.name for t in found.cells] == ["c.cell", "e.cell"]
    assert found.root is found.intents[0]
    assert len(found.sources) == 5


def test_a_circle_shows_every_use_of_it() -> None:
    files = {"a.intent": 'use "b.intent"', "b.intent": 'use "c.intent"', "c.intent": '\nuse "b.intent"'}
    outcome = gathered(files)
    assert codes(outcome) == ["E121"]
    spans = outcome.diagnostics[0].spans
    assert [(s.file, s.label) for s in spans] == [("c.intent", "uses `b.intent`"), ("b.intent", "uses `c.intent`")]
    assert codes(gathered({"a.intent": 'use "a.intent"'})) == ["E121"]


def test_two_ways_to_one_file_are_no_circle() -> None:
    assert codes(gathered({"a.intent": 'use "b.intent"\nuse "c.intent"', "b.intent": 'use "c.intent"', "c.intent": ""})) == []


def test_wrong_kinds_of_file_and_missing_ones() -> None:
    files = {"a.intent": 'use "a.txt"\nuse "b.cell"\nuse "gone.cell"', "b.cell": 'use "a.intent"'}
    assert sorted(codes(gathered(files))) == ["E122", "E122", "E123"]


def test_errors_of_every_file_come_together() -> None:
    outcome = gathered({"a.intent": 'use "b.intent"\nfor each', "b.intent": "move"})
    assert [(d.code, d.spans[0].file) for d in outcome.diagnostics] == [("E101", "a.intent"), ("E101", "b.intent")]
    assert gathered({"a.intent": "x" * 600_000}).value is None


def test_a_file_is_followed_once_however_many_use_it() -> None:
    files = {f"{i}.intent": f'use "{i + 1}.intent"\nuse "{i + 1}.intent"\n' for i in range(12)} | {"12.intent": ""}
    asked: list[str] = []

    def read(use: UseNode, source: SourceFile) -> Outcome[SourceFile]:
        asked.append(use.path)
        return Outcome(SourceFile.of(use.path, files[use.path]))

    assert gather(SourceFile.of("0.intent", files["0.intent"]), STANDARD, read).is_ok
    assert len(asked) == 24


def test_a_limit_on_the_number_of_files() -> None:
    files = {f"{i}.intent": f'use "{i + 1}.intent"' for i in range(MAX_FILES + 5)}
    assert codes(gathered(files, "0.intent")) == ["E113"]
