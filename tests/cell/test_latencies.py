"""Latencies are counted in steps that are good for percentiles, and that mean the same for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell.latencies import LAST, counted, longest_in, merged, percentile, step_of

SECONDS = st.floats(min_value=0.0, max_value=90.0, allow_nan=False)


@pytest.mark.parametrize(("seconds", "step"), [(0.0, 0), (1e-4, 0), (1.01e-4, 1), (1e-3, 24), (0.1, 72), (1.0, 96), (1e6, LAST)])
def test_a_step_means_the_same_for_ever(seconds: float, step: int) -> None:
    assert step_of(seconds) == step


@given(SECONDS)
def test_a_step_is_no_more_than_a_tenth_too_long_and_never_too_short(seconds: float) -> None:
    told = longest_in(step_of(seconds))
    assert seconds <= told * (1.0 + 1e-9)
    assert told <= max(1e-4, 1.1008 * seconds)


@given(st.lists(SECONDS, min_size=1, max_size=60), st.lists(SECONDS, max_size=60), st.sampled_from([0.5, 0.99, 1.0]))
def test_merged_they_give_what_all_at_once_would(some: list[float], others: list[float], share: float) -> None:
    into: dict[int, int] = {}
    merged(into, counted(some))
    merged(into, counted(others))
    assert into == dict(counted([*some, *others]))
    ordered = sorted([*some, *others])
    found, true = percentile(into, share), ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
    assert found is not None
    assert true <= found * (1.0 + 1e-9)
    assert found <= max(1e-4, 1.1008 * true)


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile({}, 0.99) is None
