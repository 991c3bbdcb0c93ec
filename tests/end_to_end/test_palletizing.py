"""Example 03 with two layers a pallet, from its text to two full pallets: on a good day, and with a carton dropped and
somebody in the bay. The world's own record is the witness."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from pathlib import Path

import pytest

from cell.events import ClauseBroken, HoldRaised, StepStarted
from cell.motion_plan import Motion
from cell.scenario import GripLost, PersonEnters, Scenario
from cell.steps import Move, Touch
from cell.world_record import Fallen, RestsIn
from cellwright.running import read_scenario
from controller.rehearsal import Ask
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Planned, Rehearsed, planned, rehearsed

LAYERS, SPOTS = 2, 6
STAY = 18.0  # s that somebody is in the bay
CARTONS = 2 * LAYERS * SPOTS
RESUMES = tuple(Ask(25.0 + 10.0 * k, "resume") for k in range(90))
"""Somebody who looks after it: whatever holds is put right within ten seconds."""


@pytest.fixture(scope="module")
def folder(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with half its layers, which shows the same in half the time."""
    copy = Path(shutil.copytree(examples / "03_palletizing", tmp_path_factory.mktemp("half") / "03_palletizing"))
    cell = copy / "palletizing.cell"
    cell.write_text(cell.read_text("utf-8").replace("layers 4", f"layers {LAYERS}"), "utf-8")
    return copy


@pytest.fixture(scope="module", params=BOTH)
def pallets(request: pytest.FixtureRequest, folder: Path, cache: Path) -> Planned:
    return planned_by(request.param, folder / "palletizing.intent", cache)


@pytest.fixture(scope="module")
def good_day(pallets: Planned) -> Rehearsed:
    return rehearsed(pallets, None, RESUMES)


@pytest.fixture(scope="module")
def between(pallets: Planned) -> float:
    """A time between two visits of the left bay, soon before the second one."""
    plan = pallets.released.motion_plan
    stays = [(s.start, s.start + s.duration) for s in plan.tasks.steps if s.motion and visits(plan.motions[s.motion], "left_bay")]
    return next(
        0.5 * (left + back) for (_, left), (back, _) in itertools.pairwise(sorted(stays)) if left > 40.0 < back - 1.0 > left
    )


def visits(motion: Motion, zone: str) -> bool:
    return any(visit.zone == zone for visit in motion.visits)


@pytest.fixture(scope="module")
def bad_day(pallets: Planned, between: float) -> Rehearsed:
    scenario = Scenario(0, (GripLost("vac", 6, "on the way"), PersonEnters("left_bay", between, between + STAY)))
    return rehearsed(pallets, scenario, RESUMES)


def lying(run: Rehearsed) -> dict[str, str]:
    return {p.where.place: p.kind for p in run.world.parts if isinstance(p.where, RestsIn)}


def held_for(run: Rehearsed) -> list[str]:
    return [event.text for event in run.run.events if isinstance(event, HoldRaised)]


# --- the plan ---


def test_the_robot_keeps_up_with_the_line(pallets: Planned) -> None:
    bounds = pallets.released.motion_plan.tasks.bounds
    # The chain begins with the last carton that comes; so does what the robot then still has to do, to a tenth of a second.
    assert bounds.bottleneck in ("line1", "longest chain", "p1")
    assert bounds.makespan <= 1.05 * bounds.lower_bound


def test_the_proof_names_what_it_cannot_know(pallets: Planned) -> None:
    assumed = pallets.released.proof.assumptions
    assert "line1 brings a carton every 12 s, the next one within that time" in assumed
    assert sum("is watched while running" in sentence for sentence in assumed) == 2


def test_height_mass_and_waiting_are_proved(pallets: Planned) -> None:
    claims = [o.claim for o in pallets.released.proof.obligations]
    for claim in ("height of left at most 1.6 m", "mass of right at most 700 kg", "at most 7 parts wait at line1"):
        assert claim in claims


# --- a good day ---


def test_a_good_day_ends_with_both_pallets_full(good_day: Rehearsed) -> None:
    assert good_day.run.summary.state == "Complete"
    places = {name: place for name, place in good_day.planned.request.cell.places.items() if place.equipment in ("left", "right")}
    assert {name: kind for name, kind in lying(good_day).items() if name in places} == {
        name: place.accepts[0] for name, place in places.items()
    }


def test_each_full_pallet_is_held_for_its_swap(good_day: Rehearsed) -> None:
    assert held_for(good_day) == ["Swap the pallet, then confirm"] * 2


def test_nothing_forbidden_happens_and_nothing_twice(good_day: Rehearsed) -> None:
    assert good_day.world.violations == ()
    assert set(good_day.world.executions.values()) == {1}
    assert good_day.run.summary.violations == 0


def test_the_run_and_the_world_agree_on_every_part(good_day: Rehearsed) -> None:
    believed = {part.id: part.where for part in good_day.run.summary.parts}
    assert believed == {p.id: p.where.place for p in good_day.world.parts if isinstance(p.where, RestsIn)}


