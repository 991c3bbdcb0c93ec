"""Polynomials on [0, 1] by their Bernstein coefficients: sums that bound, exactly and without sampling.

A polynomial of degree d with coefficients c_0..c_d lies between min c and max c on [0, 1], is c_0 and c_d at the ends, and
halving the interval shrinks the excess of that bound by four. So a limit on a product of polynomials is *decided*, not
sampled. Arrays hold the coefficients on axis -1 and any number of polynomials before it.
Source: Farouki and Rajan, "Algorithms for polynomials in Bernstein form", CAGD 5 (1988), eqs. 32
(subdivision) and 44 (product).
"""

from __future__ import annotations

from functools import cache
from math import comb

import numpy as np

from cell.geometry import Array


@cache
def _binomials(degree: int) -> Array:
    row = np.array([comb(degree, k) for k in range(degree + 1)], dtype=np.float64)
    row.flags.writeable = False
    return row


@cache
def _product_weights(a: int, b: int) -> Array:
    """w[i, j] = C(a, i) C(b, j) / C(a + b, i + j)."""
    weights: Array = np.outer(_binomials(a), _binomials(b))
    return weights / _binomials(a + b)[np.add.outer(np.arange(a + 1), np.arange(b + 1))]


def product(f: Array, g: Array) -> Array:
    """f g, of degree deg f + deg g; leading axes broadcast."""
    a, b = f.shape[-1] - 1, g.shape[-1] - 1
    terms = f[..., :, None] * g[..., None, :] * _product_weights(a, b)
    result = np.zeros((*terms.shape[:-2], a + b + 1))
    for i in range(a + 1):
        result[..., i : i + b + 1] += terms[..., i, :]
    return result


def derivative(f: Array) -> Array:
    """df/dx, one degree lower; of a constant, the constant zero."""
    d = f.shape[-1] - 1
    return d * np.diff(f, axis=-1) if d > 0 else np.zeros_like(f)


def halves(f: Array) -> tuple[Array, Array]:
    """f on [0, 1/2] and on [1/2, 1], each written on [0, 1] (de Casteljau)."""
    left, right = np.empty_like(f), np.empty_like(f)
    row = f
    for k in range(f.shape[-1]):
        left[..., k], right[..., f.shape[-1] - 1 - k] = row[..., 0], row[..., -1]
        row = 0.5 * (row[..., :-1] + row[..., 1:])
    return left, right


def restricted(f: Array, low: Array, high: Array) -> Array:
    """f on [low, high], written on [0, 1]. `low` and `high` have the leading axes of f, or broadcast to them."""
    return _tail(_head(f, high), np.divide(low, high, out=np.zeros(np.shape(high)), where=np.asarray(high) != 0.0))


def _head(f: Array, at: Array) -> Array:
    kept, row, x = np.empty_like(f), f, np.asarray(at)[..., None]
    for k in range(f.shape[-1]):
        kept[..., k] = row[..., 0]
        row = (1.0 - x) * row[..., :-1] + x * row[..., 1:]
    return kept


def _tail(f: Array, at: Array) -> Array:
    kept, row, x = np.empty_like(f), f, np.asarray(at)[..., None]
    for k in range(f.shape[-1]):
        kept[..., f.shape[-1] - 1 - k] = row[..., -1]
        row = (1.0 - x) * row[..., :-1] + x * row[..., 1:]
    return kept


def composed(f: Array, w: Array) -> Array:
    """f(w(x)), of degree deg f · deg w, by de Casteljau over polynomials; leading axes broadcast."""
    row = f[..., :, None]
    one_minus = 1.0 - w
    for _ in range(f.shape[-1] - 1):
        row = product(row[..., :-1, :], one_minus[..., None, :]) + product(row[..., 1:, :], w[..., None, :])
    values: Array = row[..., 0, :]
    return values


def value(f: Array, x: Array) -> Array:
    """f at `x`, which broadcasts against the leading axes."""
    row, at = f, np.asarray(x)[..., None]
    while row.shape[-1] > 1:
        row = (1.0 - at) * row[..., :-1] + at * row[..., 1:]
    values: Array = row[..., 0]
    return values
