"""A controller that neither answers nor closes the link, and one whose answers take their time: no call waits long, and a stop
that comes meanwhile counts."""

import pytest

from cell.driver_errors import LinkLost, Refusal, Refused, Stale
from tests.doubles.linuxcnc_arm import HOME, somewhere, way
from tests.doubles.linuxcnc_bench import Bench
from tests.doubles.linuxcnc_shell import LinuxcncDouble


@pytest.mark.parametrize("call", ["prepare", "start"])
def test_no_call_waits_for_a_controller_that_is_silent_where_nobody_has_looked(
    bench: Bench, double: LinuxcncDouble, call: str
) -> None:
    ready, next = bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0)), way(HOME, somewhere(0.2), 1.0)
    double.is_hushed = True
    bench.wait(0.8)
    began = bench.clock()
    with pytest.raises((Stale, LinkLost)):
        bench.robot.start(ready) if call == "start" else bench.robot.prepare("n", next)
    assert (bench.clock() - began) / 1e9 <= 0.05


def test_what_a_stop_drops_while_its_start_waits_for_a_state_never_starts(bench: Bench, double: LinuxcncDouble) -> None:
    ready = bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0))
    bench.wait(0.8)
    double.piece, pause, stops = 20, bench.robot._pause, ["hold"]  # so slow that the start has to wait

    def paused(seconds: float) -> None:
        if stops:
            bench.robot.stop(stops.pop())  # type: ignore[arg-type]
        pause(seconds)

    bench.robot._pause = paused
    with pytest.raises(Refused) as refused:
        bench.robot.start(ready)
    assert not stops, "it had to wait"
    assert refused.value.code is Refusal.NOT_PREPARED
    double.piece = 65536
    bench.until(lambda: not bench.robot._session.is_busy)
    assert double.starts == 0
