"""Poses compose as their matrices do, and enclosing points enclose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull as Hull

from cell.geometry import Box, ConvexHull, Cylinder, Pose, Shape, Sphere, corners, frozen, height, outermost, rotation_rpy

angles = st.floats(-math.pi, math.pi)
metres = st.floats(-10, 10)
poses = st.builds(Pose.from_xyz_rpy, st.tuples(metres, metres, metres), st.tuples(angles, angles, angles))


@given(poses, poses)
def test_composition_and_inverse_agree_with_matrices(a: Pose, b: Pose) -> None:
    np.testing.assert_allclose((a @ b).matrix, a.matrix @ b.matrix, atol=1e-12)
    np.testing.assert_allclose((a @ a.inverse()).matrix, np.eye(4), atol=1e-12)


@given(angles, angles, angles)
def test_rpy_turns_about_the_fixed_axes_in_order(roll: float, pitch: float, yaw: float) -> None:
    about_x, about_y, about_z = (rotation_rpy(*a) for a in ((roll, 0, 0), (0, pitch, 0), (0, 0, yaw)))
    np.testing.assert_allclose(rotation_rpy(roll, pitch, yaw), about_z @ about_y @ about_x, atol=1e-12)


@pytest.mark.parametrize(
    "shape",
    [Box((0.1, 0.2, 0.3)), Cylinder(0.02, 0.12), Sphere(0.05), ConvexHull(frozen(np.random.default_rng(2).normal(size=(20, 3))))],
)
def test_corners_enclose_every_point_of_the_shape(shape: Shape) -> None:
    hull = Hull(corners(shape))
    inside = hull.equations[:, :3] @ _points_of(shape).T + hull.equations[:, 3:]
    assert inside.max() <= 1e-12


@pytest.mark.parametrize("shape", [Box((0.1, 0.2, 0.3)), Cylinder(0.02, 0.12), Sphere(0.05)])
def test_outermost_points_are_points_of_the_shape(shape: Shape) -> None:
    found = outermost(shape)
    match shape:
        case Box(size):
            assert (np.abs(found) <= np.array(size) / 2 + 1e-12).all()
        case Cylinder(radius, length):
            assert (np.hypot(found[:, 0], found[:, 1]) <= radius + 1e-12).all()
            assert (np.abs(found[:, 2]) <= length / 2 + 1e-12).all()
        case Sphere(radius):
            assert (np.linalg.norm(found, axis=1) <= radius + 1e-12).all()
    assert np.ptp(found[:, 2]) == pytest.approx(height(shape))


def _points_of(shape: Shape) -> np.ndarray:
    draw = np.random.default_rng(3)
    direction = draw.normal(size=(2000, 3))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    match shape:
        case Box(size):
            return draw.uniform(-0.5, 0.5, (2000, 3)) * size
        case Cylinder(radius, length):
            turn = draw.uniform(0, math.tau, 2000)
            return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), draw.uniform(-length / 2, length / 2, 2000)])
        case Sphere(radius):
            return direction * radius
        case ConvexHull(vertices):
            weights = draw.dirichlet(np.ones(len(vertices)), 2000)
            return weights @ vertices


def test_height_is_the_extent_along_z() -> None:
    assert height(Box((1.0, 2.0, 3.0))) == 3.0
    assert height(Cylinder(0.1, 0.4)) == 0.4
    assert height(Sphere(0.1)) == 0.2


def test_arrays_in_values_are_read_only_copies() -> None:
    source = np.zeros(3)
    value = frozen(source)
    source[0] = 1.0
    assert value[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        value[0] = 1.0
    with pytest.raises(ValueError, match="finite"):
        frozen([math.inf])
    with pytest.raises(ValueError, match="shape"):
        frozen([1.0], (3,))
