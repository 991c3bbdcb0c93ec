"""Thirty of the thousand seeds of `python -m tests.chaos.ur`, with fewer motions each."""

import pytest

from tests.chaos.ur import run
from tests.long import rest_is_long


@pytest.mark.parametrize("seed", rest_is_long(range(30), quick=4))
def test_a_bad_link_never_makes_the_robot_do_what_it_must_not(seed: int) -> None:
    assert run(seed, motions=1) in ("done", "stopped", "held")


def test_some_seeds_are_done_some_stopped_and_some_held() -> None:
    """Where all are done the link was not bad, where none is it was no link."""
    assert {run(seed, motions=1) for seed in (0, 2, 3)} == {"done", "held", "stopped"}
