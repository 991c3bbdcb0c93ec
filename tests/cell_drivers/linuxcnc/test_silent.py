"""A controller that neither answers nor closes the link, and one whose answers take their time: no call waits long, and a stop
that comes meanwhile counts."""

import threading
from typing import Any

import pytest

from cell.device import StopKind
from cell.driver_errors import LinkLost, Refusal, Refused, Stale
from cell_drivers.linuxcnc.session import Session
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
    double.piece, pause, stops = 20, bench.robot._pause, list[StopKind](["hold"])  # so slow that the start has to wait

    def paused(seconds: float) -> None:
        if stops:
            bench.robot.stop(stops.pop())
        pause(seconds)

    bench.robot._pause = paused
    with pytest.raises(Refused) as refused:
        bench.robot.start(ready)
    assert not stops, "it had to wait"
    assert refused.value.code is Refusal.NOT_PREPARED
    double.piece = 65536
    bench.until(lambda: not bench.robot._session.is_busy)
    assert double.starts == 0


@pytest.mark.parametrize("call", ["activate", "deactivate", "scale_speed", "start"])
def test_no_stop_comes_into_the_middle_of_what_is_begun(bench: Bench, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Its thread would find what waits half changed."""
    ready, begin, could = bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0)), Session.run, list[bool]()

    def begun(session: Session, *given: Any) -> None:
        other = threading.Thread(target=lambda: could.append(bench.robot._turn.acquire(blocking=False)))
        other.start()
        other.join()
        begin(session, *given)

    monkeypatch.setattr(Session, "run", begun)
    asked: dict[str, tuple[Any, ...]] = {"scale_speed": ("x", 0.5), "start": (ready,)}
    getattr(bench.robot, call)(*asked.get(call, ("x",)))
    assert could
    assert not any(could)
