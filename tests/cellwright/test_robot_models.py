"""Robots by name and from files: the numbers against independent readers, the hulls against the meshes, bad files refused."""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import ConvexHull as Facets

from cell.diagnostic import Diagnostic
from cell.geometry import Array, ConvexHull, Pose
from cell.robot import RobotModel
from cellwright.robot_models import known_robots, load_robot_model
from cellwright.robots.description import find_robot
from cellwright.robots.hull import enclosing_ball, enclosing_hull, split
from cellwright.robots.mesh import triangles
from cellwright.robots.self_collision import always_touching
from cellwright.robots.urdf import Mesh, read_urdf, serial_chain

HERE = Path(__file__).parent
ROBOTS = ("irb140", "kuka_kr120", "lbr_iiwa14", "panda", "ur10e", "ur3e", "ur5e")

# a2, a3, d1, d4, d5, d6 in m: Universal Robots, "Parameters for calculations of kinematics and dynamics".
UR_TABLE = {
    "ur3e": (-0.24355, -0.2132, 0.15185, 0.13105, 0.08535, 0.0921),
    "ur5e": (-0.425, -0.3922, 0.1625, 0.1333, 0.0997, 0.0996),
    "ur10e": (-0.6127, -0.57155, 0.1807, 0.17415, 0.11985, 0.11655),
}


@cache
def model(name: str) -> RobotModel:
    return load_robot_model(name, HERE, None).expect()


def configurations(robot: RobotModel, count: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).uniform(robot.position[:, 0], robot.position[:, 1], (count, robot.degrees_of_freedom))


def bare_urdf(name: str, folder: Path) -> Path:
    """The robot's URDF without shapes: what other readers need for kinematics, and nothing they would have to find."""
    text = find_robot(name, HERE).urdf.read_text()
    file = folder / f"{name}.urdf"
    file.write_text(re.sub(r"<(collision|visual)>.*?</\1>", "", text, flags=re.DOTALL))
    return file


def outside(hulls: tuple[ConvexHull, ...], points: Array) -> float:
    """How far (m, <= 0: not at all) the outermost of `points` (N, 3) stands outside the union of the hulls."""
    faces = [Facets(hull.vertices).equations for hull in hulls]
    return float(np.min([(points @ f[:, :3].T + f[:, 3]).max(axis=1) for f in faces], axis=0).max())


# --- kinematics -----------------------------------------------------------------------------------------------------


def test_the_catalogue_is_what_we_say() -> None:
    assert known_robots() == ROBOTS


def savez(to: Path | io.BytesIO, arrays: Mapping[str, Any]) -> None:
    np.savez(to, **arrays)


@pytest.mark.parametrize("name", sorted(UR_TABLE))
def test_ur_poses_are_those_of_the_makers_table(name: str) -> None:
    a2, a3, d1, d4, d5, d6 = UR_TABLE[name]
    rows = [(0, d1, 90), (a2, 0, 0), (a3, 0, 0), (0, d4, 90), (0, d5, -90), (0, d6, 0)]
    robot = model(name)
    for q in configurations(robot, 50):
        pose = np.eye(4)
        for theta, (a, d, alpha) in zip(q, rows, strict=True):
            ct, st, ca, sa = np.cos(theta), np.sin(theta), np.cos(np.radians(alpha)), np.sin(np.radians(alpha))
            pose = pose @ [[ct, -st * ca, st * sa, a * ct], [st, ct * ca, -ct * sa, a * st], [0, sa, ca, d], [0, 0, 0, 1]]
        np.testing.assert_allclose(robot.chain.flange_pose(q), pose, atol=1e-12)


