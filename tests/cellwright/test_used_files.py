"""What `use` may name: a file under the project's root by its real path, and nothing that it names stops the check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cellwright.configuration import FILE
from cellwright.fixing import fixing
from cellwright.reading import read


def codes(intent: Path, *names: str) -> list[tuple[str, int]]:
    """Of an intent that uses `names`: each code with its line."""
    intent.write_text("".join(f'use "{name}"\n' for name in names), "utf-8")
    found = read(str(intent), {}).diagnostics
    return [(d.code, d.spans[0].start.line) for d in found if d.code != "E124"]


def outside(root: Path) -> Path:
    """A folder in `root` to be the project, with a cell beside it that it must not see."""
    project = root / "project"
    project.mkdir()
    (root / "secret.cell").write_text("", "utf-8")
    return project


def test_a_file_outside_of_the_project_is_not_read(tmp_path: Path) -> None:
    project = outside(tmp_path)
    assert codes(project / "a.intent", "../secret.cell", str(tmp_path / "secret.cell")) == [("E120", 1), ("E120", 2)]


def test_nor_is_it_through_a_link_that_lies_inside(tmp_path: Path) -> None:
    project = outside(tmp_path)
    (project / "near.cell").symlink_to(tmp_path / "secret.cell")
    (project / "folder").symlink_to(tmp_path)
    assert codes(project / "a.intent", "near.cell", "folder/secret.cell") == [("E120", 1), ("E120", 2)]


def test_a_marked_root_above_lets_it_be_read(tmp_path: Path) -> None:
    project = outside(tmp_path)
    (tmp_path / FILE).write_text("", "utf-8")
    assert codes(project / "a.intent", "../secret.cell") == []


def test_a_link_that_goes_round_is_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "round.cell").symlink_to(tmp_path / "round.cell")
    assert codes(tmp_path / "a.intent", "round.cell") == [("E123", 1)]


NO_FILE = {
    "too long": "a" * 300 + ".cell",
    "too deep": "a/" * 3000 + "b.cell",
    "in a file": "here.cell/b.cell",
    "a folder": "folder.cell",
}


@pytest.mark.parametrize("name", NO_FILE.values(), ids=NO_FILE)
def test_so_is_a_name_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    (tmp_path / "here.cell").write_text("", "utf-8")
    (tmp_path / "folder.cell").mkdir()
    assert codes(tmp_path / "a.intent", name) == [("E123", 1)]


def test_a_folder_is_not_offered_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "here.cell").write_text("", "utf-8")
    (tmp_path / "folder.cell").mkdir()
    (tmp_path / "a.intent").write_text('use "folder.cell"\n', "utf-8")
    assert [d.help for d in read(str(tmp_path / "a.intent"), {}).diagnostics if d.code == "E123"] == ["Beside it: here.cell."]


@pytest.mark.parametrize("command", [read, lambda file, settings: fixing([file], settings)])
def test_a_named_file_that_is_a_link_round_is_a_mistake_in_usage(
    tmp_path: Path, command: Callable[[str, dict[str, str]], object]
) -> None:
    (tmp_path / "round.intent").symlink_to(tmp_path / "round.intent")
    with pytest.raises(OSError, match=r"[Ss]ymbolic"):
        command(str(tmp_path / "round.intent"), {})
