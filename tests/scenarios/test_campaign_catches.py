"""A campaign that never found anything proves nothing: the controller is broken on purpose, and the campaign says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cell.scenario import Disturbance, LinkCut, OperatorAsks, OperatorWord, PersonEnters, Scenario
from cellwright.campaign import campaign
from cellwright.campaign.campaign import Subject, tried
from cellwright.campaign.ends import End
from controller import presence, speeds, stops
from controller.dispatch import Dispatcher
from tests.scenarios.subjects import gantry

COMES = PersonEnters("aisle", 6.0, 9.0)


def end(subject: Subject, *disturbances: Disturbance) -> End:
    return tried(subject, Scenario(0, disturbances)).end


def found(ending: End) -> str:
    assert ending.way == "faulty"
    return "; ".join(ending.faults)


@pytest.mark.parametrize("rule", ["stop", "slow"])
def test_the_controller_as_it_is_passes(rule: str) -> None:
    ending = end(gantry(1, rule), COMES, OperatorAsks(20.0, "resume"))
    assert (ending.way, ending.faults) == ("complete", ())


@pytest.mark.parametrize("what", ["stop", "quick stop", "abort"])
def test_of_a_run_that_was_stopped_it_says_who_asked_for_what(what: OperatorWord) -> None:
    ending = end(gantry(1, "stop"), OperatorAsks(6.0, "hold"), OperatorAsks(8.0, what))
    assert (ending.way, ending.cause, ending.faults) == ("stopped", f"operator asked to {what}", ())


def test_a_robot_that_goes_on_with_somebody_in_a_stop_zone_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "_stops", lambda zone: False)
    assert "g1 moves at" in found(end(gantry(1, "stop"), COMES))


def test_a_robot_that_starts_with_somebody_in_a_stop_zone_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "keeps_still", lambda d, step: None)
    held = (OperatorAsks(5.0, "hold"), PersonEnters("aisle", 20.0, 60.0), OperatorAsks(30.0, "resume"))
    assert "g1 moves at" in found(end(gantry(1, "stop"), *held))


def test_a_robot_that_does_not_slow_down_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speeds, "slow_to", lambda d: None)
    assert "0.25 m/s is allowed" in found(end(gantry(1, "slow"), COMES))


def test_a_command_that_is_carried_out_twice_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell_drivers.simulated.face import Face

    begin = Face.begin
    monkeypatch.setattr(Face, "begin", lambda self, command, *asked: (self.world.executed(command), begin(self, command, *asked)))
    assert "carried out twice" in found(end(gantry(1)))


def test_a_controller_that_fails_is_a_finding_and_ends_no_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Dispatcher, command: object) -> Sequence[object]:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(Dispatcher, "stop", fails)
    assert "a defect: ZeroDivisionError: of ours" in found(end(gantry(1), OperatorAsks(5.0, "stop")))


def test_a_run_that_goes_on_and_on_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stops, "is_quiet", lambda d: False)
    monkeypatch.setattr(campaign, "LONGEST", 2.0)
    monkeypatch.setattr(campaign, "AT_LEAST", 0.0)
    assert "neither ends nor holds" in found(end(gantry(1), OperatorAsks(5.0, "hold")))


def test_a_hold_without_a_cause_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from cellwright.campaign import ends

    monkeypatch.setattr(ends, "HoldRaised", LinkCut)
    assert "it holds, and no event says so" in found(end(gantry(1), OperatorAsks(5.0, "hold")))
