"""Every law refuses somebody: for each there is a driver with one fault, which that law catches. The sound one keeps them all."""

from __future__ import annotations

import pytest

from cell_drivers.conformance import LAWS, examine
from cell_drivers.conformance.laws import wiring
from tests.conformance import (
    broken_declaring,
    broken_following,
    broken_hushing,
    broken_moving,
    broken_racing,
    broken_reading,
    broken_refusing,
    broken_returning,
    broken_seeing,
    broken_serving,
    broken_stopping,
)
from tests.conformance.around import Fault, robots

FAULTS: tuple[Fault, ...] = (
    *broken_reading.FAULTS,
    *broken_declaring.FAULTS,
    *broken_moving.FAULTS,
    *broken_stopping.FAULTS,
    *broken_refusing.FAULTS,
    *broken_serving.FAULTS,
    *broken_following.FAULTS,
    *broken_hushing.FAULTS,
    *broken_racing.FAULTS,
    *broken_returning.FAULTS,
    *broken_seeing.FAULTS,
)


TAKES_LONG = (*broken_racing.FAULTS, *broken_returning.LONG)  # in real time


def named(fault: Fault) -> object:
    marks = (pytest.mark.long,) if fault in TAKES_LONG else ()
    return pytest.param(fault, id=f"{fault.name}, caught by {fault.breaks.name}", marks=marks)


@pytest.mark.parametrize("fault", [named(fault) for fault in FAULTS])
def test_a_driver_that(fault: Fault) -> None:
    statement = examine(fault.bench(), (fault.breaks,))
    assert statement.of("failed"), [f"{finding.verdict}: {finding.seen}" for finding in statement.findings]
    assert not statement.conforms


def test_every_law_catches_somebody() -> None:
    assert {law.name for law in LAWS} - {fault.breaks.name for fault in FAULTS} == set()


def test_every_fault_is_another() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_robot_whose_lamp_is_lit_and_put_out_keeps_the_laws_of_its_points() -> None:
    sound = Fault("has a lamp", wiring.set_io_reaches_its_value, robots(broken_reading.Lamp))
    laws = (wiring.set_io_reaches_its_value, wiring.an_unknown_io_point_is_refused)
    assert [finding.verdict for finding in examine(sound.bench(), laws).findings] == ["passed", "passed"]
