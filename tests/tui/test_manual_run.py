"""`run --manual` leaves once robots may be moved by hand. Until then it is a run as others are: Ctrl-C asks it to stop."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cell.events import ModeChanged
from cellwright.service import Message
from tests.tui import test_watching
from tests.tui.test_watching import HELD_SUMMARY, OF, STOPPED, STOPPED_SUMMARY, Controller, Scripted, changed, held_with
from tui.exit_codes import DONE, HELD
from tui.manual_run import begun_by_hand

heard = test_watching.heard
ARGUMENTS = argparse.Namespace(format="text", strict=False)
MANUAL = ModeChanged(2_000_000_000, OF, "Production", "Manual", "its beginning")
IN_MANUAL = replace(held_with(), summary=replace(HELD_SUMMARY, mode="Manual"))


def test_it_leaves_the_run_to_itself_once_robots_may_be_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller([changed("Holding", "Held"), MANUAL, None, IN_MANUAL], STOPPED_SUMMARY, tmp_path)
    assert begun_by_hand(controller.run, ARGUMENTS) == DONE
    assert controller.asked == ["look"]
    told = capsys.readouterr()
    assert told.out == f"run {tmp_path.name}: Held, manual mode\n"
    assert f"cellwright ask stop {tmp_path.name} ends it" in told.err


@pytest.mark.usefixtures("heard")
def test_a_ctrl_c_before_that_asks_for_a_stop_and_its_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = Scripted.messages

    def pressed_twice(run: Scripted, patience: float) -> Iterator[Message | None]:
        for message in messages(run, patience):
            if message == MANUAL:
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
            yield message

    monkeypatch.setattr(Scripted, "messages", pressed_twice)
    before = signal.getsignal(signal.SIGINT)
    controller = Controller([MANUAL, None, None, None, IN_MANUAL, *STOPPED], STOPPED_SUMMARY, tmp_path)
    assert begun_by_hand(controller.run, ARGUMENTS) == HELD
    assert controller.asked == ["stop", "quick stop", "look"]
    assert signal.getsignal(signal.SIGINT) is before
    told = capsys.readouterr()
    assert told.out.startswith(f"run {STOPPED_SUMMARY.run_id}: Stopped\n")
    assert "asked for a quick stop" in told.err
    assert "cellwright operate (3" not in told.err


def test_where_somebody_has_stopped_it_before_nobody_is_sent_to_move_its_robots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert begun_by_hand(Controller([*STOPPED], STOPPED_SUMMARY, tmp_path).run, ARGUMENTS) == HELD
    assert "cellwright operate (3" not in capsys.readouterr().err
