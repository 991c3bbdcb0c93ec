"""`-` is the text of stdin for `check` and `fmt`: named as asked for, never written; wrong bytes and too many are told."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.cli import main

ROOT = Path(__file__).parents[2]
CELL = (ROOT / "examples/01_first_move/first_move.cell").read_text()
RIGHT = 'use "c.cell"\nmove block to right\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "c.cell").write_text(CELL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


Given = Callable[[bytes], None]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    return lambda content: monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_check_reads_it_and_looks_for_what_it_uses_beside_its_name(given: Given, capsys: pytest.CaptureFixture[str]) -> None:
    given(RIGHT.encode())
    assert main(["check", "-"]) == 0
    given(RIGHT.replace("right", "rihgt").encode())
    assert main(["check", "-", "--stdin-name", "sub/a.intent", "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (found["code"], found["spans"][0]["file"]) == ("E123", "sub/a.intent")


def test_a_cell_is_known_by_its_name(given: Given) -> None:
    given(CELL.encode())
    assert main(["check", "-", "--stdin-name", "d.cell"]) == 0


def test_fmt_lays_it_out_to_stdout_and_writes_no_file(given: Given, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given(b'use "c.cell"\nmove   block to   right')
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr() == (RIGHT, "")
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["c.cell"]


def test_what_does_not_parse_comes_out_as_it_went_in(given: Given, capsys: pytest.CaptureFixture[str]) -> None:
    given(b"move (\n")
    assert main(["fmt", "-"]) == 1
    out, err = capsys.readouterr()
    assert out == "move (\n"
    assert "E10" in err


def test_fmt_check_says_whether_it_would_change(given: Given) -> None:
    given(b"move   block to right\n")
    assert main(["fmt", "-", "--check"]) == 1
    given(b"move block to right\n")
    assert main(["fmt", "-", "--check"]) == 0


@pytest.mark.parametrize(("content", "code"), [(b"move \xff\xfe\n", "E107"), (b"#" * 300_000, "E104")])
@pytest.mark.parametrize("verb", ["check", "fmt"])
def test_bytes_that_are_no_text_and_too_many_are_told(
    verb: str, content: bytes, code: str, given: Given, capsys: pytest.CaptureFixture[str]
) -> None:
    given(content)
    assert main([verb, "-"]) == 1
    assert f"error[{code}]" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["check", "--fix", "-"], ["fmt", "-", "--format", "json"]])
def test_what_needs_a_file_is_refused(words: list[str], given: Given) -> None:
    given(b"")
    assert main(words) == 2
