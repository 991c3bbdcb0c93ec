"""The driver's link to a real LinuxCNC is cut at twenty points of a motion."""

import numpy as np
import pytest

from cell.device import LinkChanged
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.linuxcnc_arm import HOME, arm_model, somewhere, way
from tests.doubles.linuxcnc_bench import beside_real
from tests.peers.linuxcnc.controller import PERIOD, Controller

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc links")]
DURATION = 0.8
CUTS = 20


def test_cut_anywhere_a_motion_is_finished_once_and_its_end_is_known(controller: Controller) -> None:
    """LinuxCNC finishes what it has, as the driver declares: at rest with the end of the motion, and never again."""
    ends, cut_at = (np.array(HOME), somewhere(0.2)), []
    controller.go_to(HOME)
    with ChaosRelay(("127.0.0.1", controller.port), Chaos(0, CALM)) as relay:
        bench = beside_real(arm_model(), controller.programs, relay.port)
        bench.robot.open()
        for cut in range(CUTS):
            command, end = f"cut {cut}", ends[1 - cut % 2]
            assert bench.activated().state == "done"
            mark = controller.standing()
            bench.begun(command, way(bench.q(), end, DURATION), s=cut / (CUTS + 5.0))
            relay.cut(refuses=True)
            bench.until(lambda: not bench.robot._session.is_up)
            cut_at.append(bench.robot.status(command).at or 0.0)
            assert bench.robot.status(command).state == "unknown"
            bench.events.clear()
            relay.heal()
            assert bench.ended(command).state == "done"
            assert [event.is_up for event in bench.events if isinstance(event, LinkChanged)] == [True]
            record = controller.at_rest(mark)
            assert record.executions == 1, "it moved again"
            assert np.allclose(record.travelled, np.abs(end - ends[cut % 2]), atol=2e-3), "it moved again"
            assert np.count_nonzero(record.moving) * PERIOD == pytest.approx(DURATION, abs=0.06)
            assert np.abs(record.q[-1] - end).max() < 1e-6
        bench.robot.close()
    assert len({round(s, 3) for s in cut_at}) > CUTS / 2, f"cut at the same points: {cut_at}"
