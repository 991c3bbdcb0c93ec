"""A relay beside a real LinuxCNC changes what it says: each lie is refused, or ends the link, with its cause, and the record that
LinuxCNC keeps of itself shows that nothing moved.

All that can be lied about stands in tests/cell_drivers/linuxcnc and tests/end_to_end; here that it is so in LinuxCNC's own lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cell.device import LinkChanged
from cell.driver_errors import LinkLost, Refused, Stale
from tests.doubles.linuxcnc_arm import HOME, arm_model, somewhere, way
from tests.doubles.linuxcnc_bench import Bench, beside_real
from tests.doubles.lying_relay import Edit, LyingRelay, truth
from tests.peers.linuxcnc.controller import Controller

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc")]


def positions(change: Callable[[list[float]], list[float]], *subjects: str) -> Edit:
    def edited(said: str) -> str:
        subject, *values = said.split() if said.startswith(subjects) else ("",)
        if not subject:
            return said
        return " ".join((subject, *(f"{value:.6f}" for value in change([float(value) for value in values]))))

    return edited


def swapped(q: list[float]) -> list[float]:
    return [q[1], q[0], *q[2:]]


def radians(q: list[float]) -> list[float]:
    return list(np.radians(q))


def shown(count: int, change: Callable[[list[float]], list[float]]) -> Edit:
    """Of the so many numbers that a program of the driver's has shown: the machine's version and joints, or a joint's limits."""
    numbers = re.compile(rf"(?P<before>.*cellwright \d+)(?P<told>(?: -?[0-9.]+){{{count}}})(?P<after>\D*)$")

    def edited(said: str) -> str:
        found = numbers.fullmatch(said)
        if found is None:
            return said
        values = change([float(value) for value in found["told"].split()])
        return " ".join((found["before"], *(f"{value:.6f}" for value in values))) + found["after"]

    return edited


def runs_back() -> Edit:
    """Each time that it tells is earlier than the one before."""
    told: list[float] = []

    def edited(said: str) -> str:
        if not said.startswith("TIME "):
            return said
        told.append(float(said.split()[1]) if not told else told[-1] - 0.01)
        return f"TIME {told[-1]:.6f}"

    return edited


NO_LINK: tuple[tuple[Edit, str], ...] = (
    (lambda said: None, "accepts and says nothing"),
    (lambda said: said.replace("EMCNETSVR 1.1", "EMCNETSVR 2.0"), r"of version 2\.0, not 1\.1"),
    (lambda said: re.sub(r"^JOINT_POS \S+", "JOINT_POS nan", said), "no number: 'nan'"),
    (runs_back(), "its time runs back or stands still"),
)
ANOTHER: tuple[tuple[Edit, str], ...] = (
    (positions(swapped, "JOINT_POS "), "another order of joints"),
    (positions(radians, "JOINT_POS "), "another unit"),
    (positions(radians, "JOINT_POS ", "ABS_CMD_POS "), "another unit"),
    (shown(2, lambda machine: [2.7, machine[1]]), "it is LinuxCNC 2.7; this driver knows 2.9"),
    (shown(8, radians), "radians for degrees"),
)


@pytest.fixture
def relay(controller: Controller) -> Iterator[LyingRelay]:
    controller.go_to(HOME)
    with LyingRelay(("127.0.0.1", controller.port)) as relay:
        yield relay


@pytest.fixture
def bench(controller: Controller, relay: LyingRelay) -> Iterator[Bench]:
    bench = beside_real(arm_model(), controller.programs, relay.port)
    try:
        yield bench
    finally:
        bench.robot.close()


def test_what_cannot_be_so_is_no_link_and_its_cause_is_told(controller: Controller, relay: LyingRelay, bench: Bench) -> None:
    mark = controller.standing()
    for relay.edit, cause in NO_LINK:
        with pytest.raises(LinkLost, match=cause):
            bench.robot.open()
    assert not controller.settled(mark).moving.any()


def test_another_robot_by_what_it_says_is_not_activated_and_nothing_moves(
    controller: Controller, relay: LyingRelay, bench: Bench
) -> None:
    mark = controller.standing()
    for number, (lie, cause) in enumerate(ANOTHER):
        relay.edit = lie
        bench.robot.open()
        told = bench.activated()
        assert (told.state, cause in told.why) == ("aborted", True), f"{number}: {told}"
        with pytest.raises(Refused):
            bench.robot.prepare(f"m{number}", way(HOME, somewhere(0.1), 1.0))
        bench.robot.close()
    assert not controller.settled(mark).moving.any()


def test_a_time_that_runs_back_in_mid_motion_ends_the_link_and_nothing_more_is_taken(
    controller: Controller, relay: LyingRelay, bench: Bench
) -> None:
    """Through the same relay the truth is believed; the motion under way ends by itself, as the driver declares."""
    bench.robot.open()
    assert bench.activated().state == "done"
    mark = controller.standing()
    bench.begun("under way", way(HOME, somewhere(0.4), 1.5), s=0.2)
    relay.edit = runs_back()
    bench.until(lambda: any(isinstance(e, LinkChanged) and not e.is_up for e in bench.events))
    (down,) = (e for e in bench.events if isinstance(e, LinkChanged) and not e.is_up)
    assert "its time runs back or stands still" in down.why
    assert bench.robot.status("under way").state == "unknown"
    with pytest.raises((Stale, LinkLost, Refused)):
        bench.robot.prepare("another", way(somewhere(0.4), HOME, 1.0))
    record = controller.at_rest(mark)
    assert record.executions == 1
    relay.edit = truth
    assert bench.ended("under way").state == "done"
