"""The program as a whole: verbs, exit codes, streams, and what it does when it is itself wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli import VERBS, main
from tui.commands import check

NOT_BUILT = [verb for verb, (module, _) in VERBS.items() if module is None]
BUILT = [verb for verb, (module, _) in VERBS.items() if module is not None]
TENDING = "examples/02_machine_tending/tending.intent"


def test_help_lists_every_verb_and_says_which_are_not_built(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for verb, (module, summary) in VERBS.items():
        line = next(line for line in out.splitlines() if line.split()[:1] == [verb])
        assert summary in line
        assert line.endswith("(not built yet)") is (module is None)


def test_no_verb_is_a_mistake_in_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage:" in capsys.readouterr().out


def test_version_is_that_of_the_installed_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cellwright 0.")


def test_unknown_verb_exits_2_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chekc"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "did you mean `check`?" in captured.err


def test_unknown_verb_cannot_paint_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\x1b[2J"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("verb", NOT_BUILT)
def test_verb_that_is_not_built_says_so_and_exits_2(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "anything"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"`{verb}`" in captured.err
    assert "not built yet" in captured.err


@pytest.mark.parametrize("verb", BUILT)
def test_each_verb_explains_its_options(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    assert f"usage: cellwright {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("verb", BUILT)
def test_unknown_option_exits_2_with_where_help_is(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--no-such-option"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"see `cellwright {verb} --help`" in captured.err


@pytest.mark.parametrize("verb", ["check", "fmt", "plan", "simulate", "run"])
def test_missing_file_exits_2_with_one_line(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, str(tmp_path / "nothing.intent")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [f"cellwright: {tmp_path / 'nothing.intent'}: no such file or directory"]


def test_folder_instead_of_a_file_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert "is a directory" in capsys.readouterr().err


def test_defect_of_ours_is_one_line_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(arguments: object) -> int:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(check, "act", broken)
    assert main(["check", TENDING]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "Traceback" not in captured.err
    (told,) = (tmp_path / "state" / "defects").iterdir()
    assert str(told) in captured.err
    assert "ZeroDivisionError: planted" in told.read_text()


def test_defect_is_told_even_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(arguments: object) -> int:
        raise ZeroDivisionError("planted")

    (tmp_path / "state").write_text("a file where the folder should be")
    monkeypatch.setattr(check, "act", broken)
    assert main(["check", TENDING]) == 2
    assert "ZeroDivisionError: planted" in capsys.readouterr().err


def test_interrupt_exits_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "act", interrupted)
    assert main(["check", TENDING]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_reader_that_goes_away_is_no_error(repository: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "explain", "E206"], cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None
    program.stdout.close()
    assert program.stderr is not None
    assert program.stderr.read() == b""
    program.stderr.close()
    assert program.wait() == 0


def test_check_of_the_examples_finds_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(str(path) for path in (repository / "examples").glob("*/*.*") if path.suffix in (".intent", ".cell"))
    assert main(["check", *files]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count(": no error.") == len(files)


def test_check_tells_every_mistake_with_exit_1(tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = (repository / "examples/01_first_move/first_move.cell").read_text()
    (tmp_path / "c.cell").write_text(cell)
    (tmp_path / "i.intent").write_text('use "c.cell"\nmove block to rihgt\nmove blok to right\n')
    assert main(["check", str(tmp_path / "i.intent"), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert {d["spans"][0]["start"]["line"] for d in found if d["severity"] == "error"} == {2, 3}


def test_setting_without_a_value_is_a_mistake_in_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", TENDING, "--set", "batch"]) == 2
    assert "expected NAME=VALUE" in capsys.readouterr().err


def test_check_and_help_load_neither_robot_libraries_nor_a_terminal(repository: Path) -> None:
    heavy = ("roboticstoolbox", "spatialmath", "scipy", "coal", "ruckig", "rich", "textual", "typer", "sqlite3")
    for words in (["--help"], ["plan", "--help"], ["check", TENDING]):
        code = f"import sys; from tui.cli import main; main({words!r}); print([m for m in {heavy!r} if m in sys.modules])"
        ran = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines()[-1] == "[]", words
