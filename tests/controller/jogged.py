"""The gantry jogged in a hold of its run: an operator with keys, by the clock, and a planner whose ways are straight lines.

Its ways are marked released without a proof: what is tested here is what the controller does with one. The planner stays half a
metre from WALL along x, so that there is something in the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from cell.codec import digest
from cell.commands import RequestPlan, Subject
from cell.diagnostic import Outcome, error
from cell.events import Event, JogAsked, JogLeft, OperatorAsked, WayFound
from cell.jog import RULE, Jog, jog_plan
from cell.motion_plan import Motion
from cell.released_plan import Obligation, Proof, ReleasedPlan
from cell.scenario import Disturbance
from cell.state import PlanningRequest
from cell.steps import AtMeasured, MotionNeed
from cell_drivers.simulated import SimulatedCell
from controller.clock import VirtualClock
from controller.journal.journal import MemoryJournal
from controller.lease import Key, LetGo, Press
from controller.machine import advance
from controller.rehearsal import Ask, AtOnce, Script
from controller.run_state import Commands, RunState
from controller.runner import Runner
from planner.assembled import assembled
from tests.cell_drivers.gantry import gantry_model, straight
from tests.controller.small_planner import BECAUSE, ROBOT, small_plan
from tests.controller.tending import POLICIES, SmallPlanner, intent, released, spec, world
from tests.controller.told import Kind

WALL, REACH = 2.0, 0.4
SECOND = 1_000_000_000
TURN = Jog(ROBOT, "joint", "4", True, 0.1)
AHEAD = Jog(ROBOT, "joint", "1", True, 0.1)
OF = Subject("test")


@dataclass
class Ways(SmallPlanner):
    """`ways` are those that were asked for."""

    ways: list[RequestPlan] = field(default_factory=list)

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        if request.jog is None:
            return super().replan(request)
        self.ways.append(request)
        jog, stance = request.jog.jog, request.state.stances[ROBOT]
        assert isinstance(stance, AtMeasured)
        assert jog.joint is not None
        end = list(stance.q)
        reach = min(REACH, WALL - 0.5 - end[0]) if jog.joint == 0 and jog.is_forward else REACH
        if reach < 1e-3:
            return Outcome(None, (error("E686", "the wall is in the way"),))
        end[jog.joint] += jog.sign * reach
        line = straight(np.array(stance.q), np.array(end))
        need = MotionNeed(ROBOT, stance, AtMeasured(tuple(end)), (), None, jog.speed, request.jog.avoid, "grip")
        slow = tuple(replace(phase, duration=4.0 * phase.duration, jerk=phase.jerk / 64.0) for phase in line.phases)
        motion = Motion(need, line.segments, slow, (), (), sum(phase.duration for phase in slow))
        because = replace(BECAUSE, rule=RULE if reach == REACH else f"{RULE}: the wall is in the way")
        tasks = jog_plan(need, because, motion.duration, 0)
        plan = assembled(tasks, {need: motion}, _inputs(), ())
        proof = Proof((Obligation("reach", "limits", "", "for all durations", "", reach, ()),), ())
        return Outcome(ReleasedPlan(plan, proof))


@cache
def _inputs() -> PlanningRequest:
    given = spec()
    return PlanningRequest(given.program, given.cell, {ROBOT: gantry_model()}, given.state)


class Keys:
    """Somebody at terminals, by the clock: (s, key)."""

    def __init__(self, keys: Sequence[tuple[float, Key]]) -> None:
        self._keys = deque(sorted(keys, key=lambda key: key[0]))

    def take_keys(self, now: int) -> Sequence[Key]:
        due = []
        while self._keys and round(self._keys[0][0] * SECOND) <= now:
            due.append(self._keys.popleft()[1])
        return due

    def next_key(self) -> int | None:
        return round(self._keys[0][0] * SECOND) if self._keys else None


def press(jog: Jog, terminal: int = 1, is_held: bool = True) -> Press:
    return Press(jog, is_held, "ann", terminal, 0)


def up(terminal: int = 1) -> LetGo:
    return LetGo(terminal)


@dataclass
class Jogged:
    events: tuple[Event, ...]
    state: RunState
    world: SimulatedCell
    planner: Ways

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def q(self) -> tuple[float, ...]:
        return tuple(float(x) for x in self.world.motion[ROBOT].state().q)


HELD, MANUAL = Ask(20.0, "hold", "ann"), Ask(60.0, "manual", "ann")
LEAVE, RESUME = Ask(90.0, "production", "ann"), Ask(91.0, "resume", "ann")


def jogged(
    *keys: tuple[float, Key],
    asks: tuple[Ask, ...] = (HELD, MANUAL),
    tail: str = POLICIES,
    disturbances: tuple[Disturbance, ...] = (),
    seed: int = 0,
) -> Jogged:
    """A run that is held at 20 s and set to manual mode at 60 s, with those keys."""
    given = spec(intent(tail))
    plan = small_plan(given.state, 3)
    assert plan is not None
    drivers, planner, journal = world(*disturbances, seed=seed), Ways(3), MemoryJournal()
    assert drivers.virtual is not None
    runner = Runner(
        given,
        drivers,
        VirtualClock(drivers.virtual),
        journal,
        AtOnce(planner),
        Script(asks),
        ends_when_held=True,
        keys=Keys(keys),
    )
    state = runner.run(released(plan))
    return Jogged(tuple(journal.events), state, drivers, planner)


@cache
def in_manual(tail: str = POLICIES) -> RunState:
    """Held, in manual mode, and nothing asked yet."""
    return jogged(tail=tail).state


@cache
def in_production() -> RunState:
    """Held, and in production mode."""
    return jogged(asks=(HELD,)).state


def asked(state: RunState, jog: Jog, terminal: int = 1, is_held: bool = True) -> tuple[RunState, Commands]:
    return advance(state, JogAsked(state.now, OF, jog, "ann", terminal, is_held))


def let_go(state: RunState, terminal: int = 1) -> tuple[RunState, Commands]:
    return advance(state, JogLeft(state.now, OF, terminal, "the key was let go"))


def told(state: RunState, what: str, who: str = "ann") -> tuple[RunState, Commands]:
    return advance(state, OperatorAsked(state.now, OF, what, who))  # type: ignore[arg-type]


def way(state: RunState, zones: tuple[str, ...] = (), because: str = "") -> tuple[RunState, Commands]:
    """The answer to what was asked for last."""
    assert state.manual is not None
    assert state.manual.wanted is not None
    of = Subject("test", "plan", motion=digest("way"))
    at = (0.0, 0.0, 1.0, 0.0)
    return advance(
        state, WayFound(state.now, of, state.manual.asked, state.manual.wanted, at, at, 0.4, 4.0, None, zones, (), because)
    )


def moving(state: RunState, jog: Jog = AHEAD) -> RunState:
    """A key is held and the robot has begun."""
    state, _ = asked(state, jog)
    state, _ = way(state)
    return state
