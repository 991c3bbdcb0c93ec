"""Of a process that ends without a word its last one is told; of one that ends by itself none."""

import subprocess
import sys

import pytest

BEGINS = "import os, signal\nfrom tui.last_word import LastWord\nwith LastWord() as last:\n"


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGSEGV)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_whoever_is_ended_has_said_what_was_done(end: str) -> None:
    assert told(f"    last.say('it was made')\n    last.say('a law\\n  is tried')\n    {end}\n") == "a law is tried\n"


@pytest.mark.parametrize("end", ["pass", "raise SystemExit(1)", "last.over(); os._exit(5)"])
def test_whoever_ends_by_itself_says_nothing(end: str) -> None:
    assert told(f"    last.say('it was made')\n    {end}\n") == ""


def test_a_process_that_was_forked_meanwhile_keeps_nobody_waiting() -> None:
    fork = "    child = os.fork()\n    if child == 0:\n        os.closerange(0, 3)\n        signal.pause()\n"
    assert told(fork + "os.kill(child, signal.SIGKILL)\n") == ""


def told(text: str) -> str:
    return subprocess.run([sys.executable, "-c", BEGINS + text], capture_output=True, text=True, timeout=600, check=False).stderr
