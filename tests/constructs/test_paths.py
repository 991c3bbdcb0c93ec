"""Work along paths of parts, from intent to proof to a run: what is done to which part, what does not fit, what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cell.device import Process
from cell.events import StepFailed
from cell.geometry import Body, Cylinder, Pose
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.scenario import Jam, Reject, Scenario
from cell.standard_verbs import STANDARD
from cell.steps import Along, Await, Fact, Move, Step
from cell.trajectory import Path
from cell.vocabulary import RoleSchema, SettingSchema, VerbSchema
from cell_drivers.simulated import simulated_cell
from cell_drivers.simulated.applying import apply_along
from planner.proof.exclusion import intrusions, stays
from planner.proof.precedence import precedence_of
from tests.constructs.bench import Bench
from tests.planner.proof.gantry import gantry_model

CELL = """
part frame {
  mass 0.8 kg
  shape box (120 mm, 80 mm, 40 mm)
  grip 60 N
  path rim along [(-60 mm, -40 mm, 40 mm), (60 mm, -40 mm, 40 mm), (60 mm, 40 mm, 40 mm)]
  seam joint from (-50 mm, 0 mm, 40 mm) to (50 mm, 0 mm, 40 mm)
  path spot along (0 mm, 20 mm, 40 mm)
}
tray infeed {
  at (-500 mm, -500 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  holds frame
  contains frame 2 parts
}
tray outfeed is infeed {
  at (-500 mm, 600 mm, 50 mm)
}
fixture nest {
  at (400 mm, 500 mm, 0 mm)
  shape box (160 mm, 120 mm, 100 mm)
  clamp signal nest.clamp
}
"""
TOOL = "frame\n  does [deburr, seal, weld]\n  feed 30 mm/s"
INTENT = """
for each s in infeed {
  move s to nest
  deburr s.rim speed 20 mm/s force 25 N {
    on jam: retry 1, then hold "look at the rim"
  }
  seal s.joint at nest
  move s to outfeed
}
"""
Mutation = Callable[[Step, Along], Step]


def bench_of(intent: str = INTENT, cell: str = CELL, tool: str = TOOL) -> Bench:
    return Bench.of(cell, tool, intent)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return bench_of()


def along(plan: MotionPlan) -> list[tuple[int, Step, Along]]:
    found = []
    for k, step in enumerate(plan.tasks.steps):
        if isinstance(step.action, Move) and isinstance(step.action.need.touch, Along):
            found.append((k, step, step.action.need.touch))
    return found


def test_every_path_of_every_part_is_done_and_on_the_worlds_record(bench: Bench) -> None:
    ran = bench.run()
    assert ran.record.summary.state == "Complete"
    assert not ran.truth.violations
    assert {p.id: p.programs for p in ran.truth.parts} == {
        f"frame#{k}": (("grip", "deburr rim"), ("grip", "seal joint")) for k in (1, 2)
    }
    assert set(ran.lying) == {"outfeed"}


def test_what_the_line_says_is_in_the_motion_that_it_asks_for(bench: Bench) -> None:
    (_, _, rim), (_, _, joint), *_ = along(bench.planned().expect())
    assert (rim.verb, rim.feature, rim.feed, rim.force) == ("deburr", "rim", 0.02, 25.0)
    assert (joint.verb, joint.feature, joint.feed, joint.force) == (
        "seal",
        "joint",
        0.03,
        20.0,
    )  # the tool's feed, its least force


def test_what_meets_too_much_comes_back_and_is_tried_again(bench: Bench) -> None:
    ran = bench.run(Jam("g1", 1))
    assert [e.event for e in ran.all(StepFailed)] == ["jam"]
    assert len(ran.truth.of("jammed")) == 1
    assert ran.record.summary.state == "Complete"
    assert all(len(p.programs) == 2 for p in ran.truth.parts)


def test_a_retry_with_settings_changes_that_part_alone() -> None:
    """Both orders of the two: what the other part's line asks for stays as it is written."""
    bench = bench_of(INTENT.replace("retry 1", "retry 1 speed 10 mm/s force 40 N"))
    for number in (1, 3):  # the rim of either part
        ran = bench.run(Jam("g1", number))
        assert ran.record.summary.state == "Complete"
        (asked,) = ran.asked
        plan = bench.released(asked.state).expect().motion_plan
        rims = {step.part: (touch.feed, touch.force) for _, step, touch in along(plan) if touch.feature == "rim"}
        (again,) = (dict(a.serves).popitem()[1] for a in asked.state.amended)
        assert rims.pop(str(again)) == (0.01, 40.0)
        assert set(rims.values()) <= {(0.02, 25.0)}


def touched(**changes: object) -> Mutation:
    def change(step: Step, touch: Along) -> Step:
        assert isinstance(step.action, Move)
        need = replace(step.action.need, touch=replace(touch, **changes))  # type: ignore[arg-type]
        return replace(step, action=Move(need))

    return change


def without(name: str) -> Mutation:
    return lambda step, touch: replace(step, needs=tuple(f for f in step.needs if f.name != name))


@pytest.mark.parametrize(
    "mutation",
    [
        touched(feature="joint"),
        touched(verb="weld"),
        touched(feed=0.03),
        touched(force=20.0),
        touched(dwells=(1.0, 0.0)),
        touched(settings=(("current", 90.0),)),
        touched(hand="grip.b"),
        touched(place="outfeed[1]"),
        touched(kind="nothing"),
        without("clamped"),
        without("at"),
        lambda step, touch: replace(step, adds=()),
        lambda step, touch: replace(step, adds=(Fact("reached", ("g2", "frame#2")),)),
        lambda step, touch: replace(step, predecessors=()),
    ],
)
def test_a_plan_that_works_along_a_path_otherwise_than_its_line_says_is_refused(bench: Bench, mutation: Mutation) -> None:
    plan = bench.planned().expect()
    k, step, touch = along(plan)[0]
    steps = list(plan.tasks.steps)
    steps[k] = mutation(step, touch)
    changed = with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(steps))))
    assert bench.proved(plan).is_ok
    assert bench.proved(changed).value is None


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("deburr s.rim speed 400 mm/s", "E626", "more than contact allows"),
        ("deburr s.spot", "E626", "is a spot"),
        ("deburr s.rim force 900 N", "E626", "presses with 900 N"),
        ("deburr s.rim force 30 N force <= 10 N", "E626", "may with 10 N"),
        ("deburr s.rim speed 40 mm/s speed <= 10 mm/s", "E626", "may go 10 mm/s"),
        ("deburr s.rim at spare", "E626", "does not lie in spare by then"),
    ],
)
def test_what_does_not_fit_is_told_with_what_would_help(line: str, code: str, words: str) -> None:
    cell = CELL + CELL[CELL.index("fixture nest") :].replace("nest", "spare").replace("400 mm, 500", "700 mm, 500")
    intent = INTENT.replace(
        'deburr s.rim speed 20 mm/s force 25 N {\n    on jam: retry 1, then hold "look at the rim"\n  }', line
    )
    found = bench_of(intent, cell).planned().diagnostics
    assert [d.code for d in found if d.is_error] == [code]
    assert words in found[0].message
    assert found[0].help


