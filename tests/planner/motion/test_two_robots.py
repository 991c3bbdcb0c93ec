"""Other robots stand at home in every scene; zones for one robot are shut; hubs keep out of the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cell.diagnostic import Diagnostic
from cell.geometry import Body, Box, Pose
from cell.home import home_of, other_robots, standing_robot
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.presence import Moving, in_order
from cell.scene import SceneBody
from cell.steps import AtHome, AtHub, Carried, MotionNeed
from cell.trajectory import Path
from planner.motion import configurations, homes
from planner.motion.arm import Arm
from planner.motion.codes import PAGES
from planner.motion.configurations import hub, limited_zones, shut_zones
from planner.motion.margins import FREE_CLEARANCE, ZONE_CLEARANCE
from planner.motion.plan_motions import Found, plan_motions
from planner.motion.store import MemoryStore, surroundings_digest
from planner.motion.workbench import Workbench
from tests.planner.motion.two_robots import HANDS, TOOLS, contact, pair_cell, travels
from tests.planner.motion.workcell import dense_distance, models, robot, small_cell, travel


def plan(cell: CellModel, *needs: MotionNeed) -> Found:
    return plan_motions(needs, cell, models(cell), MemoryStore(), map, lambda *_: None, 0)


def only_refusal(cell: CellModel, need: MotionNeed) -> Diagnostic:
    found = plan(cell, need)
    assert not found.motions
    (diagnostic,) = found.refused[need]
    assert diagnostic.code in PAGES
    assert diagnostic.spans
    assert diagnostic.help
    return diagnostic


@pytest.fixture
def cell(two_robots: CellModel) -> CellModel:
    return two_robots


@pytest.fixture
def found(two_robots_motions: dict[MotionNeed, Motion]) -> dict[MotionNeed, Motion]:
    return two_robots_motions


# --- standing at home --------------------------------------------------------------------------------------------------


def test_home_is_what_the_cell_declares_then_what_the_model_is_known_by_then_the_middle() -> None:
    unit, model = pair_cell().robots["west"], robot("ur5e")
    assert home_of(unit, model) == unit.home
    bare = replace(unit, home=None)
    assert home_of(bare, model) == pytest.approx((0.0, -np.pi / 2, np.pi / 2, -np.pi / 2, -np.pi / 2, 0.0))
    np.testing.assert_allclose(home_of(bare, replace(model, name="x")), np.zeros(6), atol=1e-12)
    with pytest.raises(ValueError, match="5 joints"):
        home_of(replace(unit, home=(0.0,) * 5), model)


@pytest.mark.parametrize("name", ["ur5e", "panda"])
def test_a_standing_robot_is_all_its_links_and_its_tool_where_its_kinematics_put_them(cell: CellModel, name: str) -> None:
    model = robot(name)
    unit = replace(cell.robots["east"], home=None)
    bare = replace(cell, robots={**cell.robots, "east": unit})
    arm, bodies = Arm.of(bare, "east", model, "grip_e"), standing_robot(bare, "east", model)
    assert len(bodies) == sum(len(link) for link in model.hulls) + 1
    assert len({body.name for body in bodies}) == len(bodies)
    assert {(body.owner, body.what) for body in bodies} == {("east", "robot")}
    q = np.array(home_of(unit, model))
    links = arm.T_world_links(q[None])[0]
    placed = [k for k, hulls in enumerate(model.hulls) for _ in hulls]
    for body, k in zip(bodies[:-1], placed, strict=True):
        np.testing.assert_allclose(body.body.pose.matrix, links[k], atol=1e-12)
    (shape,) = cell.tools["grip_e"].bodies
    np.testing.assert_allclose(bodies[-1].body.pose.matrix, arm.T_world_tcp(q, shape.pose), atol=1e-12)


def test_all_other_robots_stand_in_the_scene(cell: CellModel) -> None:
    assert other_robots(cell, "west", models(cell)) == standing_robot(cell, "east", robot("ur5e"))
    assert other_robots(small_cell(), "arm", models(small_cell())) == ()


def test_every_motion_keeps_clear_of_the_other_robot_at_its_home(cell: CellModel, found: dict[MotionNeed, Motion]) -> None:
    for need, motion in found.items():
        bench = Workbench(cell, need.robot, models(cell), need.tool)
        collider = bench.collider(need.carried)
        others = [k for k, body in enumerate(collider.standers) if body.what != "robot"]
        assert len(others) < len(collider.standers)
        ignored = frozenset((m, s) for m in range(len(collider.movers)) for s in others)
        q = Path.of(motion.segments).at(np.linspace(0.0, sum(s.length for s in motion.segments), 8)).q
        assert dense_distance(collider, q, ignored) > FREE_CLEARANCE - 1e-6


def test_no_margin_to_a_robot_is_narrower_than_in_free_motion(cell: CellModel) -> None:
    bench = Workbench(cell, "west", models(cell), "grip_w")
    need = contact(cell, "west", "nest", "part and place", "end")
    collider = bench.collider(need.carried)
    robots = [k for k, body in enumerate(collider.standers) if body.what == "robot"]
    table = bench.margins(collider, need.touch, need.avoid, 0.001, in_contact=True)
    moving = [k for k, mover in enumerate(collider.movers) if mover.link > 0]
    assert np.all(table[np.ix_(moving, robots)] == FREE_CLEARANCE)


def test_a_home_in_the_way_is_named_with_its_robot(cell: CellModel, found: dict[MotionNeed, Motion]) -> None:
    """East rests where it would put a part into the nest."""
    over = found[contact(cell, "east", "nest", "part and place", "end")].segments[-1].control[-1]
    reaching = replace(cell.robots["east"], home=tuple(map(float, over)))
    crowded = replace(cell, robots={**cell.robots, "east": reaching})
    refusal = only_refusal(crowded, contact(crowded, "west", "nest", "fingers and part", "end"))
    assert refusal.code == "E321"
    assert "east/" in refusal.message
    assert refusal.help.startswith("east is in the way where it stands at home")
    assert reaching.attribute_spans["home"] in refusal.spans


def test_a_home_that_leaves_no_hub_is_named_with_its_robot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only hubs that there would be without east are where east is."""
    cell = pair_cell(changes={"capacity 1": "capacity 2"})
    at = (cell.places["nest"].frame @ Pose.from_xyz_rpy((0.0, 0.0, 0.3), (np.pi, 0.0, 0.0))).matrix
    branches = {}
    for name in cell.robots:
        bench = Workbench(cell, name, models(cell), TOOLS[name])
        branches[name] = bench.kinematics.branches_at(bench.arm.base_flange(at[None], bench.arm.tcp_frames()[0]))[0]
    monkeypatch.setattr(configurations, "_in_order", lambda *_: branches["west"])
    assert hub([Workbench(cell, "west", models(cell), "grip_w")], "nest") is not None
    homes_there = [replace(cell.robots["east"], home=tuple(map(float, q))) for q in branches["east"]]
    cells = [replace(cell, robots={**cell.robots, "east": unit}) for unit in homes_there]
    crowded = next(c for c in cells if not homes.not_at_home(c, models(c)))
    refusal = only_refusal(crowded, contact(crowded, "west", "nest", "fingers and part", "end"))
    assert refusal.code == "E323"
    assert refusal.help.startswith("east is in the way where it stands at home")
    assert crowded.robots["east"].attribute_spans["home"] in refusal.spans


