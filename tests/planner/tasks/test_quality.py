"""How good the schedule of the tending example is, that the same request gives the same plan, and what it asks of motions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.codec import canonical
from cell.steps import AtHub, AtPlace, Grip, MotionNeed, Move, Release
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.tasks.cells import TEND, TENDING, cell_of, plan, request_of, seconds

ONE_HAND = TENDING.replace("  hands 2\n", "")


def test_the_robot_works_while_the_lathe_cuts() -> None:
    """36 good shafts: at most 1.10 of the lower bound, at least 15 % under one part after the other."""
    bounds = plan(TEND.format(batch=36), iterations=400).expect().bounds
    assert bounds.bottleneck == "lathe"
    assert bounds.lower_bound <= bounds.makespan <= 1.10 * bounds.lower_bound
    assert bounds.one_by_one is not None
    assert bounds.makespan <= 0.85 * bounds.one_by_one
    assert bounds.gap == pytest.approx(bounds.makespan / bounds.lower_bound - 1.0)


def test_the_bound_is_tight_when_all_hands_are_alike() -> None:
    def even(need: MotionNeed) -> float:
        return 2.0 if need.touch is None else 1.5

    request = request_of(TEND.format(batch=20))
    bounds = plan_tasks(request, Known(even)).expect().bounds
    assert bounds.gap < 0.005


def test_the_blank_is_fetched_before_the_lathe_ends() -> None:
    """The two-handed swap: between unloading and loading the robot does not leave the lathe's hub."""
    task_plan = plan(TEND.format(batch=5)).expect()
    at_lathe = [s for s in task_plan.steps if isinstance(s.action, Grip | Release) and "lathe" in s.claims]
    pairs = list(zip(at_lathe[1::2], at_lathe[2::2], strict=False))
    assert [(type(a.action), type(b.action)) for a, b in pairs] == [(Grip, Release)] * 4
    for unload, load in pairs:
        between = [s for s in task_plan.steps if unload.start < s.start < load.start and isinstance(s.action, Move)]
        assert all(s.action.need.touch is not None for s in between if isinstance(s.action, Move))


def test_with_one_hand_it_unloads_before_it_fetches() -> None:
    task_plan = plan(TEND.format(batch=4), ONE_HAND).expect()
    held = 0
    for step in sorted((s for s in task_plan.steps if s.branch is None or s.branch.index == 0), key=lambda s: s.start):
        held += isinstance(step.action, Grip) - isinstance(step.action, Release)
        assert 0 <= held <= 1


def test_the_same_request_gives_the_same_bytes() -> None:
    texts = {canonical(plan(TEND.format(batch=7), iterations=80).expect()) for _ in range(2)}
    assert len(texts) == 1


def test_more_iterations_never_make_it_worse() -> None:
    makespans = [plan(TEND.format(batch=6), iterations=n).expect().bounds.makespan for n in (1, 50, 400)]
    assert makespans == sorted(makespans, reverse=True)


def test_no_schedule_found_beats_the_lower_bound() -> None:
    for batch in (1, 2, 3, 9):
        for text in (TENDING, ONE_HAND):
            bounds = plan(TEND.format(batch=batch), text).expect().bounds
            assert bounds.lower_bound <= bounds.makespan
            assert bounds.one_by_one is not None
            assert bounds.makespan <= bounds.one_by_one + 1e-6


def test_speed_limits_stand_in_the_needs() -> None:
    needs = [s.action.need for s in plan(TEND.format(batch=2)).expect().steps if isinstance(s.action, Move)]
    assert {need.speed_limit for need in needs} == {0.8}
    slow = TEND.replace("  inspect s at gauge\n", "  inspect s at gauge speed <= 100 mm/s\n").format(batch=2)
    steps = [s for s in plan(slow).expect().steps if isinstance(s.action, Move)]
    served = {(s.action.need.speed_limit, s.because.span.start.line) for s in steps if isinstance(s.action, Move)}
    inspecting = next(line for limit, line in served if limit == 0.1)
    assert {limit for limit, line in served if line == inspecting} == {0.1}
    assert {limit for limit, line in served if line != inspecting} == {0.8}


def test_motions_stay_out_of_guards_but_the_one_they_serve() -> None:
    for step in plan(TEND.format(batch=2)).expect().steps:
        if isinstance(step.action, Move):
            need = step.action.need
            serves = [x.place for x in (need.start, need.end) if isinstance(x, AtPlace)]
            assert need.avoid == (("column",) if serves == ["lathe"] else ("lathe_door_zone", "column"))
            assert need.touch is not None or (not serves and isinstance(need.end, AtHub))


