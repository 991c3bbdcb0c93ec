"""`fmt` changes exactly what is to be changed, and nothing where there is a mistake."""

import json
import stat
from pathlib import Path

import pytest

from tui.cli import main

UNTIDY = 'use "c.cell"\nmove   block to   right # now\n'
TIDY = 'use "c.cell"\nmove block to right  # now\n'


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    file = tmp_path / "a.intent"
    file.write_text(UNTIDY)
    return file


def test_rewrites_in_the_one_style_and_keeps_comments(untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", str(untidy)]) == 0
    assert untidy.read_text() == TIDY
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "changed" in captured.err
    assert main(["fmt", "--check", str(untidy)]) == 0


def test_a_byte_order_mark_stays_and_is_nothing_to_change(untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    untidy.write_bytes(b"\xef\xbb\xbf" + UNTIDY.encode())
    assert main(["fmt", "--diff", str(untidy)]) == 0
    assert "\ufeff" not in capsys.readouterr().out
    assert main(["fmt", str(untidy)]) == 0
    assert untidy.read_bytes() == b"\xef\xbb\xbf" + TIDY.encode()
    assert main(["fmt", "--check", str(untidy)]) == 0


def test_lines_end_as_the_one_style_has_it(untidy: Path) -> None:
    untidy.write_bytes(UNTIDY.replace("\n", "\r\n").encode())
    assert main(["fmt", str(untidy)]) == 0
    assert untidy.read_bytes() == TIDY.encode()


def test_check_exits_1_and_changes_nothing(untidy: Path) -> None:
    assert main(["fmt", "--check", str(untidy)]) == 1
    assert untidy.read_text() == UNTIDY


def test_diff_goes_to_stdout_and_changes_nothing(untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--diff", str(untidy)]) == 0
    out = capsys.readouterr().out
    assert "-move   block to   right # now" in out
    assert "+move block to right  # now" in out
    assert untidy.read_text() == UNTIDY
    assert main(["fmt", "--diff", "--check", str(untidy)]) == 1


def test_diff_as_json_is_one_object(tmp_path: Path, untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "b.intent"
    broken.write_text("move  (\n")
    assert main(["fmt", "--diff", "--format", "json", str(untidy), str(broken)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [change["file"] for change in document["changes"]] == [str(untidy)]
    assert "+move block to right  # now" in document["changes"][0]["diff"]
    assert document["diagnostics"][0]["code"].startswith("E1")
    assert main(["fmt", "--diff", "--format", "sarif", str(untidy)]) == 2
    assert capsys.readouterr().out == ""


def test_broken_file_is_left_alone_and_told(tmp_path: Path, untidy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "b.intent"
    broken.write_text("move  (\n")
    assert main(["fmt", str(broken), str(untidy)]) == 1
    assert broken.read_text() == "move  (\n"
    assert untidy.read_text() == TIDY
    assert "error[E1" in capsys.readouterr().err


def test_bytes_that_are_no_text_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "b.intent"
    broken.write_bytes(b"move \xff\xfe\n")
    assert main(["fmt", str(broken)]) == 1
    assert broken.read_bytes() == b"move \xff\xfe\n"
    assert "error[E1" in capsys.readouterr().err


def test_permissions_and_links_survive(tmp_path: Path, untidy: Path) -> None:
    untidy.chmod(0o640)
    link = tmp_path / "link.intent"
    link.symlink_to(untidy)
    assert main(["fmt", str(link)]) == 0
    assert link.is_symlink()
    assert untidy.read_text() == TIDY
    assert stat.S_IMODE(untidy.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.intent", "link.intent"]
