"""Thirty of the thousand seeds of `python -m tests.chaos.linuxcnc`: the driver's link to a real LinuxCNC behaves badly."""

import pytest

from tests.chaos.linuxcnc import run
from tests.peers.linuxcnc.controller import Controller

pytestmark = pytest.mark.counterpart
SHARES = [pytest.param(range(k, 30, 2), marks=pytest.mark.xdist_group(f"linuxcnc seeds {k}"), id=f"share {k}") for k in (0, 1)]
"""Halves of them, for two processes to try at the same time: they wait most of it."""


@pytest.mark.parametrize("seeds", SHARES)
def test_thirty_seeds_of_a_bad_link(controller: Controller, seeds: range) -> None:
    ends = [run(controller, seed) for seed in seeds]
    assert ends.count("done") > len(seeds) / 2, ends
    assert len(set(ends)) > 1, "where all are done the link was not bad"
