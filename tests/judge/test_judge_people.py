"""Somebody in a zone with a rule, held against a robot that keeps it and one that does not. Made by hand, with no controller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.geometry import Array, Box
from cell.zones import Zone
from tests.judge.arm import arm_of
from tests.judge.bodies import tcp_frames
from tests.judge.judge import judge
from tests.judge.made import SPAN, block_moved, corners_of, listed, made_cell
from tests.judge.people import DEAF, TOLD, braking
from tests.judge.recording import Interval, Recording
from tests.judge.verdict import Exceedance

HERE = Path(__file__).parent
STOPS = Zone("aisle", (2.0, 2.0, 0.0), (3.0, 3.0, 2.0), False, None, True, "scanner", "stop", None, None, False, SPAN)
LEG = 2.208  # s of each of the five motions, with the pause after it, of which four have the block in the hand


@pytest.fixture(scope="module")
def spots() -> dict[str, Array]:
    arm = arm_of(made_cell().robots["r1"], HERE)
    return corners_of(arm, tcp_frames(arm, made_cell())["grip.a"])


def slows(limit: float) -> Zone:
    return replace(STOPS, when_occupied="slow", slow_to=limit)


def span(first: float, last: float) -> Interval:
    return Interval(round(first * 1e9), round(last * 1e9))


def found(
    spots: dict[str, Array],
    zone: Zone,
    *stays: Interval,
    deaf: Sequence[Interval] = (),
    cuts: Sequence[Interval] = (),
    long: bool = False,
) -> tuple[Exceedance, ...]:
    given = replace(block_moved(spots), occupied={"aisle": stays}, deaf=tuple(deaf), cuts={"r1": tuple(cuts)})
    given = swung(given) if long else given
    cell = made_cell(zones=[zone])
    if long:
        cell = replace(cell, parts={"block": replace(cell.parts["block"], shape=Box((0.05, 0.5, 0.06)))})
    return judge(given, cell, HERE, listed()).exceedances


def swung(given: Recording) -> Recording:
    """The last joint turns to and fro on the way across."""
    track, across = given.tracks["r1"], given.tracks["r1"].runs[2]
    readback = track.readback.copy()
    readback[across.first : across.last, 5] += np.sin(np.linspace(0.0, np.pi, across.last - across.first)) ** 2
    return replace(given, tracks={"r1": replace(track, readback=readback)})


def allowed() -> float:
    """s in which a robot may still be on its way."""
    return TOLD + braking(arm_of(made_cell().robots["r1"], HERE))


def test_refuses_a_robot_that_moves_on_with_somebody_in_a_zone_that_stops(spots: dict[str, Array]) -> None:
    wrong = found(spots, STOPS, span(1.0, 9.0))
    assert wrong
    assert all("r1, with somebody in aisle since 1.000 s" in e.what for e in wrong)
    assert min(e.at for e in wrong) >= (1.0 + allowed()) * 1e9


def test_passes_a_robot_that_still_brakes_and_one_that_stands(spots: dict[str, Array]) -> None:
    assert allowed() < 1.2
    assert found(spots, STOPS, span(1.0, 1.0 + allowed())) == ()
    assert found(spots, STOPS, span(5 * LEG - 0.1, 60.0)) == ()
    assert found(spots, replace(STOPS, occupied=None), span(1.0, 9.0)) == ()


def test_refuses_the_load_that_is_faster_than_the_limit_where_nothing_else_is(spots: dict[str, Array]) -> None:
    """A long one that is turned while it is carried across: its end is the fastest point of all."""
    across = span(2 * LEG - 0.8, 3 * LEG - 0.2)
    (tiny,) = found(spots, slows(0.01), across, long=True)
    assert "block#1 in grip.a" in tiny.what
    assert found(spots, slows(tiny.value * 0.99), across, long=True)
    assert found(spots, slows(tiny.value), across, long=True) == ()
    (short,) = found(spots, slows(0.01), across)
    assert 0.1 < short.value < tiny.value


def test_excuses_the_motion_that_a_cut_link_left_under_way_and_no_later_one(spots: dict[str, Array]) -> None:
    stay = span(0.2, 1.9)
    assert found(spots, STOPS, stay)
    assert found(spots, STOPS, stay, cuts=[span(0.1, 1.0)]) == ()
    assert found(spots, STOPS, span(0.2, LEG + 1.0), cuts=[span(0.1, 1.0)])


def test_a_frozen_detector_is_heard_when_what_it_says_is_old(spots: dict[str, Array]) -> None:
    stay = span(0.1, 0.1 + allowed() + 0.8 * (DEAF - TOLD))
    assert found(spots, STOPS, stay)
    assert found(spots, STOPS, stay, deaf=[span(0.0, 1.0)]) == ()
    assert found(spots, STOPS, stay, deaf=[span(40.0, 50.0)])