@pytest.mark.parametrize("name", ROBOTS)
def test_kinematics_agree_with_pinocchio(name: str, tmp_path: Path) -> None:
    pin: Any = pytest.importorskip("pinocchio")
    robot, other = model(name), pin.buildModelFromUrdf(str(bare_urdf(name, tmp_path)))
    working, tip = other.createData(), other.getFrameId({"panda": "panda_link8"}.get(name, "tool0"))
    for q in configurations(robot, 50):
        pin.computeJointJacobians(other, working, q)
        pose = pin.updateFramePlacement(other, working, tip).homogeneous
        np.testing.assert_allclose(robot.chain.flange_pose(q), pose, atol=1e-9)
        jacobian = pin.getFrameJacobian(other, working, tip, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED)
        np.testing.assert_allclose(robot.chain.jacobian(q), jacobian, atol=1e-9)


@pytest.mark.parametrize("name", ROBOTS)
def test_kinematics_agree_with_roboticstoolbox(name: str, tmp_path: Path) -> None:
    toolbox: Any = pytest.importorskip("roboticstoolbox")
    robot, other = model(name), toolbox.Robot.URDF(str(bare_urdf(name, tmp_path)))
    tip = {"panda": "panda_link8"}.get(name, "tool0")
    for q in configurations(robot, 10):
        np.testing.assert_allclose(robot.chain.flange_pose(q), other.fkine(q, end=tip).A, atol=1e-9)
        np.testing.assert_allclose(robot.chain.jacobian(q), other.jacob0(q, end=tip), atol=1e-9)


def test_irb140_agrees_with_the_toolboxs_own_table() -> None:
    """An independent description of that arm. Its second joint counts from the horizontal, ABB's from the vertical, and its
    last frame has x up where the flange has x down."""
    toolbox: Any = pytest.importorskip("roboticstoolbox")
    robot, other = model("irb140"), toolbox.models.DH.IRB140()
    half_turn = Pose.from_xyz_rpy((0, 0, 0), (0, 0, np.pi)).matrix
    for q in configurations(robot, 20):
        np.testing.assert_allclose(
            robot.chain.flange_pose(q), other.fkine(q - [0, np.pi / 2, 0, 0, 0, 0]).A @ half_turn, atol=1e-9
        )


# --- limits, hash, storage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROBOTS)
def test_limits_are_those_of_an_industrial_arm(name: str) -> None:
    robot = model(name)
    assert np.all(np.abs(robot.position) <= 7.0)
    assert np.all((robot.velocity >= 1.0) & (robot.velocity <= 8.0))
    assert np.all((robot.acceleration >= 1.0) & (robot.acceleration <= 20.0))
    assert np.all(robot.jerk >= 5.0 * robot.acceleration)
    assert robot.payload is not None
    assert 0.5 < robot.reach < 3.0
    for array in (robot.position, robot.velocity, robot.acceleration, robot.jerk, robot.effort, robot.radii):
        assert not array.flags.writeable


def test_ur_limits_are_the_data_sheets() -> None:
    np.testing.assert_allclose(np.degrees(model("ur10e").velocity), [120, 120, 180, 180, 180, 180])
    np.testing.assert_allclose(np.degrees(model("ur3e").velocity), [180, 180, 180, 360, 360, 360])
    np.testing.assert_allclose(np.degrees(model("ur5e").position), np.tile([-360, 360], (6, 1)))
    np.testing.assert_array_equal(model("ur10e").effort, [330, 330, 150, 56, 56, 56])
    assert (model("ur3e").payload, model("ur5e").payload, model("ur10e").payload) == (3.0, 5.0, 12.5)


def test_the_kr120_has_not_the_limits_of_the_kr16() -> None:
    """rtb-data's URDF of the one carries those of the other."""
    kr120 = find_robot("kuka_kr120", HERE)
    kr16 = kr120.locate("package://rtbdata/xacro/kuka_description/kuka_kr16/urdf/kr16_2.urdf", HERE)
    theirs, other = (
        [(j.lower, j.upper, j.velocity) for j in serial_chain(read_urdf(f.read_bytes()), "tool0").moving]
        for f in (kr120.urdf, kr16)
    )
    assert theirs == other
    robot = model("kuka_kr120")
    assert np.all(robot.position[:, 0] >= [row[0] for row in theirs])
    assert np.all(robot.position[:, 1] <= [row[1] for row in theirs])
    assert np.all(robot.velocity < [row[2] for row in theirs])


