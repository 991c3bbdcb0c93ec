"""Parts joined: kits of a tray put together in a nest, from intent to proof to a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.events import GoalReached
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.scenario import GripLost
from cell.state import InPart, InPlace
from cell.steps import Fact, Release, Step
from cell.world_record import JoinedTo, RestsIn
from tests.constructs.bench import Bench

CELL = """
part housing {
  mass 0.8 kg
  shape box (120 mm, 80 mm, 60 mm)
}
part gear {
  mass 0.2 kg
  shape cylinder radius 25 mm length 20 mm
}
part cover {
  mass 0.3 kg
  shape box (120 mm, 80 mm, 10 mm)
}
part unit {
  from [housing, gear, cover]
}
tray kits {
  at (-500 mm, -500 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  each kit [housing, gear]
}
tray covers {
  at (500 mm, -500 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  holds cover
  contains cover 2 parts
}
tray done {
  at (-500 mm, 600 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  holds unit
}
fixture nest {
  at (400 mm, 500 mm, 0 mm)
  shape box (160 mm, 120 mm, 100 mm)
  capacity 1
  clamp signal nest.clamp
  offers inspect for 3 s
  verdict signal camera.nest
}
"""
GRIPS = "[housing, gear, cover, unit]"
INTENT = """
for each kit in kits {
  move kit.housing to nest
  assemble kit.gear into kit.housing at nest force <= 40 N
  assemble cover into kit.housing at nest
  inspect kit.housing at nest
  move kit.housing to done
}
on reject: hold "look"
on grip_lost: retry 2, then hold "look"
"""


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench.of(CELL, GRIPS, INTENT)


def test_kits_are_put_together_and_every_part_is_accounted_for(bench: Bench) -> None:
    ran = bench.run()
    assert ran.record.summary.state == "Complete"
    assert not ran.truth.violations
    where = {p.id: (p.kind, p.where) for p in ran.truth.parts}
    for k in (1, 2):
        assert where[f"housing#{k}"][0] == "unit"
        assert isinstance(where[f"housing#{k}"][1], RestsIn)
        assert where[f"gear#{k}"] == ("gear", JoinedTo(f"housing#{k}", "gear"))
        covered = where[f"cover#{k}"][1]
        assert isinstance(covered, JoinedTo)
        assert covered.seat == "cover"
    believed = {p.id: p.where for p in ran.record.summary.parts}
    assert believed["gear#1"] == "housing#1.gear"
    assert len({believed["housing#1"], believed["housing#2"]}) == 2
    assert len(ran.all(GoalReached)) == 10


def test_a_gear_that_slips_is_fetched_again_with_the_housing_as_it_lies(bench: Bench) -> None:
    ran = bench.run(GripLost("grip", 2, "at grip"))
    assert ran.record.summary.state == "Complete"
    assert len(ran.asked) == 1
    assert {p.id: p.where for p in ran.truth.parts}["gear#1"] == JoinedTo("housing#1", "gear")


def test_a_run_that_is_held_goes_on_with_what_is_joined_already(bench: Bench) -> None:
    ran = bench.run(GripLost("grip", 3, "at grip"))
    (asked,) = ran.asked
    kinds = {p.id: p.kind for p in asked.state.parts}
    assert kinds["housing#1"] == "housing+gear"
    assert ran.record.summary.state == "Complete"


def test_nothing_is_asked_of_a_unit_that_has_left_the_nest(bench: Bench) -> None:
    """The first kit is done, and the plan for the second one is proved."""
    done = {
        "housing#1": {"kind": "unit", "location": InPlace("done[1]"), "reached": frozenset({"g1", "g4", "g5"})},
        "gear#1": {"location": InPart("housing#1", "gear"), "reached": frozenset({"g2"})},
        "cover#1": {"location": InPart("housing#1", "cover"), "reached": frozenset({"g3"})},
    }
    parts = tuple(replace(p, **done.get(p.id, {})) for p in bench.start.parts)  # type: ignore[arg-type]
    released = bench.released(replace(bench.start, parts=parts))
    assert released.diagnostics == ()
    of = {p.id for p in released.expect().motion_plan.tasks.parts}
    assert of.isdisjoint(done)


def _changed(plan: MotionPlan, is_it: object, **changes: object) -> MotionPlan:
    """The plan with the first step that `is_it` changed."""
    steps = list(plan.tasks.steps)
    k = next(k for k, step in enumerate(steps) if is_it(step))  # type: ignore[operator]
    steps[k] = replace(steps[k], **changes)  # type: ignore[arg-type]
    return with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(steps))))


def _joins(step: Step) -> bool:
    return isinstance(step.action, Release) and any(f.name == "joined" for f in step.adds)


@pytest.mark.parametrize("name", ["is", "vacant", "at", "clamped"])
def test_a_joint_without_one_of_its_needs_is_refused(bench: Bench, name: str) -> None:
    plan = bench.planned().expect()
    step = next(filter(_joins, plan.tasks.steps))
    less = tuple(f for f in step.needs if f.name != name)
    assert len(less) < len(step.needs)
    assert bench.proved(_changed(plan, _joins, needs=less)).value is None


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("joined", ("gear#1", "housing#2")),
        ("joined", ("gear#2", "housing#1")),
        ("is", ("housing#1", "unit")),
        ("is", ("housing#2", "housing+gear")),
    ],
)
def test_a_joint_that_says_another_effect_is_refused(bench: Bench, name: str, args: tuple[str, ...]) -> None:
    plan = bench.planned().expect()
    step = next(filter(_joins, plan.tasks.steps))
    adds = tuple(Fact(f.name, args) if f.name == name else f for f in step.adds)
    assert adds != step.adds
    assert bench.proved(_changed(plan, _joins, adds=adds)).value is None


def test_a_cover_that_does_not_wait_for_the_gear_is_refused(bench: Bench) -> None:
    plan = bench.planned().expect()
    gear, cover = [s for s in plan.tasks.steps if _joins(s)][:2]
    order = {s.id: s for s in plan.tasks.steps}
    first = order[gear.id]
    assert ("is", ("housing#1", "housing+gear")) in [(f.name, f.args) for f in cover.needs]
    assert bench.proved(_changed(plan, _joins, adds=tuple(f for f in first.adds if f.name != "is"))).value is None


def test_a_seat_that_is_filled_or_another_base_makes_a_plan_stale(bench: Bench) -> None:
    reads = {r.name: r.value for r in bench.planned().expect().tasks.reads}
    assert reads["seat housing#1.gear"] == "empty"
    assert reads["at kits[1].housing"] == "housing"


def test_loops_one_after_the_other_join_in_the_order_of_the_unit() -> None:
    """Nothing but the unit itself asks for the gear before the cover."""
    first = "for each kit in kits {\n  move kit.housing to nest\n  assemble kit.gear into kit.housing at nest\n}\n"
    second = "for each kit in kits {\n  assemble cover into kit.housing at nest\n  move kit.housing to done\n}\n"
    ran = Bench.of(CELL, GRIPS, first + second).run()
    assert ran.record.summary.state == "Complete"
    assert not ran.truth.violations
    assert sorted(p.kind for p in ran.truth.parts).count("unit") == 2


TWO_LOOPS = """
for each kit in kits {
  move kit.gear to side
}
for each same in kits {
  move same.housing to nest
  assemble same.gear into same.housing at nest
  assemble cover into same.housing at nest
  move same.housing to done
}
"""
SIDE = "tray side is covers {\n  at (0 mm, 600 mm, 50 mm)\n  holds gear\n}\n"


def test_two_loops_over_kits_wait_for_each_other_kit_by_kit() -> None:
    """The second one is about other parts of the same kits: what the first one does to a kit comes before it."""
    bench = Bench.of(CELL + SIDE, GRIPS, TWO_LOOPS)
    tasks = bench.released().expect().motion_plan.tasks
    end = {o.serves[-1]: max(s.start + s.duration for s in tasks.steps if s.operation == o.id) for o in tasks.operations}
    assert len(end) == 4
    ran = bench.run()
    assert ran.record.summary.state == "Complete"
    assert {p.id: p.where for p in ran.truth.parts}["gear#2"] == JoinedTo("housing#2", "gear")


def test_what_is_joined_where_a_person_works_is_not_left_there() -> None:
    person = "person ann {\n  at nest\n  offers label\n  usually 5 s\n  ready signal ann.ready\n}\n"
    text = INTENT.replace("  inspect", "  label kit.housing by ann\n  inspect")
    assert Bench.of(CELL + person, GRIPS, text, iterations=2).released().is_ok
