"""The second line has what a run is worth, and the first one what robots say of the circuit of the emergency stop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from immutables import Map

from controller.alarms import Alarm, Alarms, Cause
from controller.figures.figures import Figures, Takt
from controller.figures.output import Output
from controller.run_state import DeviceBelief, Fault
from controller.tally import figures_of
from controller.zone_waits import intruded_of
from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.on_record import TENDING, events_of, scene_of
from tui.operate.lines import text_of
from tui.operate.tallying import Tallying
from tui.operate.top_lines import job_line, next_action, state_line
from tui.operate.value_words import oee_word, takt_word
from tui.operate.view import View

PACED = Figures(100_000_000_000, (), Output(3, 1), 60.0, (Takt("s", 36.0, 31.84, 4),), 0, ())


def test_takt_is_actual_against_asked_for_and_without_figures_what_the_plan_means() -> None:
    view = View(scene_of(TENDING, 400), "live", figures=PACED)
    assert takt_word(view) == "takt 31.8/36 s"
    first = replace(PACED, takts=(replace(PACED.takts[0], actual=None),))
    assert takt_word(replace(view, figures=first)) == "takt ?/36 s"
    assert takt_word(View()) == ""
    assert "takt 31.8/36 s" in text_of(job_line(view, 120))


def test_oee_has_its_factors_and_is_not_told_while_one_is_not_known() -> None:
    figures = figures_of(events_of(TENDING))
    a, e, q = figures.availability, figures.effectiveness, figures.quality
    assert a is not None
    assert e is not None
    assert q is not None
    assert oee_word(figures) == f"OEE {100 * a * e * q:.0f} % (A{100 * a:.0f} P{100 * e:.0f} Q{100 * q:.0f})"
    assert oee_word(PACED) == ""
    assert oee_word(None) == ""
    assert oee_word(figures) in text_of(job_line(View(scene_of(TENDING), "record", figures=figures), 150))


def test_what_a_suspended_run_waits_for_is_next_as_its_alarm_says() -> None:
    cause = Cause("short crate", 3, "", "blocked: crate is full", "take parts away from crate")
    scene = scene_of(TENDING, 400)
    run = replace(scene.run, pack="Suspended", belief=replace(scene.run.belief, short=("crate",)))
    listed = Alarms(listed=Map({cause.key: Alarm(cause, 0)}))
    view = View(replace(scene, run=replace(run, alarms=listed)), "live", role="operate")
    assert "next for you: take parts away from crate" in text_of(job_line(view, 150))
    returned = Alarms(listed=Map({cause.key: Alarm(cause, 0, returned=1)}))
    assert next_action(replace(view, scene=replace(scene, run=replace(run, alarms=returned)))) == ""
    someone = replace(run, belief=replace(run.belief, short=(intruded_of("bay"),)), alarms=listed)
    assert next_action(replace(view, scene=replace(scene, run=someone))) == ""


def test_what_a_resume_waits_for_is_next() -> None:
    scene = scene_of(TENDING, 400)
    cut = replace(scene.run.belief, cut=Map(lathe="cut off"), devices=Map(lathe=DeviceBelief(faults=(Fault("link", "cut off"),))))
    view = View(replace(scene, run=replace(scene.run, pack="Unholding", belief=cut)), "live", role="operate")
    assert "next for you: see to the link to lathe, or stop" in text_of(job_line(view, 150))
    clear = replace(cut, devices=Map(lathe=DeviceBelief()))
    assert next_action(replace(view, scene=replace(scene, run=replace(scene.run, pack="Unholding", belief=clear)))) == ""


@pytest.mark.parametrize("width", [80, 100, 120, 150])
def test_job_and_value_are_there_at_every_width_and_nothing_of_them_is_cut(width: int) -> None:
    figures = replace(figures_of(events_of(TENDING)), takts=PACED.takts)
    view = View(scene_of(TENDING, 400), "live", role="operate", figures=figures, run_id="20261128-101500")
    for asked in ("", "asked: STOP, acknowledged", "hold: refused, " + "for a long reason " * 9):
        text = text_of(job_line(replace(view, last_asked=asked), width))
        left = text.partition("  next for you")[0].partition("  asked:")[0].partition("  hold:")[0]
        assert oee_word(figures, has_factors=False) in left
        assert "job 4/12" in left or "1/4" in left
        assert "…" not in left
    assert "takt 31.8/36 s" in text_of(job_line(view, width))
    assert oee_word(figures) in text_of(job_line(view, 150))


def test_a_thread_beside_the_screens_counts_what_the_journal_has_from_its_beginning(tmp_path: Path) -> None:
    run = unpacked(FOLDER / f"{TENDING}{ENDING}", tmp_path)
    tallying = Tallying(run, lambda figures, why: None)
    assert tallying.look() == figures_of(events_of(TENDING))
    assert tallying.look() == figures_of(events_of(TENDING))


def test_why_nothing_is_counted_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Tallying) -> None:
        raise KeyError("takt")

    told: list[str] = []
    monkeypatch.setattr(Tallying, "look", fails)
    Tallying(unpacked(FOLDER / f"{TENDING}{ENDING}", tmp_path), lambda figures, why: told.append(why))._go_on()
    assert told == ["a defect of the screens, please report it: KeyError: 'takt'"]


@pytest.mark.parametrize(
    ("alarm", "says"),
    [
        ("emergency stop", "e-stop circuit OPEN, says r1"),
        ("protective stop", "protective stop, says r1"),
        ("protective_stop", "protective stop, says r1"),
        ("jam", "e-stop: none told"),
    ],
)
def test_the_first_line_says_what_robots_say_of_the_circuit_and_no_more(alarm: str, says: str) -> None:
    scene = scene_of(TENDING, 400)
    devices = scene.run.belief.devices.set("r1", DeviceBelief(faults=(Fault("other", "r1: other"), Fault(alarm, f"r1: {alarm}"))))
    scene = replace(scene, run=replace(scene.run, belief=replace(scene.run.belief, devices=devices)))
    assert says in text_of(state_line(View(scene, "live", role="operate"), 100, "x"))


@pytest.mark.parametrize(("speed", "says"), [(0.5, "SIMULATED x0.5  "), (None, "SIMULATED  ")])
def test_how_fast_a_simulated_time_goes_is_said(speed: float | None, says: str) -> None:
    view = View(scene_of(TENDING, 400), "live", role="operate", target="simulated", speed=speed)
    assert says in text_of(state_line(view, 80, "x"))
