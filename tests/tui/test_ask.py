"""What `ask` hands on to a controller, and what it says of the answer: with orders and answers too, and never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import cast

import pytest

from cell.diagnostic import Outcome, Position, Span
from cell.orders import Item, Order, OrderAdded, OrderCancelled, OrderChange
from cellwright.service import Message, NotReached, Run
from controller.alarms import Alarms, Cause, raised, shelved
from controller.attached.messages import OpenQuestion, Refused, Role
from controller.journal.folder import RunFolder
from tests.cell.test_order_file import cell as with_a_queue
from tests.planner.proof.gantry import request
from tests.tui.samples import SUMMARY
from tui.cli import main

QUESTION = OpenQuestion("q1", "Was it\x1b done?", ("done", "not done"))


@dataclass
class Controller:
    """The line to one: what was said, and what it answers."""

    folder: RunFolder
    refusal: Refused | None = None
    questions: dict[str, OpenQuestion] = field(default_factory=dict)
    is_silent: bool = False
    is_gone: bool = False
    role: Role = "view"
    has_looked: bool = True
    said: list[object] = field(default_factory=list)
    alarms: Alarms = field(default_factory=Alarms)

    def acknowledge(self, alarm: str) -> None:
        self.said.append(("acknowledge", alarm))

    def shelve(self, alarm: str, seconds: float, reason: str) -> None:
        self.said.append(("shelve", alarm, seconds, reason))

    def unshelve(self, alarm: str) -> None:
        self.said.append(("unshelve", alarm))

    def attached(self, folder: RunFolder, role: Role) -> Run:
        self.role = role
        return cast(Run, self)

    def asked(self, what: str, patience: float) -> Refused | None:
        self.said.append(what)
        return self.accepted(patience)

    def accepted(self, patience: float) -> Refused | None:
        if self.is_silent:
            raise NotReached("run-1: it has not answered")
        return self.refusal

    def answer(self, question: str, given: str) -> None:
        self.said.append((question, given))

    def announce(self, change: OrderChange) -> None:
        self.said.append(change)

    def messages(self, patience: float) -> Iterator[Message | None]:
        """As the line to one does: what is asked wakes it, before anything is told."""
        yield None
        yield from repeat(None) if self.is_silent else () if self.is_gone else (SUMMARY,)

    def look(self) -> None:
        pass

    def leave(self) -> None:
        self.said.append("left")


@pytest.fixture
def controller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Controller:
    found = Controller(RunFolder(tmp_path / "run-1"))
    monkeypatch.setattr("tui.chosen_run.living", lambda name: found.folder)
    monkeypatch.setattr("cellwright.service.attach_to", found.attached)
    monkeypatch.setattr("cellwright.service.reach", found.attached)
    return found


@pytest.mark.parametrize(
    ("word", "what"), [("hold", "hold"), ("quick-stop", "quick stop"), ("finish", "finish"), ("manual", "manual")]
)
def test_a_word_is_handed_on_and_the_line_is_left(word: str, what: str, controller: Controller) -> None:
    assert main(["ask", word]) == 0
    assert controller.said == [what, "left"]


def test_it_is_an_operator_who_asks_unless_an_engineer_is_said_to(controller: Controller) -> None:
    for words, role in (([], "operate"), (["--role", "engineer"], "engineer")):
        assert main(["ask", "hold", *words]) == 0
        assert controller.role == role
    assert main(["ask", "hold", "--role", "view"]) == 2


def test_a_refusal_is_told_with_its_reason(controller: Controller, capsys: pytest.CaptureFixture[str]) -> None:
    controller.refusal = Refused(1, "R754", "the run is\x1b over")
    assert main(["ask", "resume"]) == 4
    assert "R754 the run is\\x1b over" in capsys.readouterr().err


def test_open_questions_are_listed_and_answered(controller: Controller, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "answer"]) == 0
    controller.questions = {"q1": QUESTION}
    assert main(["ask", "answer"]) == 4
    assert capsys.readouterr().out == "q1: Was it\\x1b done? (done, not done)\n"
    assert main(["ask", "answer", "--answer", "q1=not done"]) == 0
    assert controller.said == ["left", "left", ("q1", "not done"), "left"]


def test_nothing_is_asked_behind_an_answer_that_is_refused_but_a_stop(controller: Controller) -> None:
    controller.refusal = Refused(1, "R754", "nobody asks 'q1'")
    answer = ["--answer", "q1=done"]
    assert main(["ask", "resume", *answer]) == 4
    assert main(["ask", "answer", *answer, "--answer", "q2=done"]) == 4
    assert main(["ask", "stop", *answer]) == 4
    assert controller.said == [("q1", "done"), "left", ("q1", "done"), "left", ("q1", "done"), "stop", "left"]


def test_an_order_is_added(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellwright.starting_again.cell_again", lambda folder: Outcome(with_a_queue()))
    assert main(["ask", "order", "--order", '{"id": "WO-1", "items": {"bracket": 2}}']) == 0
    assert controller.said == [OrderAdded(Order("WO-1", "orders", (Item("bracket", 2),))), "left"]


def test_a_cell_without_a_queue_takes_no_order(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellwright.starting_again.cell_again", lambda folder: Outcome(request().cell))
    assert main(["ask", "order", "--order", '{"id": "WO-1", "items": {"shaft": 2}}']) == 1
    assert controller.said == ["left"]


def test_an_order_is_withdrawn(controller: Controller) -> None:
    assert main(["ask", "withdraw", "--order", "WO-1"]) == 0
    assert controller.said == [OrderCancelled("WO-1"), "left"]


@pytest.mark.parametrize(
    "words",
    [
        ["hold", "--answer", "q1"],
        ["hold", "--order", "WO-1"],
        ["order"],
        ["withdraw"],
        ["answer", "--order", "WO-1"],
        ["order", "--order", "{"],
        ["order", "--order", "{}\n{}"],
        ["order", "--order", ""],
        ["dance"],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_asked_of_nobody(
    words: list[str], controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellwright.starting_again.cell_again", lambda folder: Outcome(request().cell))
    try:
        code = main(["ask", *words])
    except SystemExit as end:
        code = int(end.code or 0)
    assert code in (1, 2)
    assert [one for one in controller.said if one != "left"] == []


def test_a_controller_that_does_not_answer_is_not_waited_for(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.commands.ask.PATIENCE", 0.0)
    controller.is_silent = True
    for words in (["hold"], ["answer"], ["answer", "--answer", "q1=done"], ["withdraw", "--order", "WO-1"]):
        assert main(["ask", *words]) == 2


@pytest.mark.parametrize("what", ["alarms", "answer"])
def test_of_a_controller_that_has_gone_it_is_not_said_that_there_is_nothing(
    what: str, controller: Controller, capsys: pytest.CaptureFixture[str]
) -> None:
    controller.is_gone = True
    assert main(["ask", what]) == 2
    assert "its controller has gone" in capsys.readouterr().err


def test_alarms_are_listed_in_the_order_to_be_read_and_a_shelved_one_is_not_in_sight(
    controller: Controller, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "alarms"]) == 0
    assert "There is no alarm." in capsys.readouterr().err
    line = Span("/cells/tending.intent", Position(9, 1), Position(9, 8))
    jam = Cause("device lathe E1", 2, "R721", "lathe: \x1bjam", "clear the fault at lathe", no_line="lathe was at work for none")
    slipped = Cause("hold", 1, "R703", "slipped", "put it in order", (line, line))
    controller.alarms = raised(raised(Alarms(), jam, 1), slipped, 2)
    assert main(["ask", "alarms"]) == 4
    assert capsys.readouterr().out.splitlines() == [
        "hold: P1 unacknowledged: R703 slipped (put it in order); from tending.intent:9",
        "device lathe E1: P2 unacknowledged: R721 lathe: \\x1bjam (clear the fault at lathe); "
        "no line: lathe was at work for none",
    ]
    controller.alarms = shelved(raised(Alarms(), jam, 1), jam.key, 9, "the fitter comes", "ann")
    assert main(["ask", "alarms"]) == 0


def test_what_is_done_about_an_alarm_is_handed_on_and_refused_as_the_controller_says(
    controller: Controller, capsys: pytest.CaptureFixture[str]
) -> None:
    shelving = ["ask", "shelve", "--alarm", "hold", "--minutes", "0.5", "--reason", "the fitter comes"]
    for words in (["ask", "acknowledge", "--alarm", "hold"], shelving, ["ask", "unshelve", "--alarm", "hold"]):
        assert main(words) == 0
    told = [said for said in controller.said if said != "left"]
    assert told == [("acknowledge", "hold"), ("shelve", "hold", 30.0, "the fitter comes"), ("unshelve", "hold")]
    controller.refusal = Refused(1, "R754", "it may not be shelved: it tells of people")
    assert main(shelving) == 4
    assert "it may not be shelved" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["acknowledge"],
        ["hold", "--alarm", "hold"],
        ["alarms", "--alarm", "hold"],
        ["shelve", "--alarm", "hold", "--minutes", "5"],
        ["shelve", "--alarm", "hold", "--reason", "x"],
        ["shelve", "--alarm", "hold", "--minutes", "nan", "--reason", "x"],
        ["shelve", "--alarm", "hold", "--minutes", "inf", "--reason", "x"],
        ["unshelve", "--alarm", "hold", "--reason", "x"],
    ],
)
def test_what_an_alarm_needs_is_said_before_anybody_is_asked(words: list[str], controller: Controller) -> None:
    assert main(["ask", *words]) == 2
    assert controller.said == []
