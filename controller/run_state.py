"""What a run knows: the value that is folded from its events, and nothing else.

Large maps are persistent (`immutables.Map`), so that an event changes a few entries and copies none. Whatever follows from the
intent or from a plan alone (`policies`, `plan`) stands in here too, made once; it is equal when intent and plan are.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from immutables import Map

from cell.commands import Command, StopKind
from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.events import Conclusion, Source, WayFound
from cell.jog import Jog
from cell.orders import Order
from cell.run import OrdersLeft, PackState, RunContext
from cell.state import Amended, CellState, Errand, PartState
from cell.steps import MotionNeed, Stance
from controller.alarms import Alarm as Alarm
from controller.alarms import Alarms
from controller.approved import Approved
from controller.past_orders import PastOrders
from controller.plan_index import PlanIndex
from controller.policies import Policies
from controller.sums import PlannedTime as PlannedTime
from controller.sums import Shortage as Shortage
from controller.sums import Spell as Spell
from controller.sums import Sums

_NONE: Map[Any, Any] = Map()
PEOPLE: Final = "people"

# `dropped`: in a branch not taken; it counts as confirmed.
StepStatus = Literal["claimed", "started", "confirmed", "failed", "unknown", "dropped"]
StepLife = Literal["waiting", "ready"] | StepStatus
"""`waiting`: for another step. `ready`: nothing has to come before it any more, and it starts once what it needs is seen, its
device and what it claims are free, and the run is in Execute. Neither stands in a map: they follow from the order."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What `advance` answers: `send` goes to the world in this order, `record` to the journal before it (a stop: after)."""

    send: tuple[Command, ...] = ()
    record: tuple[Conclusion, ...] = ()


# --- what is believed of the cell ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartBelief:
    part: PartState
    source: Source


@dataclass(frozen=True, slots=True)
class HandBelief:
    """`grip` as the gripper shows it, None while it moves or is not known; `part` is what should be in the hand."""

    grip: Literal["open", "held", "empty"] | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class RobotBelief:
    """`stance`: where it is seen at standstill, None while it moves or is not known. `inside` are the zones that it rests in.
    `fraction` of its planned speed was asked for last, None: nobody knows whether it got that. `still_moves`: it was seen to, by
    no step of the run."""

    stance: Stance | None = None
    inside: tuple[str, ...] = ()
    fraction: float | None = 1.0
    still_moves: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is the device's own, `text` what it says of it, `because` the lines that it was at work for when it came."""

    code: str
    text: str
    because: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceBelief:
    """None: nothing shows it, or it is in between. `faults` are those that it reports, the one that has stood longest first."""

    door_open: bool | None = None
    clamped: bool | None = None
    running: bool | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def complaint(self) -> str:
        """All that it says of its faults; "" for none."""
        return "; ".join(fault.text for fault in self.faults)

    def fault(self, code: str) -> Fault | None:
        return next((fault for fault in self.faults if fault.code == code), None)


@dataclass(frozen=True, slots=True)
class Belief:
    """`lying` gives for each place what lies there, in order of arrival. `zones`: occupied or not; `waiting`: how many parts
    wait at a thing; `mounts`: the robot or the changer that each tool is at, "" where it is not known; `silent`: devices without
    fresh samples; `cut`: devices to which there is no link, and why; `short`: who starves or blocks the cell. `orders` by id,
    `queue` their ids in the order in which they `arrived` (ns). `tended`: when each goal about a thing was last reached (ns).
    `decided`: the branch of each `when` that a plan has decided by what was observed. `numbered`: the highest number of each
    kind of part that comes without end. `left` counts the parts that a run without end has left behind, by kind and place
    (left_behind.py), `left_good` and `left_bad` those that were produced so, `left_goals` what was reached for them;
    `left_orders` counts its orders that are over, and `past_orders` knows their ids: one that is told twice is made once.
    `badly_heard`: the devices whose link was worse than its bound and was not good for a whole window since, each with how bad
    it was. `served`: for what stands in the way, by the name of its alarm (`zone aisle`, `silent g1`, `link g1`, `quality g1`),
    the lines that were worked for when it came; and under `PEOPLE` those that robots were stopped at for whoever stepped in."""

    parts: Map[str, PartBelief] = _NONE
    lying: Map[str, tuple[str, ...]] = _NONE
    hands: Map[str, HandBelief] = _NONE
    robots: Map[str, RobotBelief] = _NONE
    devices: Map[str, DeviceBelief] = _NONE
    zones: Map[str, bool] = _NONE
    waiting: Map[str, float] = _NONE
    orders: Map[str, Order] = _NONE
    queue: tuple[str, ...] = ()
    arrived: Map[str, int] = _NONE
    mounts: Map[str, str] = _NONE
    silent: tuple[str, ...] = ()
    cut: Map[str, str] = _NONE
    short: tuple[str, ...] = ()
    tended: Map[str, int] = _NONE
    decided: Map[str, int] = _NONE
    numbered: Map[str, int] = _NONE
    left: Map[str, int] = _NONE
    left_good: int = 0
    left_bad: int = 0
    left_goals: int = 0
    left_orders: tuple[OrdersLeft, ...] = ()
    badly_heard: Map[str, str] = _NONE
    past_orders: PastOrders = _NONE
    served: Map[str, tuple[Span, ...]] = _NONE


