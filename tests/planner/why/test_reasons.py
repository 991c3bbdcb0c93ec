"""What is told where there is no schedule: each cause once, with the line that needs it; nothing that only follows."""

from __future__ import annotations

import pytest

from cell.diagnostic import Diagnostic, Position, Span, error
from cell.steps import AtHome, AtHub, AtPlace, MotionNeed, Stance
from planner.why.reasons import kind_told, told
from tests.planner.tasks.cells import TENDING, cell_of

CELL = cell_of(TENDING)
LINE = Span("tending.intent", Position(7, 3), Position(7, 20))
OTHER = Span("tending.intent", Position(9, 3), Position(9, 20))
GAUGE, LATHE, ARM = (thing.span for thing in (CELL.equipment["gauge"], CELL.equipment["lathe"], CELL.robots["r1"]))


def need(start: Stance, end: Stance) -> MotionNeed:
    return MotionNeed("r1", start, end, (), None, None, (), None)


def at(place: str, hand: str) -> AtPlace:
    return AtPlace(place, hand, "shaft", 0)


TO_GAUGE_A, TO_GAUGE_B, TO_LATHE = (
    need(AtHub("gauge"), at("gauge", "twin.a")),
    need(AtHub("gauge"), at("gauge", "twin.b")),
    need(AtHub("lathe"), at("lathe", "twin.a")),
)
NO_WAY = error("E603", "no motion of r1 serves gauge", LINE, GAUGE)
FAR = error("E320", "gauge is out of reach of r1", GAUGE, ARM, help="185 mm closer")


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [d.code for d in found]


def test_the_cause_is_told_in_place_of_what_follows_with_the_line_that_needs_it() -> None:
    (found,) = told((NO_WAY,), {TO_GAUGE_A: (FAR,)}, CELL)
    assert (found.code, found.help) == ("E320", "185 mm closer")
    assert found.spans[:2] == FAR.spans
    assert found.spans[2] == LINE.labelled("for this line")


def test_robots_that_cannot_do_it_at_all_stay_named_with_why() -> None:
    other = LATHE.labelled("r2 cannot: grip2 does not grip shaft")
    complaint = error("E603", "no motion of r1 serves gauge", LINE, GAUGE, other)
    (found,) = told((complaint,), {TO_GAUGE_A: (FAR,)}, CELL)
    assert found.spans[2:] == (LINE.labelled("for this line"), other)


def test_another_hand_says_nothing_new() -> None:
    again = error("E320", "gauge is out of reach of r1", *FAR.spans, help="190 mm closer")
    assert codes(told((NO_WAY,), {TO_GAUGE_A: (FAR,), TO_GAUGE_B: (again,)}, CELL)) == ["E320"]


def test_what_the_schedule_got_around_is_not_told() -> None:
    narrow = error("E321", "r1 has no room to stand at lathe", LATHE, ARM)
    assert codes(told((NO_WAY,), {TO_LATHE: (narrow,), TO_GAUGE_A: (FAR,)}, CELL)) == ["E320"]
    no_order = error("E615", "no order was found", LINE)
    assert codes(told((no_order,), {TO_LATHE: (narrow,), TO_GAUGE_A: (FAR,)}, CELL)) == ["E321", "E320"]


def test_without_a_cause_the_complaint_stays() -> None:
    assert told((NO_WAY,), {}, CELL) == (NO_WAY,)
    assert told((NO_WAY,), {TO_GAUGE_A: ()}, CELL) == (NO_WAY,)


def test_a_home_that_cannot_be_is_told_and_not_that_the_robot_cannot_wait_either() -> None:
    home = error("E422", "r1 at home is inside shut with link 1", ARM)
    nowhere = error("E323", "r1 has nowhere to wait near gauge", GAUGE, ARM)
    refused = {need(AtHome(), AtHub("gauge")): (home, nowhere)}
    assert codes(told((error("E603", "no way", LINE),), refused, CELL)) == ["E422"]
    assert codes(told((NO_WAY,), {TO_GAUGE_A: (nowhere,)}, CELL)) == ["E323"]


def test_complaints_that_do_not_follow_stay() -> None:
    full = error("E607", "no room", OTHER)
    assert codes(told((NO_WAY, full), {TO_GAUGE_A: (FAR,)}, CELL)) == ["E320", "E607"]


@pytest.mark.parametrize(
    ("complaint", "cause", "knows_all", "kind"),
    [
        (NO_WAY, FAR, True, "proved impossible"),
        (NO_WAY, FAR, False, "gave up"),
        (NO_WAY, error("E324", "too heavy", ARM), False, "proved impossible"),
        (NO_WAY, error("E330", "gave up looking", ARM), True, "gave up"),
        (NO_WAY, error("E326", "not supported", ARM), True, "unsupported"),
        (error("E615", "no order was found", LINE), FAR, True, "gave up"),
        (error("E691", "did not agree", LINE), FAR, True, "gave up"),
        (error("E607", "no room", LINE), None, True, "proved impossible"),
        (error("E626", "faster than contact allows", LINE), None, True, "proved impossible"),
        (error("E690", "the verb weld", LINE), None, True, "unsupported"),
        (error("E999", "of tomorrow", LINE), None, True, "gave up"),
    ],
)
def test_only_what_was_shown_is_called_proved(
    complaint: Diagnostic, cause: Diagnostic | None, knows_all: bool, kind: str
) -> None:
    refused = {TO_GAUGE_A: (cause,)} if cause is not None else {}
    assert kind_told((complaint,), refused, CELL, lambda _: knows_all) == kind


def test_one_cause_that_was_not_shown_leaves_it_open() -> None:
    refused = {TO_GAUGE_A: (FAR,), TO_GAUGE_B: (error("E330", "gave up looking", ARM),)}
    assert kind_told((NO_WAY,), refused, CELL, lambda _: True) == "gave up"
