"""Plans that move two robots: good ones are released, and whatever lets the two meet is refused, naming both steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cell.codec import digest
from cell.diagnostic import Outcome
from cell.geometry import frozen
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan, Segment
from cell.plan_file import with_plan_id
from cell.program import IntentProgram
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, Decide, Fact, Grip, Move, Stance, Step, stance_name
from planner.proof.coincidence import Spell, may_coincide, spells_of
from planner.proof.duties import duties_of
from planner.proof.encounters import _Company
from planner.proof.exclusion import intrusions, stays
from planner.proof.iterations import started_by
from planner.proof.line_times import Waiting
from planner.proof.lower_bound import bounds_of
from planner.proof.nevers import check_capacities, check_nevers
from planner.proof.precedence import Precedence, precedence_of
from planner.proof.release import release
from planner.proof.right_of_way import unit_of
from tests.long import rest_is_long
from tests.planner.proof.gantry import SAFE_HEIGHT, VERSIONS, Case
from tests.planner.proof.hand_made import rest_to_rest
from tests.planner.proof.random_runs import nearest
from tests.planner.proof.test_release import Memory
from tests.planner.proof.two_gantries import CHOOSING, SHARED, motion_for, planned, program, request, sharing

CERTIFICATES = Memory()


@cache
def choosing() -> Case:
    return planned(request(CHOOSING))


def released(plan: MotionPlan, asked: PlanningRequest) -> Outcome[ReleasedPlan]:
    return release(with_plan_id(plan), asked, CERTIFICATES, versions=VERSIONS)


def said(plan: MotionPlan, asked: PlanningRequest | None = None) -> str:
    outcome = released(plan, asked if asked is not None else sharing().request)
    assert (outcome.value is None) == bool(outcome.diagnostics)
    return "\n".join(f"{d.code} {d.message}" for d in outcome.diagnostics)


def retimed(plan: MotionPlan, changes: dict[int, dict[str, Any]]) -> MotionPlan:
    """The plan with changed steps, and with the times and figures that follow from them: nothing else gives the change away."""
    ends: dict[str, float] = {}
    steps = []
    for i, old in enumerate(plan.tasks.steps):
        step = replace(old, **changes.get(i, {}))
        duration = plan.motions[step.motion].duration if step.motion is not None else step.duration
        start = max((ends[p] for p in step.predecessors), default=0.0)
        ends[step.id] = start + duration
        steps.append(replace(step, start=start, duration=duration))
    return replace(plan, tasks=replace(plan.tasks, steps=tuple(steps), bounds=_bounds(plan, steps)))


def _bounds(plan: MotionPlan, steps: list[Step]) -> Any:
    makespan = max(step.start + step.duration for step in steps)
    request = sharing().request
    duties = duties_of(request.program, request.cell, request.state, started_by(plan.tasks))
    found = bounds_of(replace(plan.tasks, steps=tuple(steps)), request, Waiting.of(duties), plan.motions)
    bottleneck = max(found, key=lambda name: found[name])
    bound = found[bottleneck]
    serves, ends = {o.id: o.serves for o in plan.tasks.operations}, dict[str, dict[str, float]]()
    for loop in dict.fromkeys(name for o in plan.tasks.operations for name, _ in o.serves):
        ends[loop] = {}
    for step in steps:
        for loop, member in serves[step.operation]:
            ends[loop][member] = max(step.start + step.duration, ends[loop].get(member, 0.0))
    most = sorted(max(ends.values(), key=len).values())
    takt = (most[-1] - most[0]) / (len(most) - 1)
    gap = makespan / bound - 1.0
    return replace(plan.tasks.bounds, makespan=makespan, lower_bound=bound, gap=gap, bottleneck=bottleneck, takt=takt)


# --- good plans ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [sharing, choosing])
def test_two_robots_that_share_a_gauge_are_released_with_what_they_owe_one_another(case: Callable[[], Case]) -> None:
    outcome = released(case().plan, case().request)
    assert outcome.diagnostics == ()
    claims = {o.claim: o for o in outcome.expect().proof.obligations}
    for words in ("never come nearer to one another than 1 mm", "never wait for one another in a circle", "never more than 1 of"):
        (found,) = [o for claim, o in claims.items() if words in claim]
        assert found.holds == "for all durations"
        assert "left and right" in found.claim
    assert {step.robot for step in case().plan.tasks.steps} == {"left", "right", None}


@pytest.mark.parametrize("case", [sharing, choosing])
@pytest.mark.parametrize("seed", rest_is_long(range(20)))
def test_a_released_plan_has_no_contact_whatever_its_steps_take(case: Callable[[], Case], seed: int) -> None:
    assert nearest(case().plan, seed) > 0.0


def test_the_two_do_work_at_the_same_time() -> None:
    plan = sharing().plan
    order = precedence_of(plan.tasks.steps, plan.tasks.choices)
    mine, theirs = (spells_of(plan.tasks.steps, plan.tasks.choices, order, robot) for robot in ("left", "right"))
    both = may_coincide([s for s in mine if s.is_motion], [s for s in theirs if s.is_motion], order)
    assert both.sum() > 50


def test_robots_that_are_sent_home_are_followed_there() -> None:
    parked = [s for s in choosing().plan.tasks.steps if isinstance(s.action, Move) and s.action.need.end == AtHome()]
    assert {step.robot for step in parked} == {"left", "right"}


# --- the order between robots ------------------------------------------------------------------------------------------


def edges_between_robots(plan: MotionPlan) -> Iterator[tuple[int, str]]:
    """(step, predecessor) where the one is one robot's and the other the other's."""
    robot_of = {step.id: step.robot for step in plan.tasks.steps}
    for i, step in enumerate(plan.tasks.steps):
        for name in step.predecessors:
            if None not in (step.robot, robot_of[name]) and step.robot != robot_of[name]:
                yield i, name


def without_edge(plan: MotionPlan, i: int, name: str) -> MotionPlan:
    return retimed(plan, {i: {"predecessors": tuple(p for p in plan.tasks.steps[i].predecessors if p != name)}})


def order_of(plan: MotionPlan) -> Precedence:
    return precedence_of(plan.tasks.steps, plan.tasks.choices)


@pytest.mark.parametrize("case", [sharing, choosing])
def test_an_edge_between_robots_that_is_dropped_is_refused_or_was_not_needed(case: Callable[[], Case]) -> None:
    """Released without it only where the order is the same, or where no run that chance finds has the two in contact."""
    plan, asked = case().plan, case().request
    refused = 0
    for i, name in edges_between_robots(plan):
        changed = without_edge(plan, i, name)
        if order_of(changed).before == order_of(plan).before:
            continue
        text = said(changed, asked)
        refused += bool(text)
        assert text or all(nearest(changed, seed) > 0.0 for seed in range(2)), (plan.tasks.steps[i].id, name)
        assert all(line[:4] in ("E679", "E450", "E682") for line in text.splitlines()), text
    assert refused >= 3


def test_all_that_keeps_two_motions_apart_dropped_names_both_steps() -> None:
    """The right one no longer waits for the left one to be gone from the gauge."""
    plan = sharing().plan
    waits: dict[int, tuple[str, ...]] = {}
    between = set(edges_between_robots(plan))
    for i, step in enumerate(plan.tasks.steps):
        if step.robot == "right":
            waits[i] = tuple(p for p in step.predecessors if (i, p) not in between)
    changed = retimed(plan, {i: {"predecessors": kept} for i, kept in waits.items()})
    text = said(changed)
    assert "E450 middle takes one robot: left in s" in text
    assert "may use gauge at once" in text
    assert any(nearest(changed, seed) <= 0.0 for seed in range(20)), "the plan is bad indeed"


def test_a_travel_that_no_longer_waits_meets_the_other_and_both_are_named() -> None:
    """To the hub of the gauge while the other stands there: neither zone nor device is shared, only the air."""
    plan = sharing().plan
    i = next(
        i for i, s in enumerate(plan.tasks.steps)
        if isinstance(s.action, Move) and s.robot == "right" and s.action.need.end == AtHub("gauge")
    )  # fmt: skip
    own = tuple(p for p in plan.tasks.steps[i].predecessors if (i, p) not in set(edges_between_robots(plan)))
    changed = retimed(plan, {i: {"predecessors": own}})
    (first, *_) = said(changed).splitlines()
    assert first.startswith("E679 nothing keeps ")
    assert f"{plan.tasks.steps[i].id} of right" in said(changed)
    assert "of left" in first
    assert any(nearest(changed, seed) <= 0.0 for seed in range(20))


# --- the geometry between robots ---------------------------------------------------------------------------------------


def with_motions(plan: MotionPlan, change: Callable[[Motion], Motion]) -> MotionPlan:
    """Every motion changed, under its own key."""
    changed = {key: change(motion) for key, motion in plan.motions.items()}
    new = {key: digest(motion) for key, motion in changed.items()}
    motions = {new[key]: changed[key] for key in sorted(new, key=new.__getitem__)}
    steps = {i: {"motion": new[s.motion]} for i, s in enumerate(plan.tasks.steps) if s.motion is not None}
    return retimed(replace(plan, motions=motions), steps)


def through(motion: Motion, *points: tuple[float, float]) -> Motion:
    """The same ends, by way of `points` (x, y) at the safe height, slowly."""
    corners = [motion.segments[0].control[0], *(np.array([x, y, SAFE_HEIGHT, 0.0]) for x, y in points)]
    corners.append(motion.segments[-1].control[-1])
    legs = list(pairwise(corners))
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    return replace(motion, segments=segments, phases=rest_to_rest(length, 8.0 * length), duration=8.0 * length)


def is_travel(motion: Motion, robot: str, start: Stance, end: Stance) -> bool:
    return (motion.need.robot, motion.need.start, motion.need.end) == (robot, start, end)


def test_another_motion_between_the_same_stances_is_refused_where_it_meets_the_other() -> None:
    """The first travel of the left one: round by its own side, or round by the trays of the right one."""
    plan = sharing().plan
    for points, is_met in (((-1.5, -0.9),), False), (((0.7, -0.6),), True):

        def led_round(motion: Motion, points: tuple[tuple[float, float], ...] = points) -> Motion:
            return through(motion, *points) if is_travel(motion, "left", AtHome(), AtHub("in_l")) else motion

        changed = with_motions(plan, led_round)
        text = said(changed)
        assert bool(text) is is_met, text
        if is_met:
            assert "E679 nothing keeps s1 of left and" in text
            assert any(nearest(changed, seed) <= 0.0 for seed in range(20))


def test_a_rest_elsewhere_is_refused_where_the_other_comes_by() -> None:
    """The hub of in_l moved, in all motions alike: a little, or to where the right one passes."""
    plan = sharing().plan
    for x, y, is_met in (-0.75, -0.62, False), (0.7, -0.45, True):

        def moved(motion: Motion, x: float = x, y: float = y) -> Motion:
            if motion.need.robot != "left" or AtHub("in_l") not in (motion.need.start, motion.need.end):
                return motion
            return _with_hub(motion, np.array([x, y, SAFE_HEIGHT, 0.0]))

        changed = with_motions(plan, moved)
        text = said(changed)
        assert ("E679" in text) is is_met, text
        if is_met:
            assert "the rest of left after s" in text


def _with_hub(motion: Motion, hub: np.ndarray) -> Motion:
    """The end that is at the hub is moved; contact and visits are put by the length of what comes before them."""
    was = sum(s.length for s in motion.segments)
    start, end = motion.segments[0].control[0], motion.segments[-1].control[-1]
    if motion.need.touch is None:
        start, end = (hub if s == AtHub("in_l") else q for s, q in ((motion.need.start, start), (motion.need.end, end)))
        corners = [start, end]
    else:
        over = (end if motion.need.touch.end == "end" else start).copy()
        over[2] = SAFE_HEIGHT
        corners = [hub, over, end] if motion.need.touch.end == "end" else [start, over, hub]
    legs = list(pairwise(corners))
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    by = length - was if motion.need.touch is not None and motion.need.touch.end == "end" else 0.0
    contacts = tuple(replace(c, first=max(0.0, c.first + by), last=c.last + by) for c in motion.contacts)
    seconds = 12.0 * length
    return replace(motion, segments=segments, phases=rest_to_rest(length, seconds), contacts=contacts, duration=seconds)


# --- robots that the plan does not move -------------------------------------------------------------------------------


@cache
def alone() -> Case:
    """The left one works, the right one stands by."""
    text = 'use "two.cell"\nfor each s in in_l {\n  inspect s at gauge\n  move s to out_l\n}\n'
    return planned(replace(request(text), without=frozenset({"right"})))


def standing(stance: Stance) -> PlanningRequest:
    asked = alone().request
    return replace(asked, state=replace(asked.state, stances={**asked.state.stances, "right": stance}))


def test_a_robot_that_only_stands_is_met_where_it_stands() -> None:
    plan = alone().plan
    assert {step.robot for step in plan.tasks.steps} == {"left", None}
    assert said(plan, standing(AtHome())) == ""
    assert said(plan, standing(AtMeasured((1.0, 0.0, 1.0, 0.0)))) == ""
    text = said(plan, standing(AtMeasured((-0.7, 0.3, SAFE_HEIGHT, 0.0))))
    assert "E679 nothing keeps s" in text
    assert "the rest of right, which stands where it is" in text


@pytest.mark.parametrize(("height", "is_met"), [(0.70, True), (0.60, False)])
def test_what_a_robot_carries_past_the_other_counts(height: float, is_met: bool) -> None:
    """Below the way to out_l: under the empty tool either way, and in the way of the shaft that hangs from it, or not."""
    text = said(alone().plan, standing(AtMeasured((-0.35, 0.3, height, 0.0))))
    assert ("left/shaft in grip_l.a" in text) is is_met
    assert bool(text) is is_met


def test_a_robot_that_stands_nobody_knows_where_is_not_proved_apart() -> None:
    assert said(alone().plan, standing(AtHub("in_r"))).startswith("E690 where right stands")


@pytest.mark.parametrize("left_at", [AtHub("in_r"), AtPlace("in_r[1]", "grip_r.a", "shaft", 0)], ids=["at a hub", "in a contact"])
def test_a_robot_that_was_left_somewhere_with_nothing_to_do_goes_home_and_its_rest_is_proved(left_at: Stance) -> None:
    """One shaft is left to move, by the left one."""
    asked = request('use "two.cell"\nfor each s in in_l {\n  move s to out_l by left\n}\n')
    parts = tuple(part for part in asked.state.parts if part.origin != "in_l[2]")
    asked = replace(asked, state=replace(asked.state, parts=parts, stances={**asked.state.stances, "right": left_at}))
    plan = planned(asked).plan
    own = [step.action.need for step in plan.tasks.steps if isinstance(step.action, Move) and step.robot == "right"]
    assert (own[0].start, own[-1].end) == (left_at, AtHome())
    assert said(plan, asked) == ""
    first = next(k for k, step in enumerate(plan.tasks.steps) if step.robot == "right")
    company = _Company(plan, asked)
    assert company.course_of(Spell("right", None, None, 0)) == company.course_of(Spell("right", None, first, 0))


@cache
def calibrating() -> Case:
    """Nothing but what the gauge does to itself, while the right one stands at its tray."""
    asked = request('use "two.cell"\ncalibrate gauge\n')
    return planned(replace(asked, state=replace(asked.state, stances={**asked.state.stances, "right": AtHub("in_r")})))


def test_a_robot_that_was_left_at_a_hub_goes_home_in_the_operation_of_a_chore() -> None:
    plan, asked = calibrating().plan, calibrating().request
    (home,) = [step for step in plan.tasks.steps if isinstance(step.action, Move)]
    assert (home.robot, [o.robot for o in plan.tasks.operations]) == ("right", [None])
    assert said(plan, asked) == ""


def test_the_operation_of_a_chore_in_which_a_robot_goes_elsewhere_or_that_says_it_is_a_robots_is_refused() -> None:
    plan, asked = calibrating().plan, calibrating().request
    i, home = next((i, step) for i, step in enumerate(plan.tasks.steps) if isinstance(step.action, Move))
    assert isinstance(home.action, Move)
    motion = motion_for(replace(home.action.need, end=AtHub("out_r")))
    stands = (Fact("stands", ("right", stance_name(AtHub("out_r")))),)
    step = replace(home, action=Move(motion.need), motion=digest(motion), adds=stands, duration=motion.duration)
    steps = tuple(step if k == i else other for k, other in enumerate(plan.tasks.steps))
    elsewhere = replace(plan, tasks=replace(plan.tasks, steps=steps), motions={digest(motion): motion})
    assert "E683 o1: it is done by right, not none" in said(elsewhere, asked)
    operations = tuple(replace(o, robot="right") for o in plan.tasks.operations)
    assert "gauge does it to itself, not right" in said(replace(plan, tasks=replace(plan.tasks, operations=operations)), asked)


def test_a_robot_that_stands_in_a_zone_for_one_has_it() -> None:
    """High above the gauge, with only the tool in the zone, and clear of all that the left one does there: it is behind it."""
    text = said(alone().plan, standing(AtMeasured((0.17, 0.17, 0.68, 0.0))))
    assert "E450 middle takes one robot" in text


# --- zones and nevers --------------------------------------------------------------------------------------------------


def with_never(text: str) -> IntentProgram:
    return program(f"{SHARED}{text}\n")


def checked(plan: MotionPlan, text: str) -> list[str]:
    asked = replace(sharing().request, program=with_never(text))
    return [d.code for d in check_nevers(plan, asked, order_of(plan))]


def test_never_two_robots_in_a_zone_is_proved_from_the_order() -> None:
    plan = sharing().plan
    assert checked(plan, "never left in middle and right in middle") == []
    entering = [i for i, s in enumerate(plan.tasks.steps) if s.robot == "right" and "middle" in s.claims]
    between = set(edges_between_robots(plan))
    for i in entering:
        free = retimed(plan, {k: {"predecessors": tuple(p for p in plan.tasks.steps[k].predecessors if (k, p) not in between)}
                              for k in range(i + 1)})  # fmt: skip
        assert checked(free, "never left in middle and right in middle") == ["E450"]
        assert [d.code for d in check_capacities(free, sharing().request, order_of(free))] == ["E450"]
        break
    assert checked(plan, "never left in middle") == ["E450"]
    assert check_capacities(plan, sharing().request, order_of(plan)) == ()


def test_zone_that_takes_all_robots_asks_for_nothing_and_one_that_takes_none_for_no_visit() -> None:
    asked = sharing().request

    def with_capacity(capacity: int | None) -> list[str]:
        middle = replace(asked.cell.zones["middle"], capacity=capacity)
        cell: CellModel = replace(asked.cell, zones={"middle": middle})
        return [d.code for d in check_capacities(sharing().plan, replace(asked, cell=cell), order_of(sharing().plan))]

    assert [with_capacity(k) for k in (None, 2, 3, 0)] == [[], [], [], ["E450", "E450"]]


def test_two_robots_may_reach_into_two_places_of_a_tray_but_not_into_one() -> None:
    """The gauge is a device: it is for one robot as a whole, and so is each place of a tray."""
    plan, cell = sharing().plan, sharing().request.cell
    steps = list(plan.tasks.steps)
    order = order_of(plan)
    assert intrusions(steps, order, stays(steps, order), cell) == ()
    for place, is_shared in (("in_l[1]", True), ("in_l[2]", False)):
        changed = [_at(step, {"in_l[2]": "in_l[1]", "in_r[1]": place, "in_r[2]": place}) for step in steps]
        found = intrusions(changed, order, stays(changed, order), cell)
        assert {o.resource for o in found} == ({"in_l"} if is_shared else set())


def test_device_with_two_places_is_for_one_robot_as_a_whole() -> None:
    cell = sharing().request.cell
    gauge, tray = cell.equipment["gauge"], cell.equipment["in_l"]
    two = tuple(replace(gauge.places[0], name=f"gauge[{k}]") for k in (1, 2))
    clamped = replace(tray, signals={"clamp": "in_l.clamp"})
    changed = replace(cell, equipment={**cell.equipment, "gauge": replace(gauge, places=two), "in_l": clamped})
    assert [unit_of(changed, name) for name in ("gauge[1]", "gauge[2]")] == ["gauge", "gauge"]
    assert [unit_of(c, "in_l[2]") for c in (cell, changed)] == ["in_l[2]", "in_l"]


def _at(step: Step, onto: dict[str, str]) -> Step:
    """The step with its robot in contact at another place."""
    if not isinstance(step.action, Move):
        return step
    need = step.action.need
    start, end = (replace(s, place=onto.get(s.place, s.place)) if isinstance(s, AtPlace) else s for s in (need.start, need.end))
    return replace(step, action=Move(replace(need, start=start, end=end)))


# --- what is asked of steps ------------------------------------------------------------------------------------------


def test_claim_on_the_zone_left_out_is_refused() -> None:
    plan = sharing().plan
    i = next(i for i, s in enumerate(plan.tasks.steps) if "middle" in s.claims)
    assert "claims gauge, middle" in said(retimed(plan, {i: {"claims": ("gauge",)}}))


def test_step_of_the_other_robot_in_an_operation_is_refused_but_for_one_sent_home() -> None:
    plan = sharing().plan
    i = next(i for i, s in enumerate(plan.tasks.steps) if s.robot == "right" and isinstance(s.action, Move))
    other = next(o for o in plan.tasks.operations if o.robot == "left")
    changed = retimed(plan, {i: {"operation": other.id}})
    assert "E683" in said(changed)


def test_decision_about_another_robot_than_the_one_that_waits_is_refused() -> None:
    plan = choosing().plan
    decide = next(s for s in plan.tasks.steps if isinstance(s.action, Decide))
    operations = tuple(
        replace(o, robot={"left": "right", "right": "left"}[o.robot or ""]) if o.id == decide.operation else o
        for o in plan.tasks.operations
    )
    assert "E683" in said(replace(plan, tasks=replace(plan.tasks, operations=operations)), choosing().request)


def test_grip_by_a_robot_that_stands_elsewhere_is_refused() -> None:
    plan = sharing().plan
    i, step = next((i, s) for i, s in enumerate(plan.tasks.steps) if isinstance(s.action, Grip) and s.robot == "left")
    assert isinstance(step.action, Grip)
    for robot in ("left", "right"):
        changed = {"robot": robot, "action": replace(step.action, tool="grip_r")}
        assert "E683" in said(retimed(plan, {i: changed}))


def test_fact_with_too_few_names_is_refused() -> None:
    plan = sharing().plan
    i, step = next((i, s) for i, s in enumerate(plan.tasks.steps) if isinstance(s.action, Grip))
    cut = tuple(Fact(f.name, f.args[:1]) for f in step.deletes)
    assert "E683" in said(retimed(plan, {i: {"deletes": cut, "adds": cut}}))


def test_pairs_are_proved_once_and_only_proofs_are_kept() -> None:
    store, asked, calls = Memory(), sharing().request, list[int]()

    def counting(function: Callable[[Any], Any], items: Any) -> Any:
        items = list(items)
        calls.append(sum(map(len, items)))
        return map(function, items)

    assert release(sharing().plan, asked, store, counting, versions=VERSIONS).is_ok
    assert release(sharing().plan, asked, store, counting, versions=VERSIONS).is_ok
    assert calls[0] == len(sharing().plan.motions)
    assert calls[1] > 100
    assert calls[2:] == [0, 0]
    assert len(store) == calls[0] + calls[1]
