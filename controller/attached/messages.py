"""What a terminal and a controller say to each other: one JSON object a line, as in docs/schemas/controller_messages.schema.json.

Law: reading is strict. An unknown message, a missing or an unknown entry, a value out of its range is a CodecError; nothing of
such a message is acted upon.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any, Literal, get_args

from cell.codec import CodecError, canonical_in_pieces, from_plain
from cell.codec_schema import schema_of
from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic
from cell.events import Asked, Event
from cell.jog import Jog
from cell.orders import Order
from cell.run import RunSummary
from controller.alarms import Alarms
from controller.difference import Difference
from controller.run_state import Belief, Trouble

VERSION = 5
"""Another one where a message has other entries than before: reading is strict, so who is of before would break off in the middle
where it should be told at its hello. 2: `mode` of a summary, `alarms` of a State. 3: `faults` of its
devices, and an event more, FiguresTold. 4: an event more, LookMissed. 5: `holds_then` and
`waiting` of a State's trouble."""
LARGEST_REQUEST = 65_536
"""bytes of a line that a terminal may send."""
LARGEST_ANSWER = 64_000_000
"""bytes of a line that a controller may send: the start of a run tells the whole intent and the whole cell."""
LONGEST_NAME = 80

Role = Literal["view", "operate", "engineer"]


# --- what a terminal says -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """First of all. `name` says who it is; it stands in the journal beside what is asked."""

    version: int
    role: Role
    name: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= LONGEST_NAME or not self.name.isprintable():
            raise ValueError(f"a name has 1 to {LONGEST_NAME} printable characters")


@dataclass(frozen=True, slots=True)
class Ask:
    """`id` is the terminal's own number for this request; the answer carries it."""

    id: int
    what: Asked


@dataclass(frozen=True, slots=True)
class AddOrder:
    id: int
    order: Order


