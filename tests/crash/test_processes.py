"""Controllers that SIGKILL ends, and others that go on with what is on disk and with the world that lives on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.installed import plan_file, stopped_through

pytestmark = [pytest.mark.xdist_group("hosted"), pytest.mark.long]
IN_SUITE = 10


def test_killed_for_real_while_it_stops_a_run_is_gone_on_with_by_one_resume(tmp_path: Path) -> None:
    assert list(stopped_through(tmp_path / "state", plan_file(tmp_path))) == []


def test_killed_for_real_a_run_is_gone_on_with_and_ends_as_it_should(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.crash.processes", str(tmp_path / "killed"), "--points", str(IN_SUITE), "--jobs", "3"]
    environment = os.environ | {"PYTHONPATH": str(repository), "CELLWRIGHT_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=600, check=False)
    came = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in came if one["faults"]] == [], done.stderr
    assert len(came) == IN_SUITE, done.stderr
    assert done.returncode == 0
    assert {one["goes_out"] for one in came if "goes_out" in one} == {True, False}
    assert sum("second" in one for one in came) == IN_SUITE // 5