# --- how far the plan is -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flight:
    """A command that was sent and is not over. `step` None: it serves no step (a hand made ready), or its step has failed.
    `is_stopped`: we asked for a stop while it ran, so being broken off is no failure. `is_of_before`: another controller sent it,
    and what it did until this one came is heard of nowhere. `is_untold`: the device cannot say what became of it, and shows no
    rest yet. `is_shown`: of a person, whether they are still shown what was asked, None where that was not looked at.
    `is_withdrawn`: it is asked of nobody any more, as soon as their driver says so."""

    device: str
    step: str | None
    sent: int
    is_done: bool = False
    is_stopped: bool = False
    is_of_before: bool = False
    is_untold: bool = False
    is_shown: bool | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """`waits` counts unconfirmed predecessors; `due` are the steps without any that were not sent yet, in plan order; `left`
    counts the steps not over. `done_before` and `total_before` are of the plans before this one. `taken` is the index of the
    alternative of each decided choice, -1 for none. `fastest`: m/s for each motion, as proved (cell/released_plan.py).
    `begun`: when (ns) its first step was started; `delay`: by how many s its end has moved, as was last told. `measured`: what
    was told of the steps in which a tool measures, by step."""

    plan: PlanIndex | None = None
    number: int = 0
    status: Map[str, StepStatus] = _NONE
    waits: Map[str, int] = _NONE
    due: tuple[str, ...] = ()
    left: int = 0
    confirmed: int = 0
    dropped: int = 0
    done_before: int = 0
    total_before: int = 0
    flights: Map[str, Flight] = _NONE
    busy: Map[str, str] = _NONE
    claims: Map[str, str] = _NONE
    taken: Map[str, int] = _NONE
    fastest: Map[str, float] = _NONE
    begun: int | None = None
    delay: float = 0.0
    measured: Map[str, tuple[str, ...]] = _NONE

    def life(self, step: str) -> StepLife:
        """How far a step of the plan in hand is."""
        return self.status.get(step) or ("ready" if step in self.due else "waiting")


# --- what went wrong ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """`event` is the word of a policy. `block` is the enclosure to look for one from, None: that of the goal. `code` is the
    hold's when there is no policy. `asked`: its ladder holds, and the next resume moves it on. `parts`: all that its iteration
    works on; `serves`: the iterations that its operation belongs to. `because`: the lines that it follows from. `keeps_plan`:
    only time has told, no fact has changed; where its ladder does no more than hold, the plan in hand goes on."""

    event: str
    code: str
    text: str
    step: str | None = None
    goal: str | None = None
    part: str | None = None
    device: str | None = None
    block: str | None = None
    iteration: tuple[str, str] | None = None
    asked: bool = False
    parts: tuple[str, ...] = ()
    serves: tuple[tuple[str, str], ...] = ()
    keeps_plan: bool = False
    because: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    rung: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class HoldReason:
    code: str
    text: str
    because: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paced:
    """Of a loop with a pace: when its first iteration ended (ns, without starved time), which have ended, and whether the last of
    them was late. `before` counts those that ended and are known by name no more (left_behind.py)."""

    first: int
    ended: frozenset[str] = frozenset()
    is_late: bool = False
    before: int = 0

    @property
    def count(self) -> int:
        return self.before + len(self.ended)


@dataclass(frozen=True, slots=True)
class Question:
    """What an operator has to tell: what became of `step`, where `part` or `tool` is, whether what the plan `grants` itself
    beyond what was approved may be, or whether a robot may go back from the stance of that name (`retreat`). `answers` are all
    that there are."""

    text: str
    answers: tuple[str, ...]
    step: str | None = None
    part: str | None = None
    grants: Approved | None = None
    retreat: str | None = None
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next plan was asked for while this one is carried out: its number, and the `state` that it begins in."""

    number: int
    state: CellState