def test_a_part_that_lies_in_a_tray_is_not_worked_on_there() -> None:
    (found,) = bench_of("for each s in infeed {\n  deburr s.rim\n  move s to outfeed\n}\n").planned().diagnostics[:1]
    assert (found.code, found.help) == ("E626", "Add a line before it that moves it to one.")


def test_a_tool_that_reaches_beyond_its_tip_is_told() -> None:
    bench = bench_of()
    longer = replace(bench.cell.tools["grip"], bodies=(Body("a", Cylinder(0.03, 0.2), Pose.from_xyz_rpy((-0.12, 0.0, -0.1))),))
    found = replace(bench, cell=replace(bench.cell, tools={"grip": longer})).planned().diagnostics
    assert {d.code for d in found} == {"E626"}
    assert "50.0 mm beyond its tip" in found[0].message


def test_a_tool_without_a_feed_needs_to_be_told_how_fast() -> None:
    tool = TOOL.replace("\n  feed 30 mm/s", "")
    found = bench_of(INTENT, tool=tool).planned().diagnostics
    assert [d.code for d in found] == ["E626"]
    assert "how fast" in found[0].message


KITS = CELL.replace("  holds frame\n  contains frame 2 parts\n", "  each kit [frame]\n").replace(
    "tray outfeed is infeed {", "tray outfeed {\n  grid 1x2\n  pitch [300 mm, 300 mm]\n  holds frame"
)
OF_A_KIT = """
task finish(kit: kit) {
  move kit.frame to nest
  deburr kit.frame.rim speed 20 mm/s
  seal kit.frame.joint
  move kit.frame to outfeed
}
for each kit in infeed {
  do finish(kit)
}
"""


