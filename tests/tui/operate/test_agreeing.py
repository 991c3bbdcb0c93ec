"""Before robots move again: what is shown, what is asked, and that nobody agrees by chance or to what they have not seen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from immutables import Map
from textual.pilot import Pilot
from textual.widgets import Button

from cell.commands import Subject
from cell.events import Replanned
from cell.retreat import retreat_plan
from cell.steps import AtHome, AtMeasured, Because, MotionNeed, Move
from controller.attached.messages import Looked, OpenQuestion, Parting, Told
from controller.difference import Difference
from controller.plan_index import plan_index
from controller.run_state import Question, RobotBelief
from tests.tui.operate.on_record import HELD, TENDING, events_of, scene_of
from tests.tui.operate.seen import in_a_loop, rows_of_screen, text_of_screen
from tests.tui.operate.test_hostile import Still
from tests.tui.operate.test_map import ground
from tests.tui.operate.test_requests import WELCOME, Messages, Played
from tui.operate.agreeing import TOO_SMALL, Agreeing
from tui.operate.app import Operate
from tui.operate.dialogs import Answering
from tui.operate.lines import text_of
from tui.operate.live import LiveRun
from tui.operate.panels import cell_map
from tui.operate.panels.agreeing import agreeing_rows, not_yet, shown
from tui.operate.scene import Scene, taken
from tui.operate.view import View

ROBOT = "g1"
ASKED = OpenQuestion("question.1", "what became of `pick shaft#1`?", ("done", "not done"))
LOOKED = Looked(2, 700, (Difference("robot", "r1", "hub lathe", "on its way, or not seen"),), (ASKED,), None, None, 4, True, None)


@cache
def held() -> Scene:
    """As the run has just come to hold."""
    scene = Scene()
    for number, event in enumerate(events_of(HELD), 1):
        scene = taken(scene, number, event)
        if scene.run.pack == "Held":
            return scene
    raise AssertionError("it never holds")


def live(scene: Scene | None = None, looked: Looked | None = None) -> View:
    return View(scene or held(), "live", role="operate", target="simulated", looked=looked)


def opened(scene: Scene) -> Scene:
    """Somebody has closed the door of the lathe since, and moved the robot by hand."""
    belief = scene.run.belief
    devices = belief.devices.set("lathe", replace(belief.devices["lathe"], door_open=False))
    robots = belief.robots.set(ROBOT, RobotBelief(AtMeasured((0.0, 0.1, 0.2)), (), 1.0))
    return replace(scene, run=replace(scene.run, belief=replace(belief, devices=devices, robots=robots)))


def asking(scene: Scene) -> Scene:
    questions = Map({ASKED.id: Question(ASKED.text, ASKED.answers)})
    return replace(scene, run=replace(scene.run, trouble=replace(scene.run.trouble, questions=questions)))


def at_once(app: Operate) -> None:
    """A button that was pressed takes no other press while it is drawn as pressed, a fifth of a second; here it is not."""
    app.screen.query_one("#do", Button).active_effect_duration = 0.0


def text(view: View) -> str:
    return "\n".join(text_of(row) for _, row in agreeing_rows(view, 100)[1])


def test_of_a_hold_it_shows_what_has_changed_since_and_what_comes_next() -> None:
    assert "held: R702" in text(live())
    assert "nothing has changed since it came to hold" in text(live())
    assert "next: the plan in hand goes on" in text(live())
    now = text(live(opened(held())))
    assert "device door of lathe: open → closed" in now
    assert "clamp" not in now
    assert f"robot {ROBOT}: " in now
    assert "→ measured 0.000 0.100 0.200" in now
    other = replace(held().run.trouble, replan="somebody moved r1")
    assert "next: a new plan, because somebody moved r1" in text(live(replace(held(), run=replace(held().run, trouble=other))))


def test_of_a_controller_that_was_gone_it_shows_what_another_one_has_found() -> None:
    found = text(live(looked=LOOKED))
    assert "its controller was gone" in found
    assert "robot r1: hub lathe → on its way, or not seen" in found
    assert "asked: what became of `pick shaft#1`? (done, not done)" in found
    assert "4 steps left" in found
    answered = replace(LOOKED, questions=(replace(ASKED, given="done"),), replans_because="r1 stands elsewhere")
    assert "asked: what became of `pick shaft#1`? = done" in text(live(looked=answered))
    assert "next: a new plan, because r1 stands elsewhere" in text(live(looked=answered))
    assert (not_yet(live(looked=LOOKED)), not_yet(live(looked=answered))) == ("1 question first", "")


def test_of_a_run_that_somebody_has_stopped_it_does_not_say_that_its_controller_was_lost() -> None:
    stopped = replace(held(), run=replace(held().run, pack="Stopped", is_over=True))
    found = text(live(stopped, replace(LOOKED, held_because="R786 it was stopped: look at the cell, then resume")))
    assert "it was stopped; another controller has looked" in found
    assert "was gone" not in found
    assert "R786" not in found
    found = text(live(stopped, replace(LOOKED, held_because="R702 somebody asked for a hold")))
    assert "held besides: R702" in found


def test_a_look_that_finds_the_same_is_no_other() -> None:
    assert shown(live(looked=LOOKED)) == shown(live(looked=replace(LOOKED, look=LOOKED.look + 1)))
    assert shown(live(looked=LOOKED)) != shown(live(looked=replace(LOOKED, steps_left=LOOKED.steps_left + 1)))


def test_a_plan_that_waits_for_a_word_is_told_by_what_it_has_otherwise() -> None:
    scene = asking(held())
    plan = scene.run.progress.plan
    assert plan is not None
    told = Replanned(
        0, Subject("r", plan.plan.plan_id), 2, "a jam", 5, ("move a: by r2 instead of r1",), 20.0, 31.5, ("uses r2",)
    )
    assert "move a" not in text(live(scene))
    found = text(live(replace(scene, proposed=plan, replanned=told)))
    assert "plan 2 keeps 5 operations, its rest is 11.5 s longer" in found
    assert "move a: by r2 instead of r1" in found
    assert "not approved: it uses r2" in found


def going_back() -> tuple[str, Scene, Scene]:
    """The robot, the run as it asks something, and the same where that is the way back of the robot."""
    name, scene = "r1", asking(scene_of(TENDING, 400))
    plan = scene.run.progress.plan
    assert plan is not None
    motion = next(
        motion
        for step in plan.plan.tasks.steps
        if isinstance(step.action, Move) and (motion := plan.plan.motions.get(step.motion or "")) is not None
    )
    unit = ground().cell.robots[name]
    need = replace(motion.need, robot=name, start=AtMeasured(tuple(np.zeros(3))), end=AtHome())
    assert isinstance(need, MotionNeed)
    tasks = retreat_plan(need, Because(unit.span, "stopped"), motion.duration, 0)
    tasks = replace(tasks, steps=(replace(tasks.steps[0], motion="back"),))
    return name, scene, replace(scene, proposed=plan_index(replace(plan.plan, tasks=tasks, motions={"back": motion}), "run"))


def test_the_way_back_of_a_robot_is_drawn_on_the_map_with_its_end() -> None:
    name, scene, back = going_back()
    assert back.proposed is not None
    assert back.way_back == (name, back.proposed.plan.motions["back"])
    assert f"way back of {name}" in text(live(back))
    view = replace(live(back), ground=ground())
    drawn = "\n".join(text_of(row) for row in cell_map.top(view, 40, 12))
    assert "↩" in drawn
    assert drawn != "\n".join(text_of(row) for row in cell_map.top(replace(view, scene=scene), 40, 12))


@in_a_loop
async def test_a_hold_is_ended_by_its_button_and_by_no_enter_alone_or_held_key() -> None:
    source = Still(live())
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (["r", "enter"], ["r", *["r"] * 5, "escape"], ["r", *["enter"] * 5]):
            await pilot.press(*keys)
            while app.screen.is_modal:
                await pilot.press("escape")
        assert source.asked == []
        await pilot.press("r")
        assert isinstance(app.screen, Agreeing)
        at_once(app)
        assert "‖ HELD" in rows_of_screen(app)[0]
        assert rows_of_screen(app)[0].endswith("[x STOP]")
        assert "held: R702" in text_of_screen(app)
        await pilot.press("right")
        source.view = live(opened(held()))
        app.look()
        await pilot.pause()
        assert "what is shown has changed" in text_of_screen(app)
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        await pilot.press("right", "enter")
        assert source.asked == []
        assert "look, and then again" in text_of_screen(app)
        await pilot.pause()
        await pilot.press("right", "enter")
        assert source.asked == ["resume"]


@in_a_loop
async def test_a_map_that_is_drawn_later_stands_beside_it_and_is_looked_at_first() -> None:
    source = Still(live())
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        assert not app.screen.query_one("#way").display
        at_once(app)
        await pilot.press("right")
        source.view = replace(live(), ground=ground())
        app.look()
        await pilot.pause()
        assert app.screen.query_one("#way").display
        assert "what is shown has changed" in text_of_screen(app)
        await pilot.press("right", "enter")
        assert source.asked == []
        await pilot.pause()
        await pilot.press("right", "enter")
        assert source.asked == ["resume"]


@asynccontextmanager
async def shown_differences(number: int) -> AsyncIterator[tuple[Still, Operate, Pilot[str]]]:
    """Somebody would resume, and is shown so many that they are not all in sight."""
    many = tuple(Difference("robot", f"r{n}", "hub lathe", "home") for n in range(number))
    source = Still(live(looked=replace(LOOKED, questions=(), differences=many)))
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await pilot.pause()
        at_once(app)
        yield source, app, pilot


@in_a_loop
async def test_what_has_not_been_in_sight_is_not_agreed_to() -> None:
    async with shown_differences(40) as (source, app, pilot):
        assert "more lines below: down" in text_of_screen(app)
        await pilot.press("right", "right", "enter")
        assert "not yet; " in text_of_screen(app)
        assert "r39" not in text_of_screen(app)
        await pilot.press(*["pagedown"] * 6)
        await pilot.pause()
        assert "next: the plan in hand goes on" in text_of_screen(app)
        assert "below: down" not in text_of_screen(app)
        await pilot.press("enter")
        assert source.confirmed == [LOOKED.look]
        await pilot.press("r")
        assert isinstance(app.screen, Agreeing)
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert not app.screen.is_modal
        assert TOO_SMALL in text_of_screen(app)
        await pilot.press("1", "r")
        assert TOO_SMALL in text_of_screen(app)
        await pilot.press("right", "right", "enter")
        assert source.confirmed == [LOOKED.look]


@in_a_loop
async def test_who_jumps_to_the_last_line_has_not_seen_those_between() -> None:
    async with shown_differences(20) as (source, app, pilot):
        app.screen.query_one("#agreeing").focus()
        await pilot.press("end", "right", "right", "right", "enter")
        assert "next: the plan in hand goes on" in text_of_screen(app)
        assert re.search(r"not yet; \d+ more lines above: up", text_of_screen(app))
        assert source.confirmed == []
        await pilot.press(*["pageup"] * 2, *["pagedown"] * 2, "enter")
        assert source.confirmed == [LOOKED.look]


@in_a_loop
async def test_where_the_run_goes_on_under_a_question_nothing_stays_that_agrees_to_a_later_hold() -> None:
    source = Still(live(asking(held())))
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r", "q")
        assert isinstance(app.screen, Answering)
        source.view = live(replace(held(), run=replace(held().run, pack="Execute")))
        app.look()
        await pilot.pause()
        assert isinstance(app.screen, Answering)
        await pilot.press("escape")
        await pilot.pause()
        assert not app.screen.is_modal
        await pilot.press("r", "escape")
        source.view = live(asking(held()))
        app.look()
        await pilot.press("r", "q")
        source.view = live(replace(held(), run=replace(held().run, pack="Execute")))
        app.look()
        source.view = live(opened(held()))  # another hold, before anybody has closed the question
        app.look()
        await pilot.press("escape")
        await pilot.pause()
        assert "what is shown has changed" in text_of_screen(app)
        await pilot.press("right", "enter")
        assert source.asked == []


@in_a_loop
async def test_a_run_of_another_controller_is_looked_at_again_answered_and_confirmed_as_it_was_shown() -> None:
    source = Still(live(looked=LOOKED))
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "? TO BE CONFIRMED" in rows_of_screen(app)[0]
        await pilot.press("h")
        assert "r shows what is to be confirmed" in text_of_screen(app)
        await pilot.press("r", "l")
        at_once(app)
        assert source.looks == 1
        await pilot.press("right", "right", "enter")
        assert "not yet; 1 question first: q answers" in text_of_screen(app)
        assert source.confirmed == []
        await pilot.press("q", "down", "down", "enter")
        assert source.answered == [(ASKED.id, "not done")]
        source.view = live(looked=replace(LOOKED, look=3, questions=(replace(ASKED, given="not done"),)))
        app.look()
        await pilot.pause()
        await pilot.press("right", "right", "enter")
        assert source.confirmed == []
        await pilot.pause()
        await pilot.press("right", "right", "enter")
        assert source.confirmed == [3]
        await pilot.press("r", "x")
        assert source.asked == ["quick stop"]


def test_a_look_stays_until_events_behind_it_are_told(tmp_path: Path) -> None:
    events = events_of(HELD)
    seen: list[tuple[int, bool]] = []

    def script(live: LiveRun) -> Messages:
        yield WELCOME
        yield replace(LOOKED, seq=2)
        for number in (1, 2, 3):
            yield Told(number, events[number - 1])
            seen.append((number, live.newest().looked is not None))
        yield Parting("over", "", "Stopped", 3)

    Played(tmp_path, script).to_the_end()
    assert seen == [(1, True), (2, True), (3, False)]