# running: the plan is dispatched. draining: nothing new is sent but what is `going_on`, until all that runs has ended. readying:
# hands that closed on nothing are opened. planning: the planner was asked.
Mode = Literal["running", "draining", "readying", "planning"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """`replan`: why the plan in hand is of no use any more, None while it is. `skipped` counts iterations given up,
    `violations` clauses broken. `opened`: when each block with a `within` was opened. `full`: what has no free place, `empty`:
    what has nothing left, of what the intent asks about. `halted`: robots that stand still on their paths until an operator
    resumes, by the command that asked for it. `stopping`: the hardest stop asked for so far. `commands` numbers what serves no
    step. `amended` has what retries have changed, by ladder. `questions` are those that nobody has answered yet, by id.
    `is_looking`: another controller has taken over, and no operator has confirmed yet that it may go on. `unwritten`: why the
    journal cannot be written, "" while it can. `approved`: within what the run goes on by itself, None before its first plan;
    `is_disturbed`: the next plan follows something that was not to be foreseen; `is_of_policy`: the intent says what then.
    `stuck`: what was waited for in vain, and planned anew for, since an operator last resumed. `retreats`: the stances, by name,
    that somebody has let robots go back from. `going_on`: the steps of the plan in hand that are still started although it is of
    no use any more (carried_on.py), and whether that `is_told`. `stopped`: the motions on which robots were stopped that stand on
    their way, when a plan was last asked for. `ahead`: the plan that was asked for before this one is done; `passed_over` counts
    those since this one that were of no use. `holds_then`: the stop under way was found by another controller; at its end the
    run holds and is not over. `waiting`: how many failures beside its own were there when the `errand` was taken up."""

    mode: Mode = "running"
    replan: str | None = None
    failures: tuple[Failure, ...] = ()
    ladders: Map[str, Ladder] = _NONE
    hold: HoldReason | None = None
    skipped: int = 0
    violations: int = 0
    opened: Map[str, int] = _NONE
    full: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    halted: Map[str, str] = _NONE
    stopping: StopKind | None = None
    commands: int = 0
    errand: Errand | None = None
    starved: int = 0
    starved_since: int | None = None
    paces: Map[str, Paced] = _NONE
    amended: Map[str, Amended] = _NONE
    questions: Map[str, Question] = _NONE
    is_looking: bool = False
    unwritten: str = ""
    approved: Approved | None = None
    is_disturbed: bool = False
    is_of_policy: bool = False
    stuck: tuple[str, ...] = ()
    retreats: tuple[str, ...] = ()
    going_on: tuple[str, ...] = ()
    is_told: bool = False
    stopped: tuple[MotionNeed, ...] = ()
    ahead: Ahead | None = None
    passed_over: int = 0
    holds_then: bool = False
    waiting: int = 0


# --- manual mode -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """A way that was `found` and is proved. It begins where its robot was believed to stand then (`stance`)."""

    found: WayFound
    stance: Stance | None


@dataclass(frozen=True, slots=True)
class Manual:
    """The cell is in manual mode. `wanted` is what was last asked for, at the terminal `terminal` by `who`; `is_held`: they hold
    the key. `asked`: the request under way, by its id; `way` the newest answer. `flight`: the command that moves the robot,
    `moved` what it is for; `stopping`: why it was stopped, "" while it was not. `refused`: why nothing came of the last jog."""

    wanted: Jog | None = None
    who: str = ""
    terminal: int = 0
    is_held: bool = False
    asked: str = ""
    way: Way | None = None
    flight: str = ""
    moved: Jog | None = None
    stopping: str = ""
    refused: str = ""


STOPPED: Final = frozenset({"Stopped", "Aborted"})
"""Where a run is over, and not at its end."""

_NO_BELIEF, _NO_PROGRESS, _NO_TROUBLE, _NO_ALARMS, _NO_SUMS = Belief(), Progress(), Trouble(), Alarms(), Sums()


@dataclass(frozen=True, slots=True)
class RunState:
    """The defaults are those of a run of which nothing has happened. `timers` are moments (ns) that the state waits for, by
    name. `first` and `last`: when the first command was sent and the last step confirmed. `manual` None: the cell is in
    production mode."""

    run: str = ""
    now: int = 0
    pack: PackState = "Idle"
    context: RunContext | None = None
    policies: Policies | None = None
    belief: Belief = _NO_BELIEF
    progress: Progress = _NO_PROGRESS
    trouble: Trouble = _NO_TROUBLE
    timers: Map[str, int] = _NONE
    first: int | None = None
    last: int | None = None
    is_over: bool = False
    manual: Manual | None = None
    alarms: Alarms = _NO_ALARMS
    sums: Sums = _NO_SUMS

    @property
    def may_go_on(self) -> bool:
        """Whether another controller may go on with it: it has no end, or somebody has stopped it."""
        return not self.is_over or self.pack in STOPPED


NOTHING_YET = RunState()


def next_number(progress: Progress, trouble: Trouble) -> int:
    """Of the plan that is asked for next, or was asked for last."""
    return progress.number + 1 + trouble.passed_over
