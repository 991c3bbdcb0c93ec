"""A request is acknowledged, refused, or said not to have been, wherever the line to the controller ends: a stop above all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cell.events import Asked
from cellwright.service import NotReached, Run
from controller.attached.messages import Accepted, FromController, Parting, Refused, Role, Welcome
from controller.journal.folder import RunFolder
from controller.run_state import NOTHING_YET
from tests.tui.operate.on_record import TENDING, scene_of
from tests.tui.operate.seen import in_a_loop, rows_of_screen
from tests.tui.operate.test_hostile import Still
from tui.operate import live as live_module
from tui.operate.app import Operate
from tui.operate.live import LiveRun
from tui.operate.recorded import RecordedRun
from tui.operate.requests import ANSWERED_WITHIN, INSTEAD, Heard, Requests
from tui.operate.scene import Scene
from tui.operate.too_small import WIDTH
from tui.operate.view import View, may_ask

Messages = Iterator[FromController | None]
Script = Callable[[LiveRun], Messages]
WELCOME = Welcome(1, "run-1", "a.intent", 4711, "operate", 0, None)


class Line:
    """A controller's line that tells what a test says, and does what a test does between two looks at it."""

    def __init__(self, script: Callable[[], Messages]) -> None:
        self.script = script
        self.last_word: Parting | None = None

    def messages(self, patience: float) -> Messages:
        for message in self.script():
            if isinstance(message, Parting):
                self.last_word = message
                return
            yield message

    def post(self, message: object) -> None: ...

    def subscribe(self, after: int) -> None: ...

    def close(self) -> None: ...


class Played:
    """A live run whose controller is played by `script`; at its end the screens are as they stay."""

    def __init__(self, folder: Path, script: Script, attach: Callable[[LiveRun], None] | None = None) -> None:
        begun = threading.Event()
        line = Line(lambda: script(self.live))

        def attached(folder: RunFolder, role: Role, after: int) -> Run:
            assert begun.wait(60)
            if attach is not None:
                attach(self.live)
            return Run(folder, line, welcome=WELCOME)  # type: ignore[arg-type]

        self.live = LiveRun(RunFolder(folder), "operate", attach=attached)
        begun.set()

    def to_the_end(self) -> View:
        self.live._thread.join(60)
        return self.live.newest()


def acknowledged(live: LiveRun) -> Messages:
    live.ask("quick stop")
    yield Accepted(1)
    assert live.newest().last_asked == "asked: STOP, acknowledged"
    yield Parting("over", "", "Stopped", 3)


def refused(live: LiveRun) -> Messages:
    live.ask("hold")
    assert live.newest().last_asked == "asked: hold"
    yield Refused(1, "R754", "there is nothing to hold")
    assert live.newest().last_asked == "hold refused: R754 there is nothing to hold"
    yield Parting("over", "", "Stopped", 3)


def over_before_the_answer(live: LiveRun) -> Messages:
    live.ask("quick stop")
    yield Parting("over", "", "Complete", 3)


def gone_before_it_went(live: LiveRun) -> Messages:
    """Asked behind the last look at the line."""
    yield None
    live.ask("quick stop")


def gone_before_the_answer(live: LiveRun) -> Messages:
    live.ask("quick stop")
    yield None
    yield None


def cut_off(live: LiveRun) -> Messages:
    live.ask("quick stop")
    yield Parting("cut off", "R753", "too many requests", 3)


def broken(live: LiveRun) -> Messages:
    live.ask("quick stop")
    yield None
    raise ConnectionResetError


def a_defect(live: LiveRun) -> Messages:
    live.ask("quick stop")
    yield None
    raise KeyError("x")


@pytest.mark.parametrize("script", [acknowledged, refused, over_before_the_answer])
def test_what_was_answered_or_is_over_is_no_alarm(script: Script, tmp_path: Path) -> None:
    view = Played(tmp_path, script).to_the_end()
    assert (view.link, view.unheard) == ("over", "")


@pytest.mark.parametrize("script", [gone_before_it_went, gone_before_the_answer, cut_off, broken, a_defect])
def test_a_stop_that_was_not_acknowledged_is_said_with_what_to_do(script: Script, tmp_path: Path) -> None:
    played = Played(tmp_path, script)
    view = played.to_the_end()
    assert (view.link, view.unheard) == ("lost", f"STOP NOT ACKNOWLEDGED: the controller is gone. {INSTEAD}")
    played.live.ask("quick stop")
    assert played.live.newest().unheard == f"STOP NOT SENT: there is no controller to ask. {INSTEAD}"
    assert INSTEAD in (may_ask(view, "quick stop") or "")
    played.live.ask("hold")
    assert played.live.newest().last_asked == "hold: not asked, there is no controller to ask"


@pytest.mark.parametrize("what", ["quick stop", "stop", "abort"])
def test_a_stop_is_asked_for_also_where_the_run_is_shown_as_over(what: Asked) -> None:
    """It may have been taken up again, and that not be told yet."""
    over = View(Scene(run=replace(NOTHING_YET, pack="Stopped", is_over=True)), link="live", role="operate")
    assert may_ask(over, what) is None
    assert may_ask(over, "hold") == "the run is over: Stopped"
    assert may_ask(replace(over, role="view"), what) is not None