def test_a_value_without_a_source_is_written_down_as_an_assumption() -> None:
    assert any("acceleration" in text for text in model("ur10e").assumptions)
    assert any("acceleration" in text for text in model("kuka_kr120").assumptions)
    assert not any("acceleration" in text for text in model("panda").assumptions)


@pytest.mark.parametrize("name", ["ur10e", "lbr_iiwa14"])
def test_a_model_survives_storage_unchanged(name: str) -> None:
    stored = io.BytesIO()
    savez(stored, model(name).to_arrays())
    stored.seek(0)
    with np.load(stored, allow_pickle=False) as arrays:
        again = RobotModel.from_arrays(arrays)
    assert again.content_hash == model(name).content_hash
    np.testing.assert_array_equal(again.radii, model(name).radii)
    q = configurations(again, 3)
    np.testing.assert_array_equal(again.chain.link_poses(q), model(name).chain.link_poses(q))


def test_the_hash_changes_with_any_value() -> None:
    arrays = model("ur10e").to_arrays()
    hashes = {model("ur10e").content_hash}
    for key in ("joint_origins", "hull_vertices", "position", "velocity", "acceleration", "jerk", "effort", "last_flange"):
        changed = {**arrays, key: arrays[key].copy()}
        changed[key].reshape(-1)[3] += 1e-6
        hashes.add(RobotModel.from_arrays(changed).content_hash)
    hashes.add(RobotModel.from_arrays({**arrays, "self_collision_pairs": arrays["self_collision_pairs"][1:]}).content_hash)
    assert len(hashes) == 10


def test_a_warm_load_imports_neither_scipy_nor_a_robot_library_and_hashes_the_same(tmp_path: Path) -> None:
    cold = load_robot_model("ur10e", HERE, tmp_path).expect()
    code = (
        "import sys; from pathlib import Path; from cellwright.robot_models import load_robot_model\n"
        f"robot = load_robot_model('ur10e', Path('.'), Path({str(tmp_path)!r})).expect()\n"
        "print(robot.content_hash, [m for m in ('scipy', 'roboticstoolbox', 'rtbdata', 'spatialmath') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    assert done.stdout.split(maxsplit=1) == [cold.content_hash, "[]\n"]


def test_no_robot_needs_the_toolbox_even_cold() -> None:
    code = (
        "import sys; from pathlib import Path; from cellwright.robot_models import load_robot_model\n"
        "robot = load_robot_model('irb140', Path('.'), None).expect()\n"
        "print([m for m in ('roboticstoolbox', 'rtbdata', 'spatialmath') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "swapped"])
def test_a_damaged_cache_entry_is_made_again(tmp_path: Path, damage: str) -> None:
    good = load_robot_model("ur5e", HERE, tmp_path).expect()
    (entry,) = tmp_path.iterdir()
    if damage == "cut":
        entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])
    elif damage == "empty":
        entry.write_bytes(b"")
    elif damage == "swapped":
        savez(entry, {"content_hash": np.array(model("ur3e").content_hash), **model("ur3e").to_arrays()})
    else:
        arrays = {**good.to_arrays(), "velocity": good.velocity * 2.0}
        savez(entry, {"content_hash": np.array(good.content_hash), **arrays})
    assert load_robot_model("ur5e", HERE, tmp_path).expect().content_hash == good.content_hash
    with np.load(entry) as again:
        assert str(again["content_hash"]) == good.content_hash


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert load_robot_model("ur5e", HERE, blocked / "cache").is_ok


