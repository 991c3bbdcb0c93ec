"""A run that is killed at one instant and gone on with from its journal: what came of it, held against the undisturbed run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from cell.events import Asked, Event, PlanReleased, QuestionAsked, StepUnknown
from cell.motion_plan import MotionPlan
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.world_record import WorldRecord
from cell_drivers.simulated import SimulatedCell
from cellwright.campaign.ends import disagreements, whereabouts
from controller.callers import Replanner
from controller.clock import Clock, VirtualClock
from controller.journal.replay import fold, verified
from controller.rehearsal import AtOnce
from controller.run_state import RunState
from controller.runner import Resumption, Runner
from controller.summary import summary_of
from controller.time_shift import Moment, shift_to, times_of
from tests.crash.killing import Cord, Kept, Killed, Reached, When
from tests.crash.operator import Operator, still_asked
from tests.crash.without_end import is_without_end, unfinished

LONGEST = 90.0  # s that nobody is there
STOPS: tuple[Asked, ...] = ("stop", "quick stop", "abort")


class Story(Protocol):
    """A run that may be begun again and again, each time in a world of its own."""

    @property
    def name(self) -> str: ...

    @property
    def spec(self) -> RunSpec: ...

    @property
    def plan(self) -> ReleasedPlan: ...

    def world(self) -> SimulatedCell: ...

    def planner(self) -> Replanner: ...


@dataclass(frozen=True, slots=True)
class Point:
    """`write` is the number of the write at which the controller is killed. Without `hears`, what devices told meanwhile is lost.
    `away` s pass before another one is there, where the effect is waited for; `looks`: how often it looks before it is
    confirmed."""

    write: int
    when: When
    hears: bool = False
    away: float = 0.0
    looks: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """What a run came to. `writes` is how often it wrote before it was killed or over."""

    events: tuple[Event, ...]
    state: RunState
    world: WorldRecord
    writes: int
    questions: tuple[QuestionAsked, ...] = ()
    rows: tuple[tuple[Event, ...], ...] = ()

    @property
    def plans(self) -> int:
        return sum(isinstance(event, PlanReleased) for event in self.events)

    @property
    def doubts(self) -> int:
        return sum(isinstance(event, StepUnknown) for event in self.events)


@dataclass(slots=True)
class Keeps:
    """A planner whose plans may be taken up again: released plans leave no process, so they are kept in this one."""

    planner: Replanner
    released: dict[str, ReleasedPlan]

    def replan(self, request):  # type: ignore[no-untyped-def]
        outcome = self.planner.replan(request)
        if outcome.value is not None:
            self.released[outcome.value.motion_plan.plan_id] = outcome.value
        return outcome


def undisturbed(story: Story) -> End:
    world, cord = story.world(), Cord()
    state, journal, operator = ran(story, world, cord, {})
    return End(tuple(journal.events), state, world.record(), cord.writes, tuple(operator.questions), tuple(journal.rows))


def crashed(story: Story, point: Point, mend: Callable[[SimulatedCell], None] | None = None, again: Sequence[Point] = ()) -> End:
    """Killed at `point` and gone on with. `mend` does something to the world while nobody is there. Each controller that goes on
    is killed too, at the next point of `again`, by its own writes."""
    world, cord, kept = story.world(), Cord(point.write, point.when), dict[str, ReleasedPlan]()
    state, journal, _ = ran(story, world, cord, kept)
    writes, questions = cord.writes, tuple[QuestionAsked, ...]()
    for at, after in zip((point, *again), (*again, None), strict=True):
        if not cord.is_cut:
            break
        _left_alone(world, journal.events, at, mend if at is point else None)
        journal.cord = cord = Cord(after.write, after.when) if after is not None else Cord()
        state, asked = resumed(story, world, journal, cord, kept, at.looks)
        questions += asked
    return End(tuple(journal.events), state, world.record(), writes, questions)


def killed_at(story: Story, point: Point) -> tuple[SimulatedCell, Kept]:
    """The world that nobody is there for any more, and the journal."""
    world = story.world()
    _, journal, _ = ran(story, world, Cord(point.write, point.when), {})
    _left_alone(world, journal.events, point)
    return world, journal


def stopped(story: Story, write: int, how: Asked, away: float = 0.0) -> tuple[End, End]:
    """Stopped behind write number `write`, `away` s later gone on with: what it was when it was over, and what it came to."""
    world, cord, kept = story.world(), Cord(), dict[str, ReleasedPlan]()
    state, journal, _ = ran(story, world, cord, kept, (write, how))
    over = End(tuple(journal.events), state, world.record(), cord.writes)
    world.advance_to(world.now() + round(away * 1e9))
    journal.cord = again = Cord()
    state, questions = resumed(story, world, journal, again, kept)
    return over, End(tuple(journal.events), state, world.record(), cord.writes, questions)


def stopping(story: Story, point: Point, how: Asked, mend: Callable[[SimulatedCell], None] | None = None) -> tuple[RunState, End]:
    """Stopped behind write number `point.write`, killed at the write that has the stop, and gone on with once: what it was by its
    journal then, and what it came to."""
    world, cord, kept = story.world(), Cord(None, point.when), dict[str, ReleasedPlan]()

    def kill() -> None:
        cord.at = cord.writes + 1

    _, journal, _ = ran(story, world, cord, kept, (point.write, how), kill)
    left = fold(journal.events)
    _left_alone(world, journal.events, point, mend)
    journal.cord = Cord()
    state, questions = resumed(story, world, journal, journal.cord, kept)
    return left, End(tuple(journal.events), state, world.record(), cord.writes, questions)


def ran(
    story: Story,
    world: SimulatedCell,
    cord: Cord,
    kept: dict[str, ReleasedPlan],
    stops_at: tuple[int, Asked] | None = None,
    when_stopping: Callable[[], None] = lambda: None,
) -> tuple[RunState, Kept, Operator]:
    journal, drivers = Kept(cord), Reached(world, cord)
    operator = Operator(world, stops_at=stops_at, asks=still_asked(world, ()), when_stopping=when_stopping)
    kept[story.plan.motion_plan.plan_id] = story.plan
    runner = _runner(story, drivers, journal, operator, kept)
    with suppress(Killed):
        runner.run(story.plan)
    return runner.state, journal, operator


def resumed(
    story: Story,
    world: SimulatedCell,
    journal: Kept,
    cord: Cord,
    kept: dict[str, ReleasedPlan],
    looks: int = 0,
    stops_at: tuple[int, Asked] | None = None,
) -> tuple[RunState, tuple[QuestionAsked, ...]]:
    operator, drivers = Operator(world, stops_at=stops_at, asks=still_asked(world, journal.events)), Reached(world, cord)
    runner = _runner(story, drivers, journal, operator, kept)
    before = resumption(journal.events, kept, runner.clock)
    for _ in range(looks):
        looking = _runner(story, drivers, Kept(Cord()), Operator(world), kept)
        looking.look(before)
        before = replace(before, heard=looking.heard)
    with suppress(Killed):
        runner.resume(before)
    return runner.state, tuple(operator.questions)


def _runner(story: Story, drivers: Reached, journal: Kept, operator: Operator, kept: dict[str, ReleasedPlan]) -> Runner:
    return Runner(
        story.spec,
        drivers,  # type: ignore[arg-type]
        VirtualClock(drivers),
        journal,
        AtOnce(Keeps(story.planner(), kept)),
        operator,
        on_events=operator.hear,
        ends_when_held=True,
        answers=operator,
    )


def resumption(events: list[Event], kept: Mapping[str, ReleasedPlan], clock: Clock) -> Resumption:
    state, times = fold(events), times_of(events)
    assert times is not None
    assert state.progress.plan is not None
    now = Moment(clock.now(), clock.utc(), clock.boot(), clock.kind)
    shift = shift_to(times, now)
    plans: list[MotionPlan] = [e.plan for e in events if isinstance(e, PlanReleased) and e.plan is not None]
    return Resumption(state, kept[state.progress.plan.plan.plan_id], tuple(plans), shift, times.opened + shift)


def _left_alone(
    world: SimulatedCell, events: list[Event], point: Point, mend: Callable[[SimulatedCell], None] | None = None
) -> None:
    """No controller is there."""
    _pass_away(world, events, point)
    if mend is not None:
        mend(world)
    if not point.hears:
        world.poll()


def _pass_away(world: SimulatedCell, events: list[Event], point: Point) -> None:
    """Until what was under way is over, and then some."""
    if point.when != "after its effect":
        return
    until = world.now() + round(LONGEST * 1e9)
    flights = fold(events).progress.flights
    while any(not _is_over(world, command, flight.device) for command, flight in flights.items()):
        due = world.next_event_time()
        if due is None or due > until:
            break
        world.advance_to(due)
    world.advance_to(world.now() + round(point.away * 1e9))


def _is_over(world: SimulatedCell, command: str, device: str) -> bool:
    face = world.drivers.get(device) or world.drivers[device.partition(".")[0]]
    return face.status(command).is_final or face.status(command).state == "not seen"


# --- judging -----------------------------------------------------------------------------------------------------------


def faults(end: End, plain: End) -> Iterator[str]:
    """What a run that was killed and gone on with has otherwise than the undisturbed one, in words."""
    if end.state.pack != "Complete":
        hold = end.state.trouble.hold
        yield f"it ends {end.state.pack}: {hold.code + ' ' + hold.text if hold is not None else ''}"
    twice = sorted(command for command, times in end.world.executions.items() if times > 1)
    if twice:
        yield f"carried out twice: {', '.join(twice)}"
    for violation in end.world.violations[:3]:
        yield f"the world saw: {violation.text} ({violation.command})"
    yield from disagreements(summary_of(end.state), end.world)
    yield from unfinished(end.events, end.state, end.world) if is_without_end(end.events) else _otherwise(end, plain)
    if verified(end.events) != end.state:
        yield "the journal does not give the state again"


def _otherwise(end: End, plain: End) -> Iterator[str]:
    """A plan that is made anew may lay a part into another slot of the same place, but no two into one."""
    is_anew = end.plans > plain.plans
    mine, other = _outcome(end, is_anew), _outcome(plain, is_anew)
    slots = Counter(place for part in end.world.parts if (place := whereabouts(part.where)).endswith("]"))
    for place in sorted(place for place, parts in slots.items() if parts > 1):
        yield f"{slots[place]} parts are at {place}"
    for part in sorted(mine.keys() | other.keys()):
        if mine.get(part) != other.get(part):
            yield f"{part}: {mine.get(part)}, undisturbed {other.get(part)}"
    looks, meant = _looks(end), _looks(plain)
    unheard = Counter(event.of.part for event in end.events if isinstance(event, StepUnknown))
    for part in sorted(part for part, times in looks.items() if times > meant[part] + unheard[part]):
        yield f"{part} was judged {looks[part]} times, undisturbed {meant[part]}, and {unheard[part]} times nobody could tell"


def _looks(end: End) -> Counter[str]:
    """How often a device told something of each part."""
    return Counter(effect.part for effect in end.world.of("told"))


def _place(where: str, is_any_slot: bool) -> str:
    return where.partition("[")[0] if is_any_slot else where


def _outcome(end: End, is_in_any_slot: bool) -> dict[str, tuple[object, ...]]:
    """Of each part where it is, what it is, what was reached and told of it, and what was truly done to it."""
    truth = {part.id: part for part in end.world.parts}
    return {
        name: (
            _place(whereabouts(truth[name].where), is_in_any_slot) if name in truth else "",
            held.part.kind,
            tuple(sorted(held.part.reached)),
            held.part.outcomes,
            held.part.given_up,
            truth[name].programs if name in truth else (),
        )
        for name, held in end.state.belief.parts.items()
    }
