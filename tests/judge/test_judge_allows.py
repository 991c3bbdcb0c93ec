"""When what the plan lists may happen: from path parameters to times of the recording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cell.geometry import Array
from cell.motion_plan import ContactAllowance, ZoneVisit
from cell.steps import Docking, Touch
from tests.judge.allowances import Allowed, allowed
from tests.judge.arm import arm_of
from tests.judge.bodies import tcp_frames
from tests.judge.made import PICK, block_moved, corners_of, listed, made_cell

HERE = Path(__file__).parent
SECOND = 1e9
LEG = 2.2  # s: a motion of 2 s and 25 still samples of 8 ms
TICK = 0.008


@pytest.fixture(scope="module")
def spots() -> dict[str, Array]:
    arm = arm_of(made_cell().robots["r1"], HERE)
    return corners_of(arm, tcp_frames(arm, made_cell())["grip.a"])


def contact(spots: dict[str, Array], name: str, **change: float) -> Allowed:
    """The one window of contact of that motion."""
    found = allowed(block_moved(spots).tracks["r1"], listed(**change))
    (one,) = [a for a in found if a.run.motion == name and not a.is_left_over]
    return one


@pytest.mark.parametrize(("name", "number"), [("down", 0), ("lower", 3)])
def test_a_contact_at_the_end_lasts_until_the_robot_leaves(spots: dict[str, Array], name: str, number: int) -> None:
    window = contact(spots, name, first=0.9, last=1.0)
    start = number * (LEG + TICK)
    assert window.first / SECOND == pytest.approx(start + 1.8, abs=1e-6)
    assert window.last / SECOND == pytest.approx(start + LEG + TICK, abs=1e-6)


@pytest.mark.parametrize(
    ("reached", "left"),
    [
        (Touch("fingers and part", "left", "grip.a", "block", 0, "end"), "part and place"),
        (Touch("part and place", "left", "grip.a", "block", 0, "end"), "fingers and part"),
        (Docking("tool and pocket", "rack.grip", "end"), "flange and tool"),
        (Docking("flange and tool", "rack.grip", "end"), "tool and pocket"),
        (Docking("flange and tool", "rack.grip", "start"), None),
    ],
)
def test_what_is_taken_or_let_go_touches_from_when_the_robot_stands_there(
    spots: dict[str, Array], reached: Touch | Docking, left: str | None
) -> None:
    motions = listed(without=PICK)
    motions["down"] = replace(motions["down"], contacts=(ContactAllowance(reached, 0.5, 1.0, 0.5, 40.0),))
    over = [a for a in allowed(block_moved(spots).tracks["r1"], motions) if a.is_left_over]
    assert [a.touch.pair for a in over if isinstance(a.touch, Touch | Docking)] == [left] * len(over)
    assert [(a.first / SECOND, a.last / SECOND) for a in over] == [pytest.approx((2.0, LEG + TICK), abs=TICK)] * (
        left is not None
    )


@pytest.mark.parametrize(("name", "number"), [("up", 1), ("leave", 4)])
def test_a_contact_at_the_start_begins_when_the_robot_has_come_to_stand_there(
    spots: dict[str, Array], name: str, number: int
) -> None:
    window = contact(spots, name, first=0.0, last=0.1)
    start = number * (LEG + TICK)
    assert window.first / SECOND == pytest.approx(start - 0.2 - TICK, abs=1e-6)
    assert window.last / SECOND == pytest.approx(start + 0.2, abs=1e-6)


def test_a_visit_in_the_middle_is_the_middle(spots: dict[str, Array]) -> None:
    found = allowed(block_moved(spots).tracks["r1"], listed(visits=[ZoneVisit("door", 0.25, 0.5)]))
    visits = [a for a in found if a.zone == "door"]
    assert len(visits) == len(PICK)
    assert [(a.last - a.first) / SECOND for a in visits] == pytest.approx([0.5] * len(PICK), abs=1e-6)


def test_what_the_robot_never_reached_is_never_allowed(spots: dict[str, Array]) -> None:
    """A motion that was stopped halfway has not come to its end."""
    track = block_moved(spots).tracks["r1"]
    track.progress[:] = track.progress * 0.5
    assert not [a for a in allowed(track, listed(first=0.6, last=1.0)) if a.touch is not None]


@pytest.mark.parametrize(("share", "is_whole"), [(1.0, True), (0.8, False)])
def test_a_window_is_whole_unless_the_robot_was_stopped_in_it(spots: dict[str, Array], share: float, is_whole: bool) -> None:
    track = block_moved(spots).tracks["r1"]
    track.progress[:] = track.progress * share
    found = [a for a in allowed(track, listed(first=0.6, last=0.9)) if a.touch is not None]
    assert found
    assert {a.is_whole for a in found} == {is_whole}


def test_a_motion_that_the_plan_does_not_have_is_no_recording_of_it(spots: dict[str, Array]) -> None:
    with pytest.raises(KeyError):
        allowed(block_moved(spots).tracks["r1"], {})


def test_what_did_not_go_in_is_meant_to_touch_on_its_way_back_as_it_was_on_its_way_in(spots: dict[str, Array]) -> None:
    """Stopped at three fifths of the way down, contact meant from half of it; back under the same command, without a motion."""
    track = block_moved(spots).tracks["r1"]
    down, up = track.runs[:2]
    track.progress[down.first : up.last] *= 0.6
    runs = (down, replace(up, command=down.command, motion=""), *track.runs[2:])
    back = [a for a in allowed(replace(track, runs=runs), listed(first=0.5, last=1.0)) if a.run.motion == ""]
    (window,) = [a for a in back if a.touch is not None]
    assert window.first / SECOND <= LEG, "from when it stands where it did not go in"
    assert window.last / SECOND == pytest.approx(LEG + TICK + 2.0 / 6.0, abs=0.02), "the share 0.1 of 0.6 of the way back"


def test_a_run_without_a_motion_under_a_command_of_its_own_is_no_way_back(spots: dict[str, Array]) -> None:
    track = block_moved(spots).tracks["r1"]
    with pytest.raises(KeyError):
        allowed(replace(track, runs=(track.runs[0], replace(track.runs[1], motion=""), *track.runs[2:])), listed())
