"""A full disk, for real: the hold and a stop are still written, nothing is lost, and with space again the run goes on."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.long import rest_is_long

SMALL = "mount -t tmpfs -o size=1500k none {folder} && exec {python} -m tests.controller.full_disk tmpfs {folder} {answer}"


@cache
def can_mount() -> bool:
    """A file system of one's own, in a namespace of one's own; not everywhere is one allowed that."""
    try:
        tried = subprocess.run(["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False)
    except OSError:
        return False
    return tried.returncode == 0


def ran(how: str, folder: Path, answer: str, repository: Path) -> Any:
    if how == "tmpfs":
        script = SMALL.format(folder=folder, python=sys.executable, answer=answer)
        command = ["unshare", "-rm", "sh", "-c", script]
    else:
        command = [sys.executable, "-m", "tests.controller.full_disk", how, str(folder), answer]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("how", rest_is_long(["limit", "tmpfs"]))
@pytest.mark.parametrize("answer", ["stop", "resume"])
def test_on_a_full_disk_the_run_is_held_and_everything_is_kept(how: str, answer: str, tmp_path: Path, repository: Path) -> None:
    if how == "tmpfs" and not can_mount():
        pytest.skip("no file system may be mounted here")
    came_to = ran(how, tmp_path, answer, repository)
    assert came_to["told"] == came_to["kept"] == ("Stopped" if answer == "stop" else "Complete")
    assert came_to["holds"] == ["R742"]
    assert [bool(why) for why in came_to["reports"]] == ([True] if answer == "stop" else [True, False])
    assert "the journal cannot be written" in came_to["reports"][0]
    assert (came_to["last"], came_to["damage"]) == ("RunEnded", False)
    if how == "tmpfs":
        assert "full" in came_to["reports"][0]
        assert (came_to["free"] is not None) is (answer == "stop")
