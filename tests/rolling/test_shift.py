"""A run without end keeps what it needs and sums up the rest: no more objects after many plans than after a few."""

from __future__ import annotations

from functools import cache

import pytest

from controller.tally import figures_of
from tests.rolling.gantry import rolled
from tests.rolling.screens import Shown
from tests.rolling.shift import Shift
from tui.operate import scene

LINES = 12


@cache
def shown() -> Shown:
    return Shown(0)


@cache
def folded() -> Shift:
    """Seven plans of two parts each; what is remembered is full after the first three, and no event is kept. The screens are
    drawn at each step; their log is full by then too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene, "LOG", LINES)
        return rolled(0.1, ahead=2, remembers=4, counts=(4, 6), journal=shown())


def test_the_screens_have_seen_all_of_it_and_hold_as_much_after_seven_plans_as_after_five() -> None:
    early, late = ({kind: n for kind, n in folded().moments[at].objects.items() if kind.startswith("tui.")} for at in (4, 6))
    assert early == late
    assert early["tui.operate.scene.Said"] >= len(shown().scene.log) == LINES  # of screens of other tests there may be more
    assert shown().scene.run == folded().state


def test_there_are_as_many_objects_after_seven_plans_as_after_five() -> None:
    early, late = folded().moments[4], folded().moments[6]
    assert early.objects
    assert late.objects - early.objects == early.objects - late.objects == {}
    assert late.handles == early.handles


def test_what_is_left_behind_is_counted_by_the_run_and_by_its_world() -> None:
    made = folded().made("crate")
    assert made == 2 * len(folded().moments) == folded().figures.output.good
    assert folded().record.summary.goals_met == folded().record.summary.goals_total == made
    assert folded().truth.forgotten.repeated == 0
    assert len(folded().truth.parts) < made
    assert folded().record.events == ()


def test_what_a_plan_allows_a_belt_beyond_what_it_takes_is_no_gain() -> None:
    """Each plan counts on the latest arrivals: measured against that, effectiveness would be 110 % here."""
    assert 0.9 < (folded().figures.effectiveness or 0.0) <= 1.0


def test_an_iteration_that_is_known_no_more_still_counts_for_the_pace() -> None:
    (takt,), (paced,) = folded().figures.takts, folded().state.trouble.paces.values()
    assert takt.ended == paced.count == folded().made("crate")
    assert len(paced.ended) < paced.before


@pytest.mark.slow
def test_the_figures_are_those_of_the_whole_journal() -> None:
    """One in ten is bad; of the whole journal the parts are counted one by one, in a world that forgets nothing."""
    whole = rolled(0.5, ahead=2, remembers=None, keeps=10**6, judged=True)
    short = rolled(0.5, ahead=2, remembers=8, keeps=30, judged=True)
    assert short.figures == whole.figures == figures_of(whole.record.events)
    lying = (len(whole.truth.parts_in("crate")), len(whole.truth.parts_in("scrap")))
    assert (short.figures.output.good, short.figures.output.bad) == lying == (short.made("crate"), short.made("scrap"))
    assert lying[1] > 0


@pytest.mark.slow
def test_an_hour_takes_no_more_memory_than_half_an_hour() -> None:
    ran = rolled(1.0, ahead=8, remembers=60)
    base = next(moment for moment in ran.moments if moment.time >= 1800.0)
    assert ran.moments[-1].memory <= 1.05 * base.memory
    assert ran.moments[-1].handles == base.handles
