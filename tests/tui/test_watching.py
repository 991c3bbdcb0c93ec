"""Watching a run: Ctrl-C asks and never kills, a hold asks a person or ends the run, and what happened is told."""

import io
import json
import queue
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from cell.codec import canonical
from cell.commands import Subject
from cell.events import Event, HoldRaised, RunEnded, StateChanged, ZoneReported
from cell.run import RunSummary
from cellwright.service import Run
from controller.journal.folder import RunFolder
from controller.service import Texts
from tests.tui.samples import SUMMARY
from tui.watching import Watching

OF = Subject("run-1")


class Controller:
    """The other end of a run's two queues: says `script`; where it is None, waits until it has been asked something."""

    def __init__(self, script: Sequence[Event | RunSummary | None], result: RunSummary, folder: Path) -> None:
        self.asked: list[str] = []
        self._inbox: Texts = queue.SimpleQueue()
        self._outbox: Texts = queue.SimpleQueue()
        self._script = script
        thread = Thread(target=self._talk)
        self.run = Run(RunFolder(folder), self._inbox, self._outbox, thread, [result])
        thread.start()

    def _talk(self) -> None:
        for message in self._script:
            if message is None:
                self.asked.append(json.loads(self._inbox.get(timeout=10))["what"])
            else:
                self._outbox.put(canonical(message))
        self._outbox.put("")


def changed(before: str, after: str) -> StateChanged:
    return StateChanged(2_000_000_000, OF, before, after, "")  # type: ignore[arg-type]


HELD = (HoldRaised(65_000_000_000, OF, "R701", "Check\x1b gripper pads", ()), changed("Holding", "Held"))
STOPPED = (changed("Held", "Stopping"), changed("Stopping", "Stopped"))
STOPPED_SUMMARY = replace(SUMMARY, state="Stopped")


def test_summary_is_that_of_the_controller(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller([SUMMARY], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=False).to_the_end() == SUMMARY
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(tmp_path) in captured.err
    assert "steps: 540 of 540" in captured.err


def test_what_the_controller_raises_is_raised(tmp_path: Path) -> None:
    controller = Controller([], SUMMARY, tmp_path)
    controller.run._result[:] = [ZeroDivisionError("planted")]
    with pytest.raises(ZeroDivisionError):
        Watching(controller.run, is_attended=False, waits=False).to_the_end()


def test_hold_without_anybody_ends_the_run_and_keeps_its_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller([*HELD, None, *STOPPED], STOPPED_SUMMARY, tmp_path)
    summary = Watching(controller.run, is_attended=False, waits=False).to_the_end()
    assert controller.asked == ["stop"]
    assert summary.held_because == "R701 Check\x1b gripper pads"
    err = capsys.readouterr().err
    assert "  1:05.0  held, R701: Check\\x1b gripper pads" in err
    assert "\x1b" not in err
    assert "Ctrl-C" not in err


def test_hold_that_waits_asks_for_nothing(tmp_path: Path) -> None:
    controller = Controller([*HELD, changed("Held", "Unholding")], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=True).to_the_end().held_because is None
    assert controller.asked == []


@pytest.mark.parametrize(
    ("answer", "asked"), [("r\n", "resume"), ("Resume\n", "resume"), ("\n", "stop"), ("yes\n", "stop"), ("", "stop")]
)
def test_hold_asks_somebody_and_only_resume_resumes(
    answer: str, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    controller = Controller([*HELD, None, *STOPPED], STOPPED_SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert controller.asked == [asked]
    err = capsys.readouterr().err
    assert "[r]esume or [S]top?" in err
    assert "\x1b" not in err


def test_empty_zone_is_no_news_until_somebody_was_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zones = [ZoneReported(second * 1_000_000_000, OF, "aisle", second == 2, "scanner") for second in (1, 2, 3)]
    controller = Controller(zones, SUMMARY, tmp_path)
    Watching(controller.run, is_attended=False, waits=False).to_the_end()
    told = [line for line in capsys.readouterr().err.splitlines() if "aisle" in line]
    assert told == ["  0:02.0  zone aisle: somebody is in it", "  0:03.0  zone aisle: nobody is in it"]


def test_ctrl_c_asks_for_a_normal_stop_and_then_for_a_quick_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    controller = Controller([None, None, *STOPPED], STOPPED_SUMMARY, tmp_path)
    watching = Watching(controller.run, is_attended=False, waits=False)
    with watching._interruptible():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert watching.to_the_end() == STOPPED_SUMMARY
    assert controller.asked == ["stop", "quick stop"]
    assert "asked for a quick stop" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_ending_is_told_and_routine_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller(
        [changed("Idle", "Starting"), RunEnded(90_000_000_000, OF, "Complete", "all goals met")], SUMMARY, tmp_path
    )
    Watching(controller.run, is_attended=False, waits=False).to_the_end()
    err = capsys.readouterr().err
    assert "Idle -> Starting" not in err
    assert err.count("  1:30.0  ended Complete: all goals met") == 1
