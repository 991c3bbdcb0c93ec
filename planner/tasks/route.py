"""What has to be done, before anybody says when: each part's route, as stages and forks, and the clauses that bind them.

A route is a total order of legs for one part. Different parts are independent but for barriers (`in order`) and for what they
share: robot, hands, machines, places. Nothing here knows a robot or a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cell.diagnostic import Span
from cell.people import CLEAR
from cell.program import Fresh, Goal, When


@dataclass(frozen=True, slots=True)
class PathWork:
    """A tool does `verb` along the path `feature` of the part, or at it where it is a spot (then it does not follow). `speed` m/s
    and `force` N as the line says, None where it does not; `dwells` and `settings` as in cell/steps.py."""

    feature: str
    verb: str
    follows: bool
    speed: float | None
    force: float | None
    dwells: tuple[float, float]
    settings: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What happens to the part once it lies in its place. `name` is the program, the outcome told, or the verb; `duration` in s,
    the declared upper bound. `by`: the person who does it, None for the equipment itself; `outcome` is what they tell. `path`:
    what a robot's tool works along; its motion is all of it, and `duration` is 0."""

    kind: Literal["program", "inspection", "treatment", "person", "path"]
    name: str
    duration: float
    by: str | None = None
    outcome: str = ""
    path: PathWork | None = None

    @property
    def told(self) -> str:
        """The outcome that is known afterwards, "" for none."""
        return self.name if self.kind == "inspection" else self.outcome


@dataclass(frozen=True, slots=True)
class Handing:
    """A robot hands the part over to `person` at `spot`, a place in the air, which takes them `duration` s; where the person
    `gives`, they put it into its hand."""

    person: str
    spot: str
    duration: float
    gives: bool = False


@dataclass(frozen=True, slots=True)
class ForceLimit:
    """`ensure r1.force <= 10 N`, or `force <= 10 N` of a goal (`robot` "": whoever does it), in N."""

    robot: str
    most: float
    span: Span


@dataclass(frozen=True, slots=True)
class Join:
    """What a stage comes to beside a part in its place: it is joined to the part `base`, or goes into a pocket of it. Its places
    are seats. `is_driven`: a fastener, which is driven in with `torque` Nm, None where the line does not say."""

    base: str
    is_driven: bool = False
    torque: float | None = None


@dataclass(frozen=True, slots=True)
class Clauses:
    """What binds the steps of one leg: speed limits in m/s by robot ("" is any), limits on force, the force in N allowed at
    contacts (None: as part and robot allow), the iterations (loop id, member) that it belongs to, the deadlines that it counts
    for and the barriers that it waits for, both as indices. `is_free`: it stands in an `any order` of several lines, so that
    where it leaves the part is not certain."""

    speeds: tuple[tuple[str, float], ...] = ()
    forces: tuple[ForceLimit, ...] = ()
    serves: tuple[tuple[str, str], ...] = ()
    deadlines: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    contact_force: float | None = None
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """The part shall lie in one of `places` of `equipment`, and `work` shall be done to it there. `joined`: the device is
    already at that work when the plan starts. `by`: the robot that the goal names, `using`: the tool; None for any. `handing`: a
    person takes the part over from the robot and has it lie there. A person's work may be to carry it there from where it lies
    (`is_carried`). `into`: what the part is joined to there."""

    goal: Goal
    equipment: str
    places: tuple[str, ...]
    work: Work | None
    clauses: Clauses
    joined: bool = False
    by: str | None = None
    handing: Handing | None = None
    received: Stage | None = None
    into: Join | None = None
    using: str | None = None

    @property
    def device(self) -> str:
        """What is busy with the part: the equipment, or the person who works on it or takes it over."""
        if self.handing is not None:
            return self.handing.person
        return self.work.by if self.work is not None and self.work.by is not None else self.equipment

    @property
    def path(self) -> PathWork | None:
        """What a tool works along, None for other stages."""
        return None if self.work is None else self.work.path

    @property
    def giver(self) -> Handing | None:
        """How a person gives the part that the robot then puts down there."""
        return None if self.received is None else self.received.handing

    @property
    def is_carried(self) -> bool:
        """Whether a person carries the part there."""
        return self.work is not None and self.work.name == CLEAR

    @property
    def spots(self) -> tuple[str, ...]:
        """Where a robot goes with the part."""
        return self.places if self.handing is None else (self.handing.spot,)


