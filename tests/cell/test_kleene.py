"""The two tables of Kleene's strong logic."""

from __future__ import annotations

import pytest

from cell.kleene import all_of, any_of


@pytest.mark.parametrize(
    ("values", "both", "either"),
    [
        ((True, True), True, True), ((True, None), None, True), ((True, False), False, True),
        ((None, None), None, None), ((None, False), False, None), ((False, False), False, False), ((), True, False),
    ],
)  # fmt: skip
def test_what_is_known_settles_it_and_else_it_is_not_known(
    values: tuple[bool | None, ...], both: bool | None, either: bool | None
) -> None:
    assert (all_of(values), any_of(values)) == (both, either)
    assert (all_of(values[::-1]), any_of(values[::-1])) == (both, either)
