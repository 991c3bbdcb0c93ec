"""What is said last of a run: what is next."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from cellwright.begun import Begun, write_begun
from controller.journal.folder import run_path
from tests.tui.samples import SUMMARY
from tui.after_watching import said_at_last
from tui.commands import status


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


@pytest.mark.parametrize(
    ("state", "pid", "waits", "told"),
    [
        (
            "Interrupted",
            None,
            None,
            f"Next: cellwright resume {SUMMARY.run_id} goes on with it; cellwright report {SUMMARY.run_id}\n",
        ),
        (
            "Stopped",
            None,
            None,
            f"Next: cellwright resume {SUMMARY.run_id} goes on with it; cellwright report {SUMMARY.run_id}\n",
        ),
        ("Complete", None, None, f"Next: cellwright report {SUMMARY.run_id}\n"),
        ("Held", 4711, None, f"Next: cellwright attach {SUMMARY.run_id}\n"),
        ("Interrupted", None, "it waits at another terminal", "it waits at another terminal\n"),
    ],
)
def test_status_says_what_is_next(
    state: str,
    pid: int | None,
    waits: str | None,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CELLWRIGHT_STATE", str(tmp_path))
    folder = run_path(tmp_path, SUMMARY.run_id)
    folder.mkdir(parents=True)
    write_begun(folder, Begun(None, None, is_simulated=False))
    monkeypatch.setattr("tui.chosen_run.chosen", lambda *_: (replace(SUMMARY, state=state, pid=pid), None, waits))
    status.configure(parser := ArgumentParser())
    status.act(parser.parse_args([]))
    assert capsys.readouterr().err == told
