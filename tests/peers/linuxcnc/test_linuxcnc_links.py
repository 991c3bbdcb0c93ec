"""The driver's link to a real LinuxCNC is cut at twenty points of a motion."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from cell.device import LinkChanged
from cell.geometry import Array
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.linuxcnc_arm import HOME, arm_model, somewhere, way
from tests.doubles.linuxcnc_bench import Bench, beside_real
from tests.peers.linuxcnc.controller import PERIOD, Controller

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc links")]
DURATION = 0.8
CUTS = 20
MISSED = 5
"""Motions of which a busy machine may let nothing be seen until they are over; each is made again, the other way."""
ENDS = (np.array(HOME), somewhere(0.2))


@dataclass(frozen=True, slots=True)
class UnderWay:
    command: str
    start: Array
    end: Array
    mark: int


def test_cut_anywhere_a_motion_is_finished_once_and_its_end_is_known(controller: Controller) -> None:
    """LinuxCNC finishes what it has, as the driver declares: at rest with the end of the motion, and never again."""
    cut_at = list[float]()
    controller.go_to(HOME)
    with ChaosRelay(("127.0.0.1", controller.port), Chaos(0, CALM)) as relay:
        bench = beside_real(arm_model(), controller.programs, relay.port)
        bench.robot.open()
        for cut in range(CUTS):
            motion = _cut_in_mid_motion(controller, bench, relay, cut)
            cut_at.append(bench.robot.status(motion.command).at or 0.0)
            assert bench.robot.status(motion.command).state == "unknown"
            bench.events.clear()
            relay.heal()
            assert bench.ended(motion.command).state == "done"
            assert [event.is_up for event in bench.events if isinstance(event, LinkChanged)] == [True]
            record = controller.at_rest(motion.mark)
            assert record.executions == 1, "it moved again"
            assert np.allclose(record.travelled, np.abs(motion.end - motion.start), atol=2e-3), "it moved again"
            assert np.count_nonzero(record.moving) * PERIOD == pytest.approx(DURATION, abs=0.06)
            assert np.abs(record.q[-1] - motion.end).max() < 1e-6
        bench.robot.close()
    assert len({round(s, 3) for s in cut_at}) > CUTS / 2, f"cut at the same points: {cut_at}"


def _cut_in_mid_motion(controller: Controller, bench: Bench, relay: ChaosRelay, cut: int) -> UnderWay:
    """The link is gone, and the motion was not known to be over by then."""
    s = cut / (CUTS + 5.0)
    for again in range(MISSED):
        motion = _begun(controller, bench, f"cut {cut} {again}")
        bench.until(partial(_is_at, bench, motion, s))
        relay.cut(refuses=True)
        bench.until(lambda: not bench.robot._session.is_up)
        if not _is_over(bench, motion):
            return motion
        relay.heal()
        bench.until(lambda: bench.robot._session.is_up)
    raise AssertionError(f"{MISSED} motions were over before they were seen at {s:.2f}")


def _begun(controller: Controller, bench: Bench, command: str) -> UnderWay:
    activated = bench.activated()
    assert activated.state == "done", activated.why
    mark, here = controller.standing(), bench.q()
    start, end = sorted(ENDS, key=lambda q: float(np.abs(q - here).max()))
    bench.robot.start(bench.robot.prepare(command, way(here, end, DURATION)))
    return UnderWay(command, start, end, mark)


def _is_over(bench: Bench, motion: UnderWay) -> bool:
    return bench.robot.status(motion.command).is_final


def _is_at(bench: Bench, motion: UnderWay, s: float) -> bool:
    """Seen to run, at `s` at least; or over."""
    state = bench.robot.state()
    is_there = state.command == motion.command and state.s is not None and state.s >= s
    return is_there or _is_over(bench, motion)
