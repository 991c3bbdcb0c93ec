"""cellwright/sparing.py: what a process is spared, and that what somebody has asked for stays."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from cellwright import controller_process, controller_start
from cellwright.sparing import BLAS, SPARING, loading, spare
from tui.cli import main


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(BLAS, raising=False)
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_a_command_has_one_thread_for_matrices_and_no_cycle_is_looked_for_in_vain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert (os.environ[BLAS], gc.get_threshold()) == ("1", SPARING)


def test_who_has_said_how_many_threads_is_left_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BLAS, "3")
    spare()
    assert os.environ[BLAS] == "3"


def test_nothing_that_is_loaded_is_looked_through_for_garbage() -> None:
    frozen, looked = gc.get_freeze_count(), []
    with loading():
        looked.append(gc.isenabled())
    assert looked == [False]
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen


def test_who_looks_for_no_garbage_is_not_made_to() -> None:
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_controller_is_spared_before_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []

    def of_the_controller(words: list[str]) -> int:
        told.extend((words, os.environ[BLAS], gc.get_threshold()))
        return 3

    monkeypatch.setattr(controller_process, "main", of_the_controller)
    assert controller_start.main(["FOLDER"]) == 3
    assert told == [["FOLDER"], "1", SPARING]


def test_what_is_there_at_the_end_is_not_looked_through() -> None:
    last = "import atexit, gc\natexit.register(lambda: print(gc.get_freeze_count() > 100))"
    text = f"{last}\nimport cellwright.sparing as it\nit.spare()"
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"
