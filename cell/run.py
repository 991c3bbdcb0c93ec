"""What a run is given and what it comes to: its specification, the facts of the cell that the controller works by, its summary.

A specification is plain data and may cross to another process; what must not cross (a released plan, a driver, a clock) is
handed to the controller beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from cell.arrivals import ahead, brings, endless_loops, interval
from cell.dataclass import dataclass
from cell.device import LinkLoss
from cell.devices import link_bounds
from cell.driven_by import LinkBound
from cell.envelope import SLOWER_BY
from cell.equipment import Equipment
from cell.model import CellModel
from cell.ordered import Ordered
from cell.outfeeds import is_outfeed, room_in
from cell.program import Goal, IntentProgram
from cell.program_walk import lines_in
from cell.scene import is_heap
from cell.separation_distance import APPROACH_SPEED
from cell.state import CellState, Location
from cell.zones import Zone

if TYPE_CHECKING:
    from cell.vocabulary import OutcomeSchema  # it loads pydantic, and whoever watches a run does without

# The 17 states of ANSI/ISA-TR88.00.02 (PackML).
PackState = Literal[
    "Idle", "Starting", "Execute", "Completing", "Complete", "Resetting",
    "Holding", "Held", "Unholding",
    "Suspending", "Suspended", "Unsuspending",
    "Stopping", "Stopped", "Aborting", "Aborted", "Clearing",
]  # fmt: skip


RULES = 26
"""A rule of the fold that changes gets a number, so that a run of before gives the same state again. 2: a person in a zone that
stops suspends the run (decision 0147); with 1 it holds at once. 4: an alarm about a device names the lines it works for. 5: a
plan that goes beyond what was approved is asked about, and one that follows another is told apart from it (decision 0154);
before, it was taken over in silence. And a plan whose end moves says so. 6: a run without end leaves orders behind that are
over. 7: what has failed stops the robots that it concerns, and the others end what they have begun (decision 0158); before,
nothing new was started. And who asks for a plan where a robot was stopped on its way says where the others stand. 8: a
robot over whose link a stop was late is not jogged until the link has been good for a whole window; before, the next press moved
it (decision 0169). 9: a `never` is watched whatever the run is at, what a silent device said last is not known any more, and its
`violated` is the policy's; before, only zones and what machines run were looked at, and only while no hold was asked for. 10: a
run that cannot begin, as something has gone wrong at a device, holds by that and not by what is therefore not seen; before, it
held by both, one after the other. 11: a run that is stopped keeps what it waits for in time, and a hand that a stop breaks off
has missed no part (decision 0171). 12: a hold for what no policy has names the line that the step, its goal
or its device was at work for; and a motion that a fault has ended is held for as that fault, also where that is over by then
(decision 0167). 13: a shelf hides the alarm that was shelved, and not what comes later under the same key of the list for another
reason; before, a hold for a person in a zone was hidden where a hold before it had been shelved (decision 0179). 14: each
fault of a device stands until its own end is told; before, the first one was all that was known of it, and the end of any was the
end of it (decision 0174). 15: a hold for people in a zone, for a robot that does not slow down for them or for a
question names what robots were at work for, or the step; and nobody is asked where a part is that is given up (decision 0174).
16: figures are told (decision 0173); and a joint that is too fast is an alarm of its own, also where the run is held already.
17: a hold for a clause that is broken (R727 of waiting parts, R735) names that clause; before, no line. 18: so do a `within`
that has run out and a `never` that has a policy (R711, R712); and a cause that comes in a hold (R705, R707, R709) is an alarm.
19: an `ensure` of how many parts wait is broken when what counts them has been silent; before, its last count was held against it
for ever. 20: what a supply was to bring is called off where somebody says that it has not, a question says where a device does
not show whether it is still at it, and a resume says which links it waits for (decision 0187). And an `ensure` of
what a tool measures is broken where its step ends without a value; before, it counted as kept. 21: a coupling that cannot tell
what became of a command is waited for (decision 0190); before, it was taken to be at rest, and its robot moved. 22: a link that
is worse than it may be is an alarm of its own while it is; before, it was none where the run was held already. And of several
clauses of one joint each is told whose value nobody has told; before, the first of each quantity. And a motion along a path is
asked about where its robot cannot tell (decision 0192); before, it counted as done, for the robot stands after it where it stood
before. 23: what somebody was asked for is not asked for again while they are at it, and what they told and nobody heard is
asked of the operator (decision 0191). And who takes over from one who waited for a device that cannot tell looks at it anew;
before, it was taken to be at rest, and asked about, until it had shown that it runs. 24: where a tool is
that has come off a flange is asked (decision 0190); before, nothing was said of it. 25: a stop that was under way when its
controller was killed ends, and the run holds for whoever has asked to go on with it (decision 0171); before, it was over, and had
to be asked for once more. And a person who is still asked for what was withdrawn holds the run (R728); before, it waited for them
and said nothing. 26: a rung that something else breaks off is come to again once that is settled (decision 0195); before, its
ladder went on."""
SUSPENDS_FOR_PEOPLE = 2
ALARMS_NAME_LINES = 4
ASKS_BEYOND_APPROVED = TELLS_DELAYS = 5
LEAVES_ORDERS = 6
STOPS_ONLY_AFFECTED = TELLS_WHERE_OTHERS_STAND = 7
WAITS_FOR_GOOD_LINKS = 8
WATCHES_NEVERS_ALWAYS = 9
HOLDS_BY_THE_CAUSE = 10
STOPPED_GOES_ON = 11
FAILURES_NAME_LINES = 12
SHELVES_ONE_ALARM = 13
EACH_FAULT_STANDS = 14
ASKS_WHAT_MATTERS = ZONES_NAME_LINES = 15
FAST_JOINTS_ARE_ALARMS = TELLS_FIGURES = 16
CLAUSES_ARE_NAMED = 17
EACH_CLAUSE_IS_NAMED = TELLS_CAUSES_IN_HOLDS = 18
UNCOUNTED_IS_BROKEN = 19
CALLS_OFF = TELLS_AWAITED_LINKS = TELLS_UNSEEN = UNMEASURED_IS_BROKEN = 20
WAITS_FOR_COUPLINGS = 21
ASKS_OF_PATHS = BAD_LINKS_ARE_ALARMS = EACH_UNMEASURED_IS_NAMED = 22
ASKS_PEOPLE_ONCE = FORGETS_WHAT_WAS_UNTOLD = 23
ASKS_WHERE_TOOLS_ARE = 24
STOP_BROKEN_OFF_HOLDS = TELLS_WHO_IS_STILL_ASKED = 25
RUNGS_STAY_OPEN = 26


@dataclass(frozen=True, slots=True)
class RobotContext:
    """`hands` are tool.hand names, `suction` those of them that grip by vacuum. `top_speed` of the TCP in m/s, None when nobody
    declared one; nor `force_limit` in N. `on_link_loss` is what its driver declares, None in a run that was opened
    before that was written down."""

    hands: tuple[str, ...]
    top_speed: float | None
    suction: tuple[str, ...] = ()
    force_limit: float | None = None
    on_link_loss: LinkLoss | None = None


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """A machine or station: what reports what of it, by signal name; None where nothing does. `places` are its own."""

    door: str | None
    clamp: str | None
    running: str | None
    alarm: str | None
    guard: str | None
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeatContext:
    """A place that is a seat of what lies in the place `base`: the seat's name."""

    base: str
    seat: str


