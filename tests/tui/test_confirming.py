"""A run that is to be gone on with, at a terminal: shown, asked, confirmed here or elsewhere."""

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from cellwright.service import ControllerEnded, Run
from controller.attached.client import Client
from controller.attached.messages import FromController, LookAgain, Looked, OpenQuestion, WatchWork, Working
from controller.difference import Difference
from controller.journal.folder import RunFolder
from tui.confirming import Confirming
from tui.progress import Progress

QUESTION = OpenQuestion("q1", "Was it\x1b done?", ("done", "not done"))
QUIET = Looked(1, 3, (), (), None, None, 4, True, None)
MOVED = replace(QUIET, look=2, differences=(Difference("robot", "arm", "left", "right"),), replans_because="arm is elsewhere")
OPEN = replace(QUIET, questions=(QUESTION,))


class Controller:
    """Shows `looks` one after the other; `meanwhile` comes while somebody is asked. None: the run goes on."""

    def __init__(self, looks: Sequence[Looked | None], meanwhile: Sequence[Looked | None] = ()) -> None:
        self.said: list[str] = []
        self._looks, self._meanwhile = list(looks), list(meanwhile)

    def looked(self, after: int = 0, tell: Progress | None = None) -> Looked | None:
        return self._looks.pop(0)

    def looked_meanwhile(self, before: Looked) -> Looked | None:
        return self._meanwhile.pop(0) if self._meanwhile else before

    def look_again(self) -> None:
        self.said.append("look")

    def answer(self, question: str, given: str) -> None:
        self.said.append(f"{question}={given}")

    def confirm(self, look: int) -> None:
        self.said.append(f"confirm {look}")


def came(
    controller: Controller,
    typed: str | None,
    monkeypatch: pytest.MonkeyPatch,
    answers: dict[str, str] | None = None,
    yes: bool = False,
) -> Looked | None:
    """`typed` None: nobody is there."""
    if typed is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return Confirming(controller, "run-1", answers or {}, yes, typed is not None).to_an_end()


def answered(looked: Looked, given: str = "done") -> Looked:
    return replace(looked, questions=(replace(looked.questions[0], given=given),))


def test_a_yes_confirms_what_was_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller([MOVED, None])
    assert came(controller, "y\n", monkeypatch) is None
    assert controller.said == ["confirm 2"]
    err = capsys.readouterr().err
    assert "robot  arm: left -> right" in err
    assert "a new plan: arm is elsewhere" in err


@pytest.mark.parametrize("typed", ["n\n", "\n", "", "yess\n"])
def test_only_a_yes_is_one(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller([QUIET])
    assert came(controller, typed, monkeypatch) == QUIET
    assert controller.said == []


def test_without_anybody_it_is_not_gone_on_with_unless_that_was_agreed_to(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller([QUIET])
    assert came(controller, None, monkeypatch) == QUIET
    assert controller.said == []
    controller = Controller([QUIET, None])
    assert came(controller, None, monkeypatch, yes=True) is None
    assert controller.said == ["confirm 1"]


def test_an_open_question_is_not_agreed_to_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    for answers in ({}, {"q1": "perhaps"}, {"q2": "done"}):
        controller = Controller([OPEN])
        assert came(controller, None, monkeypatch, answers, yes=True) == OPEN
        assert controller.said == []


def test_an_answer_that_was_given_beforehand_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller([OPEN, answered(OPEN), None])
    assert came(controller, None, monkeypatch, {"q1": "done"}, yes=True) is None
    assert controller.said == ["q1=done", "confirm 1"]


def test_a_question_is_asked_until_it_is_answered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    controller = Controller([OPEN, answered(OPEN, "not done"), None])
    assert came(controller, "perhaps\nnot done\ny\n", monkeypatch) is None
    assert controller.said == ["q1=not done", "confirm 1"]
    err = capsys.readouterr().err
    assert err.count("Was it\\x1b done? [done, not done]") == 2
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("typed", "told"), [("Rack.Wide", "Rack.Wide"), ("rack.wide", "Rack.Wide"), ("GONE", "gone"), ("b", "b"), ("B", "B")]
)
def test_an_answer_may_have_capitals(typed: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = replace(QUIET, questions=(OpenQuestion("q1", "Where is it?", ("Rack.Wide", "gone", "b", "B")),))
    controller = Controller([asks, answered(asks, told), None])
    assert came(controller, f"{typed}\ny\n", monkeypatch) is None
    assert controller.said == [f"q1={told}", "confirm 1"]


def test_what_has_changed_at_the_confirmation_is_asked_about_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller([QUIET, MOVED])
    assert came(controller, "y\nn\n", monkeypatch) == MOVED
    assert controller.said == ["confirm 1"]


def test_who_wants_to_look_again_does(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller([QUIET, MOVED, None])
    assert came(controller, "l\ny\n", monkeypatch) is None
    assert controller.said == ["look", "confirm 2"]


def test_what_another_terminal_has_done_meanwhile_is_shown_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader) as keyboard, os.fdopen(writer, "w"):
        monkeypatch.setattr("sys.stdin", keyboard)
        controller = Controller([OPEN], [answered(OPEN), None])
        assert Confirming(controller, "run-1", {}, False, True).to_an_end() is None  # answered, and confirmed, elsewhere
    assert controller.said == []
    assert "(done, not done): done" in capsys.readouterr().err


class Line:
    """To a controller: what it tells, and what was posted."""

    seq, last_word = 3, None

    def close(self) -> None: ...

    def __init__(self, *told: FromController) -> None:
        self._told, self.posted = iter(told), list[object]()

    def post(self, request: object) -> None:
        self.posted.append(request)

    def messages(self, patience: float) -> Iterator[FromController]:
        return self._told


def test_who_is_asked_is_told_when_the_controller_that_waits_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    run = Run(RunFolder(tmp_path), cast(Client, Line(QUIET)))
    with pytest.raises(ControllerEnded):
        Confirming(run, "run-1", {}, is_agreed=False, is_attended=True).to_an_end()


def test_until_there_is_a_look_it_is_shown_what_is_done_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    class Bars:
        def __call__(self, stage: str, done: int, of: int) -> None:
            told.append((stage, done, of))

        def line(self, text: str) -> None: ...

    monkeypatch.setattr("tui.confirming.shown", lambda: nullcontext(Bars()))
    monkeypatch.setattr("sys.stdin", io.StringIO("l\nn\n"))
    again = replace(QUIET, look=2)
    line = Line(Working("journal", 0, 0), Working("motions", 3, 8), Working("", 0, 0), QUIET, Working("devices", 0, 0), again)
    run = Run(RunFolder(tmp_path), cast(Client, line))
    monkeypatch.setattr(Run, "looked_meanwhile", lambda self, before: before)
    assert Confirming(run, "run-1", {}, is_agreed=False, is_attended=True).to_an_end() == again
    assert told == [("controller", 0, 0), ("journal", 0, 0), ("motions", 3, 8), ("devices", 0, 0), ("devices", 0, 0)]
    assert line.posted == [WatchWork(1), LookAgain(2)]
