"""A driver keeps the laws of the contract from a process of its own too: proxies and sockets take nothing away from it."""

from __future__ import annotations

import pytest

from cell_drivers.conformance import LAWS, Law
from cell_drivers.conformance.laws import following
from tests.conformance.by_the_clock import examined
from tests.conformance.hosted_bench import bench

pytestmark = pytest.mark.xdist_group("hosted")
QUICK = frozenset((
    "open-brings-a-state", "close-never-raises", "nothing-is-taken-while-closed", "an-unknown-hand-is-refused",
    "states-number-up",
    "silence-is-occupied", "a-closed-detector-says-occupied",
))  # fmt: skip
"""Of opening, closing, numbering, and refusing, in real time."""


BESIDE_A_DEVICE = frozenset((
    "what-is-not-finite-is-no-state", "what-runs-back-is-no-state",
    "what-is-not-finite-is-not-known", "what-runs-back-is-not-known",
))  # fmt: skip
"""A simulated device says nothing that cannot be so; what a process says in its place is tried in tests/cell_drivers/hosted."""


def marked(law: Law) -> object:
    return pytest.param(law, id=law.name, marks=() if law.name in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("law", [marked(law) for law in LAWS if law.name not in BESIDE_A_DEVICE])
def test_the_law_is_kept(law: Law) -> None:
    statement = examined(bench(), (law,))
    assert [(f.device, f.seen) for f in statement.findings if f.verdict == "failed"] == []
    assert statement.of("passed") or statement.of("exempt")


@pytest.mark.parametrize(
    "law",
    [
        following.a_hand_closes_where_its_robot_is,
        pytest.param(following.a_hand_waits_for_its_robot_to_be_seen, marks=pytest.mark.slow),
        pytest.param(following.what_cannot_be_moves_no_robot, marks=pytest.mark.slow),
    ],
    ids=lambda law: law.name,
)
def test_a_robot_of_another_driver_is_followed_through_the_sockets(law: Law) -> None:
    statement = examined(bench(frozenset({"gantry"})), (law,))
    assert [(f.device, f.seen) for f in statement.findings if f.verdict == "failed"] == []
    assert [f.device for f in statement.of("passed")] == ["grip"]


def test_the_quick_laws_are_laws() -> None:
    assert {law.name for law in LAWS} >= QUICK