@dataclass(frozen=True, slots=True)
class Way:
    """One alternative of a fork: taken when the outcome is one of `values`, or none named elsewhere when empty. Where a later leg
    follows the fork, all of its ways bring the part back to where it lay. `number` is its place among all alternatives."""

    values: tuple[str, ...]
    stages: tuple[Stage, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Later:
    """An alternative of a fork that is planned when it is taken (later.py), with what it would come to."""

    values: tuple[str, ...]
    number: int
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """A `when` that is open at plan time. Where some alternatives are `later`, the one other way is empty, and its stages stand
    behind the fork like any others."""

    when: When
    outcome: str
    ways: tuple[Way, ...]
    clauses: Clauses
    later: tuple[Later, ...] = ()


Leg = Stage | Fork


@dataclass(frozen=True, slots=True)
class Job:
    """One part and what is open for it. `place` is where it lies, None when `hand` (tool.hand) holds it by `grasp`. `arrival`: s
    after the start by which it has come to `place`; None for a part that is there. `kinds`: what it is at each leg, where what is
    joined to it changes that; empty where it stays what it is."""

    part: str
    kind: str
    place: str | None
    hand: str | None
    grasp: int
    legs: tuple[Leg, ...]
    arrival: float | None = None
    kinds: tuple[str, ...] = ()

    def kind_at(self, leg: int) -> str:
        return self.kinds[leg] if self.kinds else self.kind


@dataclass(frozen=True, slots=True)
class Chore:
    """A goal about the station `thing`, which takes it `duration` s and needs nothing in it. `since`: how many s ago it was last
    done, None where nothing says so. `fresh`: the `every … { }` that keeps it so, None where it is done once."""

    goal: Goal
    thing: str
    duration: float
    clauses: Clauses
    since: float | None
    fresh: Fresh | None = None

    @property
    def interval(self) -> float:
        """s that may pass from one time to the next."""
        return math.inf if self.fresh is None else self.fresh.interval.quantity.value


@dataclass(frozen=True, slots=True)
class Barrier:
    """Opens when all `members` (job, leg) and all `chores`, by number, have ended. `span` is the line that asks for the order;
    `in_order`: it does so by `in order`, not by the rule that orders lines about common parts."""

    members: tuple[tuple[int, int], ...]
    span: Span
    in_order: bool = False
    chores: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """`within`: the steps of all legs that name it span at most `limit` s. `label` tells iterations apart in messages, `amount`
    is where the limit is written."""

    limit: float
    span: Span
    label: str
    amount: Span


@dataclass(frozen=True, slots=True)
class Pace:
    """`every t` of one loop, in s; `amount` is where t is written."""

    loop: str
    interval: float
    span: Span
    amount: Span


@dataclass(frozen=True, slots=True)
class Routes:
    """All open work. `counted` are the counts (equipment, parts) that decided how many iterations are started, `ordered` the
    facts (name, value) of the orders that are worked on, `observed`
    those that decided a `when`; `ranks` say which of these is due before which."""

    jobs: tuple[Job, ...]
    barriers: tuple[Barrier, ...]
    deadlines: tuple[Deadline, ...]
    paces: tuple[Pace, ...]
    counted: tuple[tuple[str, int], ...]
    assumptions: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...] = ()
    ranks: tuple[tuple[str, int], ...] = ()
    chores: tuple[Chore, ...] = ()
    decided: tuple[tuple[str, int], ...] = ()
    undecided: tuple[When, ...] = ()
    observed: tuple[tuple[str, str], ...] = ()


def stages_of(leg: Leg) -> tuple[Stage, ...]:
    """All stages in a leg, of every way of a fork."""
    match leg:
        case Stage():
            return (leg,)
        case Fork(ways=ways):
            return tuple(stage for way in ways for stage in way.stages)


def comes_back(job: Job, k: int) -> bool:
    """Whether the part lies, after the fork that is leg k, where it lay before it, whichever way is taken."""
    fork = job.legs[k]
    return isinstance(fork, Fork) and returns(fork, job.legs[:k], () if job.place is None else (job.place,))


def returns(fork: Fork, before: Sequence[Leg], place: tuple[str, ...]) -> bool:
    """The same, with the legs before the fork, and where the part lay before those."""
    stages = [leg for leg in before if isinstance(leg, Stage)]
    here = stages[-1].places if stages else place
    ends = [way.stages[-1].places for way in fork.ways if way.stages]
    return not ends or (len(here) == 1 and all(end == here for end in ends))
