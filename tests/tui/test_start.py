"""A Ctrl-C while the program is still being loaded ends it without a word; one that was not to be heard is not."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPTED_WHILE_LOADING = """
import os, signal, sys

class Hasty:
    def find_spec(self, name, path=None, target=None):
        if name == "tui.cli":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Hasty())
sys.argv = ["cellwright", "--version"]
from tui.start import main
sys.exit(main())
"""


def _ended(repository: Path, hears: bool) -> "subprocess.CompletedProcess[bytes]":
    before = signal.signal(signal.SIGINT, signal.default_int_handler if hears else signal.SIG_IGN)
    try:
        return subprocess.run([sys.executable, "-c", INTERRUPTED_WHILE_LOADING], cwd=repository, capture_output=True, check=False)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_ctrl_c_while_it_loads_ends_the_program_without_a_traceback(repository: Path) -> None:
    ended = _ended(repository, hears=True)
    assert ended.returncode == -signal.SIGINT
    assert ended.stderr == b""


def test_a_ctrl_c_that_is_not_to_be_heard_is_not(repository: Path) -> None:
    ended = _ended(repository, hears=False)
    assert ended.returncode == 0
    assert ended.stdout.startswith(b"cellwright ")


def test_a_verb_hears_it_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui import cli, start

    heard: list[object] = []

    def listening() -> int:
        heard.append(signal.getsignal(signal.SIGINT))
        return 0

    monkeypatch.setattr(cli, "main", listening)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert start.main() == 0
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIG_DFL]
