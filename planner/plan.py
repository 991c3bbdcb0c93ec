"""Stages 3 and 4 until they agree: a schedule needs durations, durations need motions, motions need a schedule that asks.

The first schedule is made with estimates. Each round finds the motions that the schedule asks for and schedules again with what
they truly take; a motion that cannot be found is forbidden to the next round. A few are found first (first_look.py), for they
mostly show what is impossible. The rounds end when a schedule asks for nothing new. Then whatever the order leaves two robots
free to do at once is certified apart; what cannot be becomes a conflict, with all else that the motions found so far could not do
at once, and the schedule is made again; the last time with those motions alone, so that nothing is new. Pure: stores, processes
and progress are handed in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace

from cell.codec import canonical
from cell.diagnostic import Diagnostic, Outcome, error
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan
from cell.presence import Conflicts, Presence, Resting
from cell.program import IntentProgram
from cell.state import PlanningRequest
from cell.steps import AtHome, AtMeasured, AtPlace, MotionNeed, Touch
from cell.task_plan import TaskPlan
from planner.assembled import Versions, assembled, needs_of
from planner.beside_all import beside_all_robots
from planner.first_look import FirstLook, Key
from planner.meetings import Pairs, are_too_many, possible_meetings
from planner.motion.coordinate import uncertified
from planner.motion.estimate import Class, caution, class_of, estimated_duration
from planner.motion.inverse_kinematics import InverseKinematics
from planner.motion.least_duration import least_duration
from planner.motion.least_to_branch import Branches, least_to_branch
from planner.motion.plan_motions import not_stored, plan_motions
from planner.motion.reachable import out_of_reach
from planner.motion.store import MotionStore
from planner.recollection import Memory, Recalled
from planner.tasks.coinciding import coinciding
from planner.tasks.crew import Known, resting_at_start
from planner.tasks.groundwork import refuted
from planner.tasks.plan_tasks import plan_tasks
from planner.tasks.supplies import backing_up
from planner.why.no_plan import Inquiry, no_plan

MAX_ROUNDS = 12  # of schedule and motions; the later ones look for a handful of motions
MAX_CONFLICT_ROUNDS = 3
MOST_MORE = 40  # motions that are looked for to learn whether a longer deadline would do
EXACT_ROUNDS = 1  # in which only the presences themselves conflict; from then on, with too many to look at, all of their areas do
Progress = Callable[[str, int, int], None]
MapFunction = Callable[..., Iterable[object]]


@dataclass(frozen=True, slots=True)
class Means:
    """What planning may use beside its own thought: where motions are kept, how to map a pure function over many arguments
    (serially, or in a pool), whom to tell how far it is (stage, done, of; of 0: nobody knows how much there is to do).
    `is_thorough`: where there is no plan, look for what would do with as many motions as that takes. `compares`: where robots are
    left out, the same is planned with all of them as well, and the two are told beside each other."""

    store: MotionStore
    map: MapFunction
    progress: Progress
    is_thorough: bool = False
    compares: bool = True


def plan(request: PlanningRequest, means: Means, versions: Versions) -> Outcome[MotionPlan]:
    """A plan with all its motions, unproved. Its diagnostics say why there is none, or what a reader should know."""
    memory = Memory(means.store, request, versions)
    search = _Search.from_memory(request, means, memory.recalled())
    tasks = search.agreed()
    if tasks.value is None:
        means.progress("why there is no plan", 0, 0)
        return no_plan(request, tasks.diagnostics, search.inquiry())
    if late := backing_up(request.cell, request.program, tasks.value):
        return no_plan(request, (*tasks.diagnostics, *late), replace(search.inquiry(), refused={}))
    memory.keep(search.motions, search.refused, search.conflicts, search.rounds)
    notes: tuple[Diagnostic, ...] = ()
    if request.without and means.compares:
        notes = beside_all_robots(request.without, tasks.value, plan(replace(request, without=frozenset()), means, versions))
    return Outcome(assembled(tasks.value, search.motions, request, versions), (*tasks.diagnostics, *notes))


@dataclass(slots=True)
class _Search:
    """What the rounds have come to know. `rounds` counts the schedules that were made again for conflicts; `beyond` has what else
    is out of reach, by robot, tool and equipment, where one motion was refused; `caution` by how much estimates have erred;
    `is_begun` once all motions of a schedule were looked for. `spare`: it ends without an answer where more motions have to be
    looked for than so many beside those `elsewhere`; None for no end."""

    request: PlanningRequest
    means: Means
    motions: dict[MotionNeed, Motion] = field(default_factory=dict)
    refused: dict[MotionNeed, tuple[Diagnostic, ...]] = field(default_factory=dict)
    conflicts: Conflicts = frozenset()
    rounds: int = 0
    beyond: dict[Key, frozenset[AtPlace]] = field(default_factory=dict)
    caution: dict[Class, float] = field(default_factory=dict)
    is_begun: bool = False
    spare: int | None = None
    elsewhere: Container[MotionNeed] = ()
    _ruled_out: dict[Key, frozenset[AtPlace]] = field(default_factory=dict)
    _branches: Branches = field(init=False)

    def __post_init__(self) -> None:
        self._branches = Branches(self.request.cell, self.request.robots)

    @classmethod
    def from_memory(cls, request: PlanningRequest, means: Means, recalled: Recalled) -> _Search:
        refused: dict[MotionNeed, tuple[Diagnostic, ...]] = dict.fromkeys(recalled.refused, ())
        search = cls(request, means, refused=refused, conflicts=frozenset(recalled.conflicts), rounds=recalled.rounds)
        search._look_beyond(recalled.refused)
        search.find(recalled.needs)
        return search

    def find(self, needs: tuple[MotionNeed, ...]) -> None:
        if needs:
            r, m = self.request, self.means
            found = plan_motions(needs, r.cell, r.robots, m.store, m.map, m.progress, r.seed)
            self.motions.update(found.motions)
            self.refused.update(found.refused)
            self._look_beyond(found.refused)
            self.caution = caution({n: m.duration for n, m in self.motions.items()}, r.cell, r.robots)

    def _look_beyond(self, refused: Iterable[MotionNeed]) -> None:
        """One refusal says of the whole equipment what the robot cannot reach there, so that no round asks for it."""
        cell = self.request.cell
        for need in refused:
            if isinstance(need.touch, Touch) and (key := _reaching(need, need.touch, cell)) not in self.beyond:
                self.beyond[key] = self._by_kinematics(key)

    def _by_kinematics(self, key: Key) -> frozenset[AtPlace]:
        robot, tool, equipment = key
        if key not in self._ruled_out:
            self._ruled_out[key] = out_of_reach(self.request.cell, robot, self.request.robots, tool, equipment)
        return self._ruled_out[key]

    def _certainly_beyond(self, key: Key) -> frozenset[AtPlace]:
        """What no branch reaches; nothing for an arm whose branches are not all known, where looking takes long, too."""
        model = self.request.robots.get(key[0])
        is_quick = model is not None and InverseKinematics(model).knows_all_branches()
        return self._by_kinematics(key) if is_quick else frozenset()

    def agreed(self) -> Outcome[TaskPlan]:
        """A schedule all of whose motions are known, and in which nothing can coincide that is not certified apart."""
        while True:
            tasks = self._scheduled()
            if tasks.value is None:
                return tasks
            found = self._uncertified(tasks.value)
            if not found:
                return tasks
            at_start = self._at_start()
            too_near = [pair for pair in found if pair[0] in at_start and pair[1] in at_start]
            if too_near:
                return Outcome(None, tuple(self._too_near(*pair) for pair in sorted(too_near, key=canonical)))
            if self.rounds == MAX_CONFLICT_ROUNDS:
                return Outcome(None, (_gave_up(found, self.rounds),))
            self.conflicts |= found | self._not_apart(possible_meetings(self.motions, at_start))
            self.rounds += 1

    def inquiry(self) -> Inquiry:
        is_quick = not self.is_begun and not self.means.is_thorough
        return Inquiry(self.known(), self.refused, _not_planned if is_quick else self._replanned)

    def _replanned(self, program: IntentProgram) -> Outcome[object]:
        """What another text would come to: as if planned for the first time, but for motions that the store has. Without an
        answer where that takes too many more of them."""
        request, spare = replace(self.request, program=program), None if self.means.is_thorough else MOST_MORE
        tasks = _Search(request, self.means, spare=spare, elsewhere=self.motions).agreed()
        if tasks.value is None:
            return Outcome(None, tasks.diagnostics)
        late = backing_up(request.cell, program, tasks.value)
        return Outcome(None, late) if late else Outcome(tasks.value)

    def _scheduled(self) -> Outcome[TaskPlan]:
        look, rounds = FirstLook(self.request.cell, self._certainly_beyond), 0
        while rounds < MAX_ROUNDS:
            self.means.progress("schedule", 0, 0)
            tasks = plan_tasks(self.request, self.known())
            if tasks.value is None:
                return tasks
            missing = tuple(need for need in needs_of(tasks.value) if need not in self.motions)
            if not missing:
                return tasks
            if few := look.few_of(self._to_be_found(missing)):
                self.find(few)
                look.passed(need for need in few if need in self.motions)
                if proofs := refuted(self.request, self.known()):
                    return Outcome(None, proofs)
                if any(need in self.refused for need in few):
                    continue
            if not self._may_find(missing):
                return Outcome(None)
            self.is_begun, rounds = True, rounds + 1
            self.find(tuple(need for need in missing if need not in self.motions))
        tasks = plan_tasks(self.request, replace(self.known(), durations=self._found_duration))
        if tasks.value is not None:
            return tasks
        message = f"gave up: schedule and motions did not agree within {MAX_ROUNDS} rounds"
        return Outcome(None, (error("E691", message, help="The motions named before it cannot be found."),))

    def known(self) -> Known:
        is_coarse = self.rounds > EXACT_ROUNDS and are_too_many(self.motions, self._at_start())
        is_last, is_measured = self.rounds == MAX_CONFLICT_ROUNDS and not is_coarse, self.motions.__contains__
        least = least_duration(self.request.cell, self.request.robots, self.motions)
        sharpest = least_to_branch(self._branches, self.request.robots, self.motions, least)
        return Known(
            self._duration, frozenset(self.refused), self.conflicts, is_coarse, is_measured, least, is_last, sharpest=sharpest
        )

    def _to_be_found(self, missing: Iterable[MotionNeed]) -> tuple[MotionNeed, ...]:
        """A first look is worth its while only where motions have to be looked for, not where they are stored."""
        r = self.request
        return not_stored(missing, r.cell, r.robots, self.means.store, r.seed)

    def _may_find(self, missing: Iterable[MotionNeed]) -> bool:
        if self.spare is None:
            return True
        self.spare -= sum(need not in self.motions and need not in self.elsewhere for need in missing)
        return self.spare >= 0

    def _found_duration(self, need: MotionNeed) -> float:
        return self.motions[need].duration if need in self.motions else math.inf

    def _duration(self, need: MotionNeed) -> float:
        motion, touch, cell = self.motions.get(need), need.touch, self.request.cell
        if motion is not None:
            return motion.duration
        if isinstance(touch, Touch) and AtPlace(touch.place, touch.hand, touch.kind, touch.grasp) in self.beyond.get(
            _reaching(need, touch, cell), ()
        ):
            return math.inf
        return self.caution.get(class_of(need), 1.0) * estimated_duration(need, cell, self.request.robots)

    def _uncertified(self, tasks: TaskPlan) -> Conflicts:
        """Of two that both stay where they are nothing is asked: the plan does nothing to them."""
        moving = {need.robot for need in needs_of(tasks)}
        pairs = coinciding(tasks, self._at_start())
        return self._not_apart(tuple(pair for pair in pairs if not moving.isdisjoint(p.robot for p in pair)))

    def _not_apart(self, pairs: Pairs) -> Conflicts:
        """Those that could not be certified."""
        r, m = self.request, self.means
        return uncertified(pairs, self.motions, r.cell, r.robots, m.store, m.map, m.progress) if pairs else frozenset()

    def _at_start(self) -> tuple[Resting, ...]:
        return tuple(resting_at_start(self.request, name) for name in self.request.cell.robots)

    def _too_near(self, one: Presence, other: Presence) -> Diagnostic:
        for rest in (one, other):
            if isinstance(rest, Resting) and not self._is_told(rest):
                span = self.request.cell.robots[rest.robot].span
                message = f"no motion tells where {rest.robot} stands at the start, so nobody can say what is clear of it"
                return error("E690", message, span, help=f"Bring {rest.robot} to its `home`.")
        spans = (self.request.cell.robots[p.robot].span for p in (one, other))
        message = f"{one.robot} and {other.robot} stand too near each other where they are at the start"
        return error("E619", message, *spans, help="Move one of them, or give it a `home` farther off.")

    def _is_told(self, rest: Resting) -> bool:
        """Whether its joint positions are known: at a hub and in a contact they are those of the motions from or to there."""
        own = (need for need in self.motions if need.robot == rest.robot)
        return isinstance(rest.stance, AtHome | AtMeasured) or any(rest.stance in (need.start, need.end) for need in own)


def _reaching(need: MotionNeed, touch: Touch, cell: CellModel) -> tuple[str, str | None, str]:
    """The robot and its tool, and the equipment that it reaches for."""
    return need.robot, need.tool, cell.places[touch.place].equipment


def _not_planned(_: IntentProgram) -> Outcome[object]:
    """Where the answer was there before any motion was, nobody is kept waiting for all of them to learn of a better amount."""
    return Outcome(None)


def _gave_up(found: Conflicts, rounds: int) -> Diagnostic:
    names = sorted({name for pair in found for name in (pair[0].robot, pair[1].robot)})
    message = f"gave up: after {rounds} schedules that kept robots apart, {len(found)} pairs of what they do remain too near"
    return error("E692", message, help=f"Give {' and '.join(names)} more room, or a zone with `capacity 1` where they meet.")
