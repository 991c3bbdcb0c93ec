"""The driver's link to a real LinuxCNC is cut at twenty points of a motion, and behaves badly under thirty seeds."""

import numpy as np
import pytest

from tests.chaos.linuxcnc import run
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.linuxcnc_arm import HOME, arm_model, somewhere, way
from tests.doubles.linuxcnc_bench import beside_real
from tests.peers.linuxcnc.controller import Controller

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc")]
DURATION = 0.6


def test_cut_anywhere_a_motion_is_finished_once_and_its_end_is_known(controller: Controller) -> None:
    """LinuxCNC finishes what it has: at rest with the end of the motion, and never again."""
    ends = (np.array(HOME), somewhere(0.2))
    controller.go_to(HOME)
    with ChaosRelay(("127.0.0.1", controller.port), Chaos(0, CALM)) as relay:
        bench = beside_real(arm_model(), controller.programs, relay.port)
        bench.robot.open()
        for cut in range(20):
            command, end = f"cut {cut}", ends[1 - cut % 2]
            assert bench.activated().state == "done"
            mark = controller.mark()
            bench.begun(command, way(bench.q(), end, DURATION), s=cut / 25.0)
            relay.cut()
            bench.until(lambda: not bench.robot._session.is_up)
            assert bench.robot.status(command).state == "unknown"
            assert bench.ended(command).state == "done"
            record = controller.settled(mark)
            rows = np.nonzero(record.moving)[0]
            assert np.diff(rows).max() < 50, "it moved again"
            assert (rows[-1] - rows[0]) * 1e-3 == pytest.approx(DURATION, abs=0.06)
            assert np.abs(record.q[-1] - end).max() < 1e-6
        bench.robot.close()


def test_thirty_seeds_of_a_bad_link(controller: Controller) -> None:
    ends = [run(controller, seed) for seed in range(30)]
    assert ends.count("done") > 15, ends
