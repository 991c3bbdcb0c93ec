"""The driver template, installed as a package is: its words and its drivers are found by entry point, and its example runs."""

from __future__ import annotations

import os
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.program import Program

SCENARIO = "one_leaks_and_the_pump_runs_dry.toml"


@pytest.fixture
def installed(repository: Path, program: Program, tmp_path: Path) -> Program:
    """The program beside an installation of the template: its modules, and the entry points that its pyproject.toml declares."""
    site = Path(shutil.copytree(repository / "examples/driver_template", tmp_path / "site"))
    project = tomllib.loads((site / "pyproject.toml").read_text("utf-8"))["project"]
    about = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8")
    groups = project["entry-points"].items()
    lines = [f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in points.items()) for group, points in groups]
    (about / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    return replace(program, root=Path(f"{site}{os.pathsep}{repository}"))


def test_its_words_are_found_by_entry_point(installed: Program, program: Program, examples: Path) -> None:
    file = examples / "driver_template/leak_testing/leak_test.intent"
    assert installed.call("check", file).code == 0
    told = installed.call("doctor").out
    assert "packages bring the kind leak_tester" in told
    assert "`leak` of cellwright-dry-driver" in told
    missing = program.answer("check", file)
    assert missing.code == 1
    assert "E203" in missing.everything


@pytest.mark.slow
@pytest.mark.parametrize("driver", ["leak", "sim"])
def test_its_example_is_planned_proved_and_rehearsed_on_a_real_arm(
    installed: Program, examples: Path, tmp_path: Path, driver: str
) -> None:
    folder = Path(shutil.copytree(examples / "driver_template/leak_testing", tmp_path / "leaks"))
    cell = folder / "leak_test.cell"
    cell.write_text(cell.read_text("utf-8").replace("driver leak", f"driver {driver}"), "utf-8")
    good = installed.call("simulate", folder / "leak_test.intent", timeout=900)
    assert good.code == 0, good.everything
    assert "8 of 8 met" in good.out
    held = installed.call("simulate", folder / "leak_test.intent", "--scenario", folder / SCENARIO, timeout=900)
    assert "R701 Fill the pump of the bath, then Resume" in held.everything
    assert "1 valve in scrap" in held.everything
