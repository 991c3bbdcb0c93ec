"""Good plans are released; each planted fault is refused, with the code and the words that belong to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cell.codec import digest
from cell.diagnostic import Outcome
from cell.geometry import Box, frozen
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, ZoneVisit
from cell.plan_file import read_plan, with_plan_id, write_plan
from cell.plan_inputs import plan_inputs
from cell.released_plan import ReleasedPlan
from cell.state import CellState, DeviceState, InPlace, PlanningRequest
from cell.steps import AtHome, Grip, Move, RunProgram, SetDoor, Step
from cell.task_plan import ReadFact
from planner.proof.certificates import judge_all
from planner.proof.codes import PAGES
from planner.proof.release import release
from planner.proof.surroundings import surroundings_of
from tests.planner.proof.gantry import INTENT, VERSIONS, planned, program, request, tending


class Memory(dict[str, bytes]):
    def put(self, key: str, value: bytes) -> None:
        self[key] = value


CERTIFICATES = Memory()


def released(plan: MotionPlan, asked: PlanningRequest) -> Outcome[ReleasedPlan]:
    return release(plan, asked, CERTIFICATES, versions=VERSIONS)


def refusal(plan: MotionPlan, asked: PlanningRequest | None = None) -> str:
    """Every diagnostic in one text; the plan is given its own id first, as somebody who edits it would."""
    outcome = released(with_plan_id(plan), asked if asked is not None else tending().request)
    assert outcome.value is None, "released"
    assert {d.code for d in outcome.diagnostics} <= PAGES.keys() | {"E690"}
    return "\n".join(f"{d.code} {d.message}" for d in outcome.diagnostics)


def steps_where(plan: MotionPlan, is_meant: Callable[[Step], bool]) -> list[int]:
    return [i for i, s in enumerate(plan.tasks.steps) if is_meant(s)]


def with_steps(plan: MotionPlan, change: dict[int, dict[str, Any]]) -> MotionPlan:
    steps = tuple(replace(s, **change.get(i, {})) for i, s in enumerate(plan.tasks.steps))
    return replace(plan, tasks=replace(plan.tasks, steps=steps))


def first(plan: MotionPlan, kind: type) -> int:
    return steps_where(plan, lambda s: isinstance(s.action, kind))[0]


def with_motion(plan: MotionPlan, index: int, change: Callable[[Motion], Motion]) -> MotionPlan:
    """Step `index` and all that share its motion get a changed one, under its own key."""
    old = plan.tasks.steps[index].motion
    assert old is not None
    new = change(plan.motions[old])
    key = digest(new)
    users = steps_where(plan, lambda s: s.motion == old)
    motions = {key if k == old else k: new if k == old else m for k, m in plan.motions.items()}
    return replace(with_steps(plan, {i: {"motion": key} for i in users}), motions=motions)


# --- good plans ------------------------------------------------------------------------------------------------------


def test_good_plan_is_released_with_its_proof() -> None:
    outcome = released(tending().plan, tending().request)
    assert outcome.diagnostics == ()
    proof = outcome.expect().proof
    assert {o.kind for o in proof.obligations} >= {
        "goal",
        "order",
        "exclusion",
        "never",
        "zone",
        "deadline",
        "limits",
        "clearance",
        "contact",
    }
    assert all(o.margin is None or o.margin >= 0.0 for o in proof.obligations)
    assert {o.holds for o in proof.obligations if o.kind == "deadline"} == {"at the declared durations"}
    assert any("robots are calibrated" in a for a in proof.assumptions)


def test_what_the_cell_does_not_say_of_a_part_is_an_assumption() -> None:
    asked = request('use "gantry.cell"\nmove shaft to outfeed\n')
    silent = replace(asked.cell.parts["shaft"], grip_force=None, has_assumed_shape=True)
    loose = replace(asked.cell.tools["grip"], force=(60.0, 120.0))
    asked = replace(asked, cell=replace(asked.cell, parts={"shaft": silent}, tools={"grip": loose}))
    assumed = released(planned(asked).plan, asked).expect().proof.assumptions
    assert "the shape of shaft is not declared: it is taken for a cylinder of radius 20 mm and length 120 mm" in assumed
    assert "the force to grip shaft with is not declared: grip takes it with 60 N, the least that it has" in assumed
    assert not any("not declared" in a for a in released(tending().plan, tending().request).expect().proof.assumptions)


def test_plan_that_crossed_a_file_is_released_again() -> None:
    plan = read_plan(write_plan(tending().plan)).expect()
    assert released(plan, tending().request).is_ok


OTHERS = {
    "a move": "move shaft to outfeed",
    "a move into a bin": "move shaft to scrap",
    "a loop of moves": "for each s in infeed { move s to outfeed }",
    "in order": "for each s in infeed, in order { process s at lathe using OP10 move s to outfeed }",
    "a deadline for each": "for each s in infeed { in order { inspect s at gauge move s to outfeed } within 60 s }",
    "a pace": "for each s in infeed { inspect s at gauge move s to outfeed every 60 s }",
    "two loops": "for each s in infeed { inspect s at gauge } for each t in infeed { move t to outfeed }",
    "a speed in a block": "for each s in infeed { move s to outfeed ensure g1.speed <= 200 mm/s }",
}


@pytest.mark.parametrize("name", OTHERS)
def test_planner_and_proof_agree_on_other_texts(name: str) -> None:
    words = OTHERS[name].replace("{", "{\n").replace("}", "\n}\n")
    for verb in ("move", "inspect", "when", "within", "ensure", "every", "process"):
        words = words.replace(f" {verb} ", f"\n{verb} ")
    case = planned(request(f'use "gantry.cell"\n{words}\n'))
    outcome = released(case.plan, case.request)
    assert outcome.is_ok, [d.message for d in outcome.diagnostics]


def test_plan_with_nothing_to_do_is_released() -> None:
    text = 'use "gantry.cell"\nmove shaft to infeed\n'
    case = planned(request(text))
    assert case.plan.tasks.steps == ()
    assert released(case.plan, case.request).is_ok


# --- identity --------------------------------------------------------------------------------------------------------


def test_edited_plan_under_the_old_id_is_refused() -> None:
    plan = tending().plan
    outcome = released(replace(plan, tasks=replace(plan.tasks, seed=1)), tending().request)
    assert outcome.diagnostics[0].code == "E680"


def test_motion_under_a_wrong_key_is_refused() -> None:
    plan = tending().plan
    motions = {k: replace(m, duration=m.duration + 1.0) if i == 0 else m for i, (k, m) in enumerate(plan.motions.items())}
    assert "E680 motion" in refusal(replace(plan, motions=motions))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cell_revision": "0" * 64}, "the cell is not the one"),
        ({"sources": (("gantry.intent", "0" * 64),)}, "the file gantry.intent"),
        ({"robot_digests": (("g1", "0" * 64),)}, "the robot model g1"),
        ({"versions": (("cellwright", "another"),)}, "made by another version of cellwright"),
        ({"params": (("batch", "3"),)}, "the param batch"),
    ],
)
def test_plan_made_from_something_else_is_stale(change: dict[str, Any], said: str) -> None:
    text = refusal(replace(tending().plan, **change))
    assert "E681" in text
    assert said in text


def test_stale_plan_names_the_fact_that_changed() -> None:
    state = tending().request.state
    moved = replace(state.parts[0], location=InPlace("outfeed[1]"))
    changed = replace(tending().request, state=CellState((moved, *state.parts[1:]), state.stances, state.devices))
    text = refusal(tending().plan, changed)
    assert "E681 the plan relies on `at infeed[1]` being shaft; it is empty" in text
    opened = {**state.devices, "lathe": DeviceState(door_open=True, clamped=False, running=False)}
    text = refusal(tending().plan, replace(tending().request, state=replace(state, devices=opened)))
    assert "E681 the plan relies on `door lathe` being shut; it is open" in text


def test_a_cell_file_that_says_that_something_lies_elsewhere_is_told_with_the_fact() -> None:
    """From the command line the state is what the cell file declares: file and fact change together."""
    asked, plan = tending().request, tending().plan
    old = dict(plan.sources)
    file = next(name for name in old if name.endswith(".cell"))
    sources = tuple((name, "0" * 64 if name == file else digest) for name, digest in plan.sources)
    program = replace(asked.program, sources=sources)
    cell = replace(asked.cell, revision="0" * 64)
    state = replace(asked.state, parts=asked.state.parts[1:])
    found = released(plan, replace(asked, program=program, cell=cell, state=state)).diagnostics
    said = [d.message for d in found]
    assert said[0] == f"the file {file} is not what this plan was made from"
    assert found[0].spans[0].file == file
    assert "the plan relies on `at infeed[1]` being shaft; it is empty" in said
    assert not any("the cell is not the one" in line for line in said)


def test_at_most_five_facts_are_named_and_the_others_counted() -> None:
    reads = tuple(ReadFact(f"at outfeed[{n}]", "shaft") for n in range(1, 9))
    told = refusal(replace(tending().plan, tasks=replace(tending().plan.tasks, reads=reads)))
    assert told.count("the plan relies on `at outfeed[") == 5
    assert "and 3 more of the facts that the plan relies on" in told


def test_changed_intent_that_a_plan_does_not_serve_is_refused_even_under_the_same_hash() -> None:
    other = replace(program(INTENT.replace("to scrap", "to outfeed")), sources=tending().request.program.sources)
    assert "E683" in refusal(tending().plan, replace(tending().request, program=other))


# --- order -----------------------------------------------------------------------------------------------------------


def test_contact_with_more_force_than_the_text_allows_names_both_lines() -> None:
    text = 'use "gantry.cell"\nmove shaft to outfeed\nensure g1.force <= 10 N\n'
    plan = planned(request(text.replace("10 N", "60 N"))).plan
    asked = request(text)
    found = released(with_plan_id(replace(plan, sources=plan_inputs(asked).sources)), asked).diagnostics
    assert [(d.code, [span.start.line for span in d.spans]) for d in found] == [("E688", [2, 3])]
    assert "60 N" in found[0].help


def test_grip_with_a_force_that_nothing_says_is_refused_where_the_text_allows_only_so_much() -> None:
    text = 'use "gantry.cell"\nmove shaft to outfeed\n'
    parts = {"shaft": replace(tending().request.cell.parts["shaft"], grip_force=None)}
    tools = {"grip": replace(tending().request.cell.tools["grip"], force=None)}
    free, bound = (
        replace(asked, cell=replace(asked.cell, parts=parts, tools=tools))
        for asked in (request(text), request(text + "ensure g1.force <= 60 N\n"))
    )
    plan = planned(free).plan
    assert released(plan, free).is_ok
    found = released(with_plan_id(replace(plan, sources=plan_inputs(bound).sources)), bound).diagnostics
    assert [(d.code, [span.start.line for span in d.spans]) for d in found] == [("E688", [2, 3])]
    assert "a force that nothing says" in found[0].message


def test_step_that_no_longer_waits_is_refused() -> None:
    plan = tending().plan
    program_step = first(plan, RunProgram)
    assert "E68" in refusal(with_steps(plan, {program_step: {"predecessors": (), "start": 0.0}}))


def test_program_that_may_overlap_with_the_robot_inside_breaks_the_never() -> None:
    plan = tending().plan
    runs = steps_where(plan, lambda s: isinstance(s.action, RunProgram))
    doors = steps_where(plan, lambda s: isinstance(s.action, SetDoor) and not s.action.is_open)
    assert len(runs) == 2
    text = refusal(with_steps(plan, {runs[0]: {"predecessors": plan.tasks.steps[doors[0]].predecessors}}))
    assert "E68" in text or "E450" in text


def test_cycle_is_refused() -> None:
    plan = tending().plan
    assert "E682" in refusal(with_steps(plan, {0: {"predecessors": (plan.tasks.steps[-1].id,)}}))


def test_start_that_is_not_the_earliest_is_refused() -> None:
    plan = tending().plan
    last = len(plan.tasks.steps) - 1
    assert "its predecessors end at" in refusal(with_steps(plan, {last: {"start": plan.tasks.steps[last].start + 1.0}}))


# --- claims ----------------------------------------------------------------------------------------------------------


def test_goal_left_out_is_refused() -> None:
    plan = tending().plan
    gone = plan.tasks.operations[-1]
    tasks = replace(
        plan.tasks, operations=plan.tasks.operations[:-1], steps=tuple(s for s in plan.tasks.steps if s.operation != gone.id)
    )
    assert "E68" in refusal(replace(plan, tasks=tasks))


def test_grip_with_another_force_is_refused() -> None:
    plan = tending().plan
    i = first(plan, Grip)
    grip = plan.tasks.steps[i].action
    assert isinstance(grip, Grip)
    assert "gripped with 60 N" in refusal(with_steps(plan, {i: {"action": replace(grip, force=61.0)}}))


def test_claim_left_out_is_refused() -> None:
    plan = tending().plan
    i = steps_where(plan, lambda s: "inside_lathe" in s.claims)[0]
    assert "claims lathe, inside_lathe" in refusal(with_steps(plan, {i: {"claims": ("lathe",)}}))


def test_need_left_out_is_refused() -> None:
    plan = tending().plan
    i = first(plan, RunProgram)
    assert "needs" in refusal(with_steps(plan, {i: {"needs": plan.tasks.steps[i].needs[:-1]}}))


def test_faster_motion_than_the_text_allows_is_refused() -> None:
    plan = tending().plan
    i = first(plan, Move)
    move = plan.tasks.steps[i].action
    assert isinstance(move, Move)
    need = replace(move.need, speed_limit=1.0)
    changed = with_motion(plan, i, lambda m: replace(m, need=need))
    users = steps_where(plan, lambda s: s.motion == plan.tasks.steps[i].motion)
    assert "its speed limit is 0.8 m/s" in refusal(with_steps(changed, {k: {"action": Move(need)} for k in users}))


# --- motions ---------------------------------------------------------------------------------------------------------


def approach(plan: MotionPlan, place: str = "infeed") -> int:
    return steps_where(
        plan,
        lambda s: isinstance(s.action, Move) and s.action.need.touch is not None and s.action.need.touch.place.startswith(place),
    )[0]


def sunk(motion: Motion, by: float) -> Motion:
    """The same motion with its whole path lower by `by` m."""
    down = np.array([0.0, 0.0, by, 0.0])
    return replace(motion, segments=tuple(replace(s, control=frozen(s.control - down)) for s in motion.segments))


def hastened(motion: Motion, factor: float) -> Motion:
    """The same path in 1 / `factor` of the time."""
    phases = tuple(replace(p, duration=p.duration / factor, jerk=p.jerk * factor**3) for p in motion.phases)
    return replace(motion, phases=phases, duration=motion.duration / factor)


def verdict(change: Callable[[Motion], Motion], place: str = "infeed") -> str:
    """What the proof says of one changed motion by itself."""
    plan, asked = tending().plan, tending().request
    motion = change(plan.motions[str(plan.tasks.steps[approach(plan, place)].motion)])
    around = surroundings_of(asked, "g1", "grip")
    (found,) = judge_all([("m", motion, around)], None, map, lambda *_: None).values()
    return "\n".join(f"{r.code} {r.message}" for r in found.refusals)


def test_unchanged_motion_is_proved() -> None:
    assert verdict(lambda m: m) == ""


def test_motion_that_ends_elsewhere_than_the_part_is_refused() -> None:
    assert "E684 the TCP is 0.200 mm" in verdict(lambda m: sunk(m, 2e-4))


def test_motion_that_is_too_fast_is_refused() -> None:
    assert "E685" in verdict(lambda m: hastened(m, 1.3))


def test_contact_that_nobody_asked_for_is_refused() -> None:
    extra = lambda m: replace(m, contacts=(*m.contacts, m.contacts[0]))  # noqa: E731
    assert "E688" in verdict(extra)
    assert "E688" in verdict(lambda m: replace(m, contacts=()))


def test_contact_over_too_long_a_way_is_refused() -> None:
    def longer(m: Motion) -> Motion:
        c = m.contacts[0]
        return replace(m, contacts=(ContactAllowance(c.touch, c.first - 0.05, c.last, c.speed, c.force),))

    assert "E688 contact is allowed over" in verdict(longer)


def test_contact_faster_than_it_says_is_refused() -> None:
    assert "E688 the TCP moves" in verdict(lambda m: replace(m, contacts=(replace(m.contacts[0], speed=0.05),)))


def test_visit_left_out_is_refused() -> None:
    assert "E687" in verdict(lambda m: replace(m, visits=()), "lathe")


def test_visit_of_a_zone_to_stay_out_of_is_refused() -> None:
    assert "E687" in verdict(lambda m: replace(m, visits=(*m.visits, ZoneVisit("pit", 0.0, 0.1))))


def test_too_heavy_a_load_is_refused() -> None:
    plan, asked = tending().plan, tending().request
    heavy = {"shaft": replace(asked.cell.parts["shaft"], mass=9.5)}
    text = refusal(plan, replace(asked, cell=replace(asked.cell, parts=heavy)))
    assert "E685 s" in text
    assert "10.5 kg; 10 kg is its payload" in text


def test_obstacle_in_the_way_is_refused_although_the_plan_was_proved_before() -> None:
    """Certificates are bound to the scene: the same motion among other bodies is judged anew."""
    plan, asked = tending().plan, tending().request
    assert released(plan, asked).is_ok
    infeed = asked.cell.equipment["infeed"]
    wall = replace(infeed.bodies[0], name="wall", shape=Box((0.1, 0.01, 2.0)))
    walled = {**asked.cell.equipment, "infeed": replace(infeed, bodies=(*infeed.bodies, wall))}
    assert "E686" in refusal(plan, replace(asked, cell=replace(asked.cell, equipment=walled)))


def test_store_spares_the_geometry_and_nothing_else() -> None:
    plan, asked, store = tending().plan, tending().request, Memory()
    calls: list[int] = []

    def counting(function: Callable[[Any], Any], items: Any) -> Any:
        items = list(items)
        calls.append(len(items))
        return map(function, items)

    assert release(plan, asked, store, counting, versions=VERSIONS).is_ok
    assert release(plan, asked, store, counting, versions=VERSIONS).is_ok
    assert calls[0] > 0
    assert calls[1] == 0
    broken = with_plan_id(with_steps(plan, {1: {"needs": ()}}))
    assert release(broken, asked, store, counting, versions=VERSIONS).value is None


def test_damaged_certificate_is_a_miss() -> None:
    store = Memory()
    assert release(tending().plan, tending().request, store, versions=VERSIONS).is_ok
    for key in store:
        store[key] = b"{"
    assert release(tending().plan, tending().request, store, versions=VERSIONS).is_ok


def test_deadline_that_the_plan_misses_is_refused_with_the_one_that_it_keeps() -> None:
    asked = tending().request
    tight = program(INTENT.replace("within 10 min", "within 100 s"))
    outcome = released(tending().plan, replace(asked, program=replace(tight, sources=asked.program.sources)))
    assert outcome.value is None
    (deadline,) = [d for d in outcome.diagnostics if d.code == "E550"]
    assert f"feasible from `within {tending().plan.tasks.bounds.makespan:.1f} s`" in deadline.help


def test_pace_that_the_plan_misses_is_refused_with_the_one_that_it_keeps() -> None:
    asked = tending().request
    tight = program(INTENT.replace("within 10 min", "within 10 min", 1).replace("\n}\n", "\n  every 1 s\n}\n", 1))
    outcome = released(tending().plan, replace(asked, program=replace(tight, sources=asked.program.sources)))
    assert outcome.value is None
    (pace,) = [d for d in outcome.diagnostics if d.code == "E551"]
    assert pace.help.startswith("feasible from `every ")


def test_robot_that_stands_in_the_way_is_an_obstacle() -> None:
    """A second gantry, at home above the infeed, low enough to be hit."""
    asked = tending().request
    unit, spot = asked.cell.robots["g1"], asked.cell.places["infeed[1]"].frame.translation
    for height, is_met in ((0.5, True), (1.9, False)):
        other = replace(unit, name="g2", home=(float(spot[0]), float(spot[1]), height, 0.0))
        cell = replace(asked.cell, robots={"g1": unit, "g2": other})
        state = replace(asked.state, stances={**asked.state.stances, "g2": AtHome()})
        models = {"g1": asked.robots["g1"], "g2": asked.robots["g1"]}
        plan = replace(tending().plan, robot_digests=tuple((name, m.content_hash) for name, m in models.items()))
        outcome = released(with_plan_id(plan), replace(asked, cell=cell, state=state, robots=models))
        assert (outcome.value is None) is is_met
        assert not is_met or any("g2/link 4.0" in d.message for d in outcome.diagnostics)