@dataclass(frozen=True, slots=True)
class CancelOrder:
    id: int
    order: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Every event behind number `after` from now on, and now and then what the run has come to. 0: from the first one on."""

    id: int
    after: int

    def __post_init__(self) -> None:
        if self.after < 0:
            raise ValueError("events are numbered from 1")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the controller believes now. Answered by `State`."""

    id: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Where the robots are, from now on: `Seen` whenever that has changed, at most twenty times a second."""

    id: int


@dataclass(frozen=True, slots=True)
class WatchWork:
    """What takes long (the sources read again, a plan, its proof), from now on: `Working` at once and whenever that has got on,
    at most five times a second."""

    id: int


@dataclass(frozen=True, slots=True)
class Answer:
    """To the question of that id (the event QuestionAsked, `trouble.questions` of a State, or of a `Looked`) one of its
    answers."""

    id: int
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    """Somebody has seen the alarm of that name (the keys of `alarms.listed` in a run's state, `alarm` in its events)."""

    id: int
    alarm: str


@dataclass(frozen=True, slots=True)
class ShelveAlarm:
    """Out of the way for so many `seconds`, for a reason; it comes back by itself."""

    id: int
    alarm: str
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class UnshelveAlarm:
    """Back before its time."""

    id: int
    alarm: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Before a run is gone on with: its devices are looked at anew. Answered by another `Looked`."""

    id: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """The run is to go on from what the `Looked` of that number has shown; the only word at which it does. The devices are looked
    at once more: where they show something else by now it does not go on, and another `Looked` says what."""

    id: int
    look: int


@dataclass(frozen=True, slots=True)
class HoldKey:
    """In manual mode: a key for that jog is held, for another quarter of a second (cell/jog.py); to be said again as long as it
    is. With `is_held` False nothing moves, and an event WayFound tells where it would go."""

    id: int
    jog: Jog
    is_held: bool


@dataclass(frozen=True, slots=True)
class LetGoKey:
    """Of the key that this terminal holds. Said or not, it is let go when it is not said to be held."""

    id: int


OfAlarm = AcknowledgeAlarm | ShelveAlarm | UnshelveAlarm
Request = (
    Ask
    | Answer
    | AddOrder
    | CancelOrder
    | Subscribe
    | Snapshot
    | Watch
    | WatchWork
    | OfAlarm
    | LookAgain
    | Confirm
    | HoldKey
    | LetGoKey
)
FromTerminal = Hello | Request


# --- what a controller says -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to a hello. `seq` is the number of the newest event, `summary` what the run has come to with it; None while
    nothing has happened yet. `intent` is the file that was named."""

    version: int
    run_id: str
    intent: str
    pid: int
    role: Role
    seq: int
    summary: RunSummary | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Plan and drivers are there, and nothing moves yet: the controller waits for `start`. `record` is the file in which a
    simulated world keeps its own record, None where there is none."""

    is_simulated: bool
    record: str | None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What nobody can tell but an operator. `given`: the answer that is noted, to be changed until the run goes on; None for
    none."""

    id: str
    text: str
    answers: tuple[str, ...]
    given: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What the devices show of a run that another controller has left, and what would come next; nothing is written and nothing
    moves before a `Confirm` of `look`. The journal has `seq` events. `held_because`: why it holds besides; without
    `replans_because` the plan in hand goes on."""

    look: int
    seq: int
    differences: tuple[Difference, ...]
    questions: tuple[OpenQuestion, ...]
    held_because: str | None
    replans_because: str | None
    steps_left: int
    is_simulated: bool
    record: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request has been handed on. What comes of it is told by events."""

    id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing came of it. `id` None: of what could not be read."""

    id: int | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """The event of that number, as in the journal."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class News:
    """What the run has come to with event `seq`."""

    seq: int
    summary: RunSummary


@dataclass(frozen=True, slots=True)
class State:
    """What the controller believes with event `seq`."""

    id: int
    seq: int
    summary: RunSummary
    belief: Belief
    trouble: Trouble
    alarms: Alarms = field(default_factory=Alarms)


@dataclass(frozen=True, slots=True)
class RobotSeen:
    """The newest sample of `robot`, at `at` ns of the run's clock: `q` rad or m as read back, the path parameter `s`, the share
    of its planned speed. `motion` is the one that it was sampled in, "" at rest."""

    robot: str
    at: int
    q: tuple[float, ...]
    s: float
    speed_scaling: float
    motion: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Only the newest is told: who is slow misses some, and is not late."""

    robots: tuple[RobotSeen, ...]


@dataclass(frozen=True, slots=True)
class Working:
    """`stage` has got so far; `of` 0: nobody knows how much there is to do. "": nothing that takes long is under way any more. It
    says nothing of the run, and stands in no journal."""

    stage: str
    done: int
    of: int


Why = Literal["over", "not begun", "refused", "cut off", "driver", "failed"]


@dataclass(frozen=True, slots=True)
class Parting:
    """The last word. over: the run has come to rest; not begun: nothing was moved; refused: it could not begin, or go on, as
    `diagnostics` say; cut off: only this terminal has to go, the run goes on; driver, failed: the controller has ended with the
    run unfinished. `seq` is the number of the last event that was told here."""

    why: Why
    code: str
    reason: str
    seq: int
    diagnostics: tuple[Diagnostic, ...] = ()


FromController = Welcome | Prepared | Looked | Accepted | Refused | Told | News | State | Seen | Working | Parting


def line(message: FromTerminal | FromController) -> bytes:
    return "".join(canonical_in_pieces(message)).encode() + b"\n"


def told_line(seq: int, body: str) -> bytes:
    """The line of a `Told` whose event has the text `body` in the journal."""
    return f'{{"type":"Told","seq":{seq},"event":{body}}}\n'.encode()


def read_from_terminal(text: bytes) -> FromTerminal:
    """Raises CodecError."""
    message: FromTerminal = from_plain(FromTerminal, _loaded(text))
    return message


def read_from_controller(text: bytes) -> FromController:
    """Raises CodecError."""
    message: FromController = from_plain(FromController, _loaded(text))
    return message


def _loaded(text: bytes) -> Any:
    try:
        plain = json.loads(text)
        if len(text) <= LARGEST_REQUEST and b"\\u" in text:  # half a character, which JSON can write and no journal
            json.dumps(plain, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as cause:
        raise CodecError("", f"no JSON: {cause!s:.120}") from None
    if not isinstance(plain, dict):
        raise CodecError("", f"expected an object, got {type(plain).__name__}")
    return plain


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one line: docs/schemas/controller_messages.schema.json."""
    sides = {"FromTerminal": get_args(FromTerminal), "FromController": get_args(FromController)}
    return {"title": f"Cellwright controller messages, version {VERSION}"} | schema_of(
        *sides["FromTerminal"], *sides["FromController"], **sides
    )
