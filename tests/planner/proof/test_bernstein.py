"""Bernstein arithmetic against numpy's polynomials, an oracle that shares no code with it."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial

from planner.proof import bernstein

X = np.linspace(0.0, 1.0, 17)


def sampled(f: np.ndarray) -> np.ndarray:
    return np.stack([bernstein.value(f, x) for x in X], axis=-1)


def power_form(f: np.ndarray) -> Polynomial:
    """Fit through enough points: exact for the degree at hand."""
    d = f.shape[-1] - 1
    x = np.linspace(0.0, 1.0, d + 1)
    return Polynomial.fit(x, [float(bernstein.value(f, t)) for t in x], d, domain=[0, 1], window=[0, 1])


@pytest.fixture
def f() -> np.ndarray:
    return np.random.default_rng(1).normal(size=6)


@pytest.fixture
def g() -> np.ndarray:
    return np.random.default_rng(2).normal(size=4)


def test_product_is_the_product_of_values(f: np.ndarray, g: np.ndarray) -> None:
    np.testing.assert_allclose(sampled(bernstein.product(f, g)), sampled(f) * sampled(g), atol=1e-12)


def test_derivative_agrees_with_the_power_form(f: np.ndarray) -> None:
    np.testing.assert_allclose(sampled(bernstein.derivative(f)), power_form(f).deriv()(X), atol=1e-9)


def test_composition_is_the_value_at_the_value(f: np.ndarray) -> None:
    w = np.array([0.0, 0.1, 0.7, 1.0])
    inner = sampled(w)
    np.testing.assert_allclose(sampled(bernstein.composed(f, w)), [float(bernstein.value(f, x)) for x in inner], atol=1e-12)


def test_restriction_and_halves_are_the_same_polynomial(f: np.ndarray) -> None:
    part = bernstein.restricted(f, np.asarray(0.25), np.asarray(0.75))
    np.testing.assert_allclose(sampled(part), [float(bernstein.value(f, 0.25 + 0.5 * x)) for x in X], atol=1e-12)
    left, right = bernstein.halves(f)
    np.testing.assert_allclose(sampled(left), [float(bernstein.value(f, x / 2)) for x in X], atol=1e-12)
    np.testing.assert_allclose(sampled(right), [float(bernstein.value(f, 0.5 + x / 2)) for x in X], atol=1e-12)


def test_coefficients_enclose_the_values(f: np.ndarray) -> None:
    dense = np.array([float(bernstein.value(f, x)) for x in np.linspace(0, 1, 400)])
    assert f.min() <= dense.min()
    assert f.max() >= dense.max()