def test_a_forbidden_need_is_not_used() -> None:
    first = plan(TEND.format(batch=3)).expect()
    swaps = {
        s.action.need
        for s in first.steps
        if isinstance(s.action, Move) and s.action.need.touch is not None and s.action.need.touch.place == "lathe"
    }
    loaded = frozenset(need for need in swaps if len(need.carried) == 2)
    assert loaded
    second = plan(TEND.format(batch=3), forbidden=loaded)
    assert second.is_ok, second.diagnostics
    used = {s.action.need for s in second.expect().steps if isinstance(s.action, Move)}
    assert not used & loaded


def test_an_unreachable_place_of_a_tray_is_passed_over() -> None:
    first = plan(TEND.format(batch=2)).expect()
    bad = frozenset(
        s.action.need
        for s in first.steps
        if isinstance(s.action, Move) and s.action.need.touch is not None and s.action.need.touch.place == "outfeed[1]"
    )
    hands = frozenset(_with_other_hand(need) for need in bad)
    second = plan(TEND.format(batch=2), forbidden=bad | hands).expect()
    assert {o.target for o in second.operations if (o.target or "").startswith("outfeed")} == {"outfeed[2]", "outfeed[3]"}


def _with_other_hand(need: MotionNeed) -> MotionNeed:
    other = {"twin.a": "twin.b", "twin.b": "twin.a"}

    def swapped(stance: object) -> object:
        return replace(stance, hand=other[stance.hand]) if isinstance(stance, AtPlace) else stance

    assert need.touch is not None
    return replace(
        need, start=swapped(need.start), end=swapped(need.end), touch=replace(need.touch, hand=other[need.touch.hand]),
        carried=tuple(replace(c, hand=other[c.hand]) for c in need.carried),
    )  # fmt: skip


def test_reads_name_only_what_is_used() -> None:
    task_plan = plan(TEND.format(batch=2)).expect()
    reads = {r.name: r.value for r in task_plan.reads}
    assert reads["at infeed[1]"] == "shaft"
    assert reads["at outfeed[1]"] == "empty"
    assert reads["door lathe"] == "shut"
    assert reads["count outfeed"] == "0"
    assert "at infeed[3]" not in reads
    assert not any("stands" in name for name in reads)


def test_orders_cover_every_resource_once() -> None:
    task_plan = plan(TEND.format(batch=2)).expect()
    for resource in ("r1", "twin.a", "lathe", "gauge", "infeed[1]", "outfeed[2]", "lathe_door_zone"):
        assert len(set(task_plan.orders[resource])) == len(task_plan.orders[resource]) > 0
    assert set(task_plan.orders["r1"]) == {o.id for o in task_plan.operations if o.robot == "r1" and o.verb != "when"} | {
        o.id for o in task_plan.operations if o.verb == "when" and o.id in task_plan.orders["r1"]
    }


def test_growth_is_about_linear() -> None:
    """Counted in steps of the search, not in time: the number of durations asked for grows with places."""
    big = TENDING.replace("grid 5x8", "grid 16x16").replace("40 parts", "256 parts")
    asked: dict[int, int] = {}
    for batch in (50, 200):
        needs: set[MotionNeed] = set()

        def counting(need: MotionNeed, seen: set[MotionNeed] = needs) -> float:
            seen.add(need)
            return seconds(need)

        plan_tasks(request_of(TEND.format(batch=batch), big, iterations=1), Known(counting)).expect()
        asked[batch] = len(needs)
    assert asked[200] < 4.5 * asked[50]


def test_ids_count_in_schedule_order() -> None:
    task_plan = plan(TEND.format(batch=3)).expect()
    assert [s.id for s in task_plan.steps] == [f"s{i + 1}" for i in range(len(task_plan.steps))]
    assert [o.id for o in task_plan.operations] == [f"o{i + 1}" for i in range(len(task_plan.operations))]
    assert [s.start for s in task_plan.steps] == sorted(s.start for s in task_plan.steps)
    starts = [next(s.start for s in task_plan.steps if s.operation == o.id) for o in task_plan.operations]
    assert starts == sorted(starts)
    assert cell_of(TENDING).robots["r1"].max_speed == 1.0
