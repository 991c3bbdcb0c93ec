"""Whatever a user names as a file is read within its limit, or refused at once."""

import os
from pathlib import Path

import pytest

from cellwright.file_bytes import TooLarge, read_regular, read_whole
from cellwright.reading import read
from cellwright.robot_models import load_robot_model
from cellwright.running import read_scenario
from cellwright.session import load_plan


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


@pytest.mark.parametrize("which", ["a device", "a pipe"])
def test_refuses_what_is_no_file_without_waiting_for_it(tmp_path: Path, which: str) -> None:
    path = {"a device": Path("/dev/zero"), "a pipe": pipe(tmp_path)}[which]
    with pytest.raises(OSError, match=f"it is {which}, not a file"):
        read_regular(path, 10)
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path, 10)


def test_holds_no_more_than_the_limit_and_knows_the_size(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(10**12)  # sparse: it takes no room
    found = read_regular(large, 100)
    assert len(found.content) == 101
    assert found.size == 10**12
    with pytest.raises(TooLarge, match="it has 1000000000000 bytes, and at most 100 are read"):
        read_whole(large, 100)


def test_a_file_of_just_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "just").write_bytes(b"x" * 100)
    assert read_whole(tmp_path / "just", 100) == b"x" * 100


def test_a_large_source_is_told_with_its_size(tmp_path: Path) -> None:
    large = tmp_path / "large.intent"
    with large.open("wb") as file:
        file.truncate(10**12)
    (found,) = read(str(large), {}).diagnostics
    assert (found.code, found.message) == ("E104", "the file has 1000000000000 bytes; at most 262144 are read")


def test_a_large_plan_scenario_or_robot_is_refused_before_it_is_held(tmp_path: Path) -> None:
    large = tmp_path / "large.urdf"
    with large.open("wb") as file:
        file.truncate(10**12)
    (found,) = load_plan(str(large)).diagnostics
    assert found.code == "E670"
    with pytest.raises(TooLarge):
        read_scenario(str(large))
    (found,) = load_robot_model(large.name, tmp_path, None).diagnostics
    assert found.code == "E311"
    assert "at most 64000000 are read" in found.message


def test_a_scenario_that_is_nested_without_end_is_no_traceback(tmp_path: Path) -> None:
    deep = tmp_path / "deep.toml"
    deep.write_text("a = " + "[" * 50_000)
    (found,) = read_scenario(str(deep)).diagnostics
    assert found.code == "E280"
