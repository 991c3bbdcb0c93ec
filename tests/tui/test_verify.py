"""`verify`: a campaign as a user calls it, on example 01; what it finds is written as a scenario that plays the failure again."""

import json
import tomllib
from pathlib import Path

import pytest

from cell.scenario import GripLost, OperatorAsks
from cell.scenario_file import scenario_from_mapping
from cellwright.campaign import ends
from tui.cli import main


@pytest.fixture(scope="module")
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def here(own_folders: None, module_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(module_cache))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def intent(repository: Path) -> str:
    return str(repository / "examples/01_first_move/first_move.intent")


def test_each_run_ends_with_its_cause(intent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", intent, "--jobs", "1", "--runs", "6", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["runs"] == 6
    assert told["faulty"] == 0
    assert told["complete"] + told["held"] + told["stopped"] == 6
    assert sum(told["held_because"].values()) == told["held"]
    assert told["counterexample"] is None


def test_the_first_failure_is_made_smaller_and_written(
    intent: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that holds is made a failure: it has to be complete."""
    monkeypatch.setattr(ends, "_way", lambda events, summary: ("complete", ""))
    words = ["verify", intent, "--jobs", "1", "--runs", "2", "--disturb", "grip_lost", "-o", "small.toml"]
    cell = intent.replace(".intent", ".cell")
    assert main([*words, "--cell", cell]) == 1
    captured = capsys.readouterr()
    assert "2 faulty" in captured.out or "1 faulty" in captured.out
    assert f"Next: cellwright simulate {intent} --cell {cell} --scenario small.toml\n" in captured.err
    small = scenario_from_mapping(tomllib.loads((here / "small.toml").read_text())).expect()
    assert [type(d) for d in small.disturbances] == [GripLost]
    assert OperatorAsks not in {type(d) for d in small.disturbances}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--disturb", "griplost"], "nothing draws that"),
        (["--disturb", "coupling_fails"], "cannot happen in this cell"),
    ],
)
def test_what_cannot_be_disturbed_is_refused(
    words: list[str], told: str, intent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", intent, "--jobs", "1", *words]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--runs", "0"], ["--runs", "x"], ["--first", "-1"], ["--runs", "9999999999"]])
def test_numbers_that_are_none_are_usage(words: list[str], intent: str) -> None:
    assert main(["verify", intent, *words]) == 2


def test_a_cell_asks_for_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(repository / "examples/01_first_move/first_move.cell")]) == 2
    assert "asks for nothing" in capsys.readouterr().err
