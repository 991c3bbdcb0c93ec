"""Each check by itself, with a fault that only it can see: were it taken out, its test would go red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cell.geometry import Body, Box, Pose
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan
from cell.state import CellState, InPlace
from cell.steps import AtHub, Grip, Move, RunProgram, SetDoor, Step
from cell.trajectory import sample
from cell.zones import Zone
from planner.proof.configurations import check_configurations
from planner.proof.duties import duties_of
from planner.proof.exclusion import intrusions, overlaps, stays
from planner.proof.iterations import check_iterations, started_by
from planner.proof.motion_verdict import judge
from planner.proof.nevers import check_guards, check_nevers
from planner.proof.operations import check_order, match
from planner.proof.precedence import Precedence, precedence_of
from planner.proof.surroundings import Surroundings, surroundings_of
from tests.planner.proof.gantry import INTENT, request, tending
from tests.planner.proof.hand_made import HOME, arm, line, motion

PLAN, ASKED = tending().plan, tending().request


def numbers(is_meant: Callable[[Step], bool]) -> list[int]:
    return [i for i, s in enumerate(PLAN.tasks.steps) if is_meant(s)]


def waiting_for(changes: dict[int, tuple[str, ...]]) -> tuple[tuple[Step, ...], Precedence]:
    """The plan's steps with other predecessors."""
    steps = tuple(replace(s, predecessors=changes.get(i, s.predecessors)) for i, s in enumerate(PLAN.tasks.steps))
    return steps, precedence_of(steps, PLAN.tasks.choices)


def with_steps(steps: tuple[Step, ...]) -> MotionPlan:
    return replace(PLAN, tasks=replace(PLAN.tasks, steps=steps))


# --- order -----------------------------------------------------------------------------------------------------------


def test_two_steps_of_one_robot_in_no_order_overlap() -> None:
    assert overlaps(*waiting_for({})) == ()
    grip = numbers(lambda s: isinstance(s.action, Grip))[0]
    assert "g1" in {o.resource for o in overlaps(*waiting_for({grip: ()}))}


def test_door_that_shuts_on_the_robot_is_an_intrusion() -> None:
    steps, order = waiting_for({})
    assert intrusions(steps, order, stays(steps, order), ASKED.cell) == ()
    shut = numbers(lambda s: isinstance(s.action, SetDoor) and not s.action.is_open)[0]
    opened = numbers(lambda s: isinstance(s.action, SetDoor) and s.action.is_open)[0]
    steps, order = waiting_for({shut: (PLAN.tasks.steps[opened].id,)})
    assert {o.resource for o in intrusions(steps, order, stays(steps, order), ASKED.cell)} >= {"lathe"}


def test_program_beside_the_robot_in_the_guard_zone_is_no_kept_never() -> None:
    steps, order = waiting_for({})
    assert check_guards(PLAN, ASKED, order) == ()
    assert check_nevers(PLAN, ASKED, order) == ()
    run = numbers(lambda s: isinstance(s.action, RunProgram))[0]
    steps, order = waiting_for({run: ()})
    assert [d.code for d in check_guards(with_steps(steps), ASKED, order)] == ["E450"]
    assert [d.code for d in check_nevers(with_steps(steps), ASKED, order)] == ["E450"]


def test_line_that_does_not_wait_for_the_one_before_is_seen() -> None:
    duties = duties_of(ASKED.program, ASKED.cell, ASKED.state, started_by(PLAN.tasks))
    for changes, is_seen in (({}, False), ({numbers(_takes_from_lathe)[0]: ()}, True)):
        steps, order = waiting_for(changes)
        tasks = replace(PLAN.tasks, steps=steps)
        found = check_order(tasks, ASKED.program, duties, match(tasks, duties, ASKED.cell, ASKED.state), order)
        assert bool(found) is is_seen


def _takes_from_lathe(step: Step) -> bool:
    if not isinstance(step.action, Move) or step.action.need.touch is None:
        return False
    touch = step.action.need.touch
    return touch.place == "lathe" and (touch.pair, touch.end) == ("fingers and part", "end")


# --- iterations ------------------------------------------------------------------------------------------------------


def iterations(started: tuple[str, ...], state: CellState = ASKED.state, text: str = INTENT) -> str:
    asked = request(text, state)
    loops = duties_of(asked.program, asked.cell, state, {}).loops
    return " ".join(d.message for d in check_iterations(loops, {"l1": started}, asked.cell, state))


def test_as_many_iterations_as_until_asks_for() -> None:
    one = INTENT.replace(">= 2 parts", ">= 1 parts")
    assert iterations(("shaft#1", "shaft#2")) == ""
    assert "`until` is not reached" in iterations(("shaft#1",))
    assert iterations(("shaft#2",), text=one) == ""
    assert "more than `until` asks for" in iterations(("shaft#1", "shaft#2"), text=one)
    assert "is not a member" in iterations(("shaft#1", "shaft#3"))


def test_without_until_no_member_is_left_out_but_those_given_up() -> None:
    every = INTENT.replace(" until outfeed.count >= 2 parts", "")
    assert "leaves out shaft#2" in iterations(("shaft#1",), text=every)
    given_up = replace(ASKED.state.parts[1], given_up=True)
    state = replace(ASKED.state, parts=(ASKED.state.parts[0], given_up))
    assert iterations(("shaft#1",), state, every) == ""
    assert "is not a member" in iterations(("shaft#1", "shaft#2"), state, every)