@dataclass(frozen=True, slots=True)
class EndlessSupply:
    """What brings parts of one kind to `place` without end: one each `every` s, and a plan counts on `ahead` of those to come."""

    kind: str
    place: str
    ahead: int
    every: float


@dataclass(frozen=True, slots=True)
class RunContext:
    """All that the controller knows of intent and cell; it does not change during a run, but that no more orders come.
    `places` maps each place to its
    equipment, `adverse` are (outcome, value) that a run must not pass in silence. `capacities` says how many parts a thing
    takes, of those that take so many and no more. `waiting` maps a signal to the thing whose waiting parts it counts. `seats` are
    the places of `places` at which parts are joined to others; `becomes` gives for a kind and a seat the kind that it is then.
    `people` are the devices that are persons: awaited, never commanded. `is_continuous`: it waits for more orders of its `queues`
    instead of completing, until it is told that no more
    come. `shelves` have these bins. `pockets` maps each tool that has one to its pocket. `verb_events` are what
    the act of each verb of the program can raise. `counted` has for each event that a run counts towards (full, empty) the things
    that `on full` means: those where parts wait, not those where they are worked on. `raises` has for each thing the events that
    it raises itself, each with the signal that may report it. `endless` has what brings parts without end to the loops that
    end by nothing. `heaps` are the places that take any number of parts and give none back. `rules`: those of the fold under
    which the run was opened (RULES). `slower_by`: the share of the approved takt that a plan after a disturbance may take longer.
    `links`: how well the links to devices have to do, of those of which the cell file says so.
    `approach_speed` m/s: what the quickest person comes with. `is_manual`: nothing is planned, robots are moved by hand.
    `outfeeds`: what is emptied from outside, with the room there. `tells`: the values of what the verbs of the program tell."""

    program: IntentProgram
    robots: Mapping[str, RobotContext]
    devices: Mapping[str, DeviceContext]
    zones: Mapping[str, Zone]
    places: Mapping[str, str]
    adverse: tuple[tuple[str, str], ...]
    capacities: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    seats: Mapping[str, SeatContext] = field(default_factory=dict)
    becomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    shelves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_continuous: bool = False
    pockets: Mapping[str, str] = field(default_factory=dict)
    verb_events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raises: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    rules: int = 1
    slower_by: float = SLOWER_BY
    endless: Mapping[str, EndlessSupply] = field(default_factory=dict)
    heaps: tuple[str, ...] = ()
    links: Mapping[str, LinkBound] = field(default_factory=dict)
    approach_speed: float = APPROACH_SPEED
    is_manual: bool = False
    outfeeds: Mapping[str, int] = field(default_factory=dict)
    tells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def run_context(
    program: IntentProgram,
    cell: CellModel,
    is_continuous: bool = False,
    is_manual: bool = False,
) -> RunContext:
    """What a run must not pass in silence is what the words of the cell call adverse."""
    verbs = sorted({line.verb for line in lines_in(program.block) if isinstance(line, Goal)})
    outcomes = {o.name: o for verb in cell.vocabulary.verbs.values() for o in verb.tells}
    return RunContext(
        program=program,
        robots={name: _robot(cell, name) for name in cell.robots},
        devices={e.name: _device(e) for e in cell.equipment.values() if _is_device(e)},
        zones=dict(cell.zones),
        places={name: place.equipment for name, place in cell.places.items()},
        adverse=tuple((name, value) for name, told in outcomes.items() for value in told.adverse),
        capacities={
            e.name: sum(place.capacity or 0 for place in e.places)
            for e in cell.equipment.values()
            if e.places and all(place.capacity is not None for place in e.places)
        },
        waiting={e.signals["waiting"]: e.name for e in cell.equipment.values() if "waiting" in e.signals},
        seats={p.name: SeatContext(p.lies_on[0], p.of.name) for p in cell.places.values() if p.of is not None},
        becomes={kind.name: {s.name: s.becomes for s in kind.seats} for kind in cell.parts.values() if kind.seats},
        people=tuple(cell.people),
        queues=tuple(cell.queues),
        shelves={e.name: tuple(p.name for p in e.places) for e in cell.equipment.values() if cell.kind_of(e).layout == "bins"},
        is_continuous=is_continuous,
        pockets={pocket.tool: pocket.name for pocket in cell.pockets.values()},
        verb_events={verb: cell.vocabulary.verbs[verb].events for verb in verbs if verb in cell.vocabulary.verbs},
        raises=dict(_raising(cell)),
        counted={event: tuple(_counting(cell, event)) for event in ("full", "empty")},
        rules=RULES,
        slower_by=cell.envelope.slower_by if cell.envelope is not None else SLOWER_BY,
        endless={e.name: _endless(e) for _, e in endless_loops(program, cell)},
        heaps=tuple(name for name, place in cell.places.items() if is_heap(cell, place)),
        links=link_bounds(cell),
        approach_speed=max([APPROACH_SPEED, *(person.approach_speed for person in cell.people.values())]),
        is_manual=is_manual,
        outfeeds={e.name: room_in(e) for e in cell.equipment.values() if is_outfeed(e)},
        tells={name: _values(cell, outcomes[name]) for name in _told_by(verbs, cell)},
    )


