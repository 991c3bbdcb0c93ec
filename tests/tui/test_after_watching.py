"""What is said last of a run: what is next."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from cellwright.begun import Begun, write_begun
from controller.journal.folder import run_path
from tests.tui.samples import SUMMARY
from tui.after_watching import said_at_last


@pytest.mark.parametrize("state", ["Stopped", "Aborted", "Interrupted"])
@pytest.mark.parametrize("world", ["lives", "ends with its controller", "is real"])
def test_a_run_that_may_be_gone_on_with_says_how(
    state: str, world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CELLWRIGHT_STATE", str(tmp_path))
    folder = run_path(tmp_path, SUMMARY.run_id)
    folder.mkdir(parents=True)
    write_begun(folder, Begun("w.at" if world == "lives" else None, None, world != "is real"))
    said_at_last(replace(SUMMARY, state=state, pid=None), Namespace(format="json", strict=False))
    is_told = f"cellwright resume {SUMMARY.run_id} goes on with it" in capsys.readouterr().err
    assert is_told is (world != "ends with its controller")
