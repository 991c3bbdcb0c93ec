"""How late samples of a controller come, by two clocks that run apart, and which do not come."""

import numpy as np
import pytest

from cell_drivers.ur.arrivals import MOST, WINDOWS, Arrivals
from cell_drivers.ur.registers import Report
from cell_drivers.ur.sample import RobotMode, Runtime, Safety, Sample

PERIOD = 8_000_000  # ns


def sample(number: int, late: float = 0.0, drift: float = 0.0) -> Sample:
    """The sample of that number, `late` s later than the quickest way, where our clock has gained `drift` s."""
    time, zero = number * PERIOD, np.zeros(6)
    received = time + 5_000_000_000 + round((late + drift) * 1e9)
    report = Report.__new__(Report)
    return Sample(
        time,
        received,
        received,
        zero,
        zero,
        zero,
        zero,
        zero,
        zero,
        zero[:3],
        RobotMode.RUNNING,
        Safety.NORMAL,
        Runtime.STOPPED,
        1.0,
        report,
    )


def test_late_is_what_comes_later_than_the_quickest() -> None:
    arrivals = Arrivals()
    for number, late in enumerate((0.001, 0.0, 0.05)):
        arrivals.take(sample(number, late))
    heard = arrivals.fetch("r1")
    assert heard is not None
    assert heard.took == pytest.approx((0.001, 0.0, 0.05))
    assert heard.lost == 0


def test_what_is_missing_is_lost_and_counted_once() -> None:
    arrivals = Arrivals()
    for number in (1, 2, 5, 6):
        arrivals.take(sample(number))
    heard = arrivals.fetch("r1")
    assert heard is not None
    assert (len(heard.took), heard.lost) == (4, 2)
    arrivals.take(sample(7))
    again = arrivals.fetch("r1")
    assert again is not None
    assert again.lost == 0


def test_what_a_connection_before_has_left_out_is_not_lost_on_the_way() -> None:
    arrivals = Arrivals()
    arrivals.take(sample(1))
    arrivals.begin()
    arrivals.take(sample(900))
    heard = arrivals.fetch("r1")
    assert heard is not None
    assert (heard.took, heard.lost) == ((0.0,), 0)


def test_what_was_lost_before_a_connection_ended_is_told_with_what_comes_next() -> None:
    arrivals = Arrivals()
    for number in (1, 5):
        arrivals.take(sample(number))
    arrivals.begin()
    assert arrivals.fetch("r1") is None
    arrivals.take(sample(900))
    heard = arrivals.fetch("r1")
    assert heard is not None
    assert (heard.took, heard.lost) == ((0.0,), 3)


def test_clocks_that_run_apart_make_nothing_late() -> None:
    """50 us a second, over an hour 0.18 s."""
    arrivals, worst = Arrivals(), 0.0
    for second in range(3600):
        arrivals.take(sample(125 * second, drift=50e-6 * second))
        heard = arrivals.fetch("r1")
        assert heard is not None
        worst = max(worst, *heard.took)
    assert worst <= WINDOWS * 50e-6


def test_nothing_is_told_of_nothing_and_the_oldest_go() -> None:
    arrivals = Arrivals()
    assert arrivals.fetch("r1") is None
    for number in range(MOST + 7):
        arrivals.take(sample(number))
    heard = arrivals.fetch("r1")
    assert heard is not None
    assert len(heard.took) == MOST
