"""Watching a run: Ctrl-C asks and never kills, a hold asks a person or ends the run, and what happened is told."""

import io
import os
import queue
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import cast

import pytest
from immutables import Map

from cell.commands import Subject
from cell.events import Answered, HoldRaised, ModeChanged, QuestionAsked, RunEnded, StateChanged, ZoneReported
from cell.run import RunSummary
from cellwright.service import ControllerEnded, Message, Run
from controller.attached.messages import Answer, Ask, FromController, FromTerminal, News, Refused, Snapshot, State, Told
from controller.journal.folder import RunFolder
from controller.run_state import Belief, Question, Trouble
from tests.tui.samples import SUMMARY
from tui.asking import asked
from tui.progress import Progress
from tui.signals import ended_like_ctrl_c, handled_by
from tui.watching import LIES_THERE, UNHEARD, Watched, Watching

OF = Subject("run-1")


class Controller:
    """Says `script` at the end of a line; where that has None it waits until it was asked something. What stands between two of
    them is there at once: how long a thread is away between two words is no matter of who watches. `result` is what came of the
    `run`."""

    last_word = None

    def __init__(self, script: Sequence[Message | State | None], result: RunSummary | Exception, folder: Path) -> None:
        self.asked: list[str] = []
        self.run = Scripted(RunFolder(folder), self)  # type: ignore[arg-type]
        self._inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[list[FromController | None]] = queue.SimpleQueue()
        self._script, self._result = script, result
        self._thread = Thread(target=self._talk)
        self._thread.start()

    def post(self, message: FromTerminal) -> None:
        match message:
            case Ask(what=what):
                self._inbox.put(what)
            case Answer(question=question, answer=answer):
                self._inbox.put(f"{question}={answer}")
            case Snapshot():
                self._inbox.put("look")
            case _:
                raise AssertionError(f"nobody asks for {message} here")

    def messages(self, patience: float) -> Iterator[FromController | None]:
        while True:
            try:
                said = self._outbox.get(timeout=patience)
            except queue.Empty:
                yield None
                continue
            for message in said:
                if message is None:
                    return
                yield message

    def result(self) -> RunSummary:
        self._thread.join()
        if isinstance(self._result, Exception):
            raise self._result
        return self._result

    def _talk(self) -> None:
        said: list[FromController | None] = []
        for seq, message in enumerate(self._script, 1):
            match message:
                case None:
                    self._outbox.put(said)
                    self.asked.append(self._inbox.get(timeout=60))
                    said = []
                case RunSummary():
                    said.append(News(seq, message))
                case Refused() | State():
                    said.append(message)
                case _:
                    said.append(Told(seq, message))
        self._outbox.put([*said, None])


class Scripted(Run):
    def result(self) -> RunSummary:
        return self.client.result()  # type: ignore[attr-defined, no-any-return]


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
    controller = Controller([], ControllerEnded("planted"), tmp_path)
    with pytest.raises(ControllerEnded, match="planted"):
        Watching(controller.run, is_attended=False, waits=False).to_the_end()


HELD_SUMMARY = replace(SUMMARY, state="Held", pid=17)


def held_with(**questions: Question) -> State:
    return State(1, 2, HELD_SUMMARY, Belief(), Trouble(questions=Map(questions)))


def test_hold_without_anybody_leaves_the_controller_holding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = replace(SUMMARY, state="Holding")
    controller = Controller([*HELD, None, before, HELD_SUMMARY], ZeroDivisionError("it is not over"), tmp_path)
    assert Watching(controller.run, is_attended=False, waits=False).to_the_end() == HELD_SUMMARY
    assert controller.asked == ["look"]
    err = capsys.readouterr().err
    assert "  1:05.0  held, R701: Check\\x1b gripper pads" in err
    assert f"cellwright ask resume {tmp_path.name}" in err
    assert "\x1b" not in err
    assert "Ctrl-C" not in err


def test_hold_that_another_terminal_answers_first_is_watched_on(tmp_path: Path) -> None:
    controller = Controller([*HELD, None, changed("Held", "Unholding"), SUMMARY], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=False).to_the_end() == SUMMARY


def test_the_hold_of_a_run_that_was_confirmed_is_not_told_as_one_to_be_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script: list[Message | State | None] = [*HELD, HELD_SUMMARY, changed("Held", "Unholding"), SUMMARY]
    controller = Controller(script, SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=False, is_confirmed=True).to_the_end() == SUMMARY
    assert "goes on holding" not in capsys.readouterr().err