@pytest.mark.slow
def test_the_judge_finds_the_day_clean(folder: Path, cache: Path) -> None:
    verdict = rehearsed(planned(str(folder / "palletizing.intent"), cache), None, RESUMES).verdict()
    assert verdict.is_clean, verdict.text


def test_cartons_come_by_their_law_and_no_more_than_can_wait(good_day: Rehearsed) -> None:
    arrived = [effect.time / 1e9 for effect in good_day.world.of("arrived")]
    presented = [effect.time / 1e9 for effect in good_day.world.of("presented")]
    assert all(b - a >= 12.0 - 1e-6 for a, b in itertools.pairwise(arrived))
    assert len(presented) == CARTONS
    assert all(sum(a <= t for a in arrived) - sum(p < t for p in presented) <= 9 for t in arrived)


# --- a carton dropped, somebody in the bay ---


def test_the_dropped_carton_is_replaced_by_the_next_that_comes(bad_day: Rehearsed) -> None:
    assert bad_day.run.summary.state == "Complete"
    assert Counter(p.kind for p in bad_day.world.parts if isinstance(p.where, Fallen)) == {"carton": 1}
    assert sum(name.startswith(("left", "right")) for name in lying(bad_day)) == CARTONS + 2 * LAYERS
    assert held_for(bad_day)[0] == "Carton dropped: clear the bay, then Resume"


def into_the_left_bay(run: Rehearsed) -> set[str]:
    """Motions of its plans that visit the zone, whatever the run believed."""
    return {key for key, motion in run.motions.items() if visits(motion, "left_bay")}


def test_nothing_is_started_into_a_bay_with_somebody_in_it(bad_day: Rehearsed, between: float) -> None:
    inside = [e for e in bad_day.run.events if isinstance(e, StepStarted) and e.of.motion in into_the_left_bay(bad_day)]
    assert inside
    assert not [e for e in inside if between <= e.at / 1e9 < between + STAY]
    assert not [e for e in bad_day.run.events if isinstance(e, ClauseBroken) and e.kind == "never"]


def test_it_goes_on_by_itself_when_the_bay_is_free(bad_day: Rehearsed, between: float) -> None:
    """No hold for that, so nobody has to resume; the next motion into the bay starts when it is free."""
    assert not [e for e in bad_day.run.events if isinstance(e, HoldRaised) and e.at / 1e9 <= between + STAY]
    entered = [e.at / 1e9 for e in bad_day.run.events if isinstance(e, StepStarted) and e.of.motion in into_the_left_bay(bad_day)]
    assert [t for t in entered if 0.0 <= t - between - STAY < 1.0]


def test_nothing_forbidden_happens_on_a_bad_day(bad_day: Rehearsed) -> None:
    assert bad_day.world.violations == ()


def test_somebody_who_steps_in_while_the_robot_is_there_stops_it(pallets: Planned, good_day: Rehearsed) -> None:
    """In the middle of a way down between cartons: it stands still there, says so, and goes on after the resume."""
    steps = pallets.released.motion_plan.tasks.steps
    entry = next(s for s in steps if isinstance(s.action, Move) and s.start > 60.0 and isinstance(s.action.need.touch, Touch)
                 and s.action.need.touch.place.startswith("left") and s.action.need.touch.end == "end")  # fmt: skip
    at = entry.start + entry.duration / 2
    scenario = Scenario(0, (PersonEnters("left_bay", at, at + 6.0),))
    run = rehearsed(pallets, scenario, [ask for ask in RESUMES if ask.time > at + 8.0])
    assert [e.kind for e in run.run.events if isinstance(e, ClauseBroken)] == ["never"]
    assert held_for(run)[0] == "never p1 in left_bay and left_bay is occupied"
    assert run.run.summary.state == "Complete"
    assert len(run.plans) == len(good_day.plans), "nothing is planned again for it: the motion goes on where it stood"
    assert run.world.violations == ()


# --- the example as it is shipped ---


@pytest.fixture(scope="module", params=BOTH)
def whole(request: pytest.FixtureRequest, examples: Path, cache: Path) -> Planned:
    return planned_by(request.param, examples / "03_palletizing" / "palletizing.intent", cache)


def test_all_four_layers_are_planned_proved_and_filled(whole: Planned) -> None:
    run = rehearsed(whole, None, RESUMES)
    assert run.run.summary.state == "Complete"
    assert sum(name.startswith(("left", "right")) for name in lying(run)) == 56


def test_with_the_scenario_of_the_example_all_four_layers_are_filled_as_well(whole: Planned, examples: Path) -> None:
    scenario = read_scenario(str(examples / "03_palletizing" / "carton_dropped_and_somebody_in_the_bay.toml")).expect()
    run = rehearsed(whole, scenario, RESUMES)
    assert run.run.summary.state == "Complete"
    assert held_for(run)[-3:] == ["Carton dropped: clear the bay, then Resume"] + ["Swap the pallet, then confirm"] * 2
    assert sum(name.startswith(("left", "right")) for name in lying(run)) == 56
    assert Counter(p.kind for p in run.world.parts if isinstance(p.where, Fallen)) == {"carton": 1}
    assert run.world.violations == ()
