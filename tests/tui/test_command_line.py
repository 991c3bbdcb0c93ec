"""The program as a whole: verbs, exit codes, streams, and what it does when it is itself wrong."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cell.plan_file import write_plan
from tests.tui.samples import PLAN
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


@pytest.mark.parametrize("words", [["plan", "a.intent"], ["resume"]])
def test_fewer_processes_than_one_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--jobs=-3"]) == 2
    assert "expected a whole number from 1 to 1024" in capsys.readouterr().err


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
    words = [verb, str(tmp_path / "nothing.intent"), *(["--yes"] if verb == "run" else [])]
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [f"cellwright: {tmp_path / 'nothing.intent'}: no such file or directory"]


def test_run_without_anybody_to_ask_is_refused_before_anything_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path / "nothing.intent")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["cellwright: nobody is there to be asked: give --yes to run without a question"]


@pytest.mark.parametrize(
    "words", [["simulate", "a.plan", "--physics"]],
)  # fmt: skip
def test_option_that_is_not_built_says_so_and_exits_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "not built yet" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["status", "report"])
def test_run_that_is_not_on_record_exits_2(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([verb], [verb, "\x1b[2J"]):
        assert main(words) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert len(captured.err.splitlines()) == 1
        assert "\x1b" not in captured.err


def test_no_runs_are_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"runs": []}


@pytest.mark.parametrize("text", ["", "{", "[1, 2", '{"format": "something else"}', "\x00\xff"])
def test_unreadable_plan_exits_2(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.plan").write_text(text)
    assert main(["simulate", str(tmp_path / "a.plan")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error[E67" in captured.err


@pytest.mark.parametrize("text", ["share = 10 %", "[[no_such_thing]]\n", "\udcff"])
def test_scenario_that_cannot_be_used_exits_2(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert main(["simulate", TENDING, "--scenario", str(tmp_path / "s.toml")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error[E28" in captured.err


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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["simulate", "a.cell"], "a.cell says what is and asks for nothing"),
        (["run", "a.cell", "--yes"], "a.cell says what is and asks for nothing"),
        (["run", "a.cell", "--yes"], "give --manual to move its robots by hand"),
        (["run", "a.plan", "--yes", "--manual"], "--manual plans nothing: name a .cell or an .intent, not a.plan"),
        (["run", "a.intent", "--yes", "--holds", "grip=block"], "it goes with --manual"),
        (["run", "a.cell", "--yes", "--manual", "--holds", "block"], "expected HAND=KIND, got 'block'"),
        (["run", "a.cell", "--yes", "--manual", "--wait", "--strict"], "--wait and --strict: with --manual nothing is made"),
        (["plan", "a.intent", "--cell", "b.intent"], "--cell: expected a .cell file"),
        (["explain", "a.plan"], "a.plan is a file: name a step"),
        (["simulate", "nul.plan"], "no file has such a name"),
        (["explain", "nul.plan", "s1"], "no file has such a name"),
    ],
)
def test_what_was_meant_is_asked_for(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.plan").write_text("{}")
    Path("nul.plan").write_text(write_plan(replace(PLAN, sources=(("a\0.intent", "0"),))))
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


@pytest.mark.parametrize("speed", ["1e-300", "0", "-1", "nan", "inf", "1e300", "fast", ""])
def test_a_speed_that_no_clock_keeps_is_a_mistake_in_usage(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("run", "simulate"):
        assert main([verb, "any.plan", f"--speed={speed}"]) == 2
        assert "--speed: expected a number" in capsys.readouterr().err


@pytest.mark.parametrize("lasts", ["8", "0 s", "-1 h", "nan h", "1001 h", "8h30", ""])
def test_a_time_that_no_rehearsal_takes_is_a_mistake_in_usage(lasts: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "any.plan", "--continuous", f"--for={lasts}"]) == 2
    assert "--for: expected a time up to 1000 h" in capsys.readouterr().err


def test_how_long_more_come_is_said_of_a_run_that_goes_on_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "any.plan", "--for=8 h"]) == 2
    assert "it goes with --continuous" in capsys.readouterr().err


def test_check_and_help_load_neither_robot_libraries_nor_a_terminal(repository: Path) -> None:
    heavy = ("roboticstoolbox", "spatialmath", "scipy", "coal", "ruckig", "rich", "textual", "typer", "sqlite3")
    for words in (["--help"], ["plan", "--help"], ["check", TENDING]):
        code = f"import sys; from tui.cli import main; main({words!r}); print([m for m in {heavy!r} if m in sys.modules])"
        ran = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines()[-1] == "[]", words


def loaded(repository: Path, module: str, heavy: tuple[str, ...]) -> str:
    code = f"import sys, {module}; print(sorted({{m.split('.')[0] for m in sys.modules}} & {set(heavy)!r}))"
    return subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True).stdout.strip()


def test_a_terminal_that_watches_a_run_loads_neither_arrays_nor_the_language_nor_the_proof(repository: Path) -> None:
    heavy = ("intentlang", "numpy", "planner", "pydantic")
    assert loaded(repository, "cellwright.one_controller, tui.confirming, tui.watching", heavy) == "[]"


@pytest.mark.slow
def test_a_controller_loads_nothing_that_only_a_planner_or_a_recording_needs(repository: Path) -> None:
    heavy = ("coal", "mcap", "multiprocessing", "roboticstoolbox", "ruckig", "scipy")
    assert loaded(repository, "cellwright.controller_process", heavy) == "[]"


def test_run_refuses_a_scenario_that_only_a_rehearsal_makes_happen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.toml").write_text("[[disk_full]]\nstart = 1\nend = 2\n")
    assert main(["run", TENDING, "--yes", "--scenario", str(tmp_path / "s.toml")]) == 2
    assert "disk_full: only a rehearsal makes that happen" in capsys.readouterr().err
