"""What was asked and has no answer: it lies at a controller that is silent, and nowhere where that has gone."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cellwright.service import NotAnswered, NotReached, Run
from controller.attached.client import Client
from controller.journal.folder import RunFolder


def asked_of(*, is_there: bool) -> NotReached:
    """A stop, of a controller that never says a word."""
    ours, theirs = socket.socketpair()
    run = Run(RunFolder(Path("run-1")), Client(ours, "operate", "ann", None, lambda: None))
    if not is_there:
        theirs.close()
    with pytest.raises(NotReached) as failed:
        run.asked("stop", 0.0)
    run.client.close()
    theirs.close()
    return failed.value


def test_of_a_controller_that_has_gone_it_is_not_said_that_a_stop_lies_there() -> None:
    gone, silent = asked_of(is_there=False), asked_of(is_there=True)
    assert not isinstance(gone, NotAnswered)
    assert "its controller has gone" in str(gone)
    assert isinstance(silent, NotAnswered)
