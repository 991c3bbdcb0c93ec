"""Machine tending on a gantry: its intent, its world, its runs.

Plans are marked released without a proof: what is tested here is what the controller does with a plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from cell.commands import RequestPlan
from cell.declared_state import declared_state
from cell.diagnostic import Outcome, error
from cell.events import Event
from cell.motion_plan import MotionPlan
from cell.program import IntentProgram
from cell.released_plan import Proof, ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Disturbance, Scenario
from cell.standard_verbs import STANDARD
from cell_drivers.simulated import SimulatedCell, simulated_cell
from controller.journal.replay import states
from controller.rehearsal import Ask, RunRecord, rehearsed
from controller.run_state import RunState
from intentlang.check import check_intent
from intentlang.parse import parse_intent
from intentlang.source import SourceFile
from tests.cell_drivers.gantry import gantry_model
from tests.controller.small_planner import ROBOT, SPAN, cell, small_plan

POLICIES = """
on grip_lost: retry 2, then hold "Check gripper pads"
on part_missing: skip
on lathe.alarm: hold "Clear the alarm on the lathe, then press Resume"
"""

INTENT = """
param batch = 3 parts
for each s in infeed until outfeed.count >= batch {
  process s at lathe using OP10
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
}
"""


@cache
def intent(tail: str = POLICIES, batch: str = "3 parts", head: str = INTENT) -> IntentProgram:
    """The intent with `tail` behind it. Goals: g1 process, g2 inspect, g3 move to scrap, g4 move to outfeed."""
    parsed = parse_intent(SourceFile.of("test.intent", head + tail), STANDARD).expect()
    return check_intent(parsed, [], cell(), STANDARD, overrides={"batch": batch}, sources=[]).expect()


def released(plan: MotionPlan) -> ReleasedPlan:
    return ReleasedPlan(plan, Proof((), ()))


@dataclass
class SmallPlanner:
    batch: int = 3
    asked: list[RequestPlan] = field(default_factory=list)

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        self.asked.append(request)
        plan = small_plan(request.state, self.batch)
        if plan is None:
            return Outcome(None, (error("E601", "the set is too small: too few shafts are left", SPAN),))
        return Outcome(released(plan))


def failure_codes(events: Iterable[Event]) -> set[str]:
    """Of all failures that the fold of these events has taken in, those of which a policy made something else as well."""
    return {failure.code for state in states(events) for failure in state.trouble.failures}


# --- runs --------------------------------------------------------------------------------------------------------------


@dataclass
class Tended:
    record: RunRecord
    state: RunState
    world: SimulatedCell
    planner: SmallPlanner

    def all(self, kind: type) -> list:  # type: ignore[type-arg]
        return [event for event in self.record.events if isinstance(event, kind)]

    def truly_in(self, equipment: str) -> set[str]:
        """Ids of the parts that the world has in places of `equipment`."""
        record = self.world.record()
        return {p.id for p in record.parts if getattr(p.where, "place", "").split("[")[0] == equipment}


def spec(program: IntentProgram | None = None, run_id: str = "test") -> RunSpec:
    return RunSpec(run_id, program or intent(), cell(), declared_state(cell()))


def world(*disturbances: Disturbance, seed: int = 0) -> SimulatedCell:
    return simulated_cell(cell(), {ROBOT: gantry_model()}, Scenario(seed, disturbances))


@cache
def tend(
    *disturbances: Disturbance,
    asks: tuple[Ask, ...] = (),
    batch: int = 3,
    tail: str = POLICIES,
    seed: int = 0,
    head: str = INTENT,
) -> Tended:
    """Rehearses tending with `disturbances` in the world and `asks` of an operator. Nobody changes what it gives, so the same
    run is made once."""
    given = spec(intent(tail, f"{batch} parts", head))
    plan = small_plan(given.state, batch)
    assert plan is not None
    simulated, planner = world(*disturbances, seed=seed), SmallPlanner(batch)
    record, state = rehearsed(given, released(plan), simulated, planner, asks)
    return Tended(record, state, simulated, planner)
