"""Tests that take seconds each (many seeds, processes that are killed) run after the others: `pytest -m "long and not slow"`."""

from collections.abc import Iterable
from typing import Any

import pytest


def rest_is_long(values: Iterable[Any], quick: int = 1) -> list[Any]:
    """The values of a parameter, of which the first `quick` run in the quick suite and all others with the mark."""
    return [value if k < quick else pytest.param(value, marks=pytest.mark.long) for k, value in enumerate(values)]
