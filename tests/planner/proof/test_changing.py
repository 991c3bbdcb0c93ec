"""Plans that change tools: batched where that is quicker, from whatever is at the flange, and refused when they are edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from cell.declared_state import declared_state
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.state import CellState
from cell.steps import AtHome, AtHub, AtPocket, Couple, Grip, Move, Step, Uncouple
from planner.proof.effects import Setting
from planner.proof.release import release
from planner.proof.rules_of_steps import reason_of
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof.changing import APART, CELL, IN_TURN, Motions, cell, planned, request, sorted_out
from tests.planner.proof.gantry import Case
from tests.planner.proof.test_release import CERTIFICATES

USING = 'use "changing.cell"\nmove box to boxes_out using {tool}\n'


def changes(case: Case) -> list[tuple[str, str]]:
    """(what, tool) of every change, in order."""
    actions = [step.action for step in case.plan.tasks.steps]
    return [(type(a).__name__, a.tool) for a in actions if isinstance(a, Couple | Uncouple)]


def is_released(case: Case) -> bool:
    return release(case.plan, case.request, CERTIFICATES).is_ok


def start(stance: AtHome | AtPocket, **mounts: str) -> CellState:
    return replace(declared_state(cell()), mounts=mounts, stances={"g1": stance})


def test_work_is_batched_by_tool_where_nothing_asks_for_more() -> None:
    case = sorted_out()
    assert changes(case) == [("Uncouple", "wide"), ("Couple", "flat")]
    assert is_released(case)


def test_parts_that_come_in_turn_are_handled_in_turn() -> None:
    case = planned(request(IN_TURN))
    grips = [step.action.tool for step in case.plan.tasks.steps if isinstance(step.action, Grip)]
    assert grips == ["wide", "flat"]
    assert changes(case) == [("Uncouple", "wide"), ("Couple", "flat")]
    assert is_released(case)


@pytest.mark.parametrize(
    ("state", "first"),
    [
        (start(AtHome(), wide="rack", flat="g1"), [("Uncouple", "flat"), ("Couple", "wide")]),
        (start(AtPocket("rack.flat"), wide="rack", flat="g1"), [("Uncouple", "flat"), ("Couple", "wide")]),
        (start(AtHome(), wide="rack", flat="rack"), [("Couple", "wide")]),
        (start(AtPocket("rack.wide"), wide="rack", flat="rack"), [("Couple", "wide")]),
    ],
    ids=["other tool at home", "other tool in its pocket", "bare at home", "bare at a pocket"],
)
def test_planned_again_it_goes_on_with_what_is_at_the_flange(state: CellState, first: list[tuple[str, str]]) -> None:
    case = planned(request(IN_TURN, state))
    assert changes(case) == [*first, ("Uncouple", "wide"), ("Couple", "flat")]
    assert is_released(case)


def test_with_the_other_tool_at_the_flange_its_work_comes_first() -> None:
    case = planned(request(APART, start(AtHome(), wide="rack", flat="g1")))
    assert changes(case) == [("Uncouple", "flat"), ("Couple", "wide")]
    assert is_released(case)


def test_the_plan_reads_what_is_at_the_flange() -> None:
    case = sorted_out()
    assert ("tool g1", "wide") in [(read.name, read.value) for read in case.plan.tasks.reads]
    elsewhere = replace(case.request, state=start(AtHome(), wide="rack", flat="g1"))
    refused = release(case.plan, elsewhere).diagnostics
    assert [d.code for d in refused] == ["E681"]
    assert "tool g1" in refused[0].message


def test_the_changer_is_claimed_while_the_robot_is_in_it() -> None:
    for step in sorted_out().plan.tasks.steps:
        is_there = isinstance(step.action, Couple | Uncouple) or (
            isinstance(step.action, Move) and any(isinstance(s, AtPocket) for s in (step.action.need.start, step.action.need.end))
        )
        assert (step.claims == ("rack",)) is is_there


def test_using_fixes_the_tool() -> None:
    both = {"grips box": "grips [box, disc]", "grips disc": "grips [box, disc]"}
    text = sorted_text(both)
    assert changes(planned(request(USING.format(tool="wide"), text=text))) == []
    asked = planned(request(USING.format(tool="flat"), text=text))
    assert changes(asked) == [("Uncouple", "wide"), ("Couple", "flat")]
    assert is_released(asked)
    other = planned(request(USING.format(tool="wide"), text=text)).plan
    told = release(with_plan_id(replace(other, sources=asked.plan.sources)), asked.request).diagnostics
    assert any("its line asks for flat" in d.message for d in told)


def test_a_tool_that_does_not_grip_the_part_is_told() -> None:
    asked = request(USING.format(tool="flat"))
    found = plan_tasks(asked, Known(Motions(asked.cell).duration)).diagnostics
    assert [(d.code, d.message) for d in found] == [("E602", "flat does not grip box")]


def sorted_text(changed: dict[str, str]) -> str:
    text = CELL
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    return text


# --- edited plans are refused ------------------------------------------------------------------------------------------

Edit = Callable[[tuple[Step, ...]], tuple[Step, ...]]


def _each(kind: type, make: Callable[[Step], Step]) -> Edit:
    return lambda steps: tuple(make(s) if isinstance(s.action, kind) else s for s in steps)


def _with_tool(step: Step, tool: str | None) -> Step:
    assert isinstance(step.action, Move)
    return replace(step, action=Move(replace(step.action.need, tool=tool)))


def _without(kind: type) -> Edit:
    """The step is gone, and who waited for it waits for what it waited for."""

    def edit(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        gone = next(s for s in steps if isinstance(s.action, kind))
        later = (replace(s, predecessors=tuple(_instead(p, gone) for p in s.predecessors)) for s in steps if s is not gone)
        return tuple(later)

    return edit


def _instead(predecessor: str, gone: Step) -> str:
    return gone.predecessors[0] if predecessor == gone.id else predecessor


EDITS: dict[str, Edit] = {
    "a motion with the other tool": lambda steps: (_with_tool(steps[0], "flat"), *steps[1:]),
    "a motion with a bare flange": lambda steps: (_with_tool(steps[0], None), *steps[1:]),
    "the other tool is coupled": _each(Couple, lambda s: replace(s, action=Couple("g1", "wide"))),
    "the other tool is put down": _each(Uncouple, lambda s: replace(s, action=Uncouple("g1", "flat"))),
    "coupled by nobody": _each(Couple, lambda s: replace(s, robot=None)),
    "coupled without a claim": _each(Couple, lambda s: replace(s, claims=())),
    "coupled though it may not be there": _each(Couple, lambda s: replace(s, needs=s.needs[:2])),
    "coupled and still bare": _each(Couple, lambda s: replace(s, deletes=s.deletes[1:])),
    "put down and still there": _each(Uncouple, lambda s: replace(s, deletes=())),
    "put down with something in the hand": _each(Uncouple, lambda s: replace(s, needs=s.needs[:2])),
    "coupled in no time": _each(Couple, lambda s: replace(s, duration=0.0)),
    "coupled at once": _each(Couple, lambda s: replace(s, predecessors=())),
    "not coupled": _without(Couple),
    "not uncoupled": _without(Uncouple),
    "coupled where it is put down": lambda steps: _swapped(steps),
}


def _swapped(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    couple, uncouple = (next(s for s in steps if isinstance(s.action, kind)) for kind in (Couple, Uncouple))
    other = {couple.id: uncouple.action, uncouple.id: couple.action}
    return tuple(replace(s, action=other.get(s.id, s.action)) for s in steps)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edited_change_is_refused(edit: Edit) -> None:
    case = planned_in_turn()
    assert not is_released(Case(case.request, _edited(case.plan, edit)))


@cache
def planned_in_turn() -> Case:
    return planned(request(IN_TURN))


def _edited(plan: MotionPlan, edit: Edit) -> MotionPlan:
    """Numbered through again where a step is gone, so that only what is missing is wrong."""
    edited = edit(plan.tasks.steps)
    assert edited != plan.tasks.steps
    name = {step.id: f"s{number}" for number, step in enumerate(edited, start=1)}
    steps = tuple(replace(s, id=name[s.id], predecessors=tuple(name[p] for p in s.predecessors)) for s in edited)
    operations = tuple(replace(o, steps=tuple(name[s] for s in o.steps if s in name)) for o in plan.tasks.operations)
    return with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=steps, operations=operations)))


def test_a_motion_is_for_a_changer_only_where_it_leads_there() -> None:
    """A robot that went ahead to a part and changes before it fetches that went there for the part."""
    tasks = sorted_out().plan.tasks
    change = next(step for step in tasks.steps if isinstance(step.action, Uncouple))
    (operation,) = (o for o in tasks.operations if o.id == change.operation)
    own = [step for step in tasks.steps if step.operation == change.operation]
    away = next(step for step in own if isinstance(step.action, Move) and step.action.need.end == AtHub("rack"))
    assert isinstance(away.action, Move)
    ahead = replace(away, id="ahead", action=Move(replace(away.action.need, end=AtHub("discs"))))
    setting = Setting("g1", AtHome(), operation.part or "", None, "move", "", "", is_joined=False)
    told = [reason_of(step, operation, [ahead, *own], setting, "", cell()) for step in (away, ahead)]
    assert told == ["wide is put down at rack", f"{operation.part} is fetched from {operation.source}"]