QUESTION = QuestionAsked(0, OF, "q1", "Is the door shut?", ("yes", "no"))


@pytest.mark.parametrize(
    "script",
    [
        [*HELD, changed("Held", "Unholding"), *HELD, HELD_SUMMARY],
        [HELD[0], *HELD, HELD_SUMMARY],
        [QUESTION, *HELD, None, HELD_SUMMARY],
    ],
    ids=["holds again", "holds for something else", "asks something"],
)
def test_what_was_confirmed_counts_once_and_for_one_hold(
    script: list[Message | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui.watching.PATIENCE", 0.001)
    controller = Controller(script, SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=False, is_confirmed=True).to_the_end() == HELD_SUMMARY
    assert "goes on holding" in capsys.readouterr().err


def test_what_was_answered_with_the_confirmation_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.watching.asked", lambda question, is_over: pytest.fail(question))
    told = Answered(0, OF, "q1", "yes", "ann")
    script: list[Message | State | None] = [QUESTION, *HELD, told, changed("Held", "Unholding"), SUMMARY]
    controller = Controller(script, SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=True, waits=False, is_confirmed=True).to_the_end() == SUMMARY


def test_a_confirmation_that_comes_to_nothing_leaves_the_controller_holding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.watching.PATIENCE", 0.001)
    controller = Controller([*HELD, None, HELD_SUMMARY], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=False, is_confirmed=True).to_the_end() == HELD_SUMMARY


@pytest.mark.parametrize("news", [[], [replace(SUMMARY, state="Holding")]], ids=["", "whose last news is older than the hold"])
def test_a_run_that_holds_already_is_asked_about_at_once(
    news: list[RunSummary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("r\n"))
    script = [*news, HELD_SUMMARY, None, held_with(), None, changed("Held", "Unholding"), SUMMARY]
    controller = Controller(script, SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=True, waits=False).to_the_end() == SUMMARY
    assert controller.asked == ["look", "resume"]


def test_manual_mode_that_nobody_saw_begin_is_named_above_the_bars_and_at_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s\n"))
    manual = replace(HELD_SUMMARY, mode="Manual")
    script = [manual, None, replace(held_with(), summary=manual), None, *STOPPED]
    controller = Controller(script, STOPPED_SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    err = capsys.readouterr().err
    assert err.splitlines().count("manual mode") == 1
    assert f"nothing is resumed: `cellwright ask production {tmp_path.name}` comes first" in err
    assert "Resume when the cell is in order" not in err


def test_a_resume_that_was_refused_is_asked_about_again_as_long_as_the_run_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("r\ns\n"))
    manual = replace(HELD_SUMMARY, mode="Manual")
    refused = Refused(2, "R754", "the cell is in manual mode: ask for production first")
    script = [manual, None, replace(held_with(), summary=manual), None, refused, None, *STOPPED]
    controller = Controller(script, STOPPED_SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert controller.asked == ["look", "resume", "stop"]
    err = capsys.readouterr().err
    assert err.index("in manual mode, in which nothing is resumed") < err.index(f"refused, R754: {refused.reason}")
    assert err.count("Held: ") == 2


def test_a_resume_that_came_too_late_is_not_asked_about_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("r\n"))
    late = Refused(2, "R754", "the run is in Execute, where resume means nothing")
    script = [HELD_SUMMARY, None, held_with(), None, changed("Held", "Unholding"), HELD_SUMMARY, late, SUMMARY]
    controller = Controller(script, SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=True, waits=False).to_the_end() == SUMMARY
    assert controller.asked == ["look", "resume"]
    assert capsys.readouterr().err.count("Held: ") == 1


def test_the_way_back_to_production_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed_by_ann = ModeChanged(70_000_000_000, OF, "Production", "Manual", "ann")
    script: list[Message | State | None] = [SUMMARY, changed_by_ann, replace(SUMMARY, mode="Manual"), SUMMARY]
    Watching(Controller(script, SUMMARY, tmp_path).run, is_attended=False, waits=True).to_the_end()
    lines = capsys.readouterr().err.splitlines()
    assert [line.strip() for line in lines if " mode" in line or line.startswith("mode")] == [
        "1:10.0  mode Production -> Manual: ann asked",
        "production mode",
    ]


def test_what_was_asked_before_anybody_looked_is_answered_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("done\nr\n"))
    script = [HELD_SUMMARY, None, held_with(q1=Question("Was it done?", ("done", "not done"))), None, None]
    controller = Controller([*script, changed("Held", "Unholding"), SUMMARY], SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert controller.asked == ["look", "q1=done", "resume"]


def test_a_hold_that_is_over_before_it_was_looked_at_is_not_asked_about(tmp_path: Path) -> None:
    script = [HELD_SUMMARY, None, changed("Held", "Unholding"), held_with(), SUMMARY]
    controller = Controller(script, SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert controller.asked == ["look"]


def test_a_question_that_another_terminal_has_answered_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader) as keyboard, os.fdopen(writer, "w"):
        monkeypatch.setattr("sys.stdin", keyboard)
        controller = Controller([*HELD, changed("Held", "Unholding"), SUMMARY], SUMMARY, tmp_path)
        assert Watching(controller.run, is_attended=True, waits=False).to_the_end() == SUMMARY
    assert controller.asked == []


def test_a_hold_whose_controller_is_gone_asks_nobody_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = replace(SUMMARY, state="Interrupted")
    controller = Controller([*HELD], interrupted, tmp_path)
    monkeypatch.setattr("tui.watching.asked", is_asked_until_it_is_over)
    assert Watching(controller.run, is_attended=True, waits=False).to_the_end() == interrupted
    assert controller._inbox.empty()


def is_asked_until_it_is_over(question: str, is_over: Callable[[], bool]) -> str | None:
    """Somebody who answers late."""
    return None if any(is_over() for _ in range(10)) else "r"


def test_a_refusal_is_told_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller([Refused(1, "R754", "the run is over\x1b")], SUMMARY, tmp_path)
    Watching(controller.run, is_attended=False, waits=False).to_the_end()
    assert "refused, R754: the run is over\\x1b" in capsys.readouterr().err


def test_hold_that_waits_asks_for_nothing(tmp_path: Path) -> None:
    controller = Controller([*HELD, changed("Held", "Unholding")], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=True).to_the_end() == SUMMARY
    assert controller.asked == []


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("r\n", "resume"),
        ("Resume\n", "resume"),
        ("\n", "stop"),
        ("S\n", "stop"),
        ("", "stop"),
        ("yes\nr\n", "resume"),
        ("?", "stop"),
    ],
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


def test_an_answer_that_is_none_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\x1b\nr\n"))
    controller = Controller([*HELD, None, *STOPPED], STOPPED_SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert controller.asked == ["resume"]
    assert "`yes\\x1b` is neither. [r]esume or [S]top?" in capsys.readouterr().err


ASKED = QuestionAsked(64_000_000_000, OF, "question.3", "plan 3 uses robot rb. Go on so?", ("go on", "not so"))


def test_an_open_question_is_answered_before_anything_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("r\ngo on\nr\n"))
    controller = Controller([ASKED, *HELD, None, None, changed("Held", "Unholding"), SUMMARY], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=True, waits=False).to_the_end() == SUMMARY
    assert controller.asked == ["question.3=go on", "resume"]
    assert capsys.readouterr().err.count("plan 3 uses robot rb. Go on so? [go on, not so, or stop]") == 2


def test_an_answer_with_capitals_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Rack.Wide\nr\n"))
    asks = replace(ASKED, text="where is it?", answers=("Rack.Wide", "gone"))
    controller = Controller([asks, *HELD, None, None, changed("Held", "Unholding"), SUMMARY], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=True, waits=False).to_the_end() == SUMMARY
    assert controller.asked == ["question.3=Rack.Wide", "resume"]


def test_a_question_that_was_answered_elsewhere_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("r\n"))
    answered = Answered(65_000_000_000, OF, "question.3", "go on", "ann")
    controller = Controller([ASKED, answered, *HELD, None, changed("Held", "Unholding"), SUMMARY], SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert controller.asked == ["resume"]


@pytest.mark.parametrize("typed", ["stop\n", ""])
def test_who_does_not_answer_a_question_wants_no_robot_to_move(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    controller = Controller([ASKED, *HELD, None, *STOPPED], STOPPED_SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert controller.asked == ["stop"]


def test_a_hold_names_what_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("r\n"))
    controller = Controller([SUMMARY, *HELD, None, *STOPPED], STOPPED_SUMMARY, tmp_path)
    Watching(controller.run, is_attended=True, waits=False).to_the_end()
    assert "Lost, and not to be told found in this run: shaft#3 (fell\\x1b[2J)." in capsys.readouterr().err


def test_behind_a_question_that_nobody_has_answered_a_line_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("r\n"))
    assert (asked("now? ", lambda: False), asked("now? ", lambda: False), asked("now? ", lambda: True)) == ("r", None, None)
    assert capsys.readouterr().err == "now? now? \nnow? \n"


def test_a_question_that_is_no_longer_of_use_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader) as keyboard, os.fdopen(writer, "w"):
        monkeypatch.setattr("sys.stdin", keyboard)
        looks = iter([False, True])
        assert asked("[r]esume or [S]top? ", lambda: next(looks)) is None


@pytest.mark.usefixtures("hangups")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_has_to_go_asks_for_nothing(
    number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    controller = Controller([SUMMARY, None], STOPPED_SUMMARY, tmp_path)
    watching = Watching(controller.run, is_attended=False, waits=False)
    with handled_by(watching._signalled):
        signal.raise_signal(number)
    assert watching.to_the_end() is None
    assert controller.asked == []
    assert f"The run goes on. Next: cellwright attach {tmp_path.name}" in capsys.readouterr().err
    controller.run.ask("stop")  # lets the thread end


@pytest.mark.usefixtures("heard")
def test_ctrl_c_of_a_viewer_ends_the_watching_alone(tmp_path: Path) -> None:
    controller = Controller([SUMMARY, None], STOPPED_SUMMARY, tmp_path)
    watching = Watching(controller.run, is_attended=False, waits=True, is_view=True)
    with handled_by(watching._signalled):
        signal.raise_signal(signal.SIGINT)
    assert watching.to_the_end() is None
    assert controller.asked == []
    controller.run.ask("stop")  # lets the thread end


class Lines:
    def __init__(self) -> None:
        self.said: list[str] = []

    def line(self, text: str) -> None:
        self.said.append(text)


@pytest.mark.parametrize(("state", "said"), [("Execute", [LIES_THERE]), ("Stopping", [])])
def test_a_ctrl_c_that_nobody_answers_is_told_as_that_once_and_what_lay_in_the_line_is_no_answer(
    state: str, said: list[str]
) -> None:
    lines = Lines()
    watched = Watching(cast(Watched, None), is_attended=False, waits=False, _state="Execute", _interrupts=1)
    watched._tell_interrupts(cast(Progress, lines))
    del lines.said[:]
    watched._mind_silence(SUMMARY, cast(Progress, lines))
    watched._state = state
    for _ in range(3 * UNHEARD):
        watched._mind_silence(None, cast(Progress, lines))
    assert lines.said == said


def test_what_is_not_to_be_heard_is_not_heard() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with handled_by(signal.default_int_handler):
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hangups")
def test_what_comes_behind_the_end_of_a_terminal_brings_nothing_back() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGCONT, lambda number, _: came.append(number))
    try:
        with ended_like_ctrl_c():
            signal.raise_signal(signal.SIGCONT)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGCONT)
        assert came == [signal.SIGCONT]
        signal.raise_signal(signal.SIGCONT)
        assert len(came) == 2
    finally:
        signal.signal(signal.SIGCONT, before)


