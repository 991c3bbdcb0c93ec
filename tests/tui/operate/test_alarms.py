"""ISA-18.2: raised, acknowledged, returned, shelved; the rate and the flood."""

from __future__ import annotations

import pytest

from tests.tui.operate.on_record import ASSEMBLY, HELD, events_of, scene_of
from tui.operate.alarms import (
    RATE_OVER,
    SECOND,
    Alarms,
    Cause,
    acknowledged,
    at,
    happened,
    raised,
    returned,
    shelved,
    standing_now,
    unshelved,
)
from tui.operate.scene import Scene, taken

JAM = Cause("device lathe", 2, "R721", "lathe: jam", "clear the fault at lathe")
DOOR = Cause("zone aisle", 3, "", "somebody is in aisle", "leave aisle when done")
GONE = Cause("link r1", 1, "R740", "no link to r1", "look at the cable")


def state(alarms: Alarms, cause: Cause = JAM) -> str | None:
    found = alarms.listed.get(cause.key)
    return None if found is None else found.state


def test_it_leaves_the_list_when_it_is_both_over_and_acknowledged_in_either_order() -> None:
    up = raised(Alarms(), JAM, 1)
    assert state(up) == "unacknowledged"
    assert state(acknowledged(up, ["device lathe"])) == "acknowledged"
    assert state(returned(up, JAM.key, 2)) == "returned"
    assert state(returned(acknowledged(up, [JAM.key]), JAM.key, 2)) is None
    assert state(acknowledged(returned(up, JAM.key, 2), [JAM.key])) is None
    assert acknowledged(returned(up, JAM.key, 2), [JAM.key]).past[0].cause == JAM


def test_one_that_comes_again_has_to_be_acknowledged_again_and_is_counted() -> None:
    again = raised(returned(acknowledged(raised(Alarms(), JAM, 1), []), JAM.key, 2), JAM, 3)
    assert state(again) == "unacknowledged"
    assert again.listed[JAM.key].count == 2
    twice = raised(acknowledged(raised(Alarms(), JAM, 1), [JAM.key]), JAM, 3)
    assert state(twice) == "unacknowledged"


def test_what_has_only_happened_waits_for_somebody_to_have_seen_it() -> None:
    assert state(happened(Alarms(), JAM, 1)) == "returned"


def test_a_shelved_one_is_out_of_sight_and_comes_back_by_itself() -> None:
    alarms = shelved(raised(Alarms(), JAM, 0), JAM.key, 60 * SECOND, "the fitter is on his way")
    assert alarms.top is None
    assert state(raised(alarms, JAM, 10 * SECOND)) == "shelved"
    assert state(at(alarms, 59 * SECOND)) == "shelved"
    assert state(at(alarms, 60 * SECOND)) == "unacknowledged"
    assert state(unshelved(alarms, JAM.key)) == "unacknowledged"


def test_one_is_shelved_for_a_reason_or_not_at_all() -> None:
    with pytest.raises(ValueError, match="reason"):
        shelved(raised(Alarms(), JAM, 0), JAM.key, 60 * SECOND, "  ")


def test_the_top_one_is_what_stands_and_matters_most() -> None:
    alarms = raised(raised(raised(Alarms(), JAM, 1), DOOR, 2), GONE, 3)
    assert [alarm.cause for alarm in alarms.in_order()] == [GONE, JAM, DOOR]
    assert [alarm.cause for alarm in returned(alarms, GONE.key, 4).in_order()] == [JAM, DOOR, GONE]


def test_a_flood_is_more_than_ten_in_ten_minutes_until_it_is_fewer_than_five() -> None:
    alarms = Alarms()
    for n in range(10):
        alarms = raised(alarms, Cause(f"device d{n}", 2, "R721", "", ""), n * SECOND)
    assert not alarms.is_flood
    alarms = raised(alarms, JAM, 10 * SECOND)
    assert alarms.is_flood
    assert at(alarms, 5 * SECOND + RATE_OVER).is_flood
    assert not at(alarms, 6 * SECOND + RATE_OVER).is_flood
    assert len(at(alarms, 6 * SECOND + RATE_OVER).times) == 4


def test_only_what_changes_is_raised() -> None:
    alarms = standing_now(Alarms(), {}, {JAM.key: JAM}, 1)
    assert standing_now(alarms, {JAM.key: JAM}, {JAM.key: JAM}, 2) == alarms
    assert state(standing_now(alarms, {JAM.key: JAM}, {}, 2)) == "returned"


def test_a_hold_that_an_operator_asked_for_is_no_alarm_and_one_of_the_cell_is() -> None:
    assert not any("asked for a hold" in alarm.cause.text for alarm in scene_of(HELD).alarms.listed.values())
    causes = {alarm.cause.code for alarm in scene_of(ASSEMBLY).alarms.listed.values()}
    assert "R715" in causes


def test_each_names_the_line_of_intent_or_of_the_cell_and_says_what_to_do() -> None:
    scene, seen = Scene(), {}
    for number, event in enumerate(events_of(ASSEMBLY), 1):
        scene = taken(scene, number, event)
        seen |= {key: alarm.cause for key, alarm in scene.alarms.listed.items()}
    assert len(seen) >= 2
    assert all(cause.what_to_do for cause in seen.values())
    assert seen["hold"].because
