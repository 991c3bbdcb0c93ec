"""`init`: files that check and plan as they are; nothing is written over, and where one cannot be written none is left."""

import json
from pathlib import Path

import pytest

from cell.standard_verbs import STANDARD
from cellwright.new_cell import TEMPLATES, template_files, write_new
from cellwright.reading import read
from intentlang.format import format_source
from intentlang.source import SourceFile
from tui.cli import main


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_right_as_it_is_and_laid_out_in_the_one_style(
    template: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "cell"
    assert main(["init", str(folder), "--template", template]) == 0
    told = capsys.readouterr().err
    assert f"Next: cellwright plan {folder / template}.intent" in told
    reading = read(str(folder / f"{template}.intent"), {})
    assert reading.diagnostics == ()
    assert reading.program is not None
    for name, text in template_files(template).items():
        assert (folder / name).read_text() == text
        assert format_source(SourceFile.of(name, text), STANDARD).expect() == text


@pytest.mark.parametrize("template", [pytest.param(t, marks=[pytest.mark.slow] * (t != "pick_and_place")) for t in TEMPLATES])
def test_a_template_is_planned_proved_and_simulated(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."] if template == "pick_and_place" else ["init", ".", "--template", template]) == 0
    assert main(["plan", f"{template}.intent", "--set", "wanted=1 parts", "--jobs", "1"]) == 0
    capsys.readouterr()
    assert main(["simulate", f"{template}.plan", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["state"] == "Complete"
    assert (answer["goals_met"], answer["violations"]) == (answer["goals_total"], 0)


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pick_and_place.intent").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert "nothing is written over" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()} == {"pick_and_place.intent": "mine"}


def test_a_link_that_leads_nowhere_is_a_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "pick_and_place.cell").symlink_to(tmp_path / "elsewhere")
    assert main(["init", str(tmp_path)]) == 2
    assert not (tmp_path / "elsewhere").exists()


def test_where_one_cannot_be_written_none_is_left(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_new(tmp_path / "a" / "b", {"one.cell": "x", "no/two.intent": "y"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["taken", "taken/within", "nul\0"])
def test_a_folder_that_cannot_be_is_a_mistake_in_usage(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("a file")
    assert main(["init", f"{tmp_path}/{folder}"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_its_json_names_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == [str(tmp_path / "pick_and_place.cell"), str(tmp_path / "pick_and_place.intent")]
    assert answer["next"][0] == f"cellwright check {tmp_path / 'pick_and_place.intent'}"
