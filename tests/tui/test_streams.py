"""Streams that are closed, full, or whose reader has gone: the right exit code, and no word of Python's."""

import errno
import io
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli import main

EXPLAIN = "-m tui.cli explain E206"
HELP = "-m tui.cli --help"
WRONG = "-m tui.cli explain nothing"


def shell(line: str, repository: Path) -> subprocess.CompletedProcess[str]:
    """`PY` in the line is this Python."""
    line = line.replace("PY", sys.executable)
    return subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], cwd=repository, capture_output=True, text=True, timeout=600)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("PY -m tui.cli check examples/01_first_move/first_move.intent <&- >&- 2>&-", 0),
        (f"PY {EXPLAIN} >&-", 0),
        (f"PY {EXPLAIN} | true", 0),
        (f"PY {HELP} | true", 0),
        (f"PY {WRONG} | true", 2),
        (f"PY {WRONG} 2>&-", 2),
        (f"PY {WRONG} 2>/dev/full", 2),
        ("PY -m tui.cli run nothing.plan <&-", 2),
    ],
)
def test_a_stream_that_leads_nowhere_changes_no_exit_code(line: str, code: int, repository: Path) -> None:
    done = shell(line, repository)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("what", [EXPLAIN, HELP])
def test_data_that_cannot_be_kept_is_told_with_exit_2(what: str, repository: Path) -> None:
    done = shell(f"PY {what} >/dev/full", repository)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "cellwright: no space left on device"


def test_no_file_of_ours_takes_the_place_of_a_closed_stream(repository: Path) -> None:
    code = "import os; from tui.streams import open_what_is_closed; open_what_is_closed(); print(os.open('README.md', 0) > 2)"
    assert shell(f'PY -c "{code}" <&-', repository).stdout == "True\n"


def test_a_terminal_that_has_gone_changes_no_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("sys.stdout", Gone())
    assert main(["explain", "E206"]) == 0