def test_a_run_whose_terminal_has_gone_is_watched_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", Gone())
    monkeypatch.setenv("TERM", "xterm")
    controller = Controller([SUMMARY, *HELD, changed("Held", "Unholding"), SUMMARY], SUMMARY, tmp_path)
    assert Watching(controller.run, is_attended=False, waits=True).to_the_end() == SUMMARY


def test_empty_zone_is_no_news_until_somebody_was_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zones = [ZoneReported(second * 1_000_000_000, OF, "aisle", second == 2, "scanner") for second in (1, 2, 3)]
    controller = Controller(zones, SUMMARY, tmp_path)
    Watching(controller.run, is_attended=False, waits=False).to_the_end()
    told = [line for line in capsys.readouterr().err.splitlines() if "aisle" in line]
    assert told == ["  0:02.0  zone aisle: somebody is in it", "  0:03.0  zone aisle: nobody is in it"]


@pytest.fixture
def heard() -> Iterator[None]:
    """A shell may have had Ctrl-C ignored for what it starts in the background."""
    outside = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, outside)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_asks_for_a_normal_stop_and_then_for_a_quick_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    controller = Controller([None, None, *STOPPED], STOPPED_SUMMARY, tmp_path)
    watching = Watching(controller.run, is_attended=False, waits=False)
    with handled_by(watching._signalled):
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