def test_the_key_covers_where_the_others_stand_and_nothing_else_of_them(cell: CellModel) -> None:
    def key(other: CellModel, name: str = "west") -> str:
        return surroundings_digest(other, name, TOOLS[name], models(other), 0)

    east = cell.robots["east"]
    turned = replace(cell, robots={**cell.robots, "east": replace(east, home=(1.0, -1.9, 1.9, -1.5, -1.5, 0.0))})
    faster = replace(cell, robots={**cell.robots, "east": replace(east, max_speed=0.5)})
    toolless = replace(cell, tools={"grip_w": cell.tools["grip_w"]})
    bigger = pair_cell(changes={"capacity 1": "capacity 2"})
    assert len({key(cell), key(turned), key(toolless), key(bigger)}) == 4
    assert key(faster) == key(cell)
    assert key(cell, "east") != key(cell)


# --- homes and bases that do not go together ---------------------------------------------------------------------------


def test_robots_that_cannot_both_be_at_home_are_refused_with_both_homes() -> None:
    cell = pair_cell(changes={"base (-500 mm": "base (300 mm"})
    turned = replace(cell.robots["west"], home=(0.0, -1.9, 1.9, -1.5, -1.5, 0.0))
    cell = replace(cell, robots={**cell.robots, "west": turned})
    for name in cell.robots:
        refusal = only_refusal(cell, next(n for n in travels(cell, name) if n.start == AtHome()))
        assert refusal.code in ("E327", "E328")
        assert {span.start.line for span in refusal.spans} == {
            unit.attribute_spans["home" if refusal.code == "E328" else "base"].start.line for unit in cell.robots.values()
        }


