"""What takes long at a controller is on the state line, beside the job and with the reasons; and goes when it is over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from cellwright.service import Run
from controller.attached.messages import Parting, Told, Working
from tests.tui.operate.on_record import HELD, TENDING, events_of, scene_of
from tests.tui.operate.test_agreeing import LOOKED, asking, held, live
from tests.tui.operate.test_requests import WELCOME, Line, Messages, Played
from tui.operate import top_lines
from tui.operate.at_work import NOTHING, AtWork, Work
from tui.operate.lines import text_of
from tui.operate.live import PREPARING, LiveRun
from tui.operate.panels.why import why_lines
from tui.operate.top_lines import job_line, state_line
from tui.operate.view import View

PROVING = Work("motions proved", 12, 40, "about 20 s left")


def reasons(view: View) -> str:
    return "\n".join(text_of(row) for row in why_lines(view, 100, 20))


def test_it_is_told_how_far_it_is_and_about_how_long_it_takes_and_for_how_long_where_nobody_can_say() -> None:
    now = [0.0]
    work = AtWork(lambda: now[0])
    assert work.work() == NOTHING
    for done in (0, 10, 20):
        work.told(Working("motions", done, 40))
        now[0] += 5.0
    assert work.work().whole == "motions 20/40, about 10 s left"
    work.told(Working("schedule", 0, 0))
    assert work.work().whole == "schedule"
    now[0] += 12.4
    assert work.work().whole == "schedule, for 12 s"
    work.told(Working("", 0, 0))
    assert work.work() == NOTHING


def test_another_plan_is_judged_by_itself() -> None:
    now = [0.0]
    work = AtWork(lambda: now[0])
    work.told(Working("motions", 0, 40))
    now[0] = 1_000.0
    work.told(Working("", 0, 0))
    work.told(Working("motions", 0, 40))
    now[0] += 4.0
    work.told(Working("motions", 20, 40))
    assert work.work().left == "about 4 s left"


@pytest.mark.parametrize("width", [80, 120])
def test_it_stands_in_the_first_line_and_hides_nothing_else_there(width: int) -> None:
    view = View(scene_of(TENDING, 400), "live", intent="machine_tending.intent", role="operate", target="simulated", work=PROVING)
    row = text_of(state_line(view, width, "x"))
    assert "  motions proved 30 %" in row
    assert "► EXECUTE" in row
    assert "e-stop: none told" in row
    assert row.endswith("[x STOP]")
    assert cell_len(row) == width
    looks_only = text_of(state_line(replace(view, role="view"), 80, "x"))
    assert "looks only  e-stop: none told" in looks_only  # what takes long is cut there, for the second line has it
    assert "machine…" in looks_only


def test_what_became_of_a_request_is_told_before_it_and_the_next_thing_to_do_behind_it() -> None:
    view = replace(live(), work=PROVING)
    assert text_of(job_line(view, 120)).endswith("motions proved 12/40, about 20 s left")
    assert text_of(job_line(replace(view, last_asked="hold refused: R754"), 120)).endswith("hold refused: R754")
    assert "next for you" in text_of(job_line(replace(view, work=NOTHING), 120))


def test_it_takes_the_place_of_nothing_that_the_run_waits_for_from_people(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = replace(live(asking(held())), work=PROVING)
    assert text_of(job_line(asked, 120)).endswith("next for you: answer a question")
    monkeypatch.setattr(top_lines, "asked_of_people", lambda run: ("ann loads shaft#3",))
    going_on = replace(View(scene_of(TENDING, 400), "live", role="operate"), work=PROVING)
    assert text_of(job_line(going_on, 120)).endswith("next for you: ann loads shaft#3")


def test_it_stands_beside_the_new_plan_that_it_is_for() -> None:
    planning = replace(held().run, trouble=replace(held().run.trouble, mode="planning"))
    view = replace(live(replace(held(), run=planning)), work=PROVING)
    assert "a new plan is being made: motions proved 12/40, about 20 s left" in reasons(view)
    assert "a new plan is being made" in reasons(replace(view, work=NOTHING)).split("\n")


def test_a_run_that_is_taken_over_is_not_said_to_go_on_before_its_devices_were_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views: list[View] = []

    def before(run: LiveRun) -> Messages:
        yield from (Told(number, event) for number, event in enumerate(events_of(HELD)[:3], 1))
        yield Parting("failed", "defect", "gone", 3)

    def after(run: LiveRun) -> Messages:
        for message in (Working("motions proved", 3, 8), Working("", 0, 0), replace(LOOKED, seq=3)):
            yield message
            views.append(run.newest())
        yield Parting("failed", "defect", "gone", 3)

    played = Played(tmp_path, before)
    assert played.to_the_end().link == "lost"
    line = Line(lambda: after(played.live))
    monkeypatch.setattr("cellwright.taking_up.taken_up_and_greeted", lambda folder, *_: Run(folder, line, welcome=WELCOME))  # type: ignore[arg-type]
    played.live.take_over()
    played.to_the_end()
    reading, read, looked = views
    assert (reading.link, read.link, looked.link) == ("loading", "loading", "live")
    row = text_of(state_line(reading, 120, "x"))
    assert "? WAS " in row
    assert "  motions proved 37 %" in row
    assert reasons(reading) == f"{PREPARING}\nmotions proved 3/8"
    assert read.work == NOTHING
    assert "? TO BE CONFIRMED" in text_of(state_line(looked, 120, "x"))


def test_of_a_controller_that_has_gone_no_work_is_told(tmp_path: Path) -> None:
    def at_work(run: LiveRun) -> Messages:
        yield Working("motions", 3, 8)
        yield Parting("failed", "defect", "gone", 0)

    assert Played(tmp_path, at_work).to_the_end().work == NOTHING
