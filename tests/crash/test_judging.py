"""What the judging of a killed run must not let pass, also where a plan that was made anew may take another slot of a place, and
where a run without end may make other parts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cell.events import OperatorAsked, PlanReleased
from cell.world_record import PartRecord, RestsIn
from tests.crash.crashing import End, faults, undisturbed
from tests.crash.stories import Tending, example_on_gantries
from tests.crash.without_end import unfinished

STORY = Tending()


@cache
def plain() -> End:
    return undisturbed(STORY)


def in_outfeed() -> tuple[PartRecord, PartRecord]:
    first, second, *_ = (part for part in plain().world.parts if part.id in plain().world.parts_in("outfeed"))
    return first, second


def with_part(part: PartRecord, **otherwise: Any) -> End:
    parts = tuple(replace(one, **otherwise) if one.id == part.id else one for one in plain().world.parts)
    return replace(plain(), world=replace(plain().world, parts=parts))


def planned_anew(end: End) -> End:
    again = next(event for event in end.events if isinstance(event, PlanReleased))
    return replace(end, events=(*end.events, again))


def otherwise(end: End) -> list[str]:
    """But for what the run believes of it: that is held against the world in any case."""
    return [fault for fault in faults(end, plain()) if "the run has it at" not in fault and "the journal" not in fault]


def free_slot() -> RestsIn:
    taken = {part.where for part in plain().world.parts}
    return next(slot for k in range(1, 9) if (slot := RestsIn(f"outfeed[{k}]")) not in taken)


def test_another_slot_of_the_same_place_is_right_where_a_plan_was_made_anew_and_nowhere_else() -> None:
    moved = with_part(in_outfeed()[0], where=free_slot())
    assert otherwise(planned_anew(moved)) == []
    assert len(otherwise(moved)) == 1


def test_two_parts_in_one_slot_are_a_fault() -> None:
    first, second = in_outfeed()
    (fault,) = otherwise(planned_anew(with_part(first, where=second.where)))
    assert fault.startswith("2 parts are at outfeed[")


@pytest.mark.parametrize("broken", [
    {"where": RestsIn("scrap")},
    {"where": RestsIn("infeed[9]")},
    {"programs": (("lathe", "OP10"), ("lathe", "OP10"))},
], ids=["in another place", "in a slot of another place", "done twice"])  # fmt: skip
def test_a_part_elsewhere_and_one_to_which_a_thing_was_done_twice_are_faults(broken: dict[str, Any]) -> None:
    part = in_outfeed()[0]
    (fault,) = otherwise(planned_anew(with_part(part, **broken)))
    assert fault.startswith(f"{part.id}: ")


def test_a_part_that_was_judged_once_more_though_its_verdict_was_heard_is_a_fault() -> None:
    told = plain().world.of("told")[0]
    again = replace(plain(), world=replace(plain().world, effects=(*plain().world.effects, told)))
    assert otherwise(again) == [f"{told.part} was judged 2 times, undisturbed 1, and 0 times nobody could tell"]


# --- without end -------------------------------------------------------------------------------------------------------


@cache
def rolled(repository: Path) -> End:
    return undisturbed(example_on_gantries("rolling", repository / "examples"))


def seen_otherwise(end: End, **world: Any) -> list[str]:
    return list(unfinished(end.events, end.state, replace(end.world, **world)))


def test_a_run_without_end_has_brought_each_part_where_its_verdict_says(repository: Path) -> None:
    end = rolled(repository)
    assert list(faults(end, end)) == []
    (bad, *_) = (part for part in end.world.parts if part.where == RestsIn("rework"))
    others = tuple(part for part in end.world.parts if part.id != bad.id)
    assert len({part.where for part in others}) == 2
    elsewhere = replace(bad, where=RestsIn("box"))
    assert seen_otherwise(end, parts=(*others, elsewhere)) == [f"{bad.id} is at box, with reject"]
    on_the_belt = replace(bad, where=RestsIn("belt"))
    assert seen_otherwise(end, parts=(*others, on_the_belt)) == [f"{bad.id} is at belt, with reject"]


def test_a_part_of_a_run_without_end_that_was_judged_twice_or_comes_twice_is_a_fault(repository: Path) -> None:
    end = rolled(repository)
    told, came = end.world.of("told")[3], end.world.of("presented")[3]
    assert seen_otherwise(end, effects=(*end.world.effects, told)) == [
        f"{told.part} was judged 2 times, and 0 times nobody could tell"
    ]
    (fault,) = seen_otherwise(end, effects=(*end.world.effects, came))
    assert fault.endswith("goals are met with 13 parts that came")


def test_a_run_without_end_that_is_over_though_nobody_has_asked_is_a_fault(repository: Path) -> None:
    end = rolled(repository)
    unasked = tuple(event for event in end.events if not isinstance(event, OperatorAsked))
    assert list(unfinished(unasked, end.state, end.world)) == ["it is over, and nobody has asked for that"]