def test_bases_in_one_spot_are_refused_with_both_bases() -> None:
    cell = pair_cell(changes={"base (-500 mm": "base (450 mm"})
    refusal = only_refusal(cell, travels(cell, "west")[0])
    assert refusal.code == "E327"
    assert set(refusal.spans) == {unit.attribute_spans["base"] for unit in cell.robots.values()}


@pytest.mark.parametrize("overlap", [{(0, 1)}, {(1, 0)}, {(1, 1)}])
def test_a_base_counts_against_the_other_robots_arm_and_arm_against_arm(cell: CellModel, overlap: set[tuple[int, int]]) -> None:
    """Bases and arms as cubes: those of one pair stand 5 mm apart, all others far from each other."""
    cubes = {name: [cube(name, k, 10.0 * k + (0.0 if name == "west" else 5.0)) for k in (0, 1)] for name in HANDS}
    bodies = {name: homes._base_first(tuple(standing), 1) for name, standing in cubes.items()}
    ((one, other),) = overlap
    cubes["east"][other] = cube("east", other, cubes["west"][one].body.pose.translation[0] + 0.105)
    found = homes._against(cell, "west", "east", {**bodies, "east": homes._base_first(tuple(cubes["east"]), 1)})
    assert found is not None
    assert found.code == "E328"
    assert f"west {one} is 5 mm from east {other}" in found.message or f"east {other} is 5 mm from west {one}" in found.message
    assert homes._against(cell, "west", "east", bodies) is None


def cube(robot: str, number: int, x: float) -> SceneBody:
    body = Body(robot, Box((0.1, 0.1, 0.1)), Pose.from_xyz_rpy((x, 0.0, 0.0)))
    return SceneBody(f"{robot} {number}", robot, "robot", body)


def test_robots_that_stand_apart_are_not_refused(cell: CellModel) -> None:
    assert homes.not_at_home(cell, models(cell)) == {}


def test_a_home_with_another_number_of_joints_is_refused_at_its_line() -> None:
    for cell, robot_name in ((small_cell(), "arm"), (pair_cell(), "east")):
        short = replace(cell.robots[robot_name], home=(0.0,) * 5)
        bad = replace(cell, robots={**cell.robots, robot_name: short})
        need = travel(bad, AtHome(), AtHub("left")) if robot_name == "arm" else travels(bad, "west")[0]
        refusal = only_refusal(bad, need)
        assert refusal.code == "E325"
        assert refusal.spans == (short.attribute_spans["home"],)


# --- zones for one robot -----------------------------------------------------------------------------------------------


def test_a_zone_for_one_robot_is_shut_but_for_the_places_in_it(cell: CellModel) -> None:
    assert [z.name for z in limited_zones(cell)] == ["middle"]
    assert shut_zones(cell) == ("middle",)
    assert shut_zones(cell, "nest") == ()
    assert all(shut_zones(cell, place.name) == ("middle",) for place in cell.equipment["in_w"].places)
    assert shut_zones(pair_cell(changes={"capacity 1": "capacity 2"})) == ()
    alone = small_cell("zone z {\n  box from (0 mm, 0 mm, 0 mm) to (1 mm, 1 mm, 1 mm)\n  capacity 1\n}\n")
    assert shut_zones(alone) == ()