def test_the_part_of_a_kit_is_worked_on_where_its_line_has_brought_it() -> None:
    ran = bench_of(OF_A_KIT, KITS).run()
    assert ran.record.summary.state == "Complete"
    assert {p.id: p.programs for p in ran.truth.parts} == {
        f"frame#{k}": (("grip", "deburr rim"), ("grip", "seal joint")) for k in (1, 2)
    }


ONTO = (
    KITS.replace("each kit [frame]", "each kit [frame, plate]").replace("300 mm]\n  holds frame", "300 mm]\n  holds unit")
    + """
part plate {
  mass 0.2 kg
  shape box (60 mm, 40 mm, 10 mm)
  grip 20 N
}
part unit {
  from [frame, plate]
}
"""
)
WORKED_THEN_JOINED = """
for each kit in infeed {
  move kit.frame to nest
  deburr kit.frame.rim speed 20 mm/s
  assemble kit.plate into kit.frame at nest
  move kit.frame to outfeed
}
"""


def test_work_along_a_path_leaves_the_part_where_the_next_line_joins_something_to_it() -> None:
    ran = bench_of(WORKED_THEN_JOINED, ONTO, TOOL.replace("frame", "[frame, plate, unit]")).run()
    assert ran.record.summary.state == "Complete"
    assert [p.programs for p in ran.truth.parts if p.kind in ("frame", "unit")] == [(("grip", "deburr rim"),)] * 2


def test_a_loop_over_paths_is_unsupported_and_says_what_to_write() -> None:
    line = "for each p in kit.frame.paths { deburr p }"
    found = bench_of(OF_A_KIT.replace("deburr kit.frame.rim speed 20 mm/s", line), KITS).planned().diagnostics
    assert [(d.code, d.help) for d in found] == [("E690", "Write a line for each path.")]


# --- verbs that somebody registers -------------------------------------------------------------------------------------

POLISH = VerbSchema(
    name="polish",
    doc="The path shines.",
    objects=("path",),
    roles=(RoleSchema(name="with", types=("tool",), doc="With which tool."),),
    settings=(
        SettingSchema(name="force", dimension="force", doc="How hard."),
        SettingSchema(name="speed", dimension="speed", doc="How fast."),
        SettingSchema(name="dwell", dimension="time", doc="How long at rest at both ends."),
        SettingSchema(name="current", dimension="current", doc="Of the motor."),
    ),
    phases=("approach", "dwell", "follow", "dwell", "retract"),
    carries=False,
)
DISPENSE = VerbSchema(
    name="dispense",
    doc="There is a drop.",
    objects=("path",),
    settings=(SettingSchema(name="dwell", dimension="time", doc="How long."),),
    phases=("approach", "dwell", "retract"),
    carries=False,
)
WASH = VerbSchema(name="wash", doc="It is washed.", objects=("part",), roles=STANDARD.verbs["label"].roles, offered=True)
WORDS = STANDARD.extended_with(verbs=(POLISH, DISPENSE, WASH))
REGISTERED = """
for each s in infeed {
  move s to nest
  polish s.rim with grip speed 50 mm/s dwell 0.5 s current 12 A
  dispense s.spot dwell 1.5 s
  wash s at nest
  move s to outfeed
}
"""