# --- shapes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["irb140", "kuka_kr120", "lbr_iiwa14", "panda"])
def test_hulls_enclose_every_corner_of_the_meshes(name: str) -> None:
    source = find_robot(name, HERE)
    chain = serial_chain(read_urdf(source.urdf.read_bytes()), source.description.tip)
    for hulls, bodies in zip(model(name).hulls, chain.bodies, strict=True):
        assert all(len(hull.vertices) <= 64 for hull in hulls)
        for body in bodies:
            assert isinstance(body.shape, Mesh)
            file = source.locate(body.shape.filename, source.urdf.parent)
            corners = triangles(file.read_bytes(), file.suffix).reshape(-1, 3)
            assert outside(hulls, body.pose.apply(corners)) <= 1e-12


def test_an_enclosing_hull_is_close_and_small() -> None:
    rng = np.random.default_rng(5)
    ball = rng.normal(size=(2000, 3))
    ball /= np.linalg.norm(ball, axis=1, keepdims=True)
    for most in (16, 32, 64):
        vertices = enclosing_hull(ball, most)
        assert len(vertices) <= most
        assert outside((ConvexHull(vertices),), ball) <= 0.0
    assert Facets(enclosing_hull(ball, 64)).volume < 1.25 * 4.19


@pytest.mark.parametrize("points", [np.zeros((1, 3)), np.eye(3), np.random.default_rng(6).normal(size=(40, 3)) * [1, 1, 0]])
def test_a_flat_set_is_enclosed_too(points: Array) -> None:
    assert outside((ConvexHull(enclosing_hull(points)),), points) <= 0.0


