"""`report RUN -o OUT` writes a page of one file, whole or not at all, and never over what is no report."""

from pathlib import Path

import pytest

from controller.journal.folder import RunFolder
from tests.journals.packing import recordings, unpacked
from tui.cli import main


@pytest.fixture(autouse=True)
def run(tmp_path: Path) -> RunFolder:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    return unpacked(next(r for r in recordings() if r.name.startswith("first-move")), tmp_path / "state" / "runs")


def test_it_is_written_and_written_again(tmp_path: Path, run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.html"
    assert main(["report", run.id, "-o", str(target)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert f"written to {target}" in said.err
    first = target.read_bytes()
    assert first.startswith(b"<!doctype html>")
    assert main(["report", "-o", str(target)]) == 0
    assert target.read_bytes() == first


@pytest.mark.parametrize("words", [["--format", "json"], ["--against", "x"]])
def test_a_page_goes_with_no_other_form(words: list[str], tmp_path: Path) -> None:
    assert main(["report", "-o", str(tmp_path / "out.html"), *words]) == 2
    assert not (tmp_path / "out.html").exists()


def test_what_is_no_report_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine.html"
    target.write_text("<p>mine</p>")
    assert main(["report", "-o", str(target)]) == 2
    assert "is no report" in capsys.readouterr().err
    assert target.read_text() == "<p>mine</p>"
    for bad in (tmp_path / "a.intent", tmp_path, tmp_path / "none" / "out.html"):
        assert main(["report", "-o", str(bad)]) == 2