def _robot(cell: CellModel, name: str) -> RobotContext:
    robot, tools = cell.robots[name], cell.tools_of(name)
    hands = tuple(f"{tool.name}.{hand.name}" for tool in tools for hand in tool.hands)
    suction = tuple(f"{tool.name}.{hand.name}" for tool in tools if "vacuum" in tool.attributes for hand in tool.hands)
    return RobotContext(hands, robot.max_speed, suction, robot.force_limit)


def _is_device(thing: Equipment) -> bool:
    return bool(thing.programs or thing.offers or thing.signals.keys() & {"door", "clamp"})


def _device(thing: Equipment) -> DeviceContext:
    return DeviceContext(
        door=thing.signals.get("door"),
        clamp=thing.signals.get("clamp"),
        running=thing.signals.get("spindle"),
        alarm=thing.signals.get("alarm"),
        guard=thing.guard,
        places=tuple(place.name for place in thing.places),
    )


def _told_by(verbs: Iterable[str], cell: CellModel) -> Iterator[str]:
    for verb in verbs:
        if verb in cell.vocabulary.verbs:
            yield from (told.name for told in cell.vocabulary.verbs[verb].tells)


def _values(cell: CellModel, told: OutcomeSchema) -> tuple[str, ...]:
    """Where the cell says them (`*`) they are kinds of parts, and the one that it was taken for: none of them."""
    if "*" not in told.values:
        return told.values
    kinds = ((*part.may_be, part.name) for part in cell.parts.values() if part.may_be)
    return tuple(dict.fromkeys(kind for each in kinds for kind in each))


