"""What a line may do before it is due: a robot is on its way, or fetches what goes into the part that the line waits for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.diagnostic import Outcome
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.released_plan import ReleasedPlan
from cell.state import InHand, InPlace, Location
from cell.steps import Grip, Move, Release, Step
from planner.proof.ahead import Turns
from planner.proof.release import release
from tests.planner.proof.gantry import VERSIONS, Case
from tests.planner.proof.two_fitters import IN_ORDER, INTENT, UNORDERED, planned, program, request


class Granted:
    """Certificates of all motions and pairs, for it is not they that are tried here."""

    def get(self, key: str) -> bytes | None:
        return b"[[], null]"

    def put(self, key: str, value: bytes) -> None:
        raise AssertionError("nothing is judged")


@cache
def fitted(text: str) -> Case:
    return planned(request(text))


def proved(case: Case, text: str) -> Outcome[ReleasedPlan]:
    """What becomes of that plan when it says that it is for `text`."""
    asked = request(text)
    plan = with_plan_id(replace(case.plan, sources=plan_inputs(asked).sources))
    return release(plan, asked, Granted(), versions=VERSIONS)


def of(case: Case, kind: type, part: str) -> Step:
    return next(s for s in case.plan.tasks.steps if isinstance(s.action, kind) and s.part == part)


def test_a_cover_is_in_hand_before_the_gear_is_in() -> None:
    case = fitted(INTENT)
    first = min(("cover#1", "cover#2"), key=lambda part: of(case, Grip, part).start)
    assert of(case, Grip, first).start < of(case, Release, "gear#1").start < of(case, Release, first).start


def test_it_is_proved() -> None:
    said = proved(fitted(INTENT), INTENT)
    assert said.value is not None, [d.message for d in said.diagnostics]


def test_in_order_it_is_fetched_when_its_line_is_due() -> None:
    case = fitted(IN_ORDER)
    for k in (1, 2):
        assert of(case, Grip, f"cover#{k}").start >= of(case, Release, f"gear#{k}").start
    assert proved(case, IN_ORDER).value is not None


@pytest.mark.long
def test_fetched_before_what_stands_first_in_order_it_is_refused() -> None:
    found = proved(fitted(UNORDERED), IN_ORDER).diagnostics
    assert {d.code for d in found} == {"E682"}
    assert "as its line does" in found[0].message


def test_a_cover_that_goes_in_before_the_gear_is_refused() -> None:
    case = fitted(INTENT)
    steps = case.plan.tasks.steps
    joined = of(case, Release, "gear#1").id
    into = next(s for s in steps if isinstance(s.action, Move) and s.part == "cover#1" and "nest" in s.because.rule and s.claims)
    late = {s.id for s in steps if s.start >= of(case, Release, "gear#1").start and s.part == "gear#1"} | {joined}
    changed = tuple(replace(s, predecessors=tuple(p for p in s.predecessors if p not in late)) if s is into else s for s in steps)
    plan = replace(case.plan, tasks=replace(case.plan.tasks, steps=changed))
    assert changed != steps
    assert proved(replace(case, plan=plan), INTENT).value is None


def test_only_in_order_puts_two_goals_in_order() -> None:
    for text, is_strict in ((INTENT, False), (IN_ORDER, True)):
        asked = program(text)
        turns, goals = Turns(asked), sorted({o.goal for o in fitted(text).plan.tasks.operations})
        here, there = ((("l1", "kits[1]"),), (("l1", "kits[2]"),))
        assert turns.are_in_order((goals[0], here), (goals[1], here)) is is_strict
        assert not turns.are_in_order((goals[0], here), (goals[1], there))


@pytest.mark.long
def test_a_cover_in_hand_goes_onto_the_unit_that_is_in_the_nest() -> None:
    """Not onto the first one of the text: the hand would be full of what another unit is waiting for."""
    start = request(INTENT).state
    at: dict[str, Location] = {"housing#2": InPlace("nest"), "cover#1": InHand("grip2.a", 0)}
    state = replace(start, parts=tuple(replace(p, location=at.get(p.id, p.location)) for p in start.parts))
    moved = next(o.goal for o in fitted(INTENT).plan.tasks.operations if o.part == "housing#1" and o.verb == "move")
    parts = tuple(replace(p, reached=p.reached | {moved}) if p.id == "housing#2" else p for p in state.parts)
    case = planned(request(INTENT, replace(state, parts=parts)))
    (first, *_) = (s for s in case.plan.tasks.steps if isinstance(s.action, Release) and s.part == "cover#1")
    assert any(fact.name == "joined" and fact.args == ("cover#1", "housing#2") for fact in first.adds)
