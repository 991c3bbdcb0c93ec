"""Long work at a real terminal and into a pipe: there it is seen how far it is, here nothing is written that moves a cursor."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest

from controller.journal.folder import run_folders
from tests.end_to_end.program import Program
from tui.exit_codes import DONE, HELD

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
INTENT = ROOT / "examples" / "01_first_move" / "first_move.intent"
KNOWN = re.compile(r"\x1b\[\??[0-9;]*[ABCDGHJKhlm]")
"""What a terminal is told: to move and erase within what is its own, to colour, to hide its cursor and to show it again."""


def program(folder: Path) -> Program:
    return Program(ROOT, folder / "cache", folder / "state", folder)


def at_a_terminal(program: Program, *words: object) -> tuple[int, str]:
    """The exit code, and all that the terminal was sent."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        program.command(*words), cwd=program.folder, env=program.environment() | {"TERM": "xterm", "NO_COLOR": ""},
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    sent = bytearray()
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # EIO: nobody has it open any more
            break
        if not piece:
            break
        sent += piece
    os.close(ours)
    return process.wait(), sent.decode("utf-8")


def left_behind(program: Program) -> str:
    """A run whose controller was killed."""
    assert program.call("run", INTENT, "--yes", "--speed", "0.5", "--detach").code == 0
    folder = next(iter(run_folders(program.state)))
    pid = folder.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return folder.id


def end_what_holds(program: Program) -> None:
    for folder in run_folders(program.state):
        pid = folder.pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)


ENDS = ((DONE,), (DONE, HELD))
"""Of the commands, and of a resume: whether that holds hangs on the moment in which the controller was killed, and nobody is
there to be asked."""
COMMANDS = {"plan": ("plan", INTENT), "simulate": ("simulate", INTENT), "run": ("run", INTENT, "--yes")}


@pytest.mark.parametrize("verb", [*COMMANDS, "resume"])
def test_into_a_pipe_goes_text_and_nothing_that_moves_a_cursor(verb: str, tmp_path: Path) -> None:
    asked = program(tmp_path)
    words = COMMANDS.get(verb) or ("resume", left_behind(asked), "--yes")
    done = asked.call(*words)
    end_what_holds(asked)
    assert done.code in ENDS[verb == "resume"], done.everything
    assert [line for line in (done.out + done.err).splitlines() if not line.isprintable()] == []
    if verb != "resume":
        assert re.search(r"^motions: \d+ of \d+$", done.err, re.MULTILINE)
        assert re.search(r"^motions proved: \d+ of \d+$", done.err, re.MULTILINE)


@pytest.mark.parametrize("verb", [*COMMANDS, "resume"])
def test_at_a_terminal_it_is_seen_what_it_does_and_the_cursor_is_there_again(verb: str, tmp_path: Path) -> None:
    asked = program(tmp_path)
    words = COMMANDS.get(verb) or ("resume", left_behind(asked), "--yes")
    code, sent = at_a_terminal(asked, *words)
    end_what_holds(asked)
    assert code in ENDS[verb == "resume"], sent
    assert [line for line in KNOWN.sub("", sent).replace("\r", "").splitlines() if not line.isprintable()] == []
    if verb == "resume":
        return
    for seen in ("motions ", "motions proved ", "━"):
        assert seen in KNOWN.sub("", sent), seen
    assert sent.rfind("\x1b[?25h") > sent.rfind("\x1b[?25l")
