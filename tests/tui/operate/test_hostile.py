"""Names and reasons from outside may hold anything: the screens show it as text, within its region, and go on."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from immutables import Map
from rich.cells import cell_len

from cell.diagnostic import Position, Span
from cell.events import Asked
from cell.jog import Jog
from controller import alarms
from controller.alarm_causes import standing
from controller.plan_index import plan_index
from controller.run_state import DeviceBelief, Fault, HoldReason, Question
from tests.tui.operate.on_record import TENDING, scene_of
from tests.tui.operate.seen import in_a_loop, leaves, rows_of_screen, text_of_screen
from tui.operate.app import Operate
from tui.operate.scene import Said, Scene
from tui.operate.source import Stride
from tui.operate.view import View

NAMES = {
    "markup": "[bold red]lathe[/] [@click=app.bell]x[/] \\[y]",
    "control": "a\x1b[2J\x1b]0;title\x07b\r\n\tc\x00",
    "direction": "\u202egnol ton\u202c \u2066x\u2069 \u200f",
    "wide": "日本語のとても長い名前" * 20,
    "combining": "e\u0301\u0302\u0303" * 60 + "\u200d" * 20,
    "long": "x" * 10_000,
    "surrogate": "a\ud800b",
}


class Still:
    """A source that shows one view, and takes what is asked."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.asked: list[Asked] = []
        self.answered: list[tuple[str, str]] = []
        self.attended: list[tuple[str, str]] = []
        self.confirmed: list[int] = []
        self.looks = 0

    def newest(self) -> View:
        return self.view

    def drawn(self, view: View) -> None: ...

    def ask(self, what: Asked) -> None:
        self.asked.append(what)

    def answer(self, question: str, answer: str) -> None:
        self.answered.append((question, answer))

    def hold_key(self, jog: Jog, is_held: bool) -> None: ...

    def let_go(self) -> None: ...

    def confirm(self, look: int) -> None:
        self.confirmed.append(look)

    def look_again(self) -> None:
        self.looks += 1

    def acknowledge(self, key: str) -> None:
        self.attended.append(("acknowledge", key))

    def shelve(self, key: str, seconds: float, reason: str) -> None:
        self.attended.append(("shelve", key))

    def unshelve(self, key: str) -> None:
        self.attended.append(("unshelve", key))

    def move(self, stride: Stride, by: int) -> None: ...

    def play(self) -> None: ...

    def hasten(self, by: int) -> None: ...

    def reattach(self) -> None: ...

    def take_over(self) -> Still:
        return self

    def close(self) -> str:
        return ""


def hostile(name: str) -> View:
    """A run in which everything that is told from outside is `name`."""
    scene = scene_of(TENDING, 400)
    run, span = scene.run, Span(name, Position(1, 1), Position(1, 2), name)
    plan = run.progress.plan
    assert plan is not None
    because = {step.id: replace(step.because, span=span, rule=name) for step in plan.plan.tasks.steps}
    steps = tuple(replace(step, because=because[step.id], robot=step.robot and name) for step in plan.plan.tasks.steps)
    # Another plan has another id: what is kept by it must not be mixed up.
    bad = plan_index(replace(plan.plan, plan_id=name, tasks=replace(plan.plan.tasks, steps=steps)), name)
    run = replace(
        run,
        pack="Held",
        progress=replace(run.progress, plan=bad),
        belief=replace(
            run.belief,
            short=(name,),
            cut=Map({name: name}),
            zones=Map({name: True}),
            devices=Map({name: DeviceBelief(faults=(Fault(name, name),))}),
        ),
        trouble=replace(
            run.trouble, hold=HoldReason("R701", name, (span,)), questions=Map({name: Question(name, (name, name))}), replan=name
        ),
    )
    listed = alarms.standing_now(alarms.Alarms(), {}, standing(run), scene.now)
    bad_scene: Scene = replace(scene, run=replace(run, alarms=listed), log=tuple(Said(n, scene.now, name) for n in range(30)))
    return View(bad_scene, "live", name, name, name, "operate", "simulated", {name: name}, last_asked=name, no_ground=name)


@pytest.mark.parametrize("kind", ["control", *(pytest.param(k, marks=pytest.mark.slow) for k in NAMES if k != "control")])
@in_a_loop
async def test_it_is_shown_harmlessly_on_every_page(kind: str) -> None:
    source = Still(hostile(NAMES[kind]))
    app = Operate(source)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("1", "2", "5", "4", "7", "6", "8", "g", "escape", "question_mark", "escape", "colon", "escape", "s"):
            await pilot.press(key)
            rows = rows_of_screen(app)
            assert len(rows) == 24
            assert all(cell_len(row) == 80 for row in rows)
            assert [row for row in rows if not row.isprintable()] == [], key
            assert "‖ HELD" in rows[0]
            assert rows[0].endswith("STOP]")
            if not app.screen.is_modal:
                regions = [widget.region for widget in leaves(app)]
                assert not any(a.overlaps(b) for a, b in combinations(regions, 2))
        assert "For which reason?" in text_of_screen(app)
        await pilot.press("escape", "q")
        assert "Cancel: answer nothing now" in text_of_screen(app)
        await pilot.press("enter")
        assert source.answered == []
        await pilot.press("q", "down", "enter")
        assert source.answered == [(NAMES[kind], NAMES[kind])]
        await pilot.press("q", "x")
        assert source.asked == ["quick stop"]
        await pilot.press("escape", "ctrl+x")
        assert source.asked == ["quick stop"] * 2
