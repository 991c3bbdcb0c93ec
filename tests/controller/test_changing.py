"""Tools in a run: changed by command, where they are by the world's record, and planned again from what is at the flange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import pytest

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.events import DeviceSilent
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import CouplingFails, Disturbance, FrozenState, Scenario
from cell.state import PlanningRequest
from cell.world_record import WorldRecord
from cell_drivers.simulated import simulated_cell
from controller.journal.replay import fold
from controller.rehearsal import Ask, RunRecord, rehearse
from planner.proof.release import release
from tests.planner.proof.changing import APART, IN_TURN, planned, request, tasked
from tests.planner.proof.gantry import VERSIONS
from tests.planner.proof.test_release import CERTIFICATES

RETRY = "on blocked: retry 2, then hold\n"


@dataclass(frozen=True)
class Planner:
    request: PlanningRequest

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        asked = replace(self.request, state=request.state)
        refused = tasked(asked)
        return released(asked) if refused.value is not None else Outcome(None, refused.diagnostics)


def released(asked: PlanningRequest) -> Outcome[ReleasedPlan]:
    return release(planned(asked).plan, asked, CERTIFICATES, versions=VERSIONS)


@cache
def first(intent: str) -> tuple[PlanningRequest, ReleasedPlan]:
    asked = request(intent)
    return asked, released(asked).expect()


def run(intent: str, *disturbed: Disturbance, asks: Sequence[Ask] = ()) -> tuple[RunRecord, WorldRecord]:
    asked, plan = first(intent)
    drivers = simulated_cell(asked.cell, asked.robots, Scenario(1, disturbed))
    spec = RunSpec("r1", asked.program, asked.cell, asked.state)
    record = rehearse(spec, plan, drivers, Planner(asked), asks)
    return record, drivers.record()


def couplings(world: WorldRecord) -> list[tuple[str, str]]:
    return [(effect.what, effect.detail) for effect in world.effects if effect.what in ("coupled", "uncoupled")]


def test_tools_are_changed_and_everything_gets_where_it_shall() -> None:
    record, world = run(APART)
    assert record.summary.state == "Complete"
    assert record.summary.goals_met == record.summary.goals_total == 4
    assert couplings(world) == [("uncoupled", "wide"), ("coupled", "flat")]
    assert world.mounts == {"wide": "rack", "flat": "g1"}
    assert len(world.parts_in("boxes_out")) == len(world.parts_in("discs_out")) == 2
    assert not world.violations
    assert all(count == 1 for count in world.executions.values())


def test_a_run_with_changes_replays_from_its_events() -> None:
    record, _ = run(IN_TURN)
    state = fold(record.events)
    assert dict(state.belief.mounts) == {"wide": "rack", "flat": "g1"}
    assert state.pack == "Complete"


@pytest.mark.parametrize("nth", [1, 2], ids=["does not open", "does not lock"])
def test_a_coupling_that_fails_is_tried_again(nth: int) -> None:
    """Planned again from where the robot stands: in the pocket, with the tool or bare."""
    record, world = run(IN_TURN + RETRY, CouplingFails("g1", nth))
    assert record.summary.state == "Complete"
    assert record.summary.goals_met == 2
    assert couplings(world) == [("uncoupled", "wide"), ("coupled", "flat")]
    assert not world.violations


def test_a_coupling_that_fails_is_held_where_nothing_is_written() -> None:
    record, world = run(IN_TURN, CouplingFails("g1", 2), asks=())
    assert record.summary.state == "Held"
    assert "not locked" in str(record.summary.held_because)
    assert world.mounts == {"wide": "rack", "flat": "rack"}
    assert not world.violations


def test_nothing_is_known_of_a_tool_in_its_pocket_until_it_is_coupled() -> None:
    asked, _ = first(IN_TURN)
    drivers = simulated_cell(asked.cell, asked.robots, Scenario())
    assert [drivers.grippers[tool].state("a").grip for tool in ("wide", "flat")] == ["open", None]
    record, _ = run(IN_TURN)
    assert record.summary.state == "Complete"
    assert fold(record.events).belief.hands["flat.a"].grip == "open"


def test_a_silent_coupling_is_noticed_and_sent_nothing_meanwhile() -> None:
    record, world = run(IN_TURN, FrozenState("g1.coupling", 0.5, 4.0), asks=(Ask(8.0, "resume"),))
    assert [(e.device, e.is_silent) for e in record.events if isinstance(e, DeviceSilent)][:1] == [("g1.coupling", True)]
    assert record.summary.state == "Complete"
    assert couplings(world) == [("uncoupled", "wide"), ("coupled", "flat")]
    assert not world.violations
