"""A robot that meets more force than it may: everything stops, and the hold, or the policy of the line, says so."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cell.commands import StopAll
from cell.driver import DriverSet
from cell.events import ClauseBroken, CommandSent, Event, ForceSeen, HoldRaised
from cell.motion_plan import ContactAllowance, Motion
from cell.scenario import Bump, Scenario
from cell_drivers.composed import ComposedSet, Share
from cell_drivers.simulated import SimulatedCell, simulated_cell
from controller.forces import _of_motion, clauses_of
from controller.journal.replay import fold
from controller.rehearsal import Ask, rehearse
from controller.watch import Watch
from tests.cell_drivers.gantry import Desk, gantry_model, over
from tests.controller.small_planner import ROBOT, cell, small_plan
from tests.controller.tending import POLICIES, SmallPlanner, intent, released, spec, tend
from tests.controller.told import of

SECOND = 1_000_000_000


@cache
def bumped(*bumps: Bump, tail: str = POLICIES, asks: tuple[Ask, ...] = (), force_limit: float | None = None) -> tuple[Event, ...]:
    asked = cell()
    if force_limit is not None:
        asked = replace(asked, robots={ROBOT: replace(asked.robots[ROBOT], force_limit=force_limit)})
    given, scenario = replace(spec(intent(tail, "1 parts")), cell=asked), Scenario(0, bumps)
    plan = small_plan(given.state, 1)
    assert plan is not None
    drivers = simulated_cell(asked, {ROBOT: gantry_model()}, scenario)
    return rehearse(given, released(plan), drivers, SmallPlanner(1), asks, scenario=scenario).events


def test_what_is_met_on_the_way_stops_everything_in_the_same_look() -> None:
    events = bumped(Bump(ROBOT, 2.0, 0.05, 212.0))
    (seen,) = of(events, ForceSeen)
    assert (seen.robot, seen.at, seen.limit) == (ROBOT, 2 * SECOND, 150.0)
    assert seen.force == pytest.approx(212.0)
    (hold,) = of(events, HoldRaised)
    assert (hold.code, hold.at) == ("R776", seen.at)
    assert hold.because
    assert [e.at for e in of(events, CommandSent) if isinstance(e.command, StopAll)] == [seen.at]


@pytest.mark.parametrize("force", [0.0, 120.0, 150.4])
def test_what_may_be_met_is_never_told(force: float) -> None:
    """150.4 N may be 149.9: it is off by half a newton at most."""
    events = bumped(Bump(ROBOT, 2.0, 0.05, force))
    assert of(events, ForceSeen) == []
    assert of(events, HoldRaised) == []


def test_the_robots_own_limit_comes_before_the_usual_one() -> None:
    events = bumped(Bump(ROBOT, 2.0, 0.05, 90.0), force_limit=80.0)
    (seen,) = of(events, ForceSeen)
    assert seen.limit == 80.0
    assert of(bumped(Bump(ROBOT, 2.0, 0.05, 90.0), force_limit=100.0), ForceSeen) == []


def test_a_line_that_says_how_much_is_broken_and_named() -> None:
    events = bumped(Bump(ROBOT, 2.0, 0.05, 60.0), tail=f"{POLICIES}ensure {ROBOT}.force <= 40 N\n")
    (seen,) = of(events, ForceSeen)
    assert seen.limit == 40.0
    (broken,) = of(events, ClauseBroken)
    assert broken.kind == "ensure"
    text = f"{ROBOT} meets 60 N, 40 N are allowed"
    assert (broken.text, of(events, HoldRaised)[0].code) == (text, "R776")
    (ensure,) = intent(f"{POLICIES}ensure {ROBOT}.force <= 40 N\n", "1 parts").block.ensures
    assert broken.because == (ensure.span,)


def test_its_policy_says_what_becomes_of_it() -> None:
    tail = f'{POLICIES}ensure {ROBOT}.force <= 40 N\non violated: hold "Look what it has met"\n'
    events = bumped(Bump(ROBOT, 2.0, 0.05, 60.0), tail=tail)
    assert [(hold.code, hold.text) for hold in of(events, HoldRaised)] == [("R701", "Look what it has met")]
    assert [e.at for e in of(events, CommandSent) if isinstance(e.command, StopAll)] == [2 * SECOND]


def test_a_robot_at_rest_may_be_leant_on() -> None:
    """Nothing is under way before it has power."""
    assert of(bumped(Bump(ROBOT, 0.0, 0.05, 500.0)), ForceSeen) == []


def test_a_run_that_was_stopped_for_it_goes_on_when_somebody_says_so() -> None:
    events = bumped(Bump(ROBOT, 2.0, 0.05, 212.0), asks=(Ask(30.0, "resume"),))
    assert fold(events).pack == "Complete"
    assert len(of(events, ForceSeen)) == 1


@pytest.mark.parametrize(
    ("s", "own", "most"),
    [(0.0, None, 150.0), (0.0, 80.0, 80.0), (1.0, 80.0, 20.0), (0.94, 80.0, 20.0), (0.85, 80.0, 80.0), (None, 80.0, 20.0)],
)
def test_in_a_contact_that_is_meant_its_own_limit_counts(s: float | None, own: float | None, most: float) -> None:
    made: Motion = next(iter(tend(batch=1).state.progress.plan.plan.motions.values()))  # type: ignore[union-attr]
    length = sum(segment.length for segment in made.segments)
    touch = replace(made, contacts=(ContactAllowance(None, 0.95 * length, length, 0.1, 20.0),))  # type: ignore[arg-type]
    assert _of_motion(touch, own, None if s is None else s * length) == most


def test_a_clause_binds_the_goals_of_its_block_and_a_bound_its_own() -> None:
    inner = f"move s to outfeed {{\n    ensure {ROBOT}.force <= 20 N\n  }}"
    text = f"for each s in infeed {{\n  process s at lathe using OP10\n  {inner}\n}}\n"
    program = intent(f"ensure {ROBOT}.force <= 60 N and {ROBOT}.speed <= 1 m/s\n", "1 parts", "param batch = 1 parts\n" + text)
    limits = {goal: [(clause.robot, clause.limit) for clause in said] for goal, said in clauses_of(program).items()}
    assert limits == {"g1": [(ROBOT, 60.0)], "g2": [(ROBOT, 60.0), (ROBOT, 20.0)]}


def test_what_is_at_hand_is_looked_at_where_asking_would_wait() -> None:
    """Of drivers in processes of their own: no call is made for it."""
    simulated = simulated_cell(cell(), {ROBOT: gantry_model()}, Scenario())
    shares = (Share("sim", frozenset({ROBOT}), simulated),)
    composed: DriverSet = ComposedSet(cell(), shares)
    seen = composed.robots_seen  # type: ignore[attr-defined]
    assert [state.device for state in seen] == [ROBOT]
    watch = Watch(composed)
    assert list(watch.at_each_look(tend(batch=1).state, 0)) == []


def test_a_driver_that_tells_no_force_is_not_watched_for_it() -> None:
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, Scenario(0, (Bump(ROBOT, 2.0, 0.05, 212.0),)))
    forget(drivers)
    given = spec(intent(batch="1 parts"))
    plan = small_plan(given.state, 1)
    assert plan is not None
    assert of(rehearse(given, released(plan), drivers, SmallPlanner(1)).events, ForceSeen) == []


def forget(drivers: SimulatedCell) -> None:
    face = drivers.motion[ROBOT]
    declared = replace(face.capabilities(), force_accuracy=None)
    face.capabilities = lambda: declared  # type: ignore[method-assign]


def test_a_bump_is_felt_against_the_way_and_from_above_at_rest() -> None:
    desk = Desk(Bump("g1", 0.0, 30.0, 100.0))
    force = desk.robot.state().force
    assert force is not None
    assert np.allclose(force, (0.0, 0.0, -100.0))
    desk.begin_move(over("outfeed[6]"))
    desk.wait(1.5)
    state = desk.robot.state()
    assert state.force is not None
    assert float(np.linalg.norm(state.force)) == pytest.approx(100.0)
    assert float(state.force @ state.qd[:3]) < -1.0