def _endless(supply: Equipment) -> EndlessSupply:
    return EndlessSupply(str(brings(supply)), supply.places[0].name, ahead(supply) or 1, interval(supply) or 0.0)


def _raising(cell: CellModel) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    things = [(e.name, e.signals, cell.kind_of(e)) for e in cell.equipment.values()]
    things += [(t.name, t.signals, cell.vocabulary.kinds["tool"]) for t in cell.tools.values()]
    for name, signals, kind in things:
        events = {event.name: signals.get(event.signal) for event in kind.events if event.source != "counted"}
        if events:
            yield name, events


def _counting(cell: CellModel, event: str) -> Iterator[str]:
    for thing in cell.equipment.values():
        kind = cell.kind_of(thing)
        if kind.event(event) is not None and not kind.is_workplace:
            yield thing.name
    queue = cell.vocabulary.kinds.get("queue")
    if queue is not None and queue.event(event) is not None:
        yield from cell.queues


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run. `state` is the observed state at its start. `seed` is handed to whatever draws; the controller draws nothing.
    `is_continuous`: it waits for more orders instead of completing. `is_manual`: nothing is planned, robots are moved by hand."""

    run_id: str
    program: IntentProgram
    cell: CellModel
    state: CellState
    seed: int = 0
    is_continuous: bool = False
    is_manual: bool = False

    @property
    def context(self) -> RunContext:
        return run_context(self.program, self.cell, self.is_continuous, self.is_manual)


@dataclass(frozen=True, slots=True)
class PartSummary:
    """`where` is a place or tool.hand, "" when lost; `note` says how it is known, or why it is lost."""

    id: str
    kind: str
    where: str
    location: Location
    outcomes: tuple[tuple[str, str], ...]
    given_up: bool
    note: str


@dataclass(frozen=True, slots=True)
class PartsLeft:
    """Parts of a run without end that are counted and known by name no more."""

    kind: str
    place: str
    count: int


@dataclass(frozen=True, slots=True)
class Aim:
    """What an `until` asks for and how far the run has come: `subject` is the count as written (outfeed.count)."""

    subject: str
    have: int
    want: int


OrderState = Literal["waiting", "begun", "done", "withdrawn", "given up"]


@dataclass(frozen=True, slots=True)
class OrderSummary:
    id: str
    queue: str
    state: OrderState


@dataclass(frozen=True, slots=True)
class OrdersLeft(Ordered):
    """Orders of a run that goes on which are over and counted."""

    queue: str
    state: OrderState
    count: int


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What `run`, `status` and `runs` print. `state` is the PackML state, or "Interrupted" when the controller is gone with
    the run unfinished. `held_because` is there while a run holds, and stays when it is stopped in a hold. `makespan_s` runs
    from the first command to the last confirmed step. `pid` None: it does not live. `awaiting`: what is asked of people now.
    `mode`: in Manual robots may be jogged and nothing is resumed. `orders` as they came. `left` are no more among `parts`,
    `orders_left` no more among `orders`. `waits_for`: why it is suspended, in
    words, or which links a resume waits for; empty while it is neither."""

    run_id: str
    state: str
    steps_done: int
    steps_total: int
    goals_met: int
    goals_total: int
    held_because: str | None
    goals_skipped: int
    makespan_s: float
    parts: tuple[PartSummary, ...]
    violations: int
    pid: int | None = None
    aims: tuple[Aim, ...] = ()
    awaiting: tuple[str, ...] = ()
    orders: tuple[OrderSummary, ...] = ()
    left: tuple[PartsLeft, ...] = ()
    orders_left: tuple[OrdersLeft, ...] = ()
    mode: Literal["Production", "Manual"] = "Production"
    waits_for: tuple[str, ...] = ()
