"""Page 2 says how far the step under the cursor is, and what one that is ready does not start for."""

from __future__ import annotations

from dataclasses import replace

from immutables import Map

from cell.steps import Step
from controller.plan_index import device_of
from controller.run_state import RunState, StepStatus
from tests.tui.operate.on_record import TENDING, scene_of
from tui.operate.lines import text_of
from tui.operate.panels.plan_board import explained
from tui.operate.scene import Scene
from tui.operate.view import View


def page(scene: Scene, step: Step) -> str:
    return " ".join(text_of(line) for line in explained(View(scene, "live"), step, 200))


def with_ready(run: RunState) -> tuple[RunState, Step]:
    """The run with a step that is ready, and nothing in its way."""
    plan = run.progress.plan
    assert plan is not None
    step = next(
        one for name, one in plan.steps.items() if run.progress.life(name) == "waiting" and one.claims and device_of(one.action)
    )
    confirmed: StepStatus = "confirmed"
    over = run.progress.status.update(dict.fromkeys(step.predecessors, confirmed))
    progress = replace(run.progress, status=over, due=(step.id,), claims=Map(), busy=Map())
    return replace(run, progress=progress), step


def test_a_step_is_told_with_how_far_it_is_and_what_it_waits_for() -> None:
    scene = scene_of(TENDING, 400)
    run, step = with_ready(scene.run)
    assert "has not begun: waiting waits for " in page(scene, step)
    free = replace(scene, run=run)
    assert "has not begun: ready waits for what it needs to be seen" in page(free, step)
    device = device_of(step.action)
    assert device is not None
    busy = replace(run, progress=replace(run.progress, busy=run.progress.busy.set(device, "c")))
    assert f"has not begun: ready waits for {device}, which is at work" in page(replace(scene, run=busy), step)
    held = replace(run, progress=replace(run.progress, claims=run.progress.claims.set(step.claims[0], "s0")))
    assert f"has not begun: ready waits for {step.claims[0]}, which s0 has" in page(replace(scene, run=held), step)
    assert "has not begun: ready waits for the run, which is in Held" in page(replace(scene, run=replace(run, pack="Held")), step)
