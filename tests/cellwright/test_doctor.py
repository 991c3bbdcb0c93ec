"""`doctor` finds what is planted, and says where each setting came from."""

import json
from importlib import metadata
from pathlib import Path

import pytest

from cell.plan_file import with_plan_id
from cellwright import doctor
from cellwright.doctor import Finding, examine, requirement, satisfies
from cellwright.kept_sources import keep_sources
from tests.tui.samples import PLAN
from tui.cli import main


def bad(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.what for finding in findings if finding.verdict == "bad"]


@pytest.mark.parametrize(
    ("version", "bounds", "holds"),
    [
        ("3.11.7", ">=3.11,<3.14", True),
        ("3.14.0", ">=3.11,<3.14", False),
        ("3.14", "<3.14.0", False),
        ("2.0", ">=2", True),
        ("1.9.9", ">=2", False),
        ("0.10", ">0.9", True),
        ("2.0rc1", ">=2.0", True),
        ("1.0", "<=1", True),
        ("1.0", "", True),
        ("1.0", "~=5", True),
    ],
)
def test_compares_release_numbers(version: str, bounds: str, holds: bool) -> None:
    assert satisfies(version, bounds) is holds


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("coal<4,>=3.0.1", ("coal", "<4,>=3.0.1")),
        ("pytest<9,>=8; extra == 'dev'", ("pytest", "<9,>=8")),
        ("lark[regex] (>=1.2)", ("lark", ">=1.2")),
        ("rich", ("rich", "")),
    ],
)
def test_reads_a_requirement(line: str, expected: tuple[str, str]) -> None:
    assert requirement(line) == expected


def environment(folder: Path) -> dict[str, str]:
    return {"CELLWRIGHT_STATE": str(folder / "state"), "CELLWRIGHT_CACHE": str(folder / "cache")}


def test_names_the_variable_that_a_folder_came_from_and_counts_what_is_cached(tmp_path: Path) -> None:
    keep_sources(with_plan_id(PLAN), {}, tmp_path / "cache")
    own = examine(tmp_path, environment(tmp_path))
    assert any(f.about == "runs" and f.what == f"{tmp_path / 'state'} (from CELLWRIGHT_STATE)" for f in own)
    assert any(f.about == "cache" and f.what == "1 sources of plans, 0.0 MB" for f in own)
    xdg = examine(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "x"), "XDG_CACHE_HOME": str(tmp_path / "y")})
    assert any(f.about == "runs" and f.what == f"{tmp_path / 'x' / 'cellwright'} (from XDG_STATE_HOME)" for f in xdg)


def test_folder_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    assert any("cannot be written" in what for what in bad(examine(tmp_path, environment(tmp_path))))


def test_key_that_nothing_reads_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "cellwright.toml").write_text("")
    assert not any("cellwright.toml" in what for what in bad(examine(tmp_path, environment(tmp_path))))
    (tmp_path / "cellwright.toml").write_text("sead = 3\n")
    assert any("nothing reads `sead`" in what for what in bad(examine(tmp_path, environment(tmp_path))))
    (tmp_path / "cellwright.toml").write_text("sead = \n")
    assert any("cannot be read" in what for what in bad(examine(tmp_path, environment(tmp_path))))


def test_finds_the_configuration_upwards(tmp_path: Path) -> None:
    (tmp_path / "cellwright.toml").write_text("")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    found = [f.what for f in examine(below, environment(tmp_path)) if f.about == "project"]
    assert found == [f"{tmp_path / 'cellwright.toml'} marks the project's root"]


def test_name_that_another_distribution_owns_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "packages_distributions", lambda: {"cell": ["cellwright", "other-cell"]})
    assert "`cell` also belongs to other-cell" in bad(examine(tmp_path, environment(tmp_path)))


def test_missing_and_old_libraries_are_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["no-such-library>=1", "numpy>=999", "also-not-there>=1; extra == 'dev'"]
    monkeypatch.setattr(metadata, "requires", lambda name: lines)
    what = bad(examine(tmp_path, environment(tmp_path)))
    assert "no-such-library is missing, wanted >=1" in what
    assert any(w.startswith("numpy ") for w in what)
    assert not any("also-not-there" in w for w in what)


def test_no_driver_at_all_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "installed", lambda: ())
    assert any("no driver" in what for what in bad(examine(tmp_path, environment(tmp_path))))


def test_verb_exits_2_when_something_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cellwright.toml").write_text("sead = 3\n")
    assert main(["doctor", "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["wrong"] >= 1
    assert {"about", "what", "verdict", "help"} == document["findings"][0].keys()
    assert main(["doctor"]) == 2
    assert "✗" in capsys.readouterr().out