def test_verbs_that_are_registered_with_phases_run_like_built_in_ones() -> None:
    cell = CELL.replace("clamp signal nest.clamp", "clamp signal nest.clamp\n  offers wash for 4 s")
    bench = Bench.of(cell, TOOL.replace("weld", "polish, dispense"), REGISTERED, words=WORDS)
    plan = bench.planned().expect()
    (_, _, rim), (_, _, spot), *_ = along(plan)
    assert (rim.feed, rim.dwells, rim.settings) == (0.05, (0.5, 0.5), (("current", 12.0),))
    assert (spot.feed, spot.dwells) == (0.0, (1.5, 0.0))
    ran = bench.run()
    assert ran.record.summary.state == "Complete"
    assert not ran.truth.violations
    assert all(p.programs[:2] == (("grip", "polish rim"), ("grip", "dispense spot")) for p in ran.truth.parts)


def test_a_world_in_which_the_tip_goes_elsewhere_says_so(bench: Bench) -> None:
    plan = bench.planned().expect()
    motions = dict(plan.motions)
    _, step, _ = along(plan)[0]
    motion = motions[str(step.motion)]
    moved = [replace(s, control=s.control + np.array([0.0, 0.004, 0.0, 0.0])) for s in motion.segments]
    world = simulated_cell(bench.cell, {"g1": gantry_model()}, Scenario()).world
    part = next(iter(world.parts.parts.values()))
    world.parts.carry(part, "nest")
    start, end = motion.contacts[0].between or (0.0, 0.0)
    process = Process("grip", "deburr", "nest", "rim", start, end)
    apply_along(world, "g1", "c1", process, Path.of(moved), Path.of(moved).length)
    (violation,) = world.record().violations
    assert "leaves out" in violation.text
    apply_along(world, "g1", "c2", process, Path.of(motion.segments), start + 0.5 * (end - start))
    assert [e.what for e in world.record().effects] == ["applied in part"]


REWORKED = """
for each s in infeed {
  move s to nest
  inspect s at nest
  when s.verdict is reject {
    deburr s.rim speed 20 mm/s
    inspect s at nest
  }
  move s to outfeed
}
"""


def test_work_along_a_path_in_a_branch_is_planned_when_it_is_taken() -> None:
    cell = CELL.replace(
        "clamp signal nest.clamp", "clamp signal nest.clamp\n  offers inspect for 3 s\n  verdict signal nest.verdict"
    )
    ran = bench_of(REWORKED, cell).run(Reject(1, times=1))
    assert ran.record.summary.state == "Complete"
    assert len(ran.asked) == 1
    assert {p.id: p.programs for p in ran.truth.parts} == {"frame#1": (("grip", "deburr rim"),), "frame#2": ()}
    assert set(ran.lying) == {"outfeed"}


BENCH = """
station desk {
  at (-700 mm, 0 mm, 0 mm)
  shape box (160 mm, 120 mm, 100 mm)
  capacity 1
  holds frame
}
person ann {
  at desk
  offers label
  usually 5 s
  ready signal ann.ready
}
"""


@pytest.mark.parametrize("order", ["in order", "any order"])
def test_nobody_has_hands_on_a_part_while_a_tool_is_at_it(order: str) -> None:
    """However long they take; the order of the lines does not matter."""
    lines = f"  {order} {{\n    label s by ann\n    deburr s.rim at desk\n  }}\n"
    bench = bench_of(f"for each s in infeed {{\n  move s to desk\n{lines}  move s to outfeed\n}}\n", CELL + BENCH)
    plan = bench.released().expect().motion_plan
    (k, step, _), *_ = along(plan)
    steps = list(plan.tasks.steps)
    (label,) = (s.id for s in steps if isinstance(s.action, Await) and s.part == step.part)
    assert label in step.predecessors
    steps[k] = replace(step, predecessors=tuple(p for p in step.predecessors if p != label))
    free = precedence_of(tuple(steps), ())
    met = intrusions(steps, free, stays(steps, free), bench.cell)
    assert [(o.resource, steps[o.first].id, steps[o.second].id) for o in met] == [("desk", step.id, label)]
