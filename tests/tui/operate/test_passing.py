"""What time it is by now, and how late that makes a run: also while nothing happens that would tell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from cell.events import StepConfirmed, StepStarted
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.on_record import HELD, TENDING, events_of, record_of, scene_of
from tui.operate.lines import Line, text_of
from tui.operate.panels.explained import explained_rows
from tui.operate.panels.plan_board import explained, strip
from tui.operate.passing import Passing
from tui.operate.planned import behind, moment_in_plan, plan_of
from tui.operate.recorded import RecordedRun
from tui.operate.scene import Scene, begun_from
from tui.operate.view import View

SECOND = 1_000_000_000


class Hand:
    """Of a clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 100 * SECOND

    def __call__(self) -> int:
        return self.at


@pytest.mark.parametrize("speed", [None, 1.0])
def test_the_clock_of_a_run_at_real_devices_is_the_one_of_this_machine(speed: float | None) -> None:
    assert Passing(Hand()).by_now("real", speed) == 100 * SECOND


def test_simulated_time_goes_on_from_what_was_told_last_at_its_own_speed() -> None:
    hand = Hand()
    passing = Passing(hand)
    assert passing.by_now("real", 0.5) is None
    passing.told(7 * SECOND)
    hand.at += 10 * SECOND
    assert passing.by_now("real", 0.5) == 12 * SECOND
    passing.told(13 * SECOND)
    assert passing.by_now("real", 0.5) == 13 * SECOND


def test_of_time_that_only_jumps_nobody_knows_what_it_is_by_now() -> None:
    passing = Passing(Hand())
    passing.told(7 * SECOND)
    assert passing.by_now("virtual", 1.0) is None


def test_while_a_run_holds_it_falls_behind_its_plan_second_by_second() -> None:
    record = record_of(HELD)
    scene = next(scene for n in range(1, len(record)) if (scene := record.after(n)).run.pack == "Held")
    late = behind(scene, scene.now + 90 * SECOND)
    assert late is not None
    assert late > 60.0
    assert behind(scene, scene.now + 300 * SECOND) == pytest.approx(late + 210.0)


def test_a_step_that_does_not_end_when_it_should_makes_the_run_late() -> None:
    events = events_of(TENDING)
    began = next(n for n, event in enumerate(events, 1) if isinstance(event, StepStarted))
    scene = scene_of(TENDING, began)
    plan = plan_of(scene)
    assert plan is not None
    step = plan.steps[events[began - 1].of.step or ""]
    end = scene.now + round(step.duration * SECOND)
    assert behind(scene, end - 1) == pytest.approx(0.0, abs=0.5)
    assert behind(scene, end + 40 * SECOND) == pytest.approx(40.0, abs=0.5)


def test_a_run_that_is_over_falls_no_further_behind() -> None:
    scene = scene_of(TENDING)
    assert scene.run.is_over
    assert behind(scene, scene.now + 90 * SECOND) == behind(scene, scene.now)


def test_who_attaches_in_mid_run_has_the_plan_begin_when_it_did_and_knows_what_is_over() -> None:
    whole = scene_of("first-move-jogged", 90)
    late = begun_from(90, whole.run, whole.opened, whole.clock)
    assert moment_in_plan(late, late.now) == pytest.approx(moment_in_plan(whole, whole.now), abs=0.1)
    assert behind(late, late.now + 90 * SECOND) == pytest.approx(behind(whole, late.now + 90 * SECOND), abs=0.1)
    plan = plan_of(late)
    assert plan is not None
    lives = {late.run.progress.life(step.id): step for step in plan.steps.values()}
    over, waiting = lives["confirmed"], lives["waiting"]
    view = View(scene=late)
    for pages in (_page(explained(view, over, 200)), _page(row for _, row in explained_rows(view, over, 200)[1])):
        assert "confirmed, before these screens were attached" in pages
    assert "has not begun: waiting" in _page(explained(view, waiting, 200))


def test_the_plan_is_drawn_to_the_moment_it_is_by_now() -> None:
    scene = _under_way()
    before, after = (_strip(View(scene=scene, by_now=scene.now + late * SECOND)) for late in (0, 20))
    now = moment_in_plan(scene, scene.now)
    assert f"now {now:.1f} s" in before
    assert f"now {now + 20.0:.1f} s" in after
    assert after.count("▓") > before.count("▓")


def test_between_two_events_of_a_record_that_is_played_time_goes_on(tmp_path: Path) -> None:
    now = [0.0]
    run = unpacked(FOLDER / f"{TENDING}{ENDING}", tmp_path)
    source = RecordedRun(run, in_thread=False, looks_round=False, clock=lambda: now[0])
    source.play()
    now[0] += 30.25
    view = source.newest()
    assert view.scene.opened is not None
    assert view.now - view.scene.opened == 30_250_000_000
    assert view.now > view.scene.now


def _under_way() -> Scene:
    """A step has begun and goes on."""
    record = record_of(TENDING)
    number = next(n for n, event in enumerate(record.events, 1) if isinstance(event, StepConfirmed) and n > 100)
    found = (record.after(n) for n in range(number, len(record)))
    return next(scene for scene in found if any(seen.how == "running" for seen in scene.steps.values()))


def _page(rows: Iterable[Line]) -> str:
    return "\n".join(text_of(row) for row in rows)


def _strip(view: View) -> str:
    return "\n".join(text_of(row) for row in strip(view, 120, 8))