def test_a_stop_before_there_is_a_line_goes_out_with_it(tmp_path: Path) -> None:
    waiting: list[str] = []

    def attach(live: LiveRun) -> None:
        live.ask("quick stop")
        waiting.append(live.newest().unheard)

    assert Played(tmp_path, acknowledged_at_once, attach).to_the_end().link == "over"
    assert waiting == [f"STOP NOT SENT yet: no line. {INSTEAD}"]


def acknowledged_at_once(live: LiveRun) -> Messages:
    yield Accepted(1)
    assert live.newest().last_asked == "asked: STOP, acknowledged"
    yield Parting("over", "", "Stopped", 3)


@pytest.mark.parametrize("begins", [True, False])
def test_a_stop_that_gets_no_line_of_its_own_goes_out_with_the_one_that_is_being_made(
    begins: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its controller is there, and listens nowhere yet."""
    monkeypatch.setattr(RunFolder, "pid", lambda self: 4711)

    def attach(live: LiveRun) -> None:
        live.ask("quick stop")
        assert live._aside is not None
        live._aside.join()
        assert live.newest().unheard == f"STOP NOT SENT yet: no line. {INSTEAD}"
        if not begins:
            raise NotReached("it does not answer")

    played = Played(tmp_path, acknowledged_at_once if begins else gone_before_it_went, attach)
    view = played.to_the_end()
    played.live.close()  # its controller's process would be waited for for ever
    assert view.unheard == ("" if begins else f"STOP NOT SENT: the controller is gone. {INSTEAD}")


def test_a_stop_before_a_line_that_never_comes_is_said_not_to_have_been_sent(tmp_path: Path) -> None:
    def attach(live: LiveRun) -> None:
        live.ask("abort")
        raise NotReached("it does not answer")

    view = Played(tmp_path, gone_before_it_went, attach).to_the_end()
    assert (view.link, view.unheard) == ("lost", f"abort NOT SENT: the controller is gone. {INSTEAD}")


def test_of_a_line_that_was_made_anew_nobody_knows_whether_a_hold_came_through(tmp_path: Path) -> None:
    told: list[str] = []

    def script(live: LiveRun) -> Messages:
        live.ask("hold")
        live.ask("quick stop")
        yield WELCOME
        told.append(live.newest().last_asked)
        yield Accepted(2)
        told.append(live.newest().last_asked)
        yield Parting("over", "", "Stopped", 3)

    Played(tmp_path, script).to_the_end()
    assert told == ["hold: the line broke before an answer; look, and ask again", "asked: STOP, acknowledged"]


def test_screens_that_go_wait_for_the_answer_to_a_stop_and_say_where_none_came(tmp_path: Path) -> None:
    def never(live: LiveRun) -> Messages:
        live.ask("quick stop")
        asked.set()
        while not live._closed.is_set():
            yield None

    def late(live: LiveRun) -> Messages:
        yield from never(live)
        yield Accepted(1)
        yield None
        raise AssertionError("nothing is waited for any more")

    for script, said in ((never, f"STOP NOT ACKNOWLEDGED: the controller is gone. {INSTEAD}"), (late, "")):
        asked = threading.Event()
        live = Played(tmp_path, script).live
        assert asked.wait(60)
        assert live.close() == said


def test_a_controller_that_hangs_is_told_by_the_clock_though_its_line_stands() -> None:
    now = [0.0]
    requests: Requests[str] = Requests(lambda: now[0])
    requests.opened("line")
    requests.ask("hold", lambda line: 1)
    requests.ask("STOP", lambda line: 2, is_stop=True)
    now[0] = ANSWERED_WITHIN
    assert requests.heard() == Heard("asked: STOP", "")
    now[0] += 0.1
    assert requests.heard().unheard == f"STOP NOT ACKNOWLEDGED: no answer. {INSTEAD}"
    requests.told(Accepted(2))
    assert requests.heard() == Heard("hold: no answer yet", "")
    requests.told(Accepted(1))
    assert requests.heard() == Heard("asked: hold, acknowledged", "")
    requests.came_to("Holding")
    assert requests.heard() == Heard()


def test_what_goes_wrong_beside_the_line_is_said_on_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: object) -> None:
        raise KeyError("mesh")

    monkeypatch.setattr(live_module, "texts_of", fails)
    live = Played(tmp_path, gone_before_it_went).live
    live._look_round(scene_of(TENDING, 100))
    assert "a defect of the screens, please report it: KeyError: 'mesh'" in live.newest().no_ground
    monkeypatch.setattr("tui.operate.recorded.legible", fails)
    assert "KeyError" in RecordedRun(RunFolder(tmp_path), in_thread=False).newest().note


@in_a_loop
async def test_it_stands_above_every_alarm_and_above_a_dialog() -> None:
    said = f"STOP NOT ACKNOWLEDGED: the controller is gone. {INSTEAD}"
    assert len(said) <= WIDTH - len("! ")
    app = Operate(Still(View(scene_of(TENDING, 400), "lost", "it has gone", unheard=said)))
    async with app.run_test(size=(80, 24)) as pilot:
        assert rows_of_screen(app)[2].startswith(f"! {said}")
        await pilot.press("question_mark")
        assert rows_of_screen(app)[2].startswith(f"! {said}")
