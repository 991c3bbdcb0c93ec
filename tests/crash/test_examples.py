"""Controllers of the examples are killed: on gantries, for which they are planned at once. With the examples' own arms, and at as
many points as one likes, `python -m tests.crash --story NAME`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cell.events import Event, StepStarted
from cell.steps import AtPlace, Move
from tests.crash.crashing import STOPS, End, Point, crashed, faults, stopped, undisturbed
from tests.crash.killing import WHENS
from tests.crash.moments import writes_with
from tests.crash.stories import STORIES, Example, example_on_gantries

QUICK = {"first_move": 6, "kitting": 2, "sorting": 2}
LONG = {"palletizing": 4, "deburring": 6, "tending": 9, "sampling": 9, "assembly": 5, "two_arms": 5, "rolling": 6}
"""How many points, spread over the whole run. The long tests have twice as many and one more, at other instants."""
SAMPLED = ("tending", "assembly", "sampling", "rolling")
"""Those that no quick test kills and that are soon over; the rest of the long tests are slow ones."""


@cache
def story(name: str, folder: Path) -> tuple[Example, End]:
    """With the undisturbed run."""
    told = example_on_gantries(name, folder)
    return told, undisturbed(told)


def killed_and_gone_on_with(name: str, many: int, repository: Path) -> None:
    told, plain = story(name, repository / "examples")
    assert list(faults(plain, plain)) == []
    for k in range(many):
        write = 1 + (2 * k + 1) * (plain.writes - 1) // (2 * many)
        point = Point(write, WHENS[k % 3], hears=k % 4 == 3, away=float(7 * k % 40))
        assert list(faults(crashed(told, point), plain)) == [], point


@pytest.mark.parametrize("name", QUICK)
def test_an_example_that_is_killed_ends_as_if_it_had_not_been(name: str, repository: Path) -> None:
    killed_and_gone_on_with(name, QUICK[name], repository)


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long if n in SAMPLED else pytest.mark.slow) for n in STORIES])
def test_so_does_each_of_them_at_more_instants(name: str, repository: Path) -> None:
    killed_and_gone_on_with(name, LONG[name] if name in LONG else 2 * QUICK[name] + 1, repository)


@pytest.mark.long
def test_one_that_is_stopped_as_a_kit_comes_off_its_stand_goes_on(repository: Path) -> None:
    """The kit and the bracket in its middle are gripped by the same joint positions."""
    told, plain = story("kitting", repository / "examples")
    begun = writes_with(plain, lambda event: _takes_kit_off(event, told))
    assert len(begun) == 3
    for write, how in zip(begun, STOPS, strict=True):
        over, end = stopped(told, write, how)
        assert over.state.belief.robots["c1"].stance == AtPlace("stand", "soft.a", "kit+items", 0), (write, how)
        assert list(faults(end, plain)) == [], (write, how)


def _takes_kit_off(event: Event, told: Example) -> bool:
    if not isinstance(event, StepStarted):
        return False
    action = {step.id: step.action for step in told.plan.motion_plan.tasks.steps}[event.of.step or ""]
    return isinstance(action, Move) and action.need.start == AtPlace("stand", "soft.a", "kit+items", 0)


def test_every_example_is_killed() -> None:
    assert set(QUICK) | set(LONG) == set(STORIES)
