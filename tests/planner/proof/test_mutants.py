"""A checker that has never refused anything proves nothing: of plans with one thing changed it refuses at least 95 %.

The survivors are printed with their field; what they are is said in docs/proof.md.
"""

from collections.abc import Callable

import pytest

from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cell.released_plan import ReleasedPlan
from planner.proof.release import release
from tests.planner.proof.gantry import VERSIONS, Case, tending
from tests.planner.proof.mutants import fields_of, motion_mutants, plan_mutants, tally
from tests.planner.proof.test_release import CERTIFICATES
from tests.planner.proof.test_two_robots import choosing
from tests.planner.proof.test_two_robots import released as with_two
from tests.planner.proof.two_gantries import sharing


def released(plan: MotionPlan) -> Outcome[ReleasedPlan]:
    return release(plan, tending().request, CERTIFICATES, versions=VERSIONS)


def test_unchanged_plan_is_released() -> None:
    assert released(tending().plan).is_ok


def test_mutators_reach_every_kind_of_field() -> None:
    fields = fields_of(tending().plan)
    assert {
        "tasks.steps[].needs[]",
        "tasks.steps[].action<Grip>.force",
        "tasks.bounds.makespan",
        "tasks.orders{}[]",
    } <= fields.keys()
    assert {"tasks.choices[].alternatives[].values[]", "tasks.reads[].value", "sources[][]", "cell_revision"} <= fields.keys()
    assert len(fields) > 100


def test_sixty_mutants_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    found = tally(plan_mutants(tending().plan, 60, seed=20), released)
    with capsys.disabled():
        print(f"\n{found.report()}")  # noqa: T201
    assert found.rate >= 0.95


@pytest.mark.parametrize("case", [pytest.param(sharing, marks=pytest.mark.slow), choosing])
def test_forty_mutants_of_a_plan_with_two_robots_are_refused(case: Callable[[], Case]) -> None:
    found = tally(plan_mutants(case().plan, 40, seed=3), lambda plan: with_two(plan, case().request))
    assert found.rate >= 0.95, found.report()


@pytest.mark.slow
@pytest.mark.parametrize("case", [sharing, choosing])
def test_five_hundred_mutants_of_a_plan_with_two_robots_are_refused(
    case: Callable[[], Case], capsys: pytest.CaptureFixture[str]
) -> None:
    found = tally(plan_mutants(case().plan, 500, seed=7), lambda plan: with_two(plan, case().request))
    with capsys.disabled():
        print(f"\n{found.report()}")  # noqa: T201
    assert found.rate >= 0.95


@pytest.mark.slow
def test_five_hundred_mutants_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    found = tally(plan_mutants(tending().plan, 500, seed=1), released)
    with capsys.disabled():
        print(f"\n{found.report()}")  # noqa: T201
    assert found.rate >= 0.95


@pytest.mark.slow
def test_changed_motions_under_their_own_hash_are_refused_unless_they_are_as_good(capsys: pytest.CaptureFixture[str]) -> None:
    """Harder, and reported apart: key and references are computed again, so what remains is another motion, to be judged."""
    found = tally(motion_mutants(tending().plan, 300, seed=1), released)
    with capsys.disabled():
        print(f"\nmotions: {found.report()}")  # noqa: T201
    assert found.rate >= 0.8
