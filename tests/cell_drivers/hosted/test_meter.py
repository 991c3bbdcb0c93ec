"""What the controller's end of a driver's process measures of it, and of what the driver has measured itself."""

from dataclasses import replace

import numpy as np
import pytest

from cell.device import CouplingState, GripperState, LinkHeard, RobotState
from cell.no_devices import NO_SIGNALS
from cell_drivers.hosted.credible import incredible
from cell_drivers.hosted.meter import MOST, Due, Meter, due_of
from cell_drivers.hosted.wire import Described, Hello, Seen, read_from_child, write

SECOND = 1_000_000_000
DUE = {"r1": Due(0.02, 0.08), "grip": Due(0.02, 0.08)}
NOTHING = NO_SIGNALS.capabilities()


def robot(received: float, name: str = "r1") -> RobotState:
    zero = np.zeros(6)
    at = round(received * SECOND)
    return RobotState(name, 1, at, at, zero, zero, zero, None, None, "idle", "normal", 1.0, None, None, ())


def hand(time: float, name: str) -> GripperState:
    return GripperState("grip", name, round(time * SECOND), "open", None, None)


def took(meter: Meter, device: str = "r1") -> tuple[float, ...]:
    return next((heard.took for heard in meter.fetch() if heard.device == device), ())


@pytest.mark.parametrize(("age", "late"), [(0.005, 0.0), (0.02, 0.0), (0.05, 0.03), (0.08, 0.06)])
def test_a_state_is_as_late_as_it_is_older_than_due(age: float, late: float) -> None:
    meter = Meter()
    meter.looked(Seen(SECOND, robots=(robot(1.0 - age),)), DUE, SECOND)
    assert took(meter) == pytest.approx((late,))


def test_what_is_older_than_its_maximum_age_is_silence_and_no_late_answer() -> None:
    meter = Meter()
    meter.looked(Seen(SECOND, robots=(robot(0.9),)), DUE, SECOND)
    assert meter.fetch() == ()


def test_a_tool_is_as_late_as_the_oldest_of_its_hands_and_who_tells_no_rate_is_never_late() -> None:
    meter = Meter()
    coupling = CouplingState("r1.coupling", "r1", 0, None)
    meter.looked(Seen(SECOND, hands=(hand(0.99, "a"), hand(0.95, "b")), couplings=(coupling,)), DUE, SECOND)
    (heard,) = meter.fetch()
    assert heard.device == "grip"
    assert heard.took == pytest.approx((0.03,))


def test_answers_are_told_once_and_the_oldest_go_where_nobody_fetches_them() -> None:
    meter = Meter()
    for k in range(MOST + 5):
        meter.answered("r1", float(k))
    meter.lost("lathe")
    lathe, first = meter.fetch()
    assert lathe == LinkHeard("lathe", (), 1)
    assert (len(first.took), first.took[0]) == (MOST, 5.0)
    assert meter.fetch() == ()


def test_what_the_driver_has_measured_is_added() -> None:
    meter = Meter()
    meter.looked(Seen(SECOND, robots=(robot(0.99),), heard=(LinkHeard("r1", (0.2,), 3),)), DUE, SECOND)
    (heard,) = meter.fetch()
    assert (sorted(heard.took), heard.lost) == ([0.0, 0.2], 3)


def test_due_is_what_a_device_declares() -> None:
    told = Described("motion", "r1", "r1", replace(NOTHING, rate=50.0, max_age=0.08))
    assert due_of((told, Described("motion", "r2", "r2", NOTHING))) == {"r1": Due(0.02, 0.08)}


def test_it_crosses_and_less_than_nothing_is_not_believed() -> None:
    hello = Hello((Described("motion", "r1", "r1", NOTHING),))
    for heard, is_believed in (
        (LinkHeard("r1", (0.1,), 1), True),
        (LinkHeard("r1", (-0.1,), 0), False),
        (LinkHeard("x", (), 0), False),
    ):
        seen = read_from_child(write(Seen(SECOND, heard=(heard,))))
        assert isinstance(seen, Seen)
        assert seen.heard == (heard,)
        assert (incredible(seen, hello, lambda command: True) is None) is is_believed