def test_a_machine_is_served_through_its_own_guard_and_through_no_other() -> None:
    def machine(name: str, x: int, guard: str) -> str:
        return f"""
zone {guard} {{
  box from ({x - 200} mm, -1200 mm, 0 mm) to ({x + 200} mm, -800 mm, 900 mm)
  {"capacity 1" if guard == "bay_a" else ""}
}}
machine {name} {{
  at ({x} mm, -1000 mm, 0 mm)
  shape box (100 mm, 100 mm, 100 mm)
  holds block
  guard {guard}
  program P for 10 s
}}
"""

    cell = pair_cell(machine("a", -300, "bay_a") + machine("b", 300, "bay_b"))
    a, b = (cell.equipment[name].places[0].name for name in "ab")
    assert shut_zones(cell) == ("middle", "bay_a", "bay_b")
    assert shut_zones(cell, a) == ("middle", "bay_b")
    assert shut_zones(cell, b) == ("middle", "bay_a")
    fenced = replace(cell, zones={**cell.zones, "bay_b": replace(cell.zones["bay_b"], keep_out=True)})
    assert shut_zones(fenced, b) == ("middle", "bay_a", "bay_b")


def test_nothing_that_moves_enters_a_zone_that_it_avoids(cell: CellModel, found: dict[MotionNeed, Motion]) -> None:
    """Every link, the tool and the part in hand."""
    for need, motion in found.items():
        collider = Workbench(cell, need.robot, models(cell), need.tool).collider(need.carried)
        assert {m.kind for m in collider.movers} == ({"link", "tool", "held"} if need.carried else {"link", "tool"})
        others = [k for k, body in enumerate(collider.standers) if body.what != "zone"]
        ignored = frozenset((m, s) for m in range(len(collider.movers)) for s in others)
        q = Path.of(motion.segments).at(np.linspace(0.0, sum(s.length for s in motion.segments), 12)).q
        distance = dense_distance(collider, q, ignored)
        if need.touch is None:
            assert need.avoid == ("middle",)
            assert distance > ZONE_CLEARANCE - 1e-6
            assert motion.visits == ()
        else:
            assert distance < 0.01
            assert [visit.zone for visit in motion.visits] == ["middle"]


def test_a_zone_is_held_against_links_tool_and_part(cell: CellModel) -> None:
    bench = Workbench(cell, "west", models(cell), "grip_w")
    collider = bench.collider((Carried(HANDS["west"], "block", 0),))
    zone = next(k for k, body in enumerate(collider.standers) if body.what == "zone")
    table = bench.margins(collider, None, ("middle",), FREE_CLEARANCE)
    assert {(m.kind, m.link > 0) for m, margin in zip(collider.movers, table[:, zone], strict=True) if margin < 0.0} == {
        ("link", False)
    }


# --- hubs --------------------------------------------------------------------------------------------------------------


def test_a_hub_keeps_away_from_what_others_need_where_there_is_a_choice(cell: CellModel, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(cell, "west", models(cell), "grip_w")
    collider = bench.collider(())

    def nearest(q: np.ndarray | None) -> float:
        assert q is not None
        return min(float(collider.box_gap(q[None], *box)[0]) for box in configurations._needed_by_others(bench))

    kept = nearest(hub([bench], "nest"))
    monkeypatch.setattr(configurations, "CROWDED_COST", 0.0)
    assert kept > nearest(hub([bench], "nest")) + 0.05


def test_the_base_does_not_count_for_how_near_a_robot_is(cell: CellModel) -> None:
    collider = Workbench(cell, "west", models(cell), "grip_w").collider(())
    q = np.array(home_of(cell.robots["west"], robot("ur5e")))
    at, half = np.asarray(collider.arm.unit.base.translation), np.array([0.1, 0.1, 0.01])
    assert collider.box_gap(q[None], at - half, at + half)[0] > 0.02


def test_one_robot_alone_has_nothing_to_keep_away_from() -> None:
    alone = small_cell("zone z {\n  box from (0 mm, 0 mm, 0 mm) to (1 mm, 1 mm, 1 mm)\n  capacity 1\n}\n")
    assert list(configurations._needed_by_others(Workbench(alone, "arm", models(alone), "gripper"))) == []


def test_a_pair_stands_in_the_order_of_its_robots(cell: CellModel) -> None:
    west, east = (Moving(travels(cell, name)[0]) for name in ("west", "east"))
    assert in_order(west, east) == in_order(east, west) == (east, west)