def test_iteration_that_is_under_way_counts() -> None:
    in_lathe = replace(ASKED.state.parts[0], location=InPlace("lathe"))
    state = replace(ASKED.state, parts=(in_lathe, ASKED.state.parts[1]))
    one = INTENT.replace(">= 2 parts", ">= 1 parts")
    assert iterations(("shaft#1",), state, one) == ""
    assert "more than" in iterations(("shaft#1", "shaft#2"), state, one)


# --- motions ---------------------------------------------------------------------------------------------------------


def some_motion(place: str) -> Motion:
    return next(
        m for m in PLAN.motions.values() if m.need.touch is not None and m.need.touch.place == place and m.need.touch.end == "end"
    )


def said_of(changed: Motion, **zones: Zone) -> str:
    return said_in(replace(ASKED.cell, zones={**ASKED.cell.zones, **zones}), changed)


def said_in(cell: CellModel, changed: Motion) -> str:
    around = surroundings_of(replace(ASKED, cell=cell), "g1", "grip")
    return " ".join(f"{r.code} {r.message}" for r in judge(changed, around).refusals)


def test_hub_that_is_elsewhere_in_another_motion_is_seen() -> None:
    assert check_configurations(PLAN.motions) == ()
    key, old = next((k, m) for k, m in PLAN.motions.items() if m.need.start == AtHub("lathe"))
    control = np.array(old.segments[0].control)
    control[0, 3] += 1e-6
    moved = replace(old, segments=(replace(old.segments[0], control=control), *old.segments[1:]))
    assert "hub lathe" in check_configurations({**PLAN.motions, key: moved})[0].message


def test_keep_out_zone_half_a_millimetre_away_is_too_near() -> None:
    approach = some_motion("infeed[1]")
    x = float(max(s.control[:, 0].max() for s in approach.segments)) + 0.15  # the tools reach 150 mm from the flange
    pit = ASKED.cell.zones["pit"]
    for gap, is_refused in ((0.0005, True), (0.002, False)):
        wall = replace(pit, low=(x + gap, -1.4, 0.0), high=(x + gap + 0.1, 1.4, 1.9))
        assert bool(said_of(approach, pit=wall)) is is_refused


def test_point_of_the_arm_too_fast_in_a_reduced_speed_zone_is_refused() -> None:
    slow = ASKED.cell.zones["inside_lathe"]
    assert said_of(some_motion("lathe"), inside_lathe=replace(slow, speed_limit=1.0)) == ""
    assert "E687 link 4 moves at" in said_of(some_motion("lathe"), inside_lathe=replace(slow, speed_limit=0.1))


def test_tcp_above_the_limit_of_the_text_is_refused() -> None:
    approach = some_motion("infeed[1]")
    assert "E685 the TCP moves" in said_of(replace(approach, need=replace(approach.need, speed_limit=0.2)))


@pytest.mark.parametrize("pair", ["part and place", "fingers and part"])
def test_equipment_named_like_its_only_place_is_met_by_a_touch_there(pair: str) -> None:
    """The one place of the lathe is called `lathe` too: a touch there takes parts out of the scene, never the lathe."""
    lathe = ASKED.cell.equipment["lathe"]
    assert [place.name for place in lathe.places] == [lathe.name]
    bar = Body("bar", Box((1.0, 0.02, 0.02)), Pose.from_xyz_rpy((0.7, 0.0, 0.7)))  # across the way down, far above the part
    barred = replace(ASKED.cell, equipment={**ASKED.cell.equipment, "lathe": replace(lathe, bodies=(*lathe.bodies, bar))})
    touching = [m for m in PLAN.motions.values() if m.need.touch is not None and m.need.touch.place == "lathe"]
    some = next(m for m in touching if m.need.touch is not None and m.need.touch.pair == pair)
    assert said_of(some) == ""
    assert "lathe/bar" in said_in(barred, some)


def test_wide_tool_against_its_own_forearm_is_refused() -> None:
    wide = replace(arm(), tool_bodies=(Body("bar", Box((0.9, 0.03, 0.03)), Pose.from_xyz_rpy((0.0, 0.0, 0.05))),))
    end = HOME.copy()
    end[3:6] = (0.0, -2.0, 1.57)
    swing = motion((line(HOME, end),), 12.0)
    assert judge(swing, Surroundings(arm(), (), (), (), (), "")).refusals == ()
    refused = judge(swing, Surroundings(wide, (), (), (), (), "")).refusals
    assert ["grip/bar" in r.message and r.code == "E686" for r in refused] == [True]


def test_an_empty_hands_tcp_counts_where_robots_are_to_be_slower() -> None:
    """Turned by the wrist, a TCP in the air before the tool is faster than all that there is of the tool."""
    end = HOME + np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    swing = motion((line(HOME, end),), 4.0)
    found = judge(swing, replace(Surroundings(arm(), (), (), (), (), ""), slows=True))
    q = sample(swing, np.linspace(0.0, 4.0, 4001)).q
    flanges = arm().model.chain.link_poses(q)[:, -1] @ arm().model.T_last_flange.matrix
    tcps = flanges @ arm().T_flange_tcp("grip.a").matrix
    fastest = np.linalg.norm(np.diff(tcps[:, :3, 3], axis=0), axis=1).max() / 1e-3
    assert found.fastest is not None
    assert fastest <= found.fastest <= 1.06 * fastest