def test_the_polytope_of_a_ball_encloses_it() -> None:
    directions = np.random.default_rng(7).normal(size=(5000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    corners = enclosing_ball(0.1)
    assert outside((ConvexHull(corners),), 0.1 * directions) <= 1e-15
    assert np.linalg.norm(corners, axis=1).max() < 0.1 * 1.1


def test_slabs_of_a_mesh_enclose_all_of_it() -> None:
    """Not only the corners of its triangles: a triangle across a cut is in neither slab by its corners alone."""
    mesh = np.random.default_rng(8).normal(size=(60, 3, 3))
    hulls = tuple(ConvexHull(enclosing_hull(piece, 10_000)) for piece in split(mesh, 4))
    weights = np.random.default_rng(9).dirichlet((1, 1, 1), 200)
    assert outside(hulls, np.einsum("kc,tci->tki", weights, mesh).reshape(-1, 3)) <= 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ur3e", "ur5e"])
def test_our_hulls_enclose_the_published_shapes_of_the_arm(name: str) -> None:
    """Against airo-models, at development time. The fine (visual) mesh is the arm: no point of any of its triangles may stand
    out. The coarse (collision) mesh is itself a convex hull that bridges the arm's hollows: its corners are on the arm.
    The cable hangs through the mounting plate and is the cell's to model, so nothing of the base below the plate counts."""
    airo: Any = pytest.importorskip("airo_models", reason="airo-models comes with the extra `peers`")
    file = Path(airo.get_urdf_path(name))
    links = read_urdf(re.sub(rb"<collision>.*?</collision>", b"", file.read_bytes(), flags=re.DOTALL)).shapes
    names = (
        "base_link_inertia",
        "shoulder_link",
        "upper_arm_link",
        "forearm_link",
        "wrist_1_link",
        "wrist_2_link",
        "wrist_3_link",
    )
    weights = np.random.default_rng(0).dirichlet((1, 1, 1), 12)
    for link, hulls in zip(names, model(name).hulls, strict=True):
        (shape,) = links[link]
        assert isinstance(shape.shape, Mesh)
        fine = file.parent / shape.shape.filename
        coarse = file.parent / "collision" / fine.name.replace("base_cable_labels", "base")
        for mesh, parts in ((fine, 12), (coarse, 0)):
            found = shape.pose.apply(triangles(mesh.read_bytes(), ".obj").reshape(-1, 3)).reshape(-1, 3, 3)
            found = found[(found[:, :, 2] >= 0.0).all(axis=1)] if link == names[0] else found
            inside = np.einsum("kc,tci->tki", weights[:parts], found).reshape(-1, 3)
            assert outside(hulls, np.concatenate([found.reshape(-1, 3), inside])) <= 1e-6, link


@pytest.mark.parametrize("name", ROBOTS)
def test_no_corner_of_a_hull_moves_further_than_the_models_radii(name: str) -> None:
    robot = model(name)
    start, end = configurations(robot, 40, 1), configurations(robot, 40, 2)
    bound = np.abs(end - start) @ robot.radii
    before, after = robot.chain.link_poses(start), robot.chain.link_poses(end)
    for k, hulls in enumerate(robot.hulls):
        for hull in hulls:
            a, b = (np.einsum("nij,mj->nmi", p[:, k, :3, :3], hull.vertices) + p[:, k, None, :3, 3] for p in (before, after))
            assert np.all(np.linalg.norm(b - a, axis=2).max(axis=1) <= bound[:, k])


def test_a_tools_radii_are_those_of_points_at_the_flange() -> None:
    robot = model("ur10e")
    radii = robot.flange_radii(np.array([[0.0, 0.0, 0.2]]))
    assert radii[5] == pytest.approx(0.0, abs=1e-12)
    assert radii[4] == pytest.approx(0.11655 + 0.2, rel=1e-9)
    assert np.all(radii[:4] > radii[4])


# --- self-collision --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROBOTS)
def test_every_pair_of_links_is_checked_or_its_omission_has_a_reason(name: str) -> None:
    robot = model(name)
    links = range(robot.degrees_of_freedom + 1)
    omitted = [(a, b) for a in links for b in links if b > a + 1 and (a, b) not in robot.self_collision_pairs]
    assert omitted == ([(4, 6)] if name == "irb140" else [])
    assert all(b > a + 1 for a, b in robot.self_collision_pairs)
    assert len(omitted) == sum("not checked against each other" in text for text in robot.assumptions)


def test_links_said_to_touch_always_touch_in_every_sampled_configuration() -> None:
    robot = model("irb140")
    assert always_touching(robot.chain, robot.hulls, 4)
    faces = Facets(robot.hulls[4][0].vertices).equations
    inside = np.concatenate([robot.hulls[6][0].vertices, robot.hulls[6][0].vertices.mean(axis=0)[None]])
    for poses in robot.chain.link_poses(configurations(robot, 300)):
        T = np.linalg.inv(poses[4]) @ poses[6]
        points = inside @ T[:3, :3].T + T[:3, 3]
        assert (points @ faces[:, :3].T + faces[:, 3]).max(axis=1).min() < 0.0


def test_links_that_touch_in_some_configurations_only_are_checked() -> None:
    """A second link that reaches back to the first only when folded."""
    robot = model("ur5e")
    assert not any(always_touching(robot.chain, robot.hulls, k) for k in range(5))


# --- a user's files ----------------------------------------------------------------------------------------------------------

ARM = """<robot name="arm">
<link name="a"><collision><geometry><box size="0.2 0.2 0.2"/></geometry></collision></link>
<link name="b"><collision><geometry><cylinder radius="0.05" length="0.4"/></geometry></collision></link>
<link name="c"><collision><origin xyz="0 0 0.1"/><geometry><sphere radius="0.05"/></geometry></collision></link>
<link name="d"/>
<joint name="j1" type="revolute"><parent link="a"/><child link="b"/><axis xyz="0 0 2"/>
<limit lower="-3" upper="3" velocity="2" effort="10"/></joint>
<joint name="j2" type="prismatic"><parent link="b"/><child link="c"/><origin xyz="0 0 0.3"/><axis xyz="0 0 1"/>
<limit lower="0" upper="0.5" velocity="1"/></joint>
<joint name="j3" type="fixed"><parent link="c"/><child link="d"/><origin xyz="0 0 0.2"/></joint>
</robot>
"""


def load(
    folder: Path, text: str | bytes, toml: str | None = None, file: str = "arm.urdf"
) -> tuple[RobotModel | None, Diagnostic]:
    """The model, and the first finding (a blank one when there is none)."""
    (folder / file).write_bytes(text.encode() if isinstance(text, str) else text)
    if toml is not None:
        (folder / file).with_suffix(".toml").write_text(toml)
    outcome = load_robot_model(file, folder, None)
    blank = Diagnostic("", outcome.diagnostics[0].severity if outcome.diagnostics else None, "")  # type: ignore[arg-type]
    return outcome.value, (*outcome.diagnostics, blank)[0]


def test_a_users_urdf_loads(tmp_path: Path) -> None:
    robot, _ = load(tmp_path, ARM)
    assert robot is not None
    assert robot.name == "arm"
    assert robot.chain.joint_names == ("j1", "j2")
    np.testing.assert_allclose(robot.chain.flange_pose([0.0, 0.25])[:3, 3], [0, 0, 0.75])
    np.testing.assert_allclose(robot.position, np.array([[-3, 3], [0, 0.5]]))
    assert robot.effort[0] == 10.0
    assert np.isnan(robot.effort[1])
    assert robot.payload is None
    np.testing.assert_allclose(robot.acceleration, [4.0, 2.0])
    assert robot.self_collision_pairs == ((0, 2),)


def test_the_toml_beside_a_urdf_adds_what_a_urdf_cannot_say(tmp_path: Path) -> None:
    toml = 'payload = 2\nacceleration = [1, 2]\njerk = [3, 4]\napart = [["a", "c", "the slide ends above the base"]]\n'
    robot, _ = load(tmp_path, ARM, toml)
    assert robot is not None
    assert robot.payload == 2.0
    np.testing.assert_array_equal(robot.jerk, [3.0, 4.0])
    assert robot.self_collision_pairs == ()
    assert robot.assumptions == ("arm: a and c are not checked against each other: the slide ends above the base",)


def test_an_unknown_name_gets_the_nearest_one_and_the_list() -> None:
    outcome = load_robot_model("ur10", HERE, None)
    (finding,) = outcome.diagnostics
    assert outcome.value is None
    assert finding.code == "E310"
    assert "did you mean `ur10e`" in finding.help
    assert all(name in finding.help for name in ROBOTS)


BOX = '<box size="0.2 0.2 0.2"/>'
BAD_FILES = {
    "cut off": (ARM[:300], "E311", 4),
    "empty": ("", "E311", 1),
    "not a robot": ("<scene/>", "E311", 1),
    "a number is a word": (ARM.replace('xyz="0 0 0.3"', 'xyz="0 0 three"'), "E311", 8),
    "a number is infinite": (ARM.replace('xyz="0 0 0.3"', 'xyz="0 0 inf"'), "E311", 8),
    "two numbers for three": (ARM.replace('xyz="0 0 0.3"', 'xyz="0 0.3"'), "E311", 8),
    "a size of nothing": (ARM.replace('radius="0.05" length', 'radius="0" length'), "E311", 3),
    "a zero axis": (ARM.replace("0 0 2", "0 0 0"), "E311", 6),
    "a link twice": (ARM.replace('<link name="d"/>', '<link name="a"/>'), "E311", 5),
    "a joint twice": (ARM.replace('"j2"', '"j1"'), "E311", 8),
    "a link that is not there": (ARM.replace('<child link="c"/>', '<child link="x"/>'), "E311", 8),
    "no child": (ARM.replace('<child link="c"/>', ""), "E311", 8),
    "an entity": ('<!DOCTYPE robot [<!ENTITY a "b">]>' + ARM, "E311", 1),
    "a missing mesh": (ARM.replace(BOX, '<mesh filename="gone.stl"/>'), "E312", 2),
    "a missing package": (ARM.replace(BOX, '<mesh filename="package://no_such_thing/gone.stl"/>'), "E312", 2),
    "a mesh that is none": (ARM.replace(BOX, '<mesh filename="arm.urdf"/>'), "E312", 2),
    "a capsule": (ARM.replace(BOX, '<capsule radius="1" length="1"/>'), "E312", 2),
    "a continuous joint": (ARM.replace('"revolute"', '"continuous"'), "E313", 6),
    "a floating joint": (ARM.replace('"revolute"', '"floating"'), "E313", 6),
    "a mimic joint": (ARM.replace('<axis xyz="0 0 1"/>', '<axis xyz="0 0 1"/><mimic joint="j1"/>'), "E313", 8),
    "a branch": (ARM.replace('type="fixed"><parent link="c"/>', 'type="prismatic"><parent link="b"/>'), "E313", 10),
    "a loop": (ARM.replace('<child link="d"/>', '<child link="b"/>'), "E313", 10),
    "two roots": (ARM.replace('<link name="d"/>', '<link name="d"/><link name="e"/>'), "E313", 1),
    "nothing moves": ('<robot><link name="a"/></robot>', "E313", 1),
    "no limits": (ARM.replace('lower="-3" upper="3" ', ""), "E314", 6),
    "limits the wrong way": (ARM.replace('lower="-3" upper="3"', 'lower="3" upper="-3"'), "E314", 6),
    "no speed": (ARM.replace('velocity="2"', ""), "E314", 6),
    "xacro inside": (ARM.replace('<link name="d"/>', "<xacro:arm/>"), "E315", 1),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_urdf_is_a_diagnostic_with_a_line(case: str, tmp_path: Path) -> None:
    text, code, line = BAD_FILES[case]
    robot, finding = load(tmp_path, text)
    assert robot is None
    assert finding.code == code, finding.message
    assert finding.is_error
    assert (finding.spans[0].file, finding.spans[0].start.line) == (str(tmp_path / "arm.urdf"), line)
    assert finding.message


def test_a_file_that_is_not_there_and_a_xacro_file_say_so(tmp_path: Path) -> None:
    for name, code in (("gone.urdf", "E311"), ("gone.toml", "E311"), ("arm.urdf.xacro", "E315"), ("", "E310"), (".", "E310")):
        outcome = load_robot_model(name, tmp_path, None)
        assert outcome.value is None
        assert [finding.code for finding in outcome.diagnostics] == [code]


BAD_TOML = {
    "not toml": ("payload = ", "E316"),
    "a key nobody reads": ("paylod = 3", "E316"),
    "a text for a number": ('payload = "heavy"', "E316"),
    "too few numbers": ("jerk = [1]", "E316"),
    "a negative limit": ("jerk = [1, -1]", "E316"),
    "a range the wrong way": ("position = [[1, -1], [0, 1]]", "E316"),
    "a range that is none": ("position = [1, 2]", "E316"),
    "texts for numbers": ('jerk = ["a", "b"]', "E316"),
    "a pair without a reason": ('apart = [["a", "c"]]', "E316"),
    "a pair of links that are not there": ('apart = [["a", "x", "why"]]', "E316"),
    "a tip elsewhere": ('tip = "a"', "E313"),
    "packages that are no table": ("packages = 3", "E316"),
    "assumptions that are no list": ('assumptions = "none"', "E316"),
}


@pytest.mark.parametrize("case", BAD_TOML)
def test_a_bad_toml_file_is_a_diagnostic(case: str, tmp_path: Path) -> None:
    toml, code = BAD_TOML[case]
    robot, finding = load(tmp_path, ARM, toml)
    assert robot is None
    assert finding.code == code, finding.message


def test_two_ends_need_a_tip_unless_one_has_a_usual_name(tmp_path: Path) -> None:
    def two(other: str) -> str:
        joint = f'<joint name="j4" type="fixed"><parent link="c"/><child link="{other}"/></joint></robot>'
        return ARM.replace('<link name="d"/>', f'<link name="d"/><link name="{other}"/>').replace("</robot>", joint)

    robot, finding = load(tmp_path, two("e"))
    assert robot is None
    assert finding.code == "E313"
    assert "`d`" in finding.message
    assert "`e`" in finding.message
    robot, _ = load(tmp_path, two("tool0"))
    assert robot is not None
    assert robot.T_last_flange == Pose.identity()
    robot, _ = load(tmp_path, two("e"), 'tip = "d"')
    assert robot is not None
    assert robot.T_last_flange.translation[2] == 0.2


def test_a_link_without_a_shape_is_warned_about(tmp_path: Path) -> None:
    robot, finding = load(tmp_path, re.sub('<collision><origin xyz="0 0 0.1"/>.*?</collision>', "", ARM))
    assert robot is not None
    assert (finding.code, finding.is_error) == ("E317", False)
    assert robot.self_collision_pairs == ()


def test_a_visual_shape_stands_in_for_a_missing_collision_shape(tmp_path: Path) -> None:
    robot, finding = load(tmp_path, ARM.replace("collision", "visual"))
    assert robot is not None
    assert (finding.code, finding.is_error) == ("E318", False)
    assert all(robot.hulls)


def cube(scale: float) -> Array:
    faces = Facets(np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * scale)
    return np.asarray(faces.points[faces.simplices])


def as_binary_stl(mesh: Array) -> bytes:
    rows = b"".join(np.concatenate([np.zeros((1, 3)), t]).astype("<f4").tobytes() + b"\0\0" for t in mesh)
    return b"solid misleading".ljust(80) + len(mesh).to_bytes(4, "little") + rows


def as_text_stl(mesh: Array) -> bytes:
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n" + "".join(f"vertex {x} {y} {z}\n" for x, y, z in t) + "endloop\nendfacet\n"
        for t in mesh
    )
    return f"solid cube\n{facets}endsolid\n".encode()


def as_obj(mesh: Array) -> bytes:
    points = "".join(f"v {x} {y} {z}\n" for x, y, z in mesh.reshape(-1, 3))
    return (
        points + "".join(f"f {3 * i + 1}/1/1 {3 * i + 2} {3 * i + 3 - 3 * len(mesh) - 1}\n" for i in range(len(mesh)))
    ).encode()


@pytest.mark.parametrize(("write", "suffix"), [(as_binary_stl, ".stl"), (as_text_stl, ".STL"), (as_obj, ".obj")])
def test_meshes_are_read_scaled_and_found_by_package(write: Any, suffix: str, tmp_path: Path) -> None:
    (tmp_path / "my_arm" / "urdf").mkdir(parents=True)
    (tmp_path / "my_arm" / f"cube{suffix}").write_bytes(write(cube(1000.0)))
    shape = f'<mesh filename="package://my_arm/cube{suffix}" scale="0.001 0.001 0.002"/>'
    robot, _ = load(tmp_path / "my_arm" / "urdf", ARM.replace(BOX, shape))
    assert robot is not None
    vertices = robot.hulls[0][0].vertices
    np.testing.assert_allclose([vertices.min(axis=0), vertices.max(axis=0)], [[0, 0, 0], [1, 1, 2]], atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"solid", b"solid\nvertex 1 2", b"\0" * 90, as_binary_stl(cube(1.0))[:-1]])
def test_a_broken_mesh_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="it "):
        triangles(content, ".stl")


@pytest.mark.parametrize("text", ["v 1 2\n", "v 1 2 3\nf 1 2 3\n", "v a b c\nf 1 1 1\n", "v 0 0 0\nf 0 1 1\n", ""])
def test_a_broken_obj_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        triangles(text.encode(), ".obj")


def test_no_damage_to_a_urdf_makes_the_loader_raise(tmp_path: Path) -> None:
    rng, original = random.Random(11), ARM.encode()
    refused = 0
    for _ in range(300):
        text = bytearray(original)
        for _ in range(rng.choice([1, 1, 3])):
            at = rng.randrange(len(text))
            match rng.randrange(3):
                case 0:
                    text[at] = rng.randrange(256)
                case 1:
                    del text[at : at + rng.randrange(1, 30)]
                case _:
                    text[at:at] = rng.choice([b"9", b"e300", b"-", b" ", b"<", b'"', b"nan", text[at : at + 40]])
        robot, _ = load(tmp_path, bytes(text))
        refused += robot is None
    assert 150 < refused < 300
