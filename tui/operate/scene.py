"""What the screens show of a run: one frozen value, made from the run's events and from nothing else.

Law: live, replay and tests go through `taken`. What is believed of the cell is the controller's own fold (controller/machine.py),
asked here again; there is no second opinion in here of what an event means, only what a reader wants beside it: when each step
really began and ended, what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from immutables import Map

from cell.dataclass import dataclass
from cell.events import (
    Event,
    PlanReleased,
    Replanned,
    RunOpened,
    RunResumed,
    StepConfirmed,
    StepFailed,
    StepStarted,
    StepUnknown,
)
from cell.motion_plan import Motion
from cell.retreat import retreat_of
from controller.alarms import Alarms
from controller.machine import advance
from controller.plan_index import PlanIndex, plan_index
from controller.run_state import NOTHING_YET, RunState
from tui.event_text import event_line

LOG = 300
"""Lines of the log that are kept; the journal has all."""

How = Literal["running", "done", "failed", "unknown"]
_ENDS: Final[Mapping[str, How]] = {"StepConfirmed": "done", "StepFailed": "failed", "StepUnknown": "unknown"}


@dataclass(frozen=True, slots=True)
class StepSeen:
    """When a step of the plan in hand really began (ns) and ended, None while it goes on."""

    began: int
    ended: int | None = None
    how: How = "running"


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the log: the number of its event, its moment (ns), and what was said."""

    seq: int
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known after event `seq`. `opened`: when the run was, ns of its clock; `clock` as in RunOpened, "" where it is not
    known. `from_seq`: the events before it were not seen here, only what the run had come to with them. `steps`: those of the
    plan in hand that have begun. `plan_began`: when the first of them did. `since`: when the state of the run was last another
    one; None where that was not seen here. `held`: what was believed when the run came to hold, None while it does not.
    `proposed`: a plan that waits for a word; `replanned`: what was told of the newest one that follows another."""

    seq: int = 0
    from_seq: int = 0
    run: RunState = NOTHING_YET
    opened: int | None = None
    clock: str = ""
    steps: Map[str, StepSeen] = Map()
    plan_began: int | None = None
    since: int | None = None
    log: tuple[Said, ...] = ()
    held: RunState | None = None
    proposed: PlanIndex | None = None
    replanned: Replanned | None = None

    @property
    def way_back(self) -> tuple[str, Motion] | None:
        """The robot, and the motion by which it would come out of where it was stopped, where somebody is asked about it."""
        need = None if self.proposed is None else retreat_of(self.proposed.plan)
        if need is None or self.proposed is None:
            return None
        motion = self.proposed.plan.motions.get(self.proposed.plan.tasks.steps[0].motion or "")
        return None if motion is None else (need.robot, motion)

    @property
    def now(self) -> int:
        return self.run.now

    @property
    def alarms(self) -> Alarms:
        return self.run.alarms

    def seconds(self, at: int) -> float:
        """A moment of the run's clock as s since the run was opened."""
        return (at - (self.opened or 0)) / 1e9


def begun_from(seq: int, run: RunState, opened: int | None, clock: str, told: Sequence[tuple[str, int, str]] = ()) -> Scene:
    """Of a run that has come to `run` with event `seq`. `told`: of the steps of its plan, in order: which event, when, which."""
    steps: dict[str, StepSeen] = {}
    for kind, at, step in told:
        steps[step] = StepSeen(at) if kind == StepStarted.__name__ else _ended(steps, step, at, _ENDS[kind])
    held = run if run.pack == "Held" else None
    began = next((at for kind, at, _ in told if kind == StepStarted.__name__), run.progress.begun)
    return Scene(seq=seq, from_seq=seq, run=run, opened=opened, clock=clock, steps=Map(steps), plan_began=began, held=held)


def taken(scene: Scene, seq: int, event: Event) -> Scene:
    """The scene after event `seq`, the next one. Raises ValueError where one is missing or comes twice."""
    if seq != scene.seq + 1:
        raise ValueError(f"event {seq} does not follow {scene.seq}")
    before = scene.run
    run, _ = advance(before, event)
    if isinstance(event, RunResumed):
        scene = _shifted(scene, event.shift)
    steps, began = _steps(scene, before, run, event)
    return replace(
        scene,
        seq=seq,
        run=run,
        opened=_opened(scene, event),
        clock=event.clock if isinstance(event, RunOpened | RunResumed) else scene.clock,
        log=_log(scene.log, seq, event),
        steps=steps,
        plan_began=began,
        since=scene.since if run.pack == before.pack else run.now,
        held=None if run.pack != "Held" else scene.held or run,
        proposed=_proposed(scene.proposed, before, run, event),
        replanned=event if isinstance(event, Replanned) else scene.replanned,
    )


def all_taken(scene: Scene, events: Iterable[tuple[int, Event]]) -> Scene:
    for seq, event in events:
        scene = taken(scene, seq, event)
    return scene


def _opened(scene: Scene, event: Event) -> int | None:
    match event:
        case RunOpened(at=at):
            return at
        case RunResumed(opened=opened):
            return opened
        case _:
            return scene.opened


def _log(log: tuple[Said, ...], seq: int, event: Event) -> tuple[Said, ...]:
    line = event_line(event)
    return log if line is None else (*log[-LOG + 1 :], Said(seq, event.at, line))


def _steps(scene: Scene, before: RunState, after: RunState, event: Event) -> tuple[Map[str, StepSeen], int | None]:
    """The steps that have begun, and when the first of them did."""
    if isinstance(event, PlanReleased) and after.progress.number != before.progress.number:
        return Map(), None
    steps, step, began = scene.steps, event.of.step, scene.plan_began
    if step is None:
        return steps, began
    match event:
        case StepStarted(at=at):
            return steps.set(step, StepSeen(at)), at if began is None else began
        case StepConfirmed(at=at):
            return steps.set(step, _ended(steps, step, at, "done")), began
        case StepFailed(at=at):
            return steps.set(step, _ended(steps, step, at, "failed")), began
        case StepUnknown(at=at):
            return steps.set(step, _ended(steps, step, at, "unknown")), began
        case _:
            return steps, began


def _proposed(known: PlanIndex | None, before: RunState, after: RunState, event: Event) -> PlanIndex | None:
    """A plan that came and was not taken over, as long as a question is open."""
    if not after.trouble.questions:
        return None
    if isinstance(event, PlanReleased) and event.plan is not None and after.progress.number == before.progress.number:
        return plan_index(event.plan, after.run)
    return known


def _ended(steps: Mapping[str, StepSeen], step: str, at: int, how: How) -> StepSeen:
    """One that was never seen to begin (a fact has it already) begins and ends in one moment."""
    seen = steps.get(step, StepSeen(at))
    return StepSeen(seen.began, at, how)


def _shifted(scene: Scene, shift: int) -> Scene:
    """Moments of a clock that has gone, in the one of the controller that has taken over."""

    def moved(at: int | None) -> int | None:
        return None if at is None else at + shift

    return replace(
        scene,
        steps=Map({name: replace(seen, began=seen.began + shift, ended=moved(seen.ended)) for name, seen in scene.steps.items()}),
        plan_began=moved(scene.plan_began),
        since=moved(scene.since),
        log=tuple(replace(said, at=said.at + shift) for said in scene.log),
    )
